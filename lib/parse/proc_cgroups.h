#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace memkit {

/// A cgroup controller.
struct CgroupController {
  std::string name;                 ///< "memory"
  std::uint32_t hierarchy = 0;      ///< 0: of v2, or not mounted
  std::uint64_t cgroups_count = 0;  ///< dying ones too
  bool enabled = false;
};

/// /proc/cgroups, without its heading. Since 6.14 it lists v1's controllers alone.
/// Source: man 7 cgroups; kernel/cgroup/cgroup-v1.c proc_cgroupstats_show.
std::vector<CgroupController> parse_proc_cgroups(std::string_view text);

}  // namespace memkit
