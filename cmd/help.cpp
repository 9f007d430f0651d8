#include <fmt/format.h>

#include "command.h"
#include "option_text.h"

namespace memkit {

std::string option_synopsis(const OptionSpec& spec) {
  std::string text;
  if (spec.letter != 0) text = fmt::format("-{}, ", spec.letter);
  if (!spec.alias.empty()) text += fmt::format("--{}, ", spec.alias);
  text += fmt::format("--{}", spec.name);
  if (spec.arg == Arg::required) text += fmt::format(" {}", spec.value);
  if (spec.arg == Arg::optional) text += fmt::format("[={}]", spec.value);
  return text;
}

std::string options_text(std::span<const OptionSpec> options) {
  constexpr std::size_t kIndent = 26;
  std::string text;
  for (const OptionSpec& spec : offered(options)) {
    const std::string synopsis = option_synopsis(spec);
    const std::string_view lead = spec.letter == 0 ? "      " : "  ";
    const std::size_t used = lead.size() + synopsis.size();
    text +=
        fmt::format("{}{}{}{}\n", lead, synopsis,
                    used < kIndent ? std::string(kIndent - used, ' ') : "\n" + std::string(kIndent, ' '), spec.help);
  }
  return text;
}

std::string help_text(const Command& command) {
  std::string text = fmt::format("Usage: memkit {} {}\n{}.\n\nOptions:\n{}", command.name, command.usage,
                                 command.summary, options_text(command.options));
  for (const ColumnGroup& group : command.columns ? command.columns() : std::vector<ColumnGroup>()) {
    text += fmt::format("\n{} (* shown by default):\n", group.title);
    for (const ColumnInfo* column : group.columns) {
      text += fmt::format("  {:<16}{} {:<8}{}\n", column->id, column->shown ? '*' : ' ', unit_name(column->unit),
                          column->help);
    }
  }
  return text + fmt::format("\nSee memkit-{}(1).\n", command.name);
}

}  // namespace memkit
