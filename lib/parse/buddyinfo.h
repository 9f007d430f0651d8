#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "got.h"

namespace memkit {

/// Free blocks of one zone by order: free_blocks[n] blocks of 2^n pages each.
struct BuddyZone {
  static constexpr std::size_t kMaxOrders = 32;  // kernels have 11 by default, 14 on some arm64, 17 on ia64
  std::uint32_t node = 0;
  std::string name;
  std::array<std::uint64_t, kMaxOrders> free_blocks{};
  std::size_t orders = 0;

  /// Pages in all blocks; malformed where the sum leaves 64 bits.
  [[nodiscard]] Got<std::uint64_t> free_pages() const;
};

struct Buddyinfo {
  std::vector<BuddyZone> zones;
};

/// /proc/buddyinfo: "Node 0, zone   Normal    530     81     88 ...". A line with a figure that makes no sense
/// is left out whole. Source: mm/vmstat.c frag_show_print; Documentation/filesystems/proc.rst.
Buddyinfo parse_buddyinfo(std::string_view text);

}  // namespace memkit
