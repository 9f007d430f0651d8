#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "output/column.h"
#include "output/json_writer.h"
#include "output/out.h"
#include "source/root.h"

namespace memkit {

/// Lines to stderr as "memkit free: ...": what the reader of the figures has to know, and what went wrong.
class Messages {
 public:
  explicit Messages(std::string who) : who_(std::move(who)) {}
  void say(std::string_view text) const;

 private:
  std::string who_;
};

/// What a command's run gets: its understood options, and the ways out.
struct Context {
  const Arguments& args;
  Out& out;
  const Messages& messages;
  bool stdout_is_tty = false;

  [[nodiscard]] bool json() const { return args.has("json"); }
  /// The live system, or what --root names. Throws RunError.
  [[nodiscard]] Root root() const;
  /// Whether tables may use colour (--color, NO_COLOR, TERM).
  [[nodiscard]] bool color() const;
  /// Columns of the terminal; 0 in a pipe, where nothing is cut.
  [[nodiscard]] std::size_t window_width() const;
};

/// A column table with what its rows are, for --help, man pages and completion.
struct ColumnGroup {
  std::string_view title;  ///< "Columns", "Columns of --breakdown"
  std::vector<const ColumnInfo*> columns;
};

/// A row of the table of commands: the one place where a command is added.
struct Command {
  std::string_view name;
  std::string_view summary;   ///< one line for --help and man NAME
  std::string_view question;  ///< what it answers, for bare `memkit`
  std::string_view usage;     ///< behind "memkit NAME": "[OPTION]..."
  std::span<const OptionSpec> options;
  std::size_t max_positionals = 0;
  std::vector<ColumnGroup> (*columns)() = nullptr;
  /// The exit status.
  int (*run)(const Context&) = nullptr;
};

std::span<const Command> commands();

/// The text of `memkit NAME --help`, from the tables.
std::string help_text(const Command& command);

extern const Command kFreeCommand;
extern const Command kSmemCommand;
extern const Command kPmapCommand;
extern const Command kPsiCommand;
extern const Command kSlabCommand;
extern const Command kReportCommand;
extern const Command kOomCommand;

}  // namespace memkit
