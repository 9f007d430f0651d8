#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/vmstat, and each NUMA node's share of it (/sys/devices/system/node/nodeN/vmstat, which has the
/// levels and few of the counters). Members carry the kernel's names: nr_* are levels in pages, the rest
/// are counters since boot, of pages unless said otherwise. What this kernel does not print is absent.
///
/// Where a kernel prints a counter per zone (allocstall_dma, allocstall_normal, ... always; pgscan_kswapd_*,
/// pgscan_direct_*, pgsteal_*, pgrefill_* before 4.8; pgalloc_*, pgskip_* always), the member is the sum over
/// the zones: malformed where one of them is, or where the text is cut within the group. A total under the
/// bare name, printed by other kernels, is taken as it is.
/// Source: mm/vmstat.c vmstat_text[]; include/linux/vm_event_item.h; include/linux/mmzone.h.
struct Vmstat {
  Got<std::uint64_t> nr_free_pages;
  Got<std::uint64_t> nr_zone_inactive_anon;  ///< nr_zone_*: the same pages as nr_*, counted by zone (4.8)
  Got<std::uint64_t> nr_zone_active_anon;
  Got<std::uint64_t> nr_zone_inactive_file;
  Got<std::uint64_t> nr_zone_active_file;
  Got<std::uint64_t> nr_zone_unevictable;
  Got<std::uint64_t> nr_zone_write_pending;
  Got<std::uint64_t> nr_mlock;
  Got<std::uint64_t> nr_zspages;  ///< pages of zsmalloc: zram, and zswap where it uses zsmalloc (4.8)
  Got<std::uint64_t> nr_free_cma;
  Got<std::uint64_t> nr_unaccepted;
  Got<std::uint64_t> numa_hit;
  Got<std::uint64_t> numa_miss;
  Got<std::uint64_t> numa_foreign;
  Got<std::uint64_t> numa_interleave;
  Got<std::uint64_t> numa_local;
  Got<std::uint64_t> numa_other;

