#include "analysis/slab_growth.h"

#include <limits>

#include "analysis/delta.h"

namespace memkit {
namespace {

Got<std::int64_t> grown(const Got<std::uint64_t>& before, const Got<std::uint64_t>& after) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!before) return before.missing();
  if (!after) return after.missing();
  if (*before > kMost || *after > kMost) return Missing::malformed;
  return static_cast<std::int64_t>(*after) - static_cast<std::int64_t>(*before);
}

/// Growth of the caches that give way, or of those that do not, where meminfo does not tell.
Got<std::int64_t> rows_growth(const SlabTable& table, bool give_way) {
  if (!table.rows) return table.rows.missing();
  std::int64_t total = 0;
  for (const SlabRow& row : *table.rows) {
    if (slab_gives_way(row) == give_way) total += row.growth.growth_bytes.value_or(0);
  }
  return total;
}

Got<std::int64_t> kind_growth(const SlabTable& table, SlabKind kind) {
  if (!table.rows) return table.rows.missing();
  std::int64_t total = 0;
  for (const SlabRow& row : *table.rows) {
    if (row.of.kind == kind) total += row.growth.growth_bytes.value_or(0);
  }
  return total;
}

}  // namespace

std::string_view to_string(SlabGrowthNature nature) {
  switch (nature) {
    case SlabGrowthNature::none:
      return "none";
    case SlabGrowthNature::cache:
      return "cache";
    case SlabGrowthNature::pinned:
      return "pinned";
    case SlabGrowthNature::unreclaimable:
      return "unreclaimable";
    case SlabGrowthNature::steady:
      return "steady";
    case SlabGrowthNature::unknown:
      break;
  }
  return "unknown";
}

void SlabHistory::follow(SlabRow& row, const Got<double>& seconds) {
  Track& track = tracks_[row.id];
  track.seen_in = samples_;
  if (samples_ == 1) {
    track.name = row.name;
    track.first_bytes = row.size_bytes;
    track.first_objects = row.active_objects;
  } else {
    if (track.name.empty()) track.name = row.name;
    row.growth.step_bytes = grown(track.last_bytes, row.size_bytes);
    row.growth.growth_bytes = grown(track.first_bytes, row.size_bytes);
    row.growth.growth_objects = grown(track.first_objects, row.active_objects);
  }
  track.last_bytes = row.size_bytes;
  const Got<std::int64_t> height = grown(track.first_bytes, row.size_bytes);
  if (!seconds || !height) return;
  const double y = static_cast<double>(*height);
  track.n += 1;
  track.t += *seconds;
  track.tt += *seconds * *seconds;
  track.y += y;
  track.ty += *seconds * y;
  const double spread = track.n * track.tt - track.t * track.t;
  if (samples_ > 1 && spread > 0) row.growth.slope_bytes_per_s = (track.n * track.ty - track.t * track.y) / spread;
}

void SlabHistory::add_gone(SlabTable& table) {
  for (auto& [id, track] : tracks_) {
    if (track.seen_in == samples_) continue;
    SlabRow row;
    row.id = id;
    row.name = track.name;
    row.of = slab_class(row.name);
    row.size_bytes = 0U;
    row.active_objects = 0U;
    row.growth.step_bytes = grown(track.last_bytes, row.size_bytes);
    row.growth.growth_bytes = grown(track.first_bytes, row.size_bytes);
    row.growth.growth_objects = grown(track.first_objects, row.active_objects);
    track.last_bytes = 0U;
    table.rows->push_back(std::move(row));
  }
}

SlabGrowthNature SlabHistory::nature_of(const SlabGrowth& growth, const SlabTable& table) const {
  if (!growth.reclaimable_bytes || !growth.unreclaimable_bytes) return SlabGrowthNature::unknown;
  const std::int64_t gives_way = *growth.reclaimable_bytes;
  const std::int64_t stays = *growth.unreclaimable_bytes;
  if (gives_way < kSlabGrowthLeastBytes && stays < kSlabGrowthLeastBytes) return SlabGrowthNature::none;
  if (stays > gives_way) {
    const bool each_time = samples_ > kSlabGrowthSteadySteps && unreclaimable_rises_ + 1 == samples_;
    return each_time ? SlabGrowthNature::steady : SlabGrowthNature::unreclaimable;
  }
  const Got<std::int64_t> names = kind_growth(table, SlabKind::dentry_inode);
  const bool in_use = growth.dentries && growth.unused_dentries && *growth.dentries > 0 &&
                      static_cast<double>(*growth.unused_dentries) <
                          static_cast<double>(*growth.dentries) * kSlabThresholds.pinned_below_pct / 100;
  return in_use && names.value_or(0) >= gives_way / 2 ? SlabGrowthNature::pinned : SlabGrowthNature::cache;
}

SlabGrowth SlabHistory::add(SlabTable& table, const SlabFacts& facts, const Snapshot& snapshot) {
  ++samples_;
  SlabGrowth growth;
  growth.samples = samples_;
  const Got<double> seconds = first_ ? between(*first_, snapshot).seconds : Got<double>(0);
  if (table.rows) {
    std::vector<SlabRow>& rows = *table.rows.operator->();
    for (SlabRow& row : rows) follow(row, seconds);
    add_gone(table);
  }
  if (!first_) {
    first_ = snapshot;
    first_facts_.dentry_state = facts.dentry_state;
    first_facts_.inode_state = facts.inode_state;
    first_table_ = table;
    first_table_.rows = Missing::skipped;
    last_sunreclaim_ = table.sunreclaim_bytes;
    return growth;
  }
  growth.seconds = seconds;
  growth.slab_bytes = grown(first_table_.slab_bytes, table.slab_bytes);
  if (!growth.slab_bytes) growth.slab_bytes = grown(first_table_.caches_bytes, table.caches_bytes);
  growth.reclaimable_bytes = grown(first_table_.sreclaimable_bytes, table.sreclaimable_bytes);
  if (!growth.reclaimable_bytes) growth.reclaimable_bytes = rows_growth(table, true);
  growth.unreclaimable_bytes = grown(first_table_.sunreclaim_bytes, table.sunreclaim_bytes);
  if (!growth.unreclaimable_bytes) growth.unreclaimable_bytes = rows_growth(table, false);
  growth.dentries = grown(first_facts_.dentry_state.dentries, facts.dentry_state.dentries);
  growth.unused_dentries = grown(first_facts_.dentry_state.unused, facts.dentry_state.unused);
  growth.negative_dentries = grown(first_facts_.dentry_state.negative, facts.dentry_state.negative);
  growth.inodes = grown(first_facts_.inode_state.inodes, facts.inode_state.inodes);
  if (growth.dentries && growth.negative_dentries) {
    growth.negative = *growth.dentries > 0 && *growth.negative_dentries >= *growth.dentries / 2;
  }
  if (grown(last_sunreclaim_, table.sunreclaim_bytes).value_or(0) > 0) ++unreclaimable_rises_;
  last_sunreclaim_ = table.sunreclaim_bytes;
  growth.nature = nature_of(growth, table);
  return growth;
}

}  // namespace memkit
