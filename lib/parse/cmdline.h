#pragma once

#include <string>
#include <string_view>

namespace memkit {

/// /proc/PID/cmdline: arguments that end in NUL each. Empty for kernel threads and zombies, and for processes
/// that emptied it. A program that rewrote its title has one argument, blanks inside, no NUL or many behind it.
/// Source: man 5 proc; fs/proc/base.c get_mm_cmdline.
struct Cmdline {
  std::string_view arguments;  ///< NULs between, none at the end; a view into the text

  [[nodiscard]] bool empty() const { return arguments.empty(); }
  /// argv[0]; empty of none.
  [[nodiscard]] std::string_view program() const;
  /// The arguments with a blank between each two. Raw bytes: not yet fit for a terminal.
  [[nodiscard]] std::string joined() const;
};

Cmdline parse_cmdline(std::string_view text);

/// Takes the next argument off `rest` (Cmdline::arguments); call while `rest` is not empty.
std::string_view take_argument(std::string_view& rest);

}  // namespace memkit
