#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collect/snapshot.h"
#include "parse/cgroup_value.h"
#include "parse/got.h"
#include "parse/memory_events.h"
#include "parse/memory_stat.h"
#include "parse/pressure.h"
#include "source/root.h"

namespace memkit {

enum class CgroupVersion : std::uint8_t { none, v1, v2 };

/// One cgroup of the memory hierarchy, the leaf or one above it. v1's names are given as v2's.
struct CgroupLevel {
  std::string path;                       ///< below the mount point: "/" is the highest that can be seen
  std::string directory;                  ///< where its files are: "sys/fs/cgroup/system.slice"
  Got<std::uint64_t> current_bytes;       ///< memory.current, memory.usage_in_bytes; v2's root has none
  Got<CgroupValue> max;                   ///< memory.max, memory.limit_in_bytes
  Got<CgroupValue> high;                  ///< memory.high; v2 only
  Got<std::uint64_t> swap_current_bytes;  ///< memory.swap.current; v1: memsw.usage - usage
  Got<CgroupValue> swap_max;   ///< memory.swap.max; v1: memsw.limit, of memory and swap together: see memsw_max
  Got<CgroupValue> memsw_max;  ///< v1 only
  Got<bool> hierarchical;      ///< v1 memory.use_hierarchy: it limits those below it. v2: always
};

/// A process's memory cgroup, or the one that was named.
struct CgroupFacts {
  CgroupVersion version = CgroupVersion::none;
  bool hybrid = false;              ///< memory is v1's, and there is a v2 tree too (pressure)
  bool namespaced = false;          ///< seen from inside a cgroup namespace: limits above the root are not visible
  bool low_confidence = false;      ///< the mount does not show the process's cgroup; the mount point stands in for it
  std::string path;                 ///< of the leaf, as proc/self/cgroup or the user gave it
  std::string mount_point;          ///< "sys/fs/cgroup", "sys/fs/cgroup/memory"
  std::string_view problem;         ///< where there is nothing to show: why, and what to give; else empty
  std::vector<CgroupLevel> levels;  ///< the leaf first, then upwards to the highest that is visible
  Got<MemoryStat> stat;             ///< of the leaf, as are all below
  Got<std::uint64_t> kmem_bytes;    ///< v1: memory.kmem.usage_in_bytes, the kernel memory in current_bytes
  Got<MemoryEvents> events;         ///< v2; v1: from memory.oom_control
  Got<std::uint64_t> failcnt;       ///< v1: times that the limit was hit
  Got<std::uint64_t> peak_bytes;    ///< memory.peak, memory.max_usage_in_bytes
  Got<Pressure> pressure;           ///< memory.pressure of the v2 tree
  Got<CgroupStat> descendants;
  std::vector<Unread> unread;
};

/// `path` empty: the cgroup of this process, by proc/self/{cgroup,mountinfo}; that needs a live system, or a
/// capture that holds them. Else "/system.slice/x.service", the same without the first "/", or a full path at
/// or below the mount point ("/sys/fs/cgroup/system.slice/x.service").
/// Source: man 7 cgroups; Documentation/admin-guide/cgroup-v2.rst; .../cgroup-v1/memory.rst.
CgroupFacts collect_cgroup(const Root& root, std::string_view path);

}  // namespace memkit
