#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "got.h"

namespace memkit {

/// One line of slabinfo: a cache of kernel objects of one size. Counts, and sizes in bytes; a figure that is no
/// number, or a negative one printed unsigned, is malformed. Names may repeat, and may hold anything.
struct SlabCache {
  std::string name;
  Got<std::uint64_t> active_objects;  ///< under SLUB those in per-CPU slabs count as active, used or not
  Got<std::uint64_t> objects;
  Got<std::uint64_t> object_bytes;  ///< with the allocator's own bytes: what an object takes
  Got<std::uint64_t> objects_per_slab;
  Got<std::uint64_t> pages_per_slab;
  Got<std::uint64_t> active_slabs;
  Got<std::uint64_t> slabs;
};

/// /proc/slabinfo, in the order of the file.
struct Slabinfo {
  std::vector<SlabCache> caches;
  std::uint64_t unread_lines = 0;  ///< whole lines that are neither heading nor cache
};

/// Versions 2.0 and 2.1, with or without their heading (collectors cut it off), with or without the statistics that
/// debugging kernels put behind it. Source: mm/slab_common.c print_slabinfo_header(), cache_show(); slabinfo(5).
Slabinfo parse_slabinfo(std::string_view text);

}  // namespace memkit
