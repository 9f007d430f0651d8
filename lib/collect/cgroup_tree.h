#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "collect/cgroup.h"
#include "parse/cgroup_value.h"
#include "parse/got.h"
#include "parse/memory_events.h"
#include "parse/memory_stat.h"
#include "parse/pressure.h"
#include "source/root.h"

namespace memkit {

/// What tasks wait for; each has a file in /proc/pressure and in every cgroup of v2.
enum class PressureKind : std::uint8_t { memory, cpu, io, irq };
inline constexpr std::array kPressureKinds = {PressureKind::memory, PressureKind::cpu, PressureKind::io,
                                              PressureKind::irq};
std::string_view to_string(PressureKind kind);

/// A figure for each kind of pressure.
template <class T>
using PerPressure = std::array<T, kPressureKinds.size()>;

/// What is read of each cgroup. Each bit costs one file of every cgroup, no more.
enum class CgroupWant : unsigned {
  memory_pressure = 1u << 0,
  cpu_pressure = 1u << 1,
  io_pressure = 1u << 2,
  irq_pressure = 1u << 3,
  current = 1u << 4,
  max = 1u << 5,
  high = 1u << 6,  ///< v2 only
  stat = 1u << 7,
  events = 1u << 8,
  pids = 1u << 9,  ///< pids.max, and pids.current where that is a limit
};
constexpr CgroupWant operator|(CgroupWant a, CgroupWant b) {
  return static_cast<CgroupWant>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool wants(CgroupWant all, CgroupWant one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}
constexpr CgroupWant want_of(PressureKind kind) {
  return static_cast<CgroupWant>(static_cast<unsigned>(CgroupWant::memory_pressure) << static_cast<unsigned>(kind));
}

/// One cgroup as the walk meets it. It lives as long as the visit. What was not wanted is absent. v1's names are
/// given as v2's.
struct CgroupNode {
  std::string_view path;  ///< below the mount point: "/" is the highest that can be seen
  unsigned depth = 0;     ///< 0 at "/"
  /// By PressureKind. Hidden: cgroup.pressure is 0. Absent: the kernel keeps none, or (v1) the v2 tree has no cgroup
  /// of this path.
  PerPressure<Got<Pressure>> pressure;
  Got<std::uint64_t> current_bytes;  ///< memory.current, memory.usage_in_bytes; v2's root has none
  Got<CgroupValue> max;              ///< memory.max, memory.limit_in_bytes
  Got<CgroupValue> high;
  Got<MemoryStat> stat;
  Got<MemoryEvents> events;  ///< memory.events; v1: from memory.oom_control
  Got<CgroupValue> pids_max;
  Got<std::uint64_t> pids_current;  ///< tasks, threads among them; of what is below it too
};

/// Which of the trees that can be there is walked.
enum class CgroupTree : std::uint8_t {
  pressure,  ///< v2's, which alone has pressure
  memory,    ///< the one that limits memory: v1's where it holds the memory controller, else v2's
  pids,      ///< the one that limits the number of tasks, likewise
};

struct CgroupWalkPolicy {
  CgroupTree tree = CgroupTree::pressure;
  CgroupWant want = CgroupWant::memory_pressure;
  std::string below = {};  ///< start at this cgroup, "/system.slice"; empty: at the top
};

/// What a walk saw.
struct CgroupWalk {
  CgroupVersion version = CgroupVersion::none;  ///< of the tree that was walked; none: there is no such tree
  bool hybrid = false;                          ///< v1 and v2 are both there
  std::string mount_point;                      ///< "sys/fs/cgroup/unified"
  std::string_view problem;              ///< why there is no tree, or no cgroup of the name; empty where there is
  std::uint64_t visited = 0;             ///< cgroups handed to the visitor
  std::uint64_t vanished = 0;            ///< went away in between
  std::uint64_t unlisted = 0;            ///< may not be listed: what is below them is not known
  std::uint64_t unreadable = 0;          ///< visited, with a wanted file that is there and may not be read
  Missing why_unread = Missing::absent;  ///< of the last that could not be listed or read
  std::uint64_t hidden = 0;              ///< visited, with pressure switched off in them (cgroup.pressure 0)
  std::uint64_t too_deep = 0;            ///< not entered: deeper than kMaxCgroupDepth
};
inline constexpr unsigned kMaxCgroupDepth = 128;  // a descriptor is open at each level

/// Visits every cgroup, parents before children and siblings by name. Memory is bounded by the names of the siblings
/// at each level of the current path. Cgroups come and go meanwhile: one that goes is counted, not visited.
/// Source: Documentation/admin-guide/cgroup-v2.rst; .../cgroup-v1/{memory,pids}.rst.
CgroupWalk walk_cgroups(const Root& root, const CgroupWalkPolicy& policy,
                        const std::function<void(const CgroupNode&)>& visit);

}  // namespace memkit
