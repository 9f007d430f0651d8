#pragma once

#include <string_view>
#include <vector>

#include "analysis/slab.h"

namespace memkit {

/// The caches of one kind, or of one filesystem. Sums are missing where a figure in them is.
struct SlabGroup {
  std::string_view kind;
  std::uint64_t caches = 0;
  Got<std::uint64_t> objects = 0;
  Got<std::uint64_t> active_objects = 0;
  Got<std::uint64_t> size_bytes = 0;
  Got<std::uint64_t> waste_bytes = 0;
  Got<double> slab_pct;  ///< of meminfo's Slab
  Got<double> ram_pct;   ///< of MemTotal
  Got<std::int64_t> growth_bytes;
};

/// The rows by kind, in the order in which the kinds first come.
std::vector<SlabGroup> slab_groups(const std::vector<SlabRow>& rows, const SlabTable& table);

/// What is in no cache as a row: the name is "(large kmalloc)", and only sizes are known. Missing where that is not
/// known, or where there is none.
Got<SlabRow> large_kmalloc_row(const SlabTable& table);

}  // namespace memkit
