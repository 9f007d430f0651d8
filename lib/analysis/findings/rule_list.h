#pragma once

#include "analysis/findings/rules.h"

/// The rules, one function a row of the table in rules.cpp. Each judges the figures of its finding by the limits of
/// its row.
namespace memkit {

// rules_available.cpp: is there enough?
Judgement judge_available_low(const FindingFacts& facts, const Limits& limits);
Judgement judge_process_dominates(const FindingFacts& facts, const Limits& limits);
Judgement judge_swap_full(const FindingFacts& facts, const Limits& limits);
Judgement judge_no_swap(const FindingFacts& facts, const Limits& limits);
Judgement judge_anon_growth(const FindingFacts& facts, const Limits& limits);

// rules_pressure.cpp: does anything wait for memory?
Judgement judge_psi_some(const FindingFacts& facts, const Limits& limits);
Judgement judge_psi_full(const FindingFacts& facts, const Limits& limits);
Judgement judge_file_thrashing(const FindingFacts& facts, const Limits& limits);
Judgement judge_swap_thrashing(const FindingFacts& facts, const Limits& limits);

// rules_kernel.cpp: what the kernel itself holds
Judgement judge_slab_unreclaimable(const FindingFacts& facts, const Limits& limits);
Judgement judge_slab_reclaimable_large(const FindingFacts& facts, const Limits& limits);
Judgement judge_unaccounted(const FindingFacts& facts, const Limits& limits);
Judgement judge_pagetables_heavy(const FindingFacts& facts, const Limits& limits);
Judgement judge_vmalloc_heavy(const FindingFacts& facts, const Limits& limits);
Judgement judge_kernel_stacks(const FindingFacts& facts, const Limits& limits);
Judgement judge_percpu_heavy(const FindingFacts& facts, const Limits& limits);
Judgement judge_dying_cgroups(const FindingFacts& facts, const Limits& limits);
Judgement judge_hardware_corrupted(const FindingFacts& facts, const Limits& limits);

// rules_slab.cpp: the kernel's caches one by one
Judgement judge_dentry_negative(const FindingFacts& facts, const Limits& limits);
Judgement judge_slab_fragmented(const FindingFacts& facts, const Limits& limits);
Judgement judge_kmalloc_large(const FindingFacts& facts, const Limits& limits);

// rules_shared.cpp: memory that is shared, pinned or set aside
Judgement judge_tmpfs_heavy(const FindingFacts& facts, const Limits& limits);
Judgement judge_shm_orphaned(const FindingFacts& facts, const Limits& limits);
Judgement judge_hugepages_idle(const FindingFacts& facts, const Limits& limits);
Judgement judge_hugepages_short(const FindingFacts& facts, const Limits& limits);
Judgement judge_memory_locked(const FindingFacts& facts, const Limits& limits);
Judgement judge_thp_bloat(const FindingFacts& facts, const Limits& limits);
Judgement judge_zram_poor(const FindingFacts& facts, const Limits& limits);
Judgement judge_zswap_poor(const FindingFacts& facts, const Limits& limits);

// rules_zones.cpp: where free memory lies, and settings
Judgement judge_zone_below_low(const FindingFacts& facts, const Limits& limits);
Judgement judge_zone_below_min(const FindingFacts& facts, const Limits& limits);
Judgement judge_min_free_odd(const FindingFacts& facts, const Limits& limits);
Judgement judge_fragmented(const FindingFacts& facts, const Limits& limits);
Judgement judge_numa_imbalance(const FindingFacts& facts, const Limits& limits);
Judgement judge_overcommit_limit(const FindingFacts& facts, const Limits& limits);
Judgement judge_swappiness_odd(const FindingFacts& facts, const Limits& limits);

// rules_cgroups.cpp: limits of control groups, and what cannot be seen
Judgement judge_memcg_limit(const FindingFacts& facts, const Limits& limits);
Judgement judge_memcg_throttled(const FindingFacts& facts, const Limits& limits);
Judgement judge_memcg_oom(const FindingFacts& facts, const Limits& limits);
Judgement judge_limited_view(const FindingFacts& facts, const Limits& limits);

// rules_oom.cpp: kills
Judgement judge_oom_recent(const FindingFacts& facts, const Limits& limits);

/// Cgroups that judge_memcg_limit wants to look at closely, at most `most`, the tightest first.
std::vector<std::string> tight_cgroups(const CgroupSurvey& survey, const Got<std::uint64_t>& mem_total_bytes,
                                       std::size_t most);

}  // namespace memkit
