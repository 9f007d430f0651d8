#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/meminfo, and each NUMA node's share of it (/sys/devices/system/node/nodeN/meminfo).
/// Sizes in bytes, HugePages_* in pages of the default huge page size. A field that this kernel does not
/// print is absent, one that underflowed (a negative count printed unsigned) is malformed.
/// Source: Documentation/filesystems/proc.rst "meminfo"; fs/proc/meminfo.c; drivers/base/node.c.
struct Meminfo {
  Got<std::uint64_t> mem_total_bytes;      ///< RAM that the kernel manages: physical less firmware, kernel image
  Got<std::uint64_t> mem_free_bytes;       ///< on the buddy lists; per-CPU free pages are not in it
  Got<std::uint64_t> mem_available_bytes;  ///< estimate of what new work can have without swapping (3.14)
  Got<std::uint64_t> mem_used_bytes;       ///< node files only: total - free
  Got<std::uint64_t> buffers_bytes;        ///< page cache of block devices
  Got<std::uint64_t> cached_bytes;         ///< page cache of files, tmpfs and shared memory, without swap cache
  Got<std::uint64_t> swap_cached_bytes;    ///< in swap and in RAM at once
  Got<std::uint64_t> active_bytes;
  Got<std::uint64_t> inactive_bytes;
  Got<std::uint64_t> active_anon_bytes;
  Got<std::uint64_t> inactive_anon_bytes;
  Got<std::uint64_t> active_file_bytes;
  Got<std::uint64_t> inactive_file_bytes;
  Got<std::uint64_t> unevictable_bytes;
  Got<std::uint64_t> mlocked_bytes;     ///< part of Unevictable
  Got<std::uint64_t> high_total_bytes;  ///< 32-bit kernels with highmem
  Got<std::uint64_t> high_free_bytes;
  Got<std::uint64_t> low_total_bytes;
  Got<std::uint64_t> low_free_bytes;
  Got<std::uint64_t> swap_total_bytes;
  Got<std::uint64_t> swap_free_bytes;
  Got<std::uint64_t> zswap_bytes;       ///< RAM that zswap's compressed pages take (5.19)
  Got<std::uint64_t> zswapped_bytes;    ///< what they hold, uncompressed
  Got<std::uint64_t> dirty_bytes;       ///< part of Cached
  Got<std::uint64_t> writeback_bytes;   ///< part of Cached
  Got<std::uint64_t> file_pages_bytes;  ///< node files only: page cache with buffers and swap cache
  Got<std::uint64_t> anon_pages_bytes;
  Got<std::uint64_t> mapped_bytes;        ///< part of Cached
  Got<std::uint64_t> shmem_bytes;         ///< part of Cached: tmpfs, SysV, memfd, shared anonymous
  Got<std::uint64_t> kreclaimable_bytes;  ///< SReclaimable and other caches with a shrinker (4.20)
  Got<std::uint64_t> slab_bytes;
  Got<std::uint64_t> sreclaimable_bytes;
  Got<std::uint64_t> sunreclaim_bytes;
  Got<std::uint64_t> kernel_stack_bytes;
  Got<std::uint64_t> shadow_call_stack_bytes;
  Got<std::uint64_t> page_tables_bytes;
  Got<std::uint64_t> sec_page_tables_bytes;  ///< secondary page tables (KVM, IOMMU)
  Got<std::uint64_t> quicklists_bytes;
  Got<std::uint64_t> nfs_unstable_bytes;
  Got<std::uint64_t> bounce_bytes;
  Got<std::uint64_t> writeback_tmp_bytes;
  Got<std::uint64_t> commit_limit_bytes;
  Got<std::uint64_t> committed_as_bytes;
  Got<std::uint64_t> vmalloc_total_bytes;
  Got<std::uint64_t> vmalloc_used_bytes;  ///< 0 from about 4.4 to 5.2; address space, not pages, before
  Got<std::uint64_t> vmalloc_chunk_bytes;
  Got<std::uint64_t> percpu_bytes;
  Got<std::uint64_t> hardware_corrupted_bytes;
  Got<std::uint64_t> anon_huge_pages_bytes;   ///< part of AnonPages
  Got<std::uint64_t> shmem_huge_pages_bytes;  ///< part of Shmem
  Got<std::uint64_t> shmem_pmd_mapped_bytes;
  Got<std::uint64_t> file_huge_pages_bytes;  ///< part of Cached
  Got<std::uint64_t> file_pmd_mapped_bytes;
  Got<std::uint64_t> cma_total_bytes;
  Got<std::uint64_t> cma_free_bytes;    ///< part of MemFree
  Got<std::uint64_t> unaccepted_bytes;  ///< part of MemFree
  Got<std::uint64_t> balloon_bytes;
  Got<std::uint64_t> gpu_active_bytes;
  Got<std::uint64_t> gpu_reclaim_bytes;
  Got<std::uint64_t> huge_pages_total;
  Got<std::uint64_t> huge_pages_free;
  Got<std::uint64_t> huge_pages_rsvd;
  Got<std::uint64_t> huge_pages_surp;
  Got<std::uint64_t> huge_page_size_bytes;
  Got<std::uint64_t> hugetlb_bytes;  ///< huge pages of all sizes (4.16)
  Got<std::uint64_t> direct_map_4k_bytes;
  Got<std::uint64_t> direct_map_2m_bytes;
  Got<std::uint64_t> direct_map_4m_bytes;
  Got<std::uint64_t> direct_map_1g_bytes;
};

Meminfo parse_meminfo(std::string_view text);

/// A node's file: lines "Node 0 MemTotal:  8388608 kB". The prefix differs between kernels and is skipped.
Meminfo parse_node_meminfo(std::string_view text);

}  // namespace memkit
