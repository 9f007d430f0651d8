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

std::string help_text(const Command& command) {
  constexpr std::size_t kIndent = 26;
  std::string text =
      fmt::format("Usage: memkit {} {}\n{}.\n\nOptions:\n", command.name, command.usage, command.summary);
  for (const OptionSpec& spec : command.options) {
    const std::string synopsis = option_synopsis(spec);
    const std::string_view lead = spec.letter == 0 ? "      " : "  ";
    text += lead;
    text += synopsis;
    const std::size_t used = lead.size() + synopsis.size();
    text += used < kIndent ? std::string(kIndent - used, ' ') : "\n" + std::string(kIndent, ' ');
    text += fmt::format("{}\n", spec.help);
  }
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
