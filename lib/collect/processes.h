#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parse/got.h"
#include "parse/smaps_rollup.h"
#include "source/root.h"

namespace memkit {

/// What a process was found to be. Only `user` has memory of its own.
enum class ProcessKind : std::uint8_t { user, kernel_thread, zombie };

/// One process as the walk met it. A compact row: commands keep vectors of it.
struct Process {
  std::uint32_t pid = 0;
  ProcessKind kind = ProcessKind::user;
  Got<std::uint32_t> ppid;
  Got<std::uint32_t> uid;                ///< effective, as ps shows it
  Got<std::uint64_t> starttime_ticks;    ///< with pid: the identity
  Got<std::uint64_t> vsz_bytes;          ///< readable by all, as is rss
  Got<std::uint64_t> rss_bytes;          ///< of the walk where there was one, else of statm (inexact on some kernels)
  Got<std::uint64_t> pss_bytes;          ///< denied where the process may not be walked
  Got<std::uint64_t> uss_bytes;
  Got<std::uint64_t> swap_bytes;         ///< of the walk (shmem included), else VmSwap (without)
  std::string name;                      ///< comm, raw bytes
  std::string command;                   ///< command line, blanks between arguments; "[comm]" where it is empty
};

/// What to read of each process, and which ones. Grows with the commands that need more.
struct WalkPolicy {
  bool walk_pages = true;    ///< smaps_rollup (else smaps); false: RSS, VSZ and VmSwap only
  bool read_command = true;  ///< cmdline
};

/// Why a walk saw less than everything.
struct WalkSummary {
  std::uint64_t seen = 0;          ///< processes listed in proc
  std::uint64_t rows = 0;          ///< handed to the sink
  std::uint64_t kernel_threads = 0;
  std::uint64_t zombies = 0;
  std::uint64_t vanished = 0;      ///< ended in mid-scan (ENOENT, ESRCH): normal
  std::uint64_t denied = 0;        ///< rows without PSS and USS, for lack of permission
  std::uint64_t unreadable = 0;    ///< rows whose page figures could not be read for another reason
  Got<std::uint64_t> denied_rss_bytes;
  int list_error = 0;              ///< proc could not be listed
};

/// The one process walker. Calls `sink` for each process in pid order; kernel threads and zombies too, which the
/// sink tells by `kind`. A process that vanishes in mid-read is dropped whole, never half a row.
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
