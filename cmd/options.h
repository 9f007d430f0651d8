#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace memkit {

enum class Arg {
  none,      ///< a flag
  required,  ///< --root DIR, --root=DIR, -o LIST
  optional,  ///< --cgroup or --cgroup=PATH: only a value behind "=" is one
};

/// What a shell offers as the value of an option.
enum class Complete {
  nothing,
  file,
  directory,
  column,   ///< the name of one
  columns,  ///< a comma list of them, or "all"
  choices,
};

/// A row of the option table of a command: the one place where an option is declared. It drives parsing, --help,
/// the man page and shell completion.
struct OptionSpec {
  std::string_view name;  ///< the long name, without dashes
  char letter = 0;        ///< the short one, 0: none
  std::string_view help;  ///< one line, no final stop
  Arg arg = Arg::none;
  std::string_view value = {};  ///< the value's name in help, e.g. "DIR"
  std::string_view alias = {};  ///< a second long name
  Complete complete = Complete::nothing;
  std::string_view choices = {};   ///< "auto|always|never" with Complete::choices
  std::string_view excludes = {};  ///< options with the same word here exclude each other
  /// Of an option of the tool that the command stands for which makes no sense here: what to use in its place. It is
  /// refused by name, and shown nowhere.
  std::string_view instead = {};
};

/// The row of an option that is refused: "--pie is not offered here: use ...".
constexpr OptionSpec not_offered(std::string_view name, char letter, std::string_view instead) {
  OptionSpec spec{name, letter, {}};
  spec.instead = instead;
  return spec;
}

/// The options of a table that people are told of.
std::vector<OptionSpec> offered(std::span<const OptionSpec> table);

/// The same option under another letter, where the tool that a command stands for uses its own (0: none).
constexpr OptionSpec with_letter(OptionSpec spec, char letter) {
  spec.letter = letter;
  return spec;
}
constexpr OptionSpec with_help(OptionSpec spec, std::string_view help) {
  spec.help = help;
  return spec;
}

/// Options that commands share; each command's table names those that it takes.
namespace opt {
inline constexpr OptionSpec json{"json", 'J', "one JSON document on standard output"};
inline constexpr OptionSpec root{
    "root", 0, "read DIR/proc, DIR/sys ... in place of the live system", Arg::required, "DIR", {}, Complete::directory};
inline constexpr OptionSpec color{
    "color", 0, "colour: auto, always or never", Arg::required, "WHEN", {}, Complete::choices, "auto|always|never"};
inline constexpr OptionSpec explain{"explain", 0, "say what this machine's figures mean"};
inline constexpr OptionSpec help{"help", 0, "show this help and exit"};
inline constexpr OptionSpec version{"version", 'V', "show the version and exit"};

inline constexpr OptionSpec output{
    "output", 'o', "columns to show: LIST, +LIST adds, all", Arg::required, "LIST", {}, Complete::columns};
inline constexpr OptionSpec sort{"sort", 's', "sort by column KEY", Arg::required, "KEY", {}, Complete::column};
inline constexpr OptionSpec reverse{"reverse", 'r', "reverse the order"};
inline constexpr OptionSpec no_headings{"no-headings", 'n', "no heading line"};

inline constexpr OptionSpec check{"check", 0, "monitoring plugin: one line, exit status 0, 1, 2 or 3"};
inline constexpr OptionSpec warning{"warning", 0, "warn outside RANGE: [@][start:][end]", Arg::required, "RANGE"};
inline constexpr OptionSpec critical{"critical", 0, "critical outside RANGE", Arg::required, "RANGE"};

inline constexpr OptionSpec interval{"interval", 0, "repeat every S seconds", Arg::required, "S"};
inline constexpr OptionSpec count{"count", 0, "stop after N outputs", Arg::required, "N"};
}  // namespace opt

/// A command line that has been understood: which options were given, with which values.
class Arguments {
 public:
  /// Option names are those of the command's own table; any other is a mistake in the program.
  [[nodiscard]] bool has(std::string_view name) const;
  /// How often it was given: 2 for -XX.
  [[nodiscard]] std::size_t times(std::string_view name) const;
  /// The value given last; empty where the option was not given (or, for Arg::optional, given without one).
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& values(std::string_view name) const;
  [[nodiscard]] const std::vector<std::string>& positionals() const { return positionals_; }

  struct Given {
    const OptionSpec* spec;
    bool given = false;
    std::vector<std::string> values;
    std::size_t times = 0;
  };
  Arguments(std::vector<Given> given, std::vector<std::string> positionals)
      : given_(std::move(given)), positionals_(std::move(positionals)) {}

 private:
  [[nodiscard]] const Given& find(std::string_view name) const;
  std::vector<Given> given_;
  std::vector<std::string> positionals_;
};

/// A whole number of at least `least`, or UsageError that names the option.
std::uint64_t parse_count(std::string_view option, std::string_view text, std::uint64_t least);
/// Seconds, with decimals: more than 0 and at most a year; else UsageError.
double parse_seconds(std::string_view option, std::string_view text);
/// A size as bytes: "512M", "1.5G", "4096" (bytes); K, M, G, T are powers of 1024. Else UsageError.
std::uint64_t parse_size(std::string_view option, std::string_view text);

}  // namespace memkit
