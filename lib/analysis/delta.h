#pragma once

#include <cstdint>
#include <string_view>

#include "analysis/change.h"
#include "analysis/reclaim.h"
#include "collect/snapshot.h"
#include "parse/got.h"

namespace memkit {

/// Stall time over the interval between two samples, in per cent of it.
struct StallShare {
  Got<double> some_pct;
  Got<double> full_pct;
};
/// `seconds` is more than 0. At most 100: the two clocks are not read at once.
StallShare stall_between(const Got<Pressure>& before, const Got<Pressure>& after, double seconds);

/// Signed growth between two samples, in bytes.
struct GrowthBytes {
  Got<std::int64_t> mem_free;
  Got<std::int64_t> mem_available;
  Got<std::int64_t> anon_pages;
  Got<std::int64_t> file_lru;  ///< Active(file) + Inactive(file)
  Got<std::int64_t> cached;
  Got<std::int64_t> shmem;
  Got<std::int64_t> slab;
  Got<std::int64_t> sreclaimable;
  Got<std::int64_t> sunreclaim;
  Got<std::int64_t> page_tables;
  Got<std::int64_t> kernel_stack;
  Got<std::int64_t> vmalloc_used;
  Got<std::int64_t> percpu;
  Got<std::int64_t> swap_used;
  Got<std::int64_t> committed_as;
  Got<std::int64_t> dirty;
  Got<std::int64_t> residual;  ///< of the accounting
};

/// Two samples of one machine. `seconds` is by the monotonic clock where both are live, else by the captures'
/// own uptime, else by their wall clock.
struct Delta {
  Got<double> seconds;
  /// Why there are no rates: another boot, another host, another page size, no clock, no time between. Empty
  /// where there are. Growth is given whenever both are of one host.
  std::string_view no_rates_why;

  Change swap_in_bytes;
  Change swap_out_bytes;
  Change major_faults;
  Change page_in_bytes;  ///< from block devices
  Change page_out_bytes;
  Change oom_kills;
  Change compact_stall;
  Change compact_fail;
  Change thp_fault_alloc;
  ReclaimChange reclaim;
  StallShare cpu;
  StallShare io;
  StallShare memory;
  GrowthBytes growth;
};
Delta between(const Snapshot& before, const Snapshot& after);

}  // namespace memkit
