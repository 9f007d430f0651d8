#include "memory_stat.h"

#include <array>

#include "cgroup_value.h"
#include "key_values.h"

namespace memkit {
namespace {

using S = MemoryStat;
// In the order in which kernels print them.
constexpr KeyTable kTable(std::to_array<KeyField<S>>({
    {"anon", &S::anon_bytes},
    {"file", &S::file_bytes},
    {"kernel", &S::kernel_bytes},
    {"kernel_stack", &S::kernel_stack_bytes},
    {"pagetables", &S::pagetables_bytes},
    {"sec_pagetables", &S::sec_pagetables_bytes},
    {"percpu", &S::percpu_bytes},
    {"sock", &S::sock_bytes},
    {"vmalloc", &S::vmalloc_bytes},
    {"shmem", &S::shmem_bytes},
    {"zswap", &S::zswap_bytes},
    {"zswapped", &S::zswapped_bytes},
    {"file_mapped", &S::file_mapped_bytes},
    {"file_dirty", &S::file_dirty_bytes},
    {"file_writeback", &S::file_writeback_bytes},
    {"swapcached", &S::swapcached_bytes},
    {"anon_thp", &S::anon_thp_bytes},
    {"file_thp", &S::file_thp_bytes},
    {"shmem_thp", &S::shmem_thp_bytes},
    {"hugetlb", &S::hugetlb_bytes},
    {"cache", &S::cache_bytes},
    {"rss", &S::rss_bytes},
    {"rss_huge", &S::rss_huge_bytes},
    {"mapped_file", &S::mapped_file_bytes},
    {"dirty", &S::dirty_bytes},
    {"writeback", &S::writeback_bytes},
    {"swap", &S::swap_bytes},
    {"inactive_anon", &S::inactive_anon_bytes},
    {"active_anon", &S::active_anon_bytes},
    {"inactive_file", &S::inactive_file_bytes},
    {"active_file", &S::active_file_bytes},
    {"unevictable", &S::unevictable_bytes},
    {"slab_reclaimable", &S::slab_reclaimable_bytes},
    {"slab_unreclaimable", &S::slab_unreclaimable_bytes},
    {"slab", &S::slab_bytes},
    {"total_cache", &S::total_cache_bytes},
    {"total_rss", &S::total_rss_bytes},
    {"total_rss_huge", &S::total_rss_huge_bytes},
    {"total_shmem", &S::total_shmem_bytes},
    {"total_mapped_file", &S::total_mapped_file_bytes},
    {"total_dirty", &S::total_dirty_bytes},
    {"total_writeback", &S::total_writeback_bytes},
    {"total_swap", &S::total_swap_bytes},
    {"total_swapcached", &S::total_swapcached_bytes},
    {"total_inactive_anon", &S::total_inactive_anon_bytes},
    {"total_active_anon", &S::total_active_anon_bytes},
    {"total_inactive_file", &S::total_inactive_file_bytes},
    {"total_active_file", &S::total_active_file_bytes},
    {"total_unevictable", &S::total_unevictable_bytes},
    {"total_pgpgin", &S::total_pgpgin},
    {"total_pgpgout", &S::total_pgpgout},
    {"total_pgfault", &S::total_pgfault},
    {"total_pgmajfault", &S::total_pgmajfault},
    {"total_workingset_refault_anon", &S::total_workingset_refault_anon},
    {"total_workingset_refault_file", &S::total_workingset_refault_file},
    {"pgpgin", &S::pgpgin},
    {"pgpgout", &S::pgpgout},
    {"pgfault", &S::pgfault},
    {"pgmajfault", &S::pgmajfault},
    {"workingset_refault", &S::workingset_refault},
    {"workingset_refault_anon", &S::workingset_refault_anon},
    {"workingset_refault_file", &S::workingset_refault_file},
    {"workingset_activate", &S::workingset_activate},
    {"workingset_activate_anon", &S::workingset_activate_anon},
    {"workingset_activate_file", &S::workingset_activate_file},
    {"workingset_restore", &S::workingset_restore},
    {"workingset_restore_anon", &S::workingset_restore_anon},
    {"workingset_restore_file", &S::workingset_restore_file},
    {"workingset_nodereclaim", &S::workingset_nodereclaim},
    {"pgscan", &S::pgscan},
    {"pgsteal", &S::pgsteal},
    {"pgscan_kswapd", &S::pgscan_kswapd},
    {"pgscan_direct", &S::pgscan_direct},
    {"pgscan_khugepaged", &S::pgscan_khugepaged},
    {"pgscan_proactive", &S::pgscan_proactive},
    {"pgsteal_kswapd", &S::pgsteal_kswapd},
    {"pgsteal_direct", &S::pgsteal_direct},
    {"pgsteal_khugepaged", &S::pgsteal_khugepaged},
    {"pgsteal_proactive", &S::pgsteal_proactive},
    {"pswpin", &S::pswpin},
    {"pswpout", &S::pswpout},
    {"pgrefill", &S::pgrefill},
    {"pgactivate", &S::pgactivate},
    {"pgdeactivate", &S::pgdeactivate},
    {"pglazyfree", &S::pglazyfree},
    {"pglazyfreed", &S::pglazyfreed},
    {"swpin_zero", &S::swpin_zero},
    {"swpout_zero", &S::swpout_zero},
    {"zswpin", &S::zswpin},
    {"zswpout", &S::zswpout},
    {"zswpwb", &S::zswpwb},
    {"thp_fault_alloc", &S::thp_fault_alloc},
    {"thp_collapse_alloc", &S::thp_collapse_alloc},
    {"thp_swpout", &S::thp_swpout},
    {"thp_swpout_fallback", &S::thp_swpout_fallback},
}));

// Limits, not sizes: "no limit" is a number that no size can have (CgroupValue), 2^64-1 on the oldest kernels.
constexpr KeyTable kLimits(std::to_array<KeyField<S>>({
    {"hierarchical_memory_limit", &S::hierarchical_memory_limit_bytes},
    {"hierarchical_memsw_limit", &S::hierarchical_memsw_limit_bytes},
}));

bool store_limit(std::string_view line, MemoryStat& stat, std::size_t& expected) {
  if (!line.starts_with("hierarchical_")) return false;
  const std::string_view key = take_word(line);
  const auto limit = parse_cgroup_value(trim(line)).transform([](CgroupValue value) { return value.value; });
  return kLimits.store(key, limit ? limit : Missing::malformed, stat, expected);
}

}  // namespace

MemoryStat parse_memory_stat(std::string_view text) {
  MemoryStat stat;
  text = complete_lines(text);
  std::size_t expected = 0;
  std::size_t expected_limit = 0;
  while (!text.empty()) {
    if (kTable.take(text, stat, expected)) continue;
    const std::string_view line = take_line(text);
    if (store_limit(line, stat, expected_limit)) continue;
    const KeyValue pair = parse_key_value(line);
    kTable.store(pair.key, pair.value, stat, expected);
  }
  return stat;
}

}  // namespace memkit