  Got<std::uint64_t> nr_inactive_anon;
  Got<std::uint64_t> nr_active_anon;
  Got<std::uint64_t> nr_inactive_file;
  Got<std::uint64_t> nr_active_file;
  Got<std::uint64_t> nr_unevictable;
  Got<std::uint64_t> nr_slab_reclaimable;
  Got<std::uint64_t> nr_slab_unreclaimable;
  Got<std::uint64_t> nr_isolated_anon;
  Got<std::uint64_t> nr_isolated_file;
  Got<std::uint64_t> workingset_nodes;
  Got<std::uint64_t> workingset_refault;  ///< before 5.9: anon and file in one, files only in effect
  Got<std::uint64_t> workingset_refault_anon;
  Got<std::uint64_t> workingset_refault_file;
  Got<std::uint64_t> workingset_activate;  ///< before 5.9
  Got<std::uint64_t> workingset_activate_anon;
  Got<std::uint64_t> workingset_activate_file;
  Got<std::uint64_t> workingset_restore;  ///< before 5.9
  Got<std::uint64_t> workingset_restore_anon;
  Got<std::uint64_t> workingset_restore_file;
  Got<std::uint64_t> workingset_nodereclaim;
  Got<std::uint64_t> nr_anon_pages;
  Got<std::uint64_t> nr_mapped;
  Got<std::uint64_t> nr_file_pages;  ///< page cache with buffers, shmem and swap cache
  Got<std::uint64_t> nr_dirty;
  Got<std::uint64_t> nr_writeback;
  Got<std::uint64_t> nr_writeback_temp;
  Got<std::uint64_t> nr_shmem;
  Got<std::uint64_t> nr_shmem_hugepages;             ///< in base pages in node files, in huge pages elsewhere
  Got<std::uint64_t> nr_shmem_pmdmapped;             ///< as above
  Got<std::uint64_t> nr_file_hugepages;              ///< as above
  Got<std::uint64_t> nr_file_pmdmapped;              ///< as above
  Got<std::uint64_t> nr_anon_transparent_hugepages;  ///< as above
  Got<std::uint64_t> nr_unstable;
  Got<std::uint64_t> nr_vmscan_write;
  Got<std::uint64_t> nr_vmscan_immediate_reclaim;
  Got<std::uint64_t> nr_dirtied;
  Got<std::uint64_t> nr_written;
  Got<std::uint64_t> nr_throttled_written;
  Got<std::uint64_t> nr_kernel_misc_reclaimable;  ///< KReclaimable less SReclaimable (4.20)
  Got<std::uint64_t> nr_foll_pin_acquired;
  Got<std::uint64_t> nr_foll_pin_released;
  Got<std::uint64_t> nr_kernel_stack;  ///< KiB; before 4.8 the number of stacks
  Got<std::uint64_t> nr_shadow_call_stack;
  Got<std::uint64_t> nr_page_table_pages;
  Got<std::uint64_t> nr_sec_page_table_pages;
  Got<std::uint64_t> nr_iommu_pages;
  Got<std::uint64_t> nr_bounce;
  Got<std::uint64_t> nr_swapcached;
  Got<std::uint64_t> pgpromote_success;
  Got<std::uint64_t> pgpromote_candidate;
  Got<std::uint64_t> pgdemote_kswapd;
  Got<std::uint64_t> pgdemote_direct;
  Got<std::uint64_t> pgdemote_khugepaged;
  Got<std::uint64_t> pgdemote_proactive;
  Got<std::uint64_t> nr_hugetlb;
  Got<std::uint64_t> nr_balloon_pages;
  Got<std::uint64_t> nr_kernel_file_pages;
  Got<std::uint64_t> nr_gpu_active;
  Got<std::uint64_t> nr_gpu_reclaim;
  Got<std::uint64_t> nr_dirty_threshold;
  Got<std::uint64_t> nr_dirty_background_threshold;
  Got<std::uint64_t> nr_memmap_pages;       ///< struct pages allocated after boot: part of what MemTotal counts
  Got<std::uint64_t> nr_memmap_boot_pages;  ///< struct pages taken at boot: outside MemTotal

