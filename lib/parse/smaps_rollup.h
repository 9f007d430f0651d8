#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// What one page-table walk counts: of a whole process (smaps_rollup), or of one mapping (smaps). Bytes.
/// Source: Documentation/filesystems/proc.rst "/proc/PID/smaps"; fs/proc/task_mmu.c __show_smap.
struct SmapsCounters {
  Got<std::uint64_t> rss_bytes;
  Got<std::uint64_t> pss_bytes;        ///< each page divided by the number of its mappings
  Got<std::uint64_t> pss_dirty_bytes;  ///< (6.0)
  Got<std::uint64_t> pss_anon_bytes;   ///< rollup only (5.3), as the next two
  Got<std::uint64_t> pss_file_bytes;
  Got<std::uint64_t> pss_shmem_bytes;
  Got<std::uint64_t> shared_clean_bytes;
  Got<std::uint64_t> shared_dirty_bytes;
  Got<std::uint64_t> private_clean_bytes;
  Got<std::uint64_t> private_dirty_bytes;
  Got<std::uint64_t> referenced_bytes;
  Got<std::uint64_t> anonymous_bytes;
  Got<std::uint64_t> ksm_bytes;        ///< deduplicated pages
  Got<std::uint64_t> lazy_free_bytes;  ///< MADV_FREE (4.12)
  Got<std::uint64_t> anon_huge_pages_bytes;
  Got<std::uint64_t> shmem_pmd_mapped_bytes;
  Got<std::uint64_t> file_pmd_mapped_bytes;
  Got<std::uint64_t> shared_hugetlb_bytes;  ///< hugetlb pages are in neither rss nor pss
  Got<std::uint64_t> private_hugetlb_bytes;
  Got<std::uint64_t> swap_bytes;      ///< swapped shmem included
  Got<std::uint64_t> swap_pss_bytes;  ///< (4.3)
  Got<std::uint64_t> locked_bytes;    ///< the pss of what is locked

  /// USS: what ending the process would give back. Private_Clean + Private_Dirty.
  [[nodiscard]] Got<std::uint64_t> uss_bytes() const { return sum(private_clean_bytes, private_dirty_bytes); }
};

/// /proc/PID/smaps_rollup (4.14). An empty text, as of a zombie, leaves all absent.
SmapsCounters parse_smaps_rollup(std::string_view text);

}  // namespace memkit
