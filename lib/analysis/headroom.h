#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collect/cgroup.h"
#include "parse/got.h"

namespace memkit {

enum class LimitState : std::uint8_t { unknown, limited, unlimited };
std::string_view to_string(LimitState state);

/// A limit as it is reported: bytes only where `limited`.
struct Limit {
  LimitState state = LimitState::unknown;
  Got<std::uint64_t> bytes;
};
/// v1 prints about LONG_MAX for none, and a limit of all RAM or more limits nothing either.
Limit to_limit(const Got<CgroupValue>& value, const Got<std::uint64_t>& mem_total_bytes);

/// How far one level of the hierarchy is from its limit.
struct LevelHeadroom {
  std::string path;
  Got<std::uint64_t> current_bytes;
  Limit limit;
  Got<std::int64_t> headroom_bytes;  ///< limit - current; negative while over it. Absent where there is no limit
};

/// What a cgroup uses and what it can still have. Bytes.
struct CgroupMemory {
  std::string path;
  Got<std::uint64_t> usage_bytes;
  Limit limit;  ///< its own
  Limit high;
  Got<std::uint64_t> swap_usage_bytes;
  Limit swap_limit;                          ///< v2: of swap. v1: of memory and swap together
  Got<std::uint64_t> working_set_bytes;      ///< max(0, usage - inactive_file): what kubelet judges
  Got<std::uint64_t> hard_to_reclaim_bytes;  ///< anon + shmem + kernel
  Got<std::uint64_t> anon_bytes;
  Got<std::uint64_t> file_bytes;  ///< page cache without shmem
  Got<std::uint64_t> shmem_bytes;
  Got<std::uint64_t> kernel_bytes;
  Got<std::uint64_t> oom_kills;
  Got<std::uint64_t> limit_hits;  ///< v2 events max; v1 failcnt
  Got<std::uint64_t> high_hits;   ///< v2 events high

  std::vector<LevelHeadroom> levels;  ///< leaf first
  Got<std::int64_t> headroom_bytes;   ///< the smallest of the levels
  std::string binding_path;           ///< of the level that has it
  Limit effective_limit;              ///< that level's limit
  bool visible_only = false;          ///< limits above a cgroup namespace's root cannot be seen
  /// v1: the kernel itself names a tighter limit (hierarchical_memory_limit) than any level that is visible.
  Got<std::uint64_t> hidden_limit_bytes;
};
CgroupMemory cgroup_memory(const CgroupFacts& facts, const Got<std::uint64_t>& mem_total_bytes);

}  // namespace memkit
