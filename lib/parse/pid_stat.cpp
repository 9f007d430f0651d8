#include "pid_stat.h"

#include <array>

#include "text.h"

namespace memkit {
namespace {

// Columns of man 5 proc, from the state (3) to startstack (28); those up to rss (24) every stat has.
constexpr std::size_t kFirstColumn = 3;
constexpr std::size_t kLastNeeded = 24;
constexpr std::size_t kLastColumn = 28;
using Columns = std::array<std::string_view, kLastColumn + 1>;

// "3877 (cat) R 3868 3868 3010 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 58046 3133440 408 18446744073709551615 ..."
bool split(std::string_view text, std::string_view& pid, std::string_view& comm, Columns& columns) {
  const std::size_t open = text.find(" (");
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) return false;
  pid = text.substr(0, open);
  comm = text.substr(open + 2, close - open - 2);
  text.remove_prefix(close + 1);
  for (std::size_t column = kFirstColumn; column <= kLastColumn; ++column) {
    columns[column] = take_whole_word(text);
    if (columns[column].empty()) return column > kLastNeeded;
  }
  return true;
}

PidStat all_missing(Missing why) { return {why, why, why, why, why, why, why, why, why, why, why, why}; }

Got<std::uint64_t> count(std::string_view word) { return not_underflown(to_number<std::uint64_t>(word)); }

}  // namespace

Got<bool> PidStat::is_kernel_thread() const {
  return flags.transform([](std::uint32_t f) { return (f & kPfKthread) != 0; });
}

PidStat parse_pid_stat(std::string_view text) {
  text = without_padding(text);
  if (text.empty()) return {};
  std::string_view pid;
  std::string_view comm;
  Columns column;
  if (!split(text, pid, comm, column)) return all_missing(Missing::malformed);
  PidStat stat;
  stat.pid = to_number<std::uint32_t>(pid);
  stat.comm = comm;
  stat.state = column[3].size() == 1 ? Got<char>(column[3][0]) : Missing::malformed;
  stat.ppid = to_number<std::int32_t>(column[4]);
  stat.flags = to_number<std::uint32_t>(column[9]);
  stat.minflt = count(column[10]);
  stat.majflt = count(column[12]);
  stat.num_threads = count(column[20]);
  stat.starttime_ticks = count(column[22]);
  stat.vsize_bytes = count(column[23]);
  stat.rss_pages = count(column[24]);
  if (!column[28].empty()) stat.startstack_address = to_number<std::uint64_t>(column[28]);
  return stat;
}

}  // namespace memkit
