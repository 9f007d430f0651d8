#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /sys/block/zramN/mm_stat: one line of seven, eight or nine columns.
/// Source: Documentation/admin-guide/blockdev/zram.rst; drivers/block/zram/zram_drv.c mm_stat_show.
struct ZramMmStat {
  Got<std::uint64_t> orig_data_size_bytes;   ///< what is stored, uncompressed
  Got<std::uint64_t> compr_data_size_bytes;  ///< the same, compressed
  Got<std::uint64_t> mem_used_total_bytes;   ///< RAM taken, fragmentation included
  Got<std::uint64_t> mem_limit_bytes;        ///< 0 = none
  Got<std::uint64_t> mem_used_max_bytes;
  Got<std::uint64_t> same_pages;  ///< pages of one repeated word: stored for free
  Got<std::uint64_t> pages_compacted;
  Got<std::uint64_t> huge_pages;        ///< pages that would not compress
  Got<std::uint64_t> huge_pages_since;  ///< the same, since the device was set up
};

ZramMmStat parse_zram_mm_stat(std::string_view text);

}  // namespace memkit
