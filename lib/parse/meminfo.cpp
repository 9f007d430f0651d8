#include "meminfo.h"

#include <array>

#include "key_values.h"

namespace memkit {
namespace {

using M = Meminfo;
// In the order in which kernels print them.
constexpr KeyTable kTable(std::to_array<KeyField<M>>({
    {"MemTotal", &M::mem_total_bytes},
    {"MemFree", &M::mem_free_bytes},
    {"MemAvailable", &M::mem_available_bytes},
    {"MemUsed", &M::mem_used_bytes},
    {"Buffers", &M::buffers_bytes},
    {"Cached", &M::cached_bytes},
    {"SwapCached", &M::swap_cached_bytes},
    {"Active", &M::active_bytes},
    {"Inactive", &M::inactive_bytes},
    {"Active(anon)", &M::active_anon_bytes},
    {"Inactive(anon)", &M::inactive_anon_bytes},
    {"Active(file)", &M::active_file_bytes},
    {"Inactive(file)", &M::inactive_file_bytes},
    {"Unevictable", &M::unevictable_bytes},
    {"Mlocked", &M::mlocked_bytes},
    {"HighTotal", &M::high_total_bytes},
    {"HighFree", &M::high_free_bytes},
    {"LowTotal", &M::low_total_bytes},
    {"LowFree", &M::low_free_bytes},
    {"SwapTotal", &M::swap_total_bytes},
    {"SwapFree", &M::swap_free_bytes},
    {"Zswap", &M::zswap_bytes},
    {"Zswapped", &M::zswapped_bytes},
    {"Dirty", &M::dirty_bytes},
    {"Writeback", &M::writeback_bytes},
    {"FilePages", &M::file_pages_bytes},
    {"AnonPages", &M::anon_pages_bytes},
    {"Mapped", &M::mapped_bytes},
    {"Shmem", &M::shmem_bytes},
    {"KReclaimable", &M::kreclaimable_bytes},
    {"Slab", &M::slab_bytes},
    {"SReclaimable", &M::sreclaimable_bytes},
    {"SUnreclaim", &M::sunreclaim_bytes},
    {"KernelStack", &M::kernel_stack_bytes},
    {"ShadowCallStack", &M::shadow_call_stack_bytes},
    {"PageTables", &M::page_tables_bytes},
    {"SecPageTables", &M::sec_page_tables_bytes},
    {"Quicklists", &M::quicklists_bytes},
    {"NFS_Unstable", &M::nfs_unstable_bytes},
    {"Bounce", &M::bounce_bytes},
    {"WritebackTmp", &M::writeback_tmp_bytes},
    {"CommitLimit", &M::commit_limit_bytes},
    {"Committed_AS", &M::committed_as_bytes},
    {"VmallocTotal", &M::vmalloc_total_bytes},
    {"VmallocUsed", &M::vmalloc_used_bytes},
    {"VmallocChunk", &M::vmalloc_chunk_bytes},
    {"Percpu", &M::percpu_bytes},
    {"HardwareCorrupted", &M::hardware_corrupted_bytes},
    {"AnonHugePages", &M::anon_huge_pages_bytes},
    {"ShmemHugePages", &M::shmem_huge_pages_bytes},
    {"ShmemPmdMapped", &M::shmem_pmd_mapped_bytes},
    {"FileHugePages", &M::file_huge_pages_bytes},
    {"FilePmdMapped", &M::file_pmd_mapped_bytes},
    {"CmaTotal", &M::cma_total_bytes},
    {"CmaFree", &M::cma_free_bytes},
    {"Unaccepted", &M::unaccepted_bytes},
    {"Balloon", &M::balloon_bytes},
    {"GPUActive", &M::gpu_active_bytes},
    {"GPUReclaim", &M::gpu_reclaim_bytes},
    {"HugePages_Total", &M::huge_pages_total},
    {"HugePages_Free", &M::huge_pages_free},
    {"HugePages_Rsvd", &M::huge_pages_rsvd},
    {"HugePages_Surp", &M::huge_pages_surp},
    {"Hugepagesize", &M::huge_page_size_bytes},
    {"Hugetlb", &M::hugetlb_bytes},
    {"DirectMap4k", &M::direct_map_4k_bytes},
    {"DirectMap2M", &M::direct_map_2m_bytes},
    {"DirectMap4M", &M::direct_map_4m_bytes},
    {"DirectMap1G", &M::direct_map_1g_bytes},
}));

}  // namespace

Meminfo parse_meminfo(std::string_view text) {
  Meminfo info;
  parse_key_values(text, kTable, info);
  return info;
}

Meminfo parse_node_meminfo(std::string_view text) {
  Meminfo info;
  text = complete_lines(text);
  std::size_t expected = 0;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    // "Node 0 MemTotal: 8388608 kB": whatever precedes the key ends before the word with the colon.
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::size_t blank = line.find_last_of(" \t", colon);
    if (blank != std::string_view::npos) line.remove_prefix(blank + 1);
    const KeyValue pair = parse_key_value(line);
    kTable.store(pair.key, pair.value, info, expected);
  }
  return info;
}

}  // namespace memkit
