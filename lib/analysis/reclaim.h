#pragma once

#include <cstdint>
#include <string_view>

#include "analysis/change.h"
#include "parse/got.h"
#include "parse/memory_stat.h"
#include "parse/vmstat.h"

namespace memkit {

/// Reclaim between two samples. Pages, where nothing else is said.
/// Source: mm/vmscan.c shrink_inactive_list: pgscan_kswapd, _direct, _khugepaged and _proactive leave reclaim at cgroup
/// limits out (cgroup_reclaim()), pgscan_anon and pgscan_file hold it.
struct ReclaimChange {
  Change scanned_global;  ///< kswapd, direct, khugepaged and proactive: for the machine's sake
  Change stolen_global;
  Change scanned_all;  ///< pgscan_anon + pgscan_file: reclaim at cgroup limits included (5.8)
  Change stolen_all;
  Change scanned_cgroup;  ///< all - global, floor 0: at cgroup limits
  Change stolen_cgroup;
  Change scanned_kswapd;
  Change scanned_direct;
  Got<double> direct_share_pct;  ///< direct of global scans: tasks that had to reclaim by themselves
  /// Stolen of scanned; absent below kLeastScanned pages.
  Got<double> efficiency_pct;  ///< of all, else of the global ones
  Got<double> efficiency_global_pct;
  Got<double> efficiency_cgroup_pct;
  Change allocstall;    ///< events: allocations that had to reclaim by themselves, for the machine's sake
  Change refault_anon;  ///< pages that came back after having been evicted
  Change refault_file;  ///< before 5.9 both kinds: workingset_refault
  Change swap_in_bytes;
  Change swap_out_bytes;
  Change compact_stall;  ///< events: allocations that had to compact by themselves
  Change compact_fail;   ///< events: and got nothing for it
};
inline constexpr std::uint64_t kLeastScanned = 512;

/// Of the machine, by /proc/vmstat. `seconds` is more than 0; bytes are missing where the page size is.
ReclaimChange reclaim_between(const Vmstat& before, const Vmstat& after, double seconds,
                              const Got<std::uint64_t>& page_size_bytes);

/// Of one cgroup and those below it, by memory.stat: `all` is what was reclaimed from it, at its own limit, at one
/// above it or for the machine's sake, which the file does not tell apart: `global`, `cgroup` and allocstall are
/// absent. direct_share_pct is of all of it. v1 shows refaults alone.
ReclaimChange reclaim_between(const MemoryStat& before, const MemoryStat& after, double seconds,
                              const Got<std::uint64_t>& page_size_bytes);

/// What reclaim looks like as a whole. See reclaim_pattern().
enum class ReclaimPattern : std::uint8_t {
  unknown,         ///< the counters are not there
  idle,            ///< next to nothing is scanned: no memory was missing
  streaming,       ///< cache that is read once passes through: nearly all that is scanned is freed, nobody waits
  background,      ///< kswapd keeps up, and what it evicts is not wanted back
  behind_demand,   ///< kswapd does not keep up: tasks reclaim by themselves
  file_thrashing,  ///< file pages are evicted and read again at once
  swap_thrashing,  ///< memory goes out to swap and comes back at once
  cgroup_limit,    ///< at the limit of a cgroup, while the machine itself is not short
  compaction,      ///< free memory is there in pieces too small: tasks move pages by themselves
};
std::string_view to_string(ReclaimPattern pattern);
/// One clause that says what the pattern means: "what is evicted is read again at once".
std::string_view explain(ReclaimPattern pattern);

/// What the pattern is told from beside the counters.
struct ReclaimContext {
  Got<double> some_pct;  ///< memory stall over the same time; where it is missing, the counters alone decide
  Got<double> full_pct;
  Got<std::uint64_t> file_lru_pages;  ///< active and inactive file pages
};

struct ReclaimVerdict {
  ReclaimPattern pattern = ReclaimPattern::unknown;
  /// What goes on below the limits where `pattern` is cgroup_limit (file_thrashing, swap_thrashing, streaming or
  /// background); else `pattern` again.
  ReclaimPattern within = ReclaimPattern::unknown;
  /// Thrashing that no pressure file confirms: the kernel has none.
  bool unconfirmed = false;
};

/// Thresholds of the patterns, all [heuristics]: tuned by running each load, not derived.
struct ReclaimThresholds {
  double streaming_efficiency_pct = 90;
  double streaming_refault_share_pct = 10;  ///< refaults of what was freed, at most
  double direct_share_pct = 10;             ///< from here on kswapd is behind
  double file_thrashing_full_pct = 5;       ///< stall, more than
  double swap_thrashing_some_pct = 10;      ///< stall, at least
  double swap_bytes_per_s = 1 << 20;        ///< both ways, at least: sustained
  double coming_back_share_pct = 50;        ///< refaults of what was freed at cgroup limits, at least
  double cgroup_share_pct = 50;             ///< of all scans, at least
  double compact_stalls_per_s = 1;          ///< at least
};
inline constexpr ReclaimThresholds kReclaimThresholds{};

ReclaimVerdict reclaim_pattern(const ReclaimChange& change, const ReclaimContext& context);

}  // namespace memkit
