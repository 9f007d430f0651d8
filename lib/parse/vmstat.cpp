#include "vmstat.h"

#include <algorithm>
#include <array>

#include "key_values.h"

namespace memkit {
namespace {

using V = Vmstat;
// In the order in which kernels print them.
constexpr KeyTable kTable(std::to_array<KeyField<V>>({
    {"nr_free_pages", &V::nr_free_pages},
    {"nr_zone_inactive_anon", &V::nr_zone_inactive_anon},
    {"nr_zone_active_anon", &V::nr_zone_active_anon},
    {"nr_zone_inactive_file", &V::nr_zone_inactive_file},
    {"nr_zone_active_file", &V::nr_zone_active_file},
    {"nr_zone_unevictable", &V::nr_zone_unevictable},
    {"nr_zone_write_pending", &V::nr_zone_write_pending},
    {"nr_mlock", &V::nr_mlock},
    {"nr_zspages", &V::nr_zspages},
    {"nr_free_cma", &V::nr_free_cma},
    {"nr_unaccepted", &V::nr_unaccepted},
    {"numa_hit", &V::numa_hit},
    {"numa_miss", &V::numa_miss},
    {"numa_foreign", &V::numa_foreign},
    {"numa_interleave", &V::numa_interleave},
    {"numa_local", &V::numa_local},
    {"numa_other", &V::numa_other},
    {"nr_inactive_anon", &V::nr_inactive_anon},
    {"nr_active_anon", &V::nr_active_anon},
    {"nr_inactive_file", &V::nr_inactive_file},
    {"nr_active_file", &V::nr_active_file},
    {"nr_unevictable", &V::nr_unevictable},
    {"nr_slab_reclaimable", &V::nr_slab_reclaimable},
    {"nr_slab_unreclaimable", &V::nr_slab_unreclaimable},
    {"nr_isolated_anon", &V::nr_isolated_anon},
    {"nr_isolated_file", &V::nr_isolated_file},
    {"workingset_nodes", &V::workingset_nodes},
    {"workingset_refault", &V::workingset_refault},
    {"workingset_refault_anon", &V::workingset_refault_anon},
    {"workingset_refault_file", &V::workingset_refault_file},
    {"workingset_activate", &V::workingset_activate},
    {"workingset_activate_anon", &V::workingset_activate_anon},
    {"workingset_activate_file", &V::workingset_activate_file},
    {"workingset_restore", &V::workingset_restore},
    {"workingset_restore_anon", &V::workingset_restore_anon},
    {"workingset_restore_file", &V::workingset_restore_file},
    {"workingset_nodereclaim", &V::workingset_nodereclaim},
    {"nr_anon_pages", &V::nr_anon_pages},
    {"nr_mapped", &V::nr_mapped},
    {"nr_file_pages", &V::nr_file_pages},
    {"nr_dirty", &V::nr_dirty},
    {"nr_writeback", &V::nr_writeback},
    {"nr_writeback_temp", &V::nr_writeback_temp},
    {"nr_shmem", &V::nr_shmem},
    {"nr_shmem_hugepages", &V::nr_shmem_hugepages},
    {"nr_shmem_pmdmapped", &V::nr_shmem_pmdmapped},
    {"nr_file_hugepages", &V::nr_file_hugepages},
    {"nr_file_pmdmapped", &V::nr_file_pmdmapped},
    {"nr_anon_transparent_hugepages", &V::nr_anon_transparent_hugepages},
    {"nr_unstable", &V::nr_unstable},
    {"nr_vmscan_write", &V::nr_vmscan_write},
    {"nr_vmscan_immediate_reclaim", &V::nr_vmscan_immediate_reclaim},
    {"nr_dirtied", &V::nr_dirtied},
    {"nr_written", &V::nr_written},
    {"nr_throttled_written", &V::nr_throttled_written},
    {"nr_kernel_misc_reclaimable", &V::nr_kernel_misc_reclaimable},
    {"nr_foll_pin_acquired", &V::nr_foll_pin_acquired},
    {"nr_foll_pin_released", &V::nr_foll_pin_released},
    {"nr_kernel_stack", &V::nr_kernel_stack},
    {"nr_shadow_call_stack", &V::nr_shadow_call_stack},
    {"nr_page_table_pages", &V::nr_page_table_pages},
    {"nr_sec_page_table_pages", &V::nr_sec_page_table_pages},
    {"nr_iommu_pages", &V::nr_iommu_pages},
    {"nr_bounce", &V::nr_bounce},
    {"nr_swapcached", &V::nr_swapcached},
    {"pgpromote_success", &V::pgpromote_success},
    {"pgpromote_candidate", &V::pgpromote_candidate},
    {"pgdemote_kswapd", &V::pgdemote_kswapd},
    {"pgdemote_direct", &V::pgdemote_direct},
    {"pgdemote_khugepaged", &V::pgdemote_khugepaged},
    {"pgdemote_proactive", &V::pgdemote_proactive},
    {"nr_hugetlb", &V::nr_hugetlb},
    {"nr_balloon_pages", &V::nr_balloon_pages},
    {"nr_kernel_file_pages", &V::nr_kernel_file_pages},
    {"nr_gpu_active", &V::nr_gpu_active},
    {"nr_gpu_reclaim", &V::nr_gpu_reclaim},
    {"nr_dirty_threshold", &V::nr_dirty_threshold},
    {"nr_dirty_background_threshold", &V::nr_dirty_background_threshold},
    {"nr_memmap_pages", &V::nr_memmap_pages},
    {"nr_memmap_boot_pages", &V::nr_memmap_boot_pages},
    {"pgpgin", &V::pgpgin},
    {"pgpgout", &V::pgpgout},
    {"pswpin", &V::pswpin},
    {"pswpout", &V::pswpout},
    {"pgalloc", &V::pgalloc},
    {"allocstall", &V::allocstall},
    {"pgskip", &V::pgskip},
    {"pgfree", &V::pgfree},
    {"pgactivate", &V::pgactivate},
    {"pgdeactivate", &V::pgdeactivate},
    {"pglazyfree", &V::pglazyfree},
    {"pgfault", &V::pgfault},
    {"pgmajfault", &V::pgmajfault},
    {"pglazyfreed", &V::pglazyfreed},
    {"pgrefill", &V::pgrefill},
    {"pgreuse", &V::pgreuse},
    {"pgsteal", &V::pgsteal},
    {"pgsteal_kswapd", &V::pgsteal_kswapd},
    {"pgsteal_direct", &V::pgsteal_direct},
    {"pgsteal_khugepaged", &V::pgsteal_khugepaged},
    {"pgsteal_proactive", &V::pgsteal_proactive},
    {"pgscan_kswapd", &V::pgscan_kswapd},
    {"pgscan_direct", &V::pgscan_direct},
    {"pgscan_khugepaged", &V::pgscan_khugepaged},
    {"pgscan_proactive", &V::pgscan_proactive},
    {"pgscan_direct_throttle", &V::pgscan_direct_throttle},
    {"pgscan_anon", &V::pgscan_anon},
    {"pgscan_file", &V::pgscan_file},
    {"pgsteal_anon", &V::pgsteal_anon},
    {"pgsteal_file", &V::pgsteal_file},
    {"zone_reclaim_success", &V::zone_reclaim_success},
    {"zone_reclaim_failed", &V::zone_reclaim_failed},
    {"pginodesteal", &V::pginodesteal},
    {"slabs_scanned", &V::slabs_scanned},
    {"kswapd_steal", &V::kswapd_steal},
    {"kswapd_inodesteal", &V::kswapd_inodesteal},
    {"kswapd_low_wmark_hit_quickly", &V::kswapd_low_wmark_hit_quickly},
    {"kswapd_high_wmark_hit_quickly", &V::kswapd_high_wmark_hit_quickly},
    {"pageoutrun", &V::pageoutrun},
    {"pgrotated", &V::pgrotated},
    {"drop_pagecache", &V::drop_pagecache},
    {"drop_slab", &V::drop_slab},
    {"oom_kill", &V::oom_kill},
    {"pgmigrate_success", &V::pgmigrate_success},
    {"pgmigrate_fail", &V::pgmigrate_fail},
    {"compact_migrate_scanned", &V::compact_migrate_scanned},
    {"compact_free_scanned", &V::compact_free_scanned},
    {"compact_isolated", &V::compact_isolated},
    {"compact_stall", &V::compact_stall},
    {"compact_fail", &V::compact_fail},
    {"compact_success", &V::compact_success},
    {"compact_daemon_wake", &V::compact_daemon_wake},
    {"compact_daemon_migrate_scanned", &V::compact_daemon_migrate_scanned},
    {"compact_daemon_free_scanned", &V::compact_daemon_free_scanned},
    {"htlb_buddy_alloc_success", &V::htlb_buddy_alloc_success},
    {"htlb_buddy_alloc_fail", &V::htlb_buddy_alloc_fail},
    {"unevictable_pgs_culled", &V::unevictable_pgs_culled},
    {"unevictable_pgs_rescued", &V::unevictable_pgs_rescued},
    {"unevictable_pgs_mlocked", &V::unevictable_pgs_mlocked},
    {"unevictable_pgs_munlocked", &V::unevictable_pgs_munlocked},
    {"thp_fault_alloc", &V::thp_fault_alloc},
    {"thp_fault_fallback", &V::thp_fault_fallback},
    {"thp_fault_fallback_charge", &V::thp_fault_fallback_charge},
    {"thp_collapse_alloc", &V::thp_collapse_alloc},
    {"thp_collapse_alloc_failed", &V::thp_collapse_alloc_failed},
    {"thp_file_alloc", &V::thp_file_alloc},
    {"thp_file_fallback", &V::thp_file_fallback},
    {"thp_file_mapped", &V::thp_file_mapped},
    {"thp_split", &V::thp_split},
    {"thp_split_page", &V::thp_split_page},
    {"thp_split_page_failed", &V::thp_split_page_failed},
    {"thp_deferred_split_page", &V::thp_deferred_split_page},
    {"thp_underused_split_page", &V::thp_underused_split_page},
    {"thp_split_pmd", &V::thp_split_pmd},
    {"thp_zero_page_alloc", &V::thp_zero_page_alloc},
    {"thp_zero_page_alloc_failed", &V::thp_zero_page_alloc_failed},
    {"thp_swpout", &V::thp_swpout},
    {"thp_swpout_fallback", &V::thp_swpout_fallback},
    {"balloon_inflate", &V::balloon_inflate},
    {"balloon_deflate", &V::balloon_deflate},
    {"balloon_migrate", &V::balloon_migrate},
    {"swap_ra", &V::swap_ra},
    {"swap_ra_hit", &V::swap_ra_hit},
    {"swpin_zero", &V::swpin_zero},
    {"swpout_zero", &V::swpout_zero},
    {"ksm_swpin_copy", &V::ksm_swpin_copy},
    {"cow_ksm", &V::cow_ksm},
    {"zswpin", &V::zswpin},
    {"zswpout", &V::zswpout},
    {"zswpwb", &V::zswpwb},
}));

// What some kernel prints once per zone: "allocstall_dma 0", "allocstall_normal 17", ... "allocstall_device 0".
constexpr KeyTable kZonedTable(std::to_array<KeyField<V>>({
    {"pgalloc", &V::pgalloc},
    {"allocstall", &V::allocstall},
    {"pgskip", &V::pgskip},
    {"pgrefill", &V::pgrefill},
    {"pgsteal", &V::pgsteal},
    {"pgsteal_kswapd", &V::pgsteal_kswapd},
    {"pgsteal_direct", &V::pgsteal_direct},
    {"pgscan_kswapd", &V::pgscan_kswapd},
    {"pgscan_direct", &V::pgscan_direct},
}));
constexpr std::string_view kZoneSuffixes[] = {"dma", "dma32", "normal", "high", "movable", "device"};

// Sums one group of lines at a time. A sum is handed out only when a line of another kind follows it: a text that
// ends within the group may lack zones.
class ZoneSum {
 public:
  explicit ZoneSum(Vmstat& into) : into_(into) {}

