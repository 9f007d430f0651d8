#include "analysis/slab_judgement.h"

#include <algorithm>

#include "analysis/change.h"

namespace memkit {
namespace {

constexpr SlabThresholds kLimits = kSlabThresholds;

Got<bool> above(const Got<double>& pct, double limit) {
  return pct.transform([limit](double value) { return value > limit; });
}
Got<bool> from(const Got<double>& pct, double limit) {
  return pct.transform([limit](double value) { return value >= limit; });
}
Got<bool> below(const Got<double>& pct, double limit) {
  return pct.transform([limit](double value) { return value < limit; });
}

/// False where one is false, whatever the other.
Got<bool> both(const Got<bool>& a, const Got<bool>& b) {
  if (a && !*a) return a;
  if (b && !*b) return b;
  return a ? b : a;
}

Got<std::uint64_t> size_of_named(const SlabTable& table, std::string_view name) {
  if (!table.rows) return table.rows.missing();
  const SlabRow* const row = table.find(name);
  return row == nullptr ? Got<std::uint64_t>(Missing::absent) : row->size_bytes;
}

Got<std::vector<std::size_t>> fragmented_rows(const SlabTable& table) {
  if (!table.rows) return table.rows.missing();
  if (!table.mem_total_bytes) return table.mem_total_bytes.missing();
  const std::vector<SlabRow>& rows = *table.rows;
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool mostly_empty = below(rows[i].use_pct, kLimits.use_below_pct).value_or(false);
    const Got<double> waste = share_pct(rows[i].waste_bytes, table.mem_total_bytes);
    if (mostly_empty && above(waste, kLimits.waste_pct).value_or(false)) found.push_back(i);
  }
  std::sort(found.begin(), found.end(),
            [&](std::size_t a, std::size_t b) { return *rows[a].waste_bytes > *rows[b].waste_bytes; });
  return found;
}

std::vector<std::size_t> largest_unreclaimable_rows(const SlabTable& table) {
  constexpr std::size_t kMost = 3;
  std::vector<std::size_t> found;
  if (!table.rows) return found;
  const std::vector<SlabRow>& rows = *table.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!slab_gives_way(rows[i]) && rows[i].size_bytes.value_or(0) != 0) found.push_back(i);
  }
  std::sort(found.begin(), found.end(),
            [&](std::size_t a, std::size_t b) { return *rows[a].size_bytes > *rows[b].size_bytes; });
  if (found.size() > kMost) found.resize(kMost);
  return found;
}

}  // namespace

bool slab_gives_way(const SlabRow& row) {
  if (row.reclaimable) return *row.reclaimable;
  return row.of.kind == SlabKind::dentry_inode || row.name == "buffer_head" || row.name == "radix_tree_node" ||
         row.name.starts_with("kmalloc-rcl-");
}

SlabJudgement judge_slab(const SlabTable& table, const SlabFacts& facts) {
  const Got<std::uint64_t>& ram = table.mem_total_bytes;
  const DentryState& dentries = facts.dentry_state;
  SlabJudgement judgement;
  judgement.slab_pct = share_pct(table.slab_bytes, ram);
  judgement.reclaimable_pct = share_pct(table.sreclaimable_bytes, table.slab_bytes);
  judgement.sunreclaim_pct = share_pct(table.sunreclaim_bytes, ram);
  judgement.dentry_inode_bytes = table.kind_bytes(SlabKind::dentry_inode);
  judgement.dentry_inode_pct = share_pct(judgement.dentry_inode_bytes, table.slab_bytes);
  judgement.dentry_pct = share_pct(size_of_named(table, "dentry"), ram);
  judgement.unused_pct = share_pct(dentries.unused, dentries.dentries);
  judgement.negative_pct = share_pct(dentries.negative, dentries.dentries);
  judgement.large_kmalloc_pct = share_pct(table.large_kmalloc_bytes(), ram);

  constexpr double kHalf = 50;
  judgement.large_cache = both(from(judgement.slab_pct, kLimits.large_pct), from(judgement.reclaimable_pct, kHalf));
  judgement.pinned = both(both(judgement.large_cache, below(judgement.unused_pct, kLimits.pinned_below_pct)),
                          from(judgement.dentry_inode_pct, kHalf));
  judgement.unreclaimable = above(judgement.sunreclaim_pct, kLimits.unreclaimable_pct);
  judgement.negative =
      both(above(judgement.negative_pct, kLimits.negative_pct), above(judgement.dentry_pct, kLimits.dentry_pct));
  judgement.large_kmalloc = above(judgement.large_kmalloc_pct, kLimits.large_kmalloc_pct);
  judgement.never_given_back = facts.vfs_cache_pressure.transform([](std::uint64_t value) { return value == 0; });
  judgement.fragmented = fragmented_rows(table);
  judgement.largest_unreclaimable = largest_unreclaimable_rows(table);
  return judgement;
}

}  // namespace memkit
