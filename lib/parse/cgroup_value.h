#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "got.h"

namespace memkit {

/// A limit or a protection of a cgroup: a number (bytes, mostly), or "max".
struct CgroupValue {
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;  ///< kUnlimited for "max", so that smaller always means tighter

  [[nodiscard]] constexpr bool unlimited() const { return value == kUnlimited; }
  friend constexpr bool operator==(const CgroupValue&, const CgroupValue&) = default;
};

/// What v1 prints for "no limit" is LONG_MAX rounded down to a page (9223372036854771712 with 4 KiB pages,
/// 9223372036854775807 or 18446744073709551615 before 3.19): such values become unlimited.
/// Source: include/linux/page_counter.h PAGE_COUNTER_MAX; include/linux/res_counter.h RES_COUNTER_MAX.
constexpr CgroupValue to_cgroup_value(std::uint64_t value) {
  constexpr std::uint64_t kNoLimit = (std::uint64_t{1} << 63) - (std::uint64_t{1} << 20);
  return {value >= kNoLimit ? CgroupValue::kUnlimited : value};
}

/// A file of one number or "max": memory.max, memory.high, memory.swap.max, memory.limit_in_bytes,
/// memory.current, memory.failcnt. Empty text is absent.
/// Source: Documentation/admin-guide/cgroup-v2.rst; .../cgroup-v1/memory.rst.
Got<CgroupValue> parse_cgroup_value(std::string_view text);

}  // namespace memkit
