#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "got.h"

namespace memkit {

/// A line of what `ps aux` or `ps -l` prints, as sosreports hold it.
struct PsRow {
  std::uint32_t pid = 0;
  Got<std::uint32_t> ppid;
  Got<std::uint64_t> vsz_bytes;
  Got<std::uint64_t> rss_bytes;  ///< 0 of a kernel thread
  std::string_view command;      ///< to the end of the line; "[kthreadd]" has no command line
};

/// Columns are found by their headings (PID, PPID, VSZ, RSS, and COMMAND or CMD, which has to be the last). Empty where
/// there is no such heading, or neither RSS nor a command. Lines of threads (PID "-") are left out. Views into the
/// text. Source: man ps(1), STANDARD FORMAT SPECIFIERS; sizes in KiB.
std::vector<PsRow> parse_ps(std::string_view text);

}  // namespace memkit