  Got<std::uint64_t> pgpgin;   ///< KiB, not pages
  Got<std::uint64_t> pgpgout;  ///< KiB, not pages
  Got<std::uint64_t> pswpin;
  Got<std::uint64_t> pswpout;
  Got<std::uint64_t> pgalloc;
  Got<std::uint64_t> allocstall;  ///< events: an allocation that had to reclaim by itself
  Got<std::uint64_t> pgskip;
  Got<std::uint64_t> pgfree;
  Got<std::uint64_t> pgactivate;
  Got<std::uint64_t> pgdeactivate;
  Got<std::uint64_t> pglazyfree;
  Got<std::uint64_t> pgfault;     ///< events
  Got<std::uint64_t> pgmajfault;  ///< events: a fault that had to wait for a disk
  Got<std::uint64_t> pglazyfreed;
  Got<std::uint64_t> pgrefill;
  Got<std::uint64_t> pgreuse;
  Got<std::uint64_t> pgsteal;  ///< old kernels: all reclaim, of which kswapd_steal is kswapd's
  Got<std::uint64_t> pgsteal_kswapd;
  Got<std::uint64_t> pgsteal_direct;
  Got<std::uint64_t> pgsteal_khugepaged;
  Got<std::uint64_t> pgsteal_proactive;
  Got<std::uint64_t> pgscan_kswapd;
  Got<std::uint64_t> pgscan_direct;
  Got<std::uint64_t> pgscan_khugepaged;
  Got<std::uint64_t> pgscan_proactive;
  Got<std::uint64_t> pgscan_direct_throttle;  ///< events, not pages: never part of a sum of pgscan_*
  Got<std::uint64_t> pgscan_anon;             ///< all reclaim, cgroup limits included
  Got<std::uint64_t> pgscan_file;
  Got<std::uint64_t> pgsteal_anon;
  Got<std::uint64_t> pgsteal_file;
  Got<std::uint64_t> zone_reclaim_success;
  Got<std::uint64_t> zone_reclaim_failed;
  Got<std::uint64_t> pginodesteal;
  Got<std::uint64_t> slabs_scanned;  ///< objects
  Got<std::uint64_t> kswapd_steal;   ///< old kernels, before pgsteal_kswapd
  Got<std::uint64_t> kswapd_inodesteal;
  Got<std::uint64_t> kswapd_low_wmark_hit_quickly;   ///< events
  Got<std::uint64_t> kswapd_high_wmark_hit_quickly;  ///< events
  Got<std::uint64_t> pageoutrun;                     ///< events
  Got<std::uint64_t> pgrotated;
  Got<std::uint64_t> drop_pagecache;  ///< events: writes to vm.drop_caches
  Got<std::uint64_t> drop_slab;       ///< events
  Got<std::uint64_t> oom_kill;        ///< processes killed, global and cgroup alike
  Got<std::uint64_t> pgmigrate_success;
  Got<std::uint64_t> pgmigrate_fail;
  Got<std::uint64_t> compact_migrate_scanned;
  Got<std::uint64_t> compact_free_scanned;
  Got<std::uint64_t> compact_isolated;
  Got<std::uint64_t> compact_stall;  ///< events, as are the next three
  Got<std::uint64_t> compact_fail;
  Got<std::uint64_t> compact_success;
  Got<std::uint64_t> compact_daemon_wake;
  Got<std::uint64_t> compact_daemon_migrate_scanned;
  Got<std::uint64_t> compact_daemon_free_scanned;
  Got<std::uint64_t> htlb_buddy_alloc_success;  ///< events
  Got<std::uint64_t> htlb_buddy_alloc_fail;     ///< events
  Got<std::uint64_t> unevictable_pgs_culled;
  Got<std::uint64_t> unevictable_pgs_rescued;
  Got<std::uint64_t> unevictable_pgs_mlocked;
  Got<std::uint64_t> unevictable_pgs_munlocked;
  Got<std::uint64_t> thp_fault_alloc;  ///< thp_*: events, one huge page each
  Got<std::uint64_t> thp_fault_fallback;
  Got<std::uint64_t> thp_fault_fallback_charge;
  Got<std::uint64_t> thp_collapse_alloc;
  Got<std::uint64_t> thp_collapse_alloc_failed;
  Got<std::uint64_t> thp_file_alloc;
  Got<std::uint64_t> thp_file_fallback;
  Got<std::uint64_t> thp_file_mapped;
  Got<std::uint64_t> thp_split;  ///< before 4.5
  Got<std::uint64_t> thp_split_page;
  Got<std::uint64_t> thp_split_page_failed;
  Got<std::uint64_t> thp_deferred_split_page;
  Got<std::uint64_t> thp_underused_split_page;
  Got<std::uint64_t> thp_split_pmd;
  Got<std::uint64_t> thp_zero_page_alloc;
  Got<std::uint64_t> thp_zero_page_alloc_failed;
  Got<std::uint64_t> thp_swpout;
  Got<std::uint64_t> thp_swpout_fallback;
  Got<std::uint64_t> balloon_inflate;
  Got<std::uint64_t> balloon_deflate;
  Got<std::uint64_t> balloon_migrate;
  Got<std::uint64_t> swap_ra;
  Got<std::uint64_t> swap_ra_hit;
  Got<std::uint64_t> swpin_zero;
  Got<std::uint64_t> swpout_zero;
  Got<std::uint64_t> ksm_swpin_copy;
  Got<std::uint64_t> cow_ksm;
  Got<std::uint64_t> zswpin;
  Got<std::uint64_t> zswpout;
  Got<std::uint64_t> zswpwb;
};

Vmstat parse_vmstat(std::string_view text);

}  // namespace memkit
