#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/headroom.h"
#include "analysis/oom_score.h"
#include "collect/oom_state.h"
#include "parse/got.h"

namespace memkit {

/// Whether the OOM killer may choose a process.
enum class OomStanding : std::uint8_t {
  candidate,
  exiting,     ///< a candidate that ends already: if it is the first, the kernel waits for it and kills nobody
  protected_,  ///< oom_score_adj -1000
  init,        ///< the machine's process 1
  shared,      ///< a task in the address space of another row (vfork), which counts and dies in its place
  spared,      ///< the kernel scores it 0 where it would not: in vfork, or reaped already
  unknown,     ///< a figure is missing
};
std::string_view to_string(OomStanding standing);

/// A process as the machine's OOM killer sees it.
struct RankedTask {
  const Process* process = nullptr;
  std::string_view cgroup;  ///< below the mount point of the memory hierarchy; empty: not known
  std::string_view unit;    ///< systemd's, by its cgroup; empty: none
  OomWeight weight;         ///< with the adjustment that --what-if gives
  bool adjusted = false;    ///< by --what-if
  OomStanding standing = OomStanding::unknown;
  std::uint32_t rank = 0;  ///< 1 dies first; 0: is no candidate
  Got<std::int64_t> badness_pages;
  Got<std::int64_t> badness_bytes;
  Got<std::uint64_t> own_score;  ///< what /proc/PID/oom_score should say
};

/// What the kernel would do where a limit, or the machine's memory, is used up.
enum class OomVerdict : std::uint8_t {
  kill,       ///< one process
  group,      ///< a whole cgroup (memory.oom.group)
  waits,      ///< nobody yet: the first one ends already
  nobody,     ///< no candidate: the machine panics; in a cgroup allocations fail
  paused,     ///< nobody: v1's oom_kill_disable has its tasks wait
  panic,      ///< vm.panic_on_oom
  requester,  ///< vm.oom_kill_allocating_task: whoever asks for memory at that moment
  unknown,    ///< no figure of any candidate is known
};
std::string_view to_string(OomVerdict verdict);

/// Where memory can run out, and who dies there.
struct OomDomain {
  static constexpr std::size_t kNone = ~std::size_t{0};

  std::string_view path;  ///< of the cgroup; empty: the machine
  Got<std::uint64_t> limit_bytes;
  Got<std::uint64_t> swap_allowance_bytes;
  Got<std::uint64_t> current_bytes;
  Got<std::uint64_t> total_pages;
  OomVerdict verdict = OomVerdict::unknown;
  std::size_t victim = kNone;          ///< index of the first to die among the tasks
  Got<std::int64_t> badness_bytes;     ///< of it, against this domain's total
  std::string_view group;              ///< the cgroup that dies whole; empty: none
  std::vector<std::size_t> killed;     ///< indices of all that die
  std::uint64_t killed_rss_bytes = 0;  ///< of them, as far as known: an upper bound of what comes free
  std::uint64_t candidates = 0;
  std::uint64_t unknown = 0;  ///< processes of it whose badness is not known, which might come first
};

/// A change to try.
struct OomWhatIf {
  std::vector<std::pair<std::uint32_t, std::int16_t>> adjust;  ///< pid, oom_score_adj
  std::vector<std::uint32_t> kill;                             ///< pids
};

struct OomRanking {
  OomTotal total;  ///< the machine's
  Got<std::uint64_t> ram_bytes;
  Got<std::uint64_t> swap_total_bytes;
  OomScale scale = OomScale::unknown;
  std::vector<RankedTask> tasks;   ///< those that would die first are first, then all that are no candidates, by RSS
  std::vector<OomDomain> domains;  ///< the machine, then each limited cgroup with processes, the fullest first
  std::uint64_t protected_count = 0;
  std::uint64_t protected_bytes = 0;  ///< RSS and swap of those at -1000
};

/// The order in which the OOM killer would choose, now or after a change. Views and pointers into `state`.
/// Of two that are equal the one that was started later dies.
/// Source: mm/oom_kill.c select_bad_process, oom_evaluate_task, oom_kill_process; mm/memcontrol.c
/// mem_cgroup_get_oom_group.
OomRanking rank_oom(const OomState& state, const OomWhatIf& what_if = {});

/// The first of a change's pids that is no process with memory; 0 where all are.
std::uint32_t first_unknown_pid(const OomState& state, const OomWhatIf& what_if);

}  // namespace memkit