  // True where the line was one zone's part of a counter.
  bool add(const KeyValue& line) {
    const std::size_t row = zoned_row(line.key);
    if (row != row_) close();
    if (row == kZonedTable.kNone) return false;
    if (row_ == kZonedTable.kNone) start(row);
    if (counts_) sum_ = not_underflown(sum(sum_, line.value));
    return true;
  }

  // The group has ended: its sum is whole.
  void close() {
    if (row_ != kZonedTable.kNone && counts_) slot() = sum_;
    row_ = kZonedTable.kNone;
  }

 private:
  static std::size_t zoned_row(std::string_view key) {
    const std::size_t bar = key.rfind('_');
    if (bar == std::string_view::npos) return kZonedTable.kNone;
    const auto* const suffix = std::find(std::begin(kZoneSuffixes), std::end(kZoneSuffixes), key.substr(bar + 1));
    return suffix == std::end(kZoneSuffixes) ? kZonedTable.kNone : kZonedTable.find(key.substr(0, bar));
  }

  [[nodiscard]] Got<std::uint64_t>& slot() const { return into_.*kZonedTable.fields()[row_].member; }

  void start(std::size_t row) {
    row_ = row;
    sum_ = std::uint64_t{0};
    counts_ = !slot() && slot().missing() == Missing::absent;
    if (counts_) slot() = Missing::malformed;  // until the group has ended
  }

  Vmstat& into_;
  std::size_t row_ = kZonedTable.kNone;
  Got<std::uint64_t> sum_;
  bool counts_ = false;
};

}  // namespace

Vmstat parse_vmstat(std::string_view text) {
  Vmstat stat;
  ZoneSum zones(stat);
  text = complete_lines(text);
  std::size_t expected = 0;
  while (!text.empty()) {
    if (kTable.take(text, stat, expected)) {
      zones.close();
      continue;
    }
    const KeyValue pair = parse_key_value(take_line(text));
    if (!pair.key.empty() && !zones.add(pair)) kTable.store(pair.key, pair.value, stat, expected);
  }
  return stat;
}

}  // namespace memkit
