#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "collect/process.h"
#include "parse/got.h"
#include "parse/smaps.h"
#include "source/root.h"

namespace memkit {

/// The figure that a bounded walk looks for the largest of.
enum class TopFigure : std::uint8_t { pss, uss, rss };

/// What to read of each process, of which processes, and what that may cost.
struct WalkPolicy {
  bool walk_pages = true;     ///< smaps_rollup (else smaps); false: RSS, VSZ and VmSwap only
  bool read_command = true;   ///< cmdline
  bool read_exe = false;      ///< exe, a link
  bool read_cgroup = false;   ///< cgroup
  bool read_oom = false;      ///< oom_score, oom_score_adj
  bool read_oom_adj = false;  ///< oom_score_adj alone
  bool read_maps = false;     ///< maps, to count the mappings
  bool status_rss = false;    ///< without walk_pages: RSS by status, which newer kernels sum up exactly, not by stat
  unsigned jobs = 1;          ///< threads that walk

  /// Asked before a process's pages are walked, with what stat, cmdline and the owner tell. From any thread.
  std::function<bool(const Process&)> accept = {};

  /// Told, where sizes are read first, which process is the largest, before any is walked.
  std::function<void(std::uint32_t pid, std::uint64_t rss_bytes)> on_largest = {};

  /// Only the `top` largest by `top_figure`, 0: all. Of the others those are not walked that cannot be among them.
  std::size_t top = 0;
  TopFigure top_figure = TopFigure::pss;

  std::optional<double> budget_s = {};              ///< for all walks together; what does not fit is skipped
  std::optional<std::uint64_t> max_rss_bytes = {};  ///< a process with more RSS is not walked

  /// Only mappings that it accepts count: smaps in place of smaps_rollup. A process without any is left out.
  std::function<bool(const Mapping&)> accept_mapping = {};
  /// Called for each mapping of each process walked: smaps in place of smaps_rollup. `worker` < jobs is the calling
  /// thread's number, so that each can sum for itself.
  std::function<void(unsigned worker, const Process&, const Mapping&)> on_mapping = {};
};

/// Why a walk saw less than everything.
struct WalkSummary {
  std::uint64_t seen = 0;    ///< processes listed in proc
  std::uint64_t rows = 0;    ///< handed to the sink
  std::uint64_t walked = 0;  ///< page tables walked
  std::uint64_t pruned = 0;  ///< not walked since they cannot be among the top
  std::uint64_t kernel_threads = 0;
  std::uint64_t zombies = 0;
  std::uint64_t vanished = 0;          ///< ended in mid-scan (ENOENT, ESRCH): normal
  std::uint64_t hidden = 0;            ///< listed, but nothing of them can be read (hidepid=1): no row
  std::uint64_t denied = 0;            ///< rows without PSS and USS, for lack of permission
  std::uint64_t denied_rss_bytes = 0;  ///< their RSS, as far as it is known
  std::uint64_t skipped = 0;           ///< rows not walked for --budget or --max-rss
  std::uint64_t skipped_rss_bytes = 0;
  std::uint64_t shared = 0;      ///< rows whose address space another row shows
  std::uint64_t unwalked = 0;    ///< rows without PSS and USS: neither the kernel nor the capture has a file of them
  std::uint64_t unreadable = 0;  ///< rows without PSS and USS for another reason: an I/O error, text without sense
  /// Process 1 is not listed on the live system, so that others may be unlisted too (hidepid=2).
  bool others_hidden = false;
  int list_error = 0;  ///< errno: proc could not be listed

  /// Rows of processes with memory whose PSS and USS are not known.
  [[nodiscard]] std::uint64_t without_pages() const { return denied + unwalked + unreadable + skipped; }
};

/// Names that many processes share, each kept once. Threads may ask at once.
class NamePool {
 public:
  /// The same text, for as long as the pool lives.
  std::string_view intern(std::string_view name);
  /// The same for a text that hardly two have: no equal one is looked for.
  std::string_view keep(std::string_view text);

 private:
  std::mutex mutex_;
  std::pmr::monotonic_buffer_resource texts_;
  std::unordered_set<std::string> names_;
};

struct ProcessList {
  std::vector<Process> rows;  ///< by pid
  std::unique_ptr<NamePool> names;
  WalkSummary summary;
};

/// The one process walker: all processes in pid order, kernel threads and zombies too (`kind` tells).
/// A process that vanishes in mid-read is dropped whole, never half a row; what is read of one belongs together,
/// since its directory is held open. Of a process whose first thread has ended while others live, those are asked.
/// Below --root any of a process's files may be missing; an empty smaps of a process that has memory is what a copy
/// without permission leaves, and counts as denied.
///
/// Live, a process costs its stat, smaps_rollup and cmdline, what the policy adds, and its status where the walk is
/// denied or not wanted. With several threads, or to find the top, the sizes are read first, and the largest processes
/// are walked first; with several threads small ones are walked as they are met.
ProcessList read_processes(const Root& root, const WalkPolicy& policy, Got<std::uint64_t> page_size_bytes);

/// Reads, unless it is known, which cgroup tells a process's unit and container: for few of a list of many.
void read_unit_cgroup(const Root& root, NamePool& names, Process& process);
/// The same of its command line; its name where it has ended since.
void read_command(const Root& root, NamePool& names, Process& process);

/// By how much the RSS that stat tells may be below the true one: kernels since 6.2 keep it in per-CPU counters, older
/// ones 64 pages a thread. Which of the two cannot be seen, so the larger counts.
/// Source: include/linux/percpu_counter.h, lib/percpu_counter.c (batch), mm/memory.c (TASK_RSS_EVENTS_THRESH).
std::uint64_t rss_slack_pages(unsigned cpus, std::uint64_t threads);

}  // namespace memkit
