#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/PID/stat. comm may hold any byte, ')' and newline too: it ends at the last ')'. All or nothing: where
/// the line does not reach a whole rss field, everything is malformed (absent for an empty text), since a cut
/// could fall inside a comm that looks like the fields behind it.
/// Source: Documentation/filesystems/proc.rst table 1-4; fs/proc/array.c do_task_stat.
struct PidStat {
  static constexpr std::uint32_t kPfExiting = 0x4;          // include/linux/sched.h PF_EXITING
  static constexpr std::uint32_t kPfKthread = 0x0020'0000;  // include/linux/sched.h PF_KTHREAD

  Got<std::uint32_t> pid;
  Got<std::string_view> comm;  ///< raw bytes, a view into the text
  Got<char> state;             ///< R S D Z T t X I ...
  Got<std::int32_t> ppid;      ///< 0 for init, kthreadd, and parents outside the reader's pid namespace
  Got<std::uint32_t> flags;    ///< PF_*
  Got<std::uint64_t> minflt;
  Got<std::uint64_t> majflt;
  Got<std::uint64_t> num_threads;
  Got<std::uint64_t>
      starttime_ticks;  ///< since boot, in USER_HZ (sysconf(_SC_CLK_TCK)) ticks; with pid, a process's identity
  Got<std::uint64_t> vsize_bytes;
  Got<std::uint64_t> rss_pages;  ///< inexact, as statm's
  /// Address at which the stack began: another program (execve) has another, where addresses are randomised. 0 or 1
  /// where the reader may not know it; absent where the line ends before it.
  Got<std::uint64_t> startstack_address;

  /// Kernel thread or not; malformed or absent as the flags are.
  [[nodiscard]] Got<bool> is_kernel_thread() const;
};

PidStat parse_pid_stat(std::string_view text);

}  // namespace memkit
