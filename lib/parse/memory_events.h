#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// v2 memory.events (the cgroup and all below it) or memory.events.local (it alone): how often. v1's
/// memory.oom_control has oom_kill (4.13) and two states besides.
/// Source: Documentation/admin-guide/cgroup-v2.rst "memory.events"; .../cgroup-v1/memory.rst section 10.
struct MemoryEvents {
  Got<std::uint64_t> low;   ///< reclaimed although below memory.low
  Got<std::uint64_t> high;  ///< throttled for being over memory.high
  Got<std::uint64_t> max;   ///< was about to go over memory.max
  Got<std::uint64_t> oom;   ///< allocations that were about to fail
  Got<std::uint64_t> oom_kill;
  Got<std::uint64_t> oom_group_kill;
  Got<std::uint64_t> sock_throttled;
  Got<std::uint64_t> oom_kill_disable;  ///< v1: 1 = tasks wait in place of being killed
  Got<std::uint64_t> under_oom;         ///< v1: 1 = tasks are waiting now
};

MemoryEvents parse_memory_events(std::string_view text);

/// v2 cgroup.stat. Source: Documentation/admin-guide/cgroup-v2.rst "cgroup.stat".
struct CgroupStat {
  Got<std::uint64_t> nr_descendants;
  Got<std::uint64_t> nr_dying_descendants;  ///< removed, and held by pages still charged to them
};

CgroupStat parse_cgroup_stat(std::string_view text);

}  // namespace memkit
