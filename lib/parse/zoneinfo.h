#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "got.h"

namespace memkit {

/// The "protection: (0, 3019, 4171, 4171, 4171)" of a zone (lowmem_reserve): for each zone index, the pages
/// kept from allocations that could have used that higher zone.
struct ZoneProtection {
  static constexpr std::size_t kMaxZones = 8;  // the kernel has six at most
  std::array<std::uint64_t, kMaxZones> pages{};
  std::size_t count = 0;

  /// The largest entry; 0 of none.
  [[nodiscard]] std::uint64_t max_pages() const;

  friend bool operator==(const ZoneProtection&, const ZoneProtection&) = default;
};

/// One zone of one node. All in pages.
struct Zone {
  std::uint32_t node = 0;
  std::string name;  ///< "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device"
  Got<std::uint64_t> free_pages;
  Got<std::uint64_t> boost_pages;  ///< temporary rise of min, low and high after fragmentation
  Got<std::uint64_t> min_pages;    ///< watermarks; each includes the boost
  Got<std::uint64_t> low_pages;
  Got<std::uint64_t> high_pages;
  Got<std::uint64_t> promo_pages;
  Got<std::uint64_t> spanned_pages;
  Got<std::uint64_t> present_pages;
  Got<std::uint64_t> managed_pages;  ///< handed to the page allocator (3.9)
  Got<std::uint64_t> cma_pages;
  Got<ZoneProtection> protection;
  /// Sum of the per-CPU page lists' counts: free pages that are not in free_pages. Absent for zones without
  /// pages, which print no pagesets; malformed where the text ends before the pagesets do.
  Got<std::uint64_t> pageset_count_pages;

  /// LRU lists of the zone: nr_zone_* since 4.8, nr_* before.
  Got<std::uint64_t> nr_inactive_anon;
  Got<std::uint64_t> nr_active_anon;
  Got<std::uint64_t> nr_inactive_file;
  Got<std::uint64_t> nr_active_file;
  Got<std::uint64_t> nr_unevictable;
  Got<std::uint64_t> nr_mlock;
  Got<std::uint64_t> nr_zspages;
  Got<std::uint64_t> nr_free_cma;
  Got<std::uint64_t> nr_slab_reclaimable;  ///< by zone before 4.13, by node since
  Got<std::uint64_t> nr_slab_unreclaimable;
};

/// The "per-node stats" block that a node's first populated zone prints (4.8). Pages.
struct ZoneinfoNode {
  std::uint32_t node = 0;
  Got<std::uint64_t> nr_inactive_anon;
  Got<std::uint64_t> nr_active_anon;
  Got<std::uint64_t> nr_inactive_file;
  Got<std::uint64_t> nr_active_file;
  Got<std::uint64_t> nr_unevictable;
  Got<std::uint64_t> nr_slab_reclaimable;
  Got<std::uint64_t> nr_slab_unreclaimable;
  Got<std::uint64_t> nr_anon_pages;
  Got<std::uint64_t> nr_file_pages;
  Got<std::uint64_t> nr_shmem;
  Got<std::uint64_t> nr_kernel_misc_reclaimable;
};

struct Zoneinfo {
  std::vector<Zone> zones;          ///< in the file's order; empty zones of newer kernels included
  std::vector<ZoneinfoNode> nodes;  ///< empty before 4.8
};

/// /proc/zoneinfo, from 2.6.32 on. Source: mm/vmstat.c zoneinfo_show_print.
Zoneinfo parse_zoneinfo(std::string_view text);

}  // namespace memkit
