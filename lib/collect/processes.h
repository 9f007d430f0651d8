#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parse/got.h"
#include "source/root.h"

namespace memkit {

/// What a process was found to be. Only `user` has memory of its own.
enum class ProcessKind : std::uint8_t {
  user,
  kernel_thread,  ///< by the PF_KTHREAD flag or status' Kthread:, never by an empty command line
  zombie,         ///< ended, waits for its parent; its memory is gone
};

/// One process as the walk met it. A compact row: commands keep vectors of it.
struct Process {
  std::uint32_t pid = 0;
  ProcessKind kind = ProcessKind::user;
  Got<std::uint32_t> ppid;
  Got<std::uint32_t> uid;              ///< effective, as ps shows it
  Got<std::uint32_t> threads;          ///< the first one included
  Got<std::uint64_t> starttime_ticks;  ///< with pid: the identity
  Got<std::uint64_t> vsz_bytes;        ///< readable by all, as is rss
  Got<std::uint64_t> rss_bytes;        ///< of the walk where there was one, else of stat (inexact on some kernels)
  Got<std::uint64_t> pss_bytes;        ///< denied where the process may not be walked
  Got<std::uint64_t> uss_bytes;        ///< Private_Clean + Private_Dirty; missing as pss is
  Got<std::uint64_t> swap_bytes;       ///< of the walk (shmem included), else VmSwap (without)
  Got<std::uint64_t> swap_pss_bytes;   ///< of the walk (4.3)
  std::string name;                    ///< comm, raw bytes; empty where nothing tells it
  std::string command;                 ///< command line, blanks between arguments; "[comm]" where it is empty
};

/// What to read of each process. Grows with the commands that need more.
struct WalkPolicy {
  bool walk_pages = true;    ///< smaps_rollup (else smaps); false: RSS, VSZ and VmSwap only
  bool read_command = true;  ///< cmdline
};

/// Why a walk saw less than everything.
struct WalkSummary {
  std::uint64_t seen = 0;  ///< processes listed in proc
  std::uint64_t rows = 0;  ///< handed to the sink
  std::uint64_t kernel_threads = 0;
  std::uint64_t zombies = 0;
  std::uint64_t vanished = 0;          ///< ended in mid-scan (ENOENT, ESRCH): normal
  std::uint64_t hidden = 0;            ///< listed, but nothing of them can be read (hidepid=1): no row
  std::uint64_t denied = 0;            ///< rows without PSS and USS, for lack of permission
  std::uint64_t denied_rss_bytes = 0;  ///< their RSS, as far as it is known
  std::uint64_t unwalked =
      0;  ///< rows without PSS and USS, since neither the kernel nor the capture has a file of them
  std::uint64_t unreadable = 0;  ///< rows without PSS and USS for another reason: an I/O error, text without sense
  /// Process 1 is not listed on the live system, so that others may be unlisted too (hidepid=2).
  bool others_hidden = false;
  int list_error = 0;  ///< errno: proc could not be listed

  /// Rows of processes with memory whose PSS and USS are unknown.
  [[nodiscard]] std::uint64_t without_pages() const { return denied + unwalked + unreadable; }
};

/// The one process walker. Calls `sink` for each process in pid order; kernel threads and zombies too, which the
/// sink tells by `kind`. A process that vanishes in mid-read is dropped whole, never half a row; what is read of
/// one belongs together, since its directory is held open. Of a process whose first thread has ended while others
/// live, those are asked. Below --root any of a process's files may be missing; an empty smaps of a process that
/// has memory is what a copy without permission leaves, and counts as denied.
///
/// Live, a process costs its stat, smaps_rollup and cmdline, and its status where the walk is denied or not wanted.
WalkSummary visit_processes(const Root& root, const WalkPolicy& policy, Got<std::uint64_t> page_size_bytes,
                            const std::function<void(Process&&)>& sink);

/// Users of etc/passwd by uid. No other name service is asked: it may be slow, or gone when memory is.
class Users {
 public:
  explicit Users(const Root& root);
  /// The name; the number as text where the file does not know it.
  [[nodiscard]] std::string name(std::uint32_t uid) const;

 private:
  std::vector<std::pair<std::uint32_t, std::string>> names_;  // sorted by uid
};

}  // namespace memkit
