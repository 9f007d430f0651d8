#pragma once

#include <cstdint>

#include "analysis/oom_rank.h"
#include "collect/oom_state.h"
#include "parse/got.h"

namespace memkit {

/// What makes a shortage of memory end badly, or come soon.
struct OomRisk {
  Got<std::uint64_t> ram_bytes;
  Got<std::uint64_t> available_bytes;  ///< with what ZFS would give back, as everywhere
  Got<std::uint64_t> swap_total_bytes;
  Got<std::uint64_t> swap_free_bytes;
  /// Nothing stands between the last available page and a kill: no swap, or 90 % of it in use. Missing as swap is.
  Got<bool> no_swap_left;
  std::uint64_t protected_bytes = 0;              ///< RSS and swap of what is at -1000
  const RankedTask* largest_protected = nullptr;  ///< of the ranking's tasks
  Got<std::uint64_t> killable;                    ///< processes; missing where no figure of any is known
  std::uint64_t stuck_cgroups = 0;                ///< limited ones in which nobody may be killed
};
/// `state` has been collected with Want::meminfo; arcstats, vmstat and zoneinfo make `available` better.
OomRisk oom_risk(const OomState& state, const OomRanking& ranking);

}  // namespace memkit
