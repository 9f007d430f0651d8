#include <fmt/format.h>

#include <cctype>

#include "docgen.h"
#include "global_options.h"
#include "source/errors.h"
#include "version.h"

namespace memkit {
namespace {

/// Text as roff reads it literally. Option names keep ASCII hyphens, other words may take the typographic one.
std::string roff(std::string_view text, bool literal = false) {
  std::string escaped;
  bool option = literal;
  char before = ' ';
  for (const char c : text) {
    if (!literal && before == ' ' && c != '(') option = c == '-';
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-' && option) {
      escaped += "\\-";
    } else {
      escaped += c;
    }
    before = c == '(' && before == ' ' ? ' ' : c;
  }
  return !escaped.empty() && (escaped[0] == '.' || escaped[0] == '\'') ? "\\&" + escaped : escaped;
}

std::string sentence(std::string_view text) {
  std::string whole = roff(text) + ".";
  whole[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(whole[0])));
  return whole;
}

std::string option_list(std::span<const OptionSpec> table) {
  std::string list = ".Bl -tag -width Ds\n";
  for (const OptionSpec& spec : offered(table)) {
    list += ".It ";
    if (spec.letter != 0) list += fmt::format("Fl {} , ", spec.letter);
    if (!spec.alias.empty()) list += fmt::format("Fl \\-{} , ", roff(spec.alias, true));
    list += fmt::format("Fl \\-{}", roff(spec.name, true));
    if (spec.arg == Arg::required) list += fmt::format(" Ar {}", spec.value);
    if (spec.arg == Arg::optional) list += fmt::format(" Ns Oo = Ns Ar {} Oc", spec.value);
    list += "\n" + sentence(spec.help) + "\n";
  }
  return list + ".El\n";
}

std::string column_list(const Command& command) {
  std::string text;
  for (const ColumnGroup& group : command.columns ? command.columns() : std::vector<ColumnGroup>()) {
    std::string_view widest;
    for (const ColumnInfo* column : group.columns)
      widest = std::max(widest, column->id, [](auto a, auto b) { return a.size() < b.size(); });
    text += fmt::format(".Ss {}\n.Bl -tag -width {}\n", roff(group.title), roff(widest, true));
    for (const ColumnInfo* column : group.columns) {
      text +=
          fmt::format(".It Cm {}{}\n{}", roff(column->id, true), column->shown ? " Ns *" : "", sentence(column->help));
      const std::string_view unit = unit_name(column->unit);
      text += unit.empty() ? "\n" : fmt::format("\nUnit: {}.\n", unit);
    }
    text += ".El\n";
  }
  return text;
}

std::string command_list() {
  std::string list = ".Bl -tag -width report\n";
  for (const Command& command : commands()) {
    list +=
        fmt::format(".It Cm {}\n{}\nSee\n.Xr memkit-{} 1 .\n", command.name, sentence(command.summary), command.name);
  }
  return list + ".El\n";
}

const Command& command_of_page(std::string_view page) {
  for (const Command& command : commands()) {
    if (page == fmt::format("memkit-{}", command.name)) return command;
  }
  throw UsageError(fmt::format("{} is no command's page", page));
}

std::string filled_line(std::string_view page, std::string_view line) {
  if (line == "@COMMANDS@") return command_list();
  if (line == "@GLOBAL_OPTIONS@") return option_list(kGlobalOptions);
  if (line == "@OPTIONS@") return option_list(command_of_page(page).options);
  if (line == "@COLUMNS@") return column_list(command_of_page(page));
  std::string text(line);
  constexpr std::string_view kVersionMark = "@VERSION@";
  if (const std::size_t at = text.find(kVersionMark); at != std::string::npos) {
    text.replace(at, kVersionMark.size(), kVersion);
  }
  return text + "\n";
}

}  // namespace

std::string man_page(std::string_view page, std::string_view text) {
  std::string filled;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    filled += filled_line(page, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return filled;
}

}  // namespace memkit
