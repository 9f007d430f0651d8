#include "analysis/headroom.h"

#include <algorithm>
#include <initializer_list>
#include <limits>

namespace memkit {
namespace {

using Bytes = Got<std::uint64_t>;

/// The first that is there; else the first's reason.
Bytes first_of(std::initializer_list<Bytes> values) {
  for (const Bytes& value : values) {
    if (value) return value;
  }
  return values.size() == 0 ? Bytes{} : *values.begin();
}

Bytes minus(const Bytes& a, const Bytes& b) {
  if (!a) return a;
  if (!b) return b;
  return *a > *b ? *a - *b : 0;
}

/// v2 before 5.18 has no `kernel`: what it names of it. Absent where it names nothing.
Bytes kernel_bytes(const MemoryStat& stat) {
  if (stat.kernel_bytes) return stat.kernel_bytes;
  const Bytes slab =
      stat.slab_bytes ? stat.slab_bytes : sum(stat.slab_reclaimable_bytes, stat.slab_unreclaimable_bytes);
  Bytes total;
  for (const Bytes& part : {slab, stat.kernel_stack_bytes, stat.pagetables_bytes, stat.sec_pagetables_bytes,
                            stat.percpu_bytes, stat.vmalloc_bytes, stat.sock_bytes}) {
    if (part) total = total.value_or(0) + *part;
  }
  return total;
}

/// 0 of what the kernel does not count. What it counts and does not tell stays unknown, and the sum with it.
Bytes or_none(const Bytes& part) { return !part && part.missing() == Missing::absent ? Bytes(0) : part; }

/// v2's figures hold the cgroup and all below it; v1's do under total_*.
void take_stat(const CgroupFacts& facts, CgroupMemory& memory) {
  const MemoryStat& stat = *facts.stat;
  const bool v1 = facts.version == CgroupVersion::v1;
  const Bytes anon = v1 ? first_of({stat.total_rss_bytes, stat.rss_bytes}) : stat.anon_bytes;
  const Bytes cache = v1 ? first_of({stat.total_cache_bytes, stat.cache_bytes}) : stat.file_bytes;
  const Bytes inactive_file =
      v1 ? first_of({stat.total_inactive_file_bytes, stat.inactive_file_bytes}) : stat.inactive_file_bytes;
  memory.anon_bytes = anon;
  memory.shmem_bytes = v1 ? first_of({stat.total_shmem_bytes, stat.shmem_bytes}) : stat.shmem_bytes;
  memory.file_bytes = memory.shmem_bytes ? minus(cache, memory.shmem_bytes) : cache;
  memory.kernel_bytes = v1 ? facts.kmem_bytes : kernel_bytes(stat);
  memory.working_set_bytes = minus(memory.usage_bytes, inactive_file);
  // Where v1's kmem file is missing: what is left of the usage, if anything is. Per-CPU batches blur the rest.
  if (v1 && !memory.kernel_bytes && memory.kernel_bytes.missing() == Missing::absent) {
    const Bytes named = sum(anon, cache);
    if (memory.usage_bytes && named && *memory.usage_bytes > *named) memory.kernel_bytes = *memory.usage_bytes - *named;
  }
  memory.hard_to_reclaim_bytes = sum(sum(anon, or_none(memory.shmem_bytes)), or_none(memory.kernel_bytes));
  if (v1 && !memory.swap_usage_bytes) memory.swap_usage_bytes = first_of({stat.total_swap_bytes, stat.swap_bytes});
}

Got<std::int64_t> headroom_of(const Limit& limit, const Bytes& current) {
  if (limit.state != LimitState::limited) return Missing::absent;
  if (!current) return current.missing();
  return static_cast<std::int64_t>(*limit.bytes) - static_cast<std::int64_t>(*current);
}

void find_binding(CgroupMemory& memory) {
  for (const LevelHeadroom& level : memory.levels) {
    if (!level.headroom_bytes) continue;
    if (memory.headroom_bytes && *level.headroom_bytes >= *memory.headroom_bytes) continue;
    memory.headroom_bytes = level.headroom_bytes;
    memory.binding_path = level.path;
    memory.effective_limit = level.limit;
  }
  if (memory.headroom_bytes || memory.levels.empty()) return;
  const bool all_unlimited = std::all_of(memory.levels.begin(), memory.levels.end(), [](const LevelHeadroom& level) {
    return level.limit.state == LimitState::unlimited;
  });
  memory.effective_limit.state = all_unlimited ? LimitState::unlimited : LimitState::unknown;
}

/// v1 gives the tightest limit up to the hierarchy's root, also of levels that a namespace hides.
Bytes hidden_limit(const CgroupFacts& facts, const CgroupMemory& memory, const Bytes& mem_total) {
  if (!facts.stat || !facts.stat->hierarchical_memory_limit_bytes) return Missing::absent;
  const Limit limit = to_limit(to_cgroup_value(*facts.stat->hierarchical_memory_limit_bytes), mem_total);
  if (limit.state != LimitState::limited) return Missing::absent;
  for (const LevelHeadroom& level : memory.levels) {
    if (level.limit.bytes && *level.limit.bytes <= *limit.bytes) return Missing::absent;
  }
  return limit.bytes;
}

}  // namespace

std::string_view to_string(LimitState state) {
  switch (state) {
    case LimitState::limited:
      return "limited";
    case LimitState::unlimited:
      return "unlimited";
    case LimitState::unknown:
      break;
  }
  return "unknown";
}

Limit to_limit(const Got<CgroupValue>& value, const Got<std::uint64_t>& mem_total_bytes) {
  Limit limit;
  if (!value) {
    limit.bytes = value.missing();
    return limit;
  }
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool none = value->unlimited() || value->value > kMost || (mem_total_bytes && value->value >= *mem_total_bytes);
  limit.state = none ? LimitState::unlimited : LimitState::limited;
  if (!none) limit.bytes = value->value;
  return limit;
}

CgroupMemory cgroup_memory(const CgroupFacts& facts, const Got<std::uint64_t>& mem_total_bytes) {
  CgroupMemory memory;
  memory.path = facts.path;
  memory.visible_only = facts.namespaced || facts.low_confidence;
  if (facts.levels.empty()) return memory;
  const bool root_of_v2 = facts.version == CgroupVersion::v2 && !facts.namespaced;
  for (const CgroupLevel& level : facts.levels) {
    LevelHeadroom headroom;
    headroom.path = level.path;
    headroom.current_bytes = level.current_bytes;
    headroom.limit = to_limit(level.max, mem_total_bytes);
    // The hierarchy's root has no memory.max, and no limit. So has a v2 level where the controller is off.
    if (!level.max && level.max.missing() == Missing::absent && root_of_v2 && level.path == "/") {
      headroom.limit.state = LimitState::unlimited;
    }
    headroom.headroom_bytes = headroom_of(headroom.limit, headroom.current_bytes);
    memory.levels.push_back(std::move(headroom));
  }
  const CgroupLevel& leaf = facts.levels.front();
  memory.usage_bytes = leaf.current_bytes;
  memory.limit = memory.levels.front().limit;
  memory.high = to_limit(leaf.high, {});
  memory.swap_usage_bytes = leaf.swap_current_bytes;
  memory.swap_limit = to_limit(facts.version == CgroupVersion::v1 ? leaf.memsw_max : leaf.swap_max, {});
  if (facts.stat) take_stat(facts, memory);
  if (facts.events) {
    memory.oom_kills = facts.events->oom_kill;
    memory.limit_hits = facts.events->max;
    memory.high_hits = facts.events->high;
  }
  if (facts.version == CgroupVersion::v1) memory.limit_hits = facts.failcnt;
  find_binding(memory);
  if (facts.version == CgroupVersion::v1) memory.hidden_limit_bytes = hidden_limit(facts, memory, mem_total_bytes);
  return memory;
}

}  // namespace memkit
