#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/loadavg: "0.20 0.18 0.12 1/80 11206".
/// Source: man 5 proc; fs/proc/loadavg.c.
struct Loadavg {
  Got<double> load1;  ///< tasks that run or wait for a disk, averaged over one minute
  Got<double> load5;
  Got<double> load15;
  Got<std::uint64_t> runnable_count;
  Got<std::uint64_t> threads_count;  ///< of the whole machine, kernel threads too
};

Loadavg parse_loadavg(std::string_view text);

}  // namespace memkit
