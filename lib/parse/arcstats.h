#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/spl/kstat/zfs/arcstats: ZFS's cache, which the kernel counts as used memory. Bytes.
/// Source: OpenZFS module/zfs/arc.c arc_stats; man zfs(4).
struct Arcstats {
  Got<std::uint64_t> size_bytes;   ///< now
  Got<std::uint64_t> c_bytes;      ///< target
  Got<std::uint64_t> c_min_bytes;  ///< it never shrinks below
  Got<std::uint64_t> c_max_bytes;
  Got<std::uint64_t> hits;
  Got<std::uint64_t> misses;
  Got<std::uint64_t> data_size_bytes;
  Got<std::uint64_t> metadata_size_bytes;
  Got<std::uint64_t> dnode_size_bytes;
  Got<std::uint64_t> dbuf_size_bytes;
  Got<std::uint64_t> anon_size_bytes;
  Got<std::uint64_t> mru_size_bytes;
  Got<std::uint64_t> mfu_size_bytes;
  Got<std::uint64_t> l2_hdr_size_bytes;
  Got<std::uint64_t> arc_meta_used_bytes;
  Got<std::uint64_t> arc_meta_limit_bytes;
  Got<std::uint64_t> arc_sys_free_bytes;
  Got<std::uint64_t> memory_throttle_count;
};

Arcstats parse_arcstats(std::string_view text);

}  // namespace memkit
