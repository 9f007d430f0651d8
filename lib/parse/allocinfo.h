#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace memkit {

/// What one place in the kernel's source has allocated and not freed.
struct AllocSite {
  std::uint64_t bytes = 0;
  std::uint64_t calls_count = 0;
  std::string tag;  ///< "drivers/net/x.c:123 [module] func:x_alloc"
};

/// /proc/allocinfo (6.10, CONFIG_MEM_ALLOC_PROFILING, root): the `most` places that hold most, the largest first.
/// Source: lib/alloc_tag.c allocinfo_show; Documentation/mm/allocation-profiling.rst.
std::vector<AllocSite> parse_allocinfo(std::string_view text, std::size_t most);

}  // namespace memkit
