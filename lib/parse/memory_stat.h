#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// memory.stat of a cgroup, v1 and v2. v2 counts the cgroup with all below it; v1 the cgroup alone, and with
/// those below it under total_*. Sizes in bytes; the counters (pgfault and what follows it) in pages or events
/// since the cgroup was made, under the kernel's names.
/// Source: Documentation/admin-guide/cgroup-v2.rst "memory.stat"; .../cgroup-v1/memory.rst section 5.2;
/// mm/memcontrol.c memory_stats[], mm/memcontrol-v1.c.
struct MemoryStat {
  // v2
  Got<std::uint64_t> anon_bytes;
  Got<std::uint64_t> file_bytes;    ///< page cache with shmem
  Got<std::uint64_t> kernel_bytes;  ///< all kernel memory, slab included (5.18)
  Got<std::uint64_t> kernel_stack_bytes;
  Got<std::uint64_t> pagetables_bytes;
  Got<std::uint64_t> sec_pagetables_bytes;
  Got<std::uint64_t> percpu_bytes;
  Got<std::uint64_t> sock_bytes;
  Got<std::uint64_t> vmalloc_bytes;
  Got<std::uint64_t> shmem_bytes;  ///< in file_bytes; v1 too
  Got<std::uint64_t> zswap_bytes;
  Got<std::uint64_t> zswapped_bytes;
  Got<std::uint64_t> file_mapped_bytes;
  Got<std::uint64_t> file_dirty_bytes;
  Got<std::uint64_t> file_writeback_bytes;
  Got<std::uint64_t> swapcached_bytes;
  Got<std::uint64_t> anon_thp_bytes;
  Got<std::uint64_t> file_thp_bytes;
  Got<std::uint64_t> shmem_thp_bytes;
  Got<std::uint64_t> hugetlb_bytes;

  // v1
  Got<std::uint64_t> cache_bytes;  ///< page cache with shmem
  Got<std::uint64_t> rss_bytes;    ///< anonymous memory and swap cache, not a process's RSS
  Got<std::uint64_t> rss_huge_bytes;
  Got<std::uint64_t> mapped_file_bytes;
  Got<std::uint64_t> dirty_bytes;
  Got<std::uint64_t> writeback_bytes;
  Got<std::uint64_t> swap_bytes;

  // both
  Got<std::uint64_t> inactive_anon_bytes;
  Got<std::uint64_t> active_anon_bytes;
  Got<std::uint64_t> inactive_file_bytes;
  Got<std::uint64_t> active_file_bytes;
  Got<std::uint64_t> unevictable_bytes;

  // v2
  Got<std::uint64_t> slab_reclaimable_bytes;
  Got<std::uint64_t> slab_unreclaimable_bytes;
  Got<std::uint64_t> slab_bytes;

  // v1; the smallest limit up to the root, CgroupValue::kUnlimited where there is none
  Got<std::uint64_t> hierarchical_memory_limit_bytes;
  Got<std::uint64_t> hierarchical_memsw_limit_bytes;
  Got<std::uint64_t> total_cache_bytes;
  Got<std::uint64_t> total_rss_bytes;
  Got<std::uint64_t> total_rss_huge_bytes;
  Got<std::uint64_t> total_shmem_bytes;
  Got<std::uint64_t> total_mapped_file_bytes;
  Got<std::uint64_t> total_dirty_bytes;
  Got<std::uint64_t> total_writeback_bytes;
  Got<std::uint64_t> total_swap_bytes;
  Got<std::uint64_t> total_swapcached_bytes;
  Got<std::uint64_t> total_inactive_anon_bytes;
  Got<std::uint64_t> total_active_anon_bytes;
  Got<std::uint64_t> total_inactive_file_bytes;
  Got<std::uint64_t> total_active_file_bytes;
  Got<std::uint64_t> total_unevictable_bytes;
  Got<std::uint64_t> total_pgpgin;
  Got<std::uint64_t> total_pgpgout;
  Got<std::uint64_t> total_pgfault;
  Got<std::uint64_t> total_pgmajfault;
  Got<std::uint64_t> total_workingset_refault_anon;
  Got<std::uint64_t> total_workingset_refault_file;

  // counters
  Got<std::uint64_t> pgpgin;   ///< v1: pages charged
  Got<std::uint64_t> pgpgout;  ///< v1: pages uncharged
  Got<std::uint64_t> pgfault;
  Got<std::uint64_t> pgmajfault;
  Got<std::uint64_t> workingset_refault;  ///< before 5.9
  Got<std::uint64_t> workingset_refault_anon;
  Got<std::uint64_t> workingset_refault_file;
  Got<std::uint64_t> workingset_activate;  ///< before 5.9
  Got<std::uint64_t> workingset_activate_anon;
  Got<std::uint64_t> workingset_activate_file;
  Got<std::uint64_t> workingset_restore;  ///< before 5.9
  Got<std::uint64_t> workingset_restore_anon;
  Got<std::uint64_t> workingset_restore_file;
  Got<std::uint64_t> workingset_nodereclaim;
  Got<std::uint64_t> pgscan;   ///< v2: all kinds together
  Got<std::uint64_t> pgsteal;  ///< v2: all kinds together
  Got<std::uint64_t> pgscan_kswapd;
  Got<std::uint64_t> pgscan_direct;
  Got<std::uint64_t> pgscan_khugepaged;
  Got<std::uint64_t> pgscan_proactive;
  Got<std::uint64_t> pgsteal_kswapd;
  Got<std::uint64_t> pgsteal_direct;
  Got<std::uint64_t> pgsteal_khugepaged;
  Got<std::uint64_t> pgsteal_proactive;
  Got<std::uint64_t> pswpin;
  Got<std::uint64_t> pswpout;
  Got<std::uint64_t> pgrefill;
  Got<std::uint64_t> pgactivate;
  Got<std::uint64_t> pgdeactivate;
  Got<std::uint64_t> pglazyfree;
  Got<std::uint64_t> pglazyfreed;
  Got<std::uint64_t> swpin_zero;
  Got<std::uint64_t> swpout_zero;
  Got<std::uint64_t> zswpin;
  Got<std::uint64_t> zswpout;
  Got<std::uint64_t> zswpwb;
  Got<std::uint64_t> thp_fault_alloc;
  Got<std::uint64_t> thp_collapse_alloc;
  Got<std::uint64_t> thp_swpout;
  Got<std::uint64_t> thp_swpout_fallback;
};

MemoryStat parse_memory_stat(std::string_view text);

}  // namespace memkit
