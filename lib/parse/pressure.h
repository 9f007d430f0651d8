#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// One line of a pressure file: the share of time in which tasks stalled.
struct PressureLine {
  Got<double> avg10_pct;  ///< 0 to 100, over the last 10 s (updated every 2 s)
  Got<double> avg60_pct;
  Got<double> avg300_pct;
  Got<std::uint64_t> total_us;  ///< stall time since boot, or since the cgroup was made
};

/// /proc/pressure/{cpu,io,memory,irq} and a cgroup's *.pressure. cpu has no `full` before 5.13, irq has no
/// `some`. The form of before 4.20 ("some 0.00 0.03 0.05" behind "aggr N") has no total.
/// Source: Documentation/accounting/psi.rst; kernel/sched/psi.c psi_show.
struct Pressure {
  PressureLine some;  ///< at least one task stalled
  PressureLine full;  ///< all tasks that were not idle stalled at once
};

Pressure parse_pressure(std::string_view text);

}  // namespace memkit
