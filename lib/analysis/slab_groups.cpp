#include "analysis/slab_groups.h"

#include <algorithm>

#include "analysis/change.h"

namespace memkit {
namespace {

void add(Got<std::uint64_t>& sum, const Got<std::uint64_t>& value) {
  std::uint64_t total = 0;
  if (!sum) return;
  if (!value) {
    sum = value;
  } else if (__builtin_add_overflow(*sum, *value, &total)) {
    sum = Missing::malformed;
  } else {
    sum = total;
  }
}

void add(SlabGroup& group, const SlabRow& row) {
  // What is in no cache has no objects to count.
  if (row.of.kind != SlabKind::large_kmalloc) {
    ++group.caches;
    add(group.objects, row.objects);
    add(group.active_objects, row.active_objects);
    add(group.waste_bytes, row.waste_bytes);
  }
  add(group.size_bytes, row.size_bytes);
  if (row.growth.growth_bytes) group.growth_bytes = group.growth_bytes.value_or(0) + *row.growth.growth_bytes;
}

}  // namespace

std::vector<SlabGroup> slab_groups(const std::vector<SlabRow>& rows, const SlabTable& table) {
  std::vector<SlabGroup> groups;
  for (const SlabRow& row : rows) {
    auto group = std::find_if(groups.begin(), groups.end(), [&](const SlabGroup& g) { return g.kind == row.of.name; });
    if (group == groups.end()) {
      groups.emplace_back().kind = row.of.name;
      group = groups.end() - 1;
    }
    add(*group, row);
  }
  for (SlabGroup& group : groups) {
    group.slab_pct = share_pct(group.size_bytes, table.slab_bytes);
    group.ram_pct = share_pct(group.size_bytes, table.mem_total_bytes);
  }
  return groups;
}

Got<SlabRow> large_kmalloc_row(const SlabTable& table) {
  const Got<std::uint64_t> bytes = table.large_kmalloc_bytes();
  if (!bytes) return bytes.missing();
  if (*bytes == 0) return Missing::absent;
  SlabRow row;
  row.name = "(large kmalloc)";
  row.id = row.name;
  row.of = {SlabKind::large_kmalloc, to_string(SlabKind::large_kmalloc)};
  row.size_bytes = bytes;
  row.slab_pct = share_pct(bytes, table.slab_bytes);
  row.ram_pct = share_pct(bytes, table.mem_total_bytes);
  row.reclaimable = false;
  return row;
}

}  // namespace memkit
