#include "analysis/slab.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/change.h"
#include "parse/text.h"

namespace memkit {
namespace {

Got<std::uint64_t> checked_sum(const Got<std::uint64_t>& a, const Got<std::uint64_t>& b) {
  if (!a) return a;
  if (!b) return b;
  std::uint64_t total = 0;
  if (__builtin_add_overflow(*a, *b, &total)) return Missing::malformed;
  return total;
}

void add(Got<std::uint64_t>& sum, const Got<std::uint64_t>& value) { sum = checked_sum(sum, value); }

Got<std::uint64_t> slabs_bytes(const SlabCache& cache, const Got<std::uint64_t>& page_size) {
  return times(times(cache.slabs, cache.pages_per_slab), page_size);
}

/// "dentry" of "dentry(127:web.service)", as memory cgroups had copies of caches before 5.9; else empty. A dead
/// cgroup's copy may end in "dead" (before 4.5). A name like "size-32(DMA)" is a cache's own.
std::string_view copied_name(std::string_view name) {
  constexpr std::string_view kDead = "dead";
  if (name.ends_with(kDead)) name.remove_suffix(kDead.size());
  if (!name.ends_with(')')) return {};
  const std::size_t open = name.find('(');
  const std::size_t colon = name.find(':', open);
  if (open == 0 || colon == std::string_view::npos) return {};
  return to_number<std::uint64_t>(name.substr(open + 1, colon - open - 1)) ? name.substr(0, open) : std::string_view();
}

SlabRow row_of(const SlabCache& cache, const Got<std::uint64_t>& page_size) {
  SlabRow row;
  row.name = cache.name;
  row.of = slab_class(cache.name);
  row.objects = cache.objects;
  row.active_objects = cache.active_objects;
  row.object_bytes = cache.object_bytes;
  row.objects_per_slab = cache.objects_per_slab;
  row.pages_per_slab = cache.pages_per_slab;
  row.slabs = cache.slabs;
  row.active_slabs = cache.active_slabs;
  row.size_bytes = slabs_bytes(cache, page_size);
  return row;
}

void fold_copy(SlabRow& into, const SlabRow& copy) {
  add(into.objects, copy.objects);
  add(into.active_objects, copy.active_objects);
  add(into.slabs, copy.slabs);
  add(into.active_slabs, copy.active_slabs);
  add(into.size_bytes, copy.size_bytes);
  ++into.cgroup_copies;
}

/// Adds each copy to the first cache of its name; a copy of no cache stays a row.
void fold_copies(std::vector<SlabRow>& rows) {
  const auto is_copy = [](const SlabRow& row) { return !copied_name(row.name).empty(); };
  if (std::none_of(rows.begin(), rows.end(), is_copy)) return;
  std::unordered_map<std::string_view, std::size_t> own;
  std::vector<SlabRow> folded;
  for (const SlabRow& row : rows) {
    if (is_copy(row)) continue;
    own.emplace(row.name, folded.size());
    folded.push_back(row);
  }
  for (const SlabRow& row : rows) {
    if (!is_copy(row)) continue;
    const auto original = own.find(copied_name(row.name));
    original == own.end() ? folded.push_back(row) : fold_copy(folded[original->second], row);
  }
  rows = std::move(folded);
}

void name_apart(std::vector<SlabRow>& rows) {
  std::unordered_set<std::string> taken;
  for (const SlabRow& row : rows) taken.insert(row.name);
  std::unordered_map<std::string_view, unsigned> seen;
  for (SlabRow& row : rows) {
    row.id = row.name;
    unsigned& number = seen[row.name];
    if (++number == 1) continue;
    while (!taken.insert(row.id = row.name + "#" + std::to_string(number)).second) ++number;
  }
}

void add_shares(SlabRow& row, const SlabTable& table) {
  const Got<std::uint64_t> in_use = times(row.active_objects, row.object_bytes);
  row.waste_bytes = counted(in_use, row.size_bytes);
  row.use_pct = row.objects == 0U ? Got<double>(0) : share_pct(row.active_objects, row.objects);
  row.slab_pct = share_pct(row.size_bytes, table.slab_bytes);
  row.ram_pct = share_pct(row.size_bytes, table.mem_total_bytes);
}

/// Names of merged caches by folder, and what is known of each name.
class Names {
 public:
  explicit Names(const std::vector<SlabName>& names) {
    for (const SlabName& name : names) {
      by_name_.emplace(name.name, &name);
      if (name.folder != name.name) by_folder_[name.folder].push_back(&name);
    }
  }
  void tell(SlabRow& row) const {
    const auto found = by_name_.find(row.name);
    if (found == by_name_.end()) return;
    row.reclaimable = found->second->reclaimable;
    row.aliases = std::vector<std::string>();
    const auto merged = by_folder_.find(found->second->folder);
    if (merged == by_folder_.end()) return;
    for (const SlabName* const name : merged->second) {
      if (name->name == row.name) continue;
      if (!row.aliases_text.empty()) row.aliases_text += ',';
      row.aliases_text += name->name;
      row.aliases->push_back(name->name);
    }
  }

 private:
  std::unordered_map<std::string_view, const SlabName*> by_name_;
  std::unordered_map<std::string_view, std::vector<const SlabName*>> by_folder_;
};

void tell_names(std::vector<SlabRow>& rows, const Got<std::vector<SlabName>>& names) {
  if (!names) {
    for (SlabRow& row : rows) {
      row.reclaimable = names.missing();
      row.aliases = names.missing();
    }
    return;
  }
  const Names known(*names);
  for (SlabRow& row : rows) known.tell(row);
}

void take_meminfo(SlabTable& table, const Snapshot& snapshot) {
  // lxcfs gives a container's meminfo, slabinfo is the machine's: no share of one is a share of the other.
  const Got<Meminfo> meminfo =
      snapshot.meminfo_is_fuse.value_or(false) ? Got<Meminfo>(Missing::hidden) : snapshot.meminfo;
  for (Got<std::uint64_t>* const field :
       {&table.mem_total_bytes, &table.slab_bytes, &table.sreclaimable_bytes, &table.sunreclaim_bytes}) {
    *field = meminfo.missing();
  }
  if (!meminfo) return;
  table.mem_total_bytes = meminfo->mem_total_bytes;
  table.sreclaimable_bytes = meminfo->sreclaimable_bytes;
  table.sunreclaim_bytes = meminfo->sunreclaim_bytes;
  table.slab_bytes = meminfo->slab_bytes;
  if (!table.slab_bytes) table.slab_bytes = checked_sum(meminfo->sreclaimable_bytes, meminfo->sunreclaim_bytes);
}

Got<std::int64_t> difference(const Got<std::uint64_t>& a, const Got<std::uint64_t>& b) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!a) return a.missing();
  if (!b) return b.missing();
  if (*a > kMost || *b > kMost) return Missing::malformed;
  return static_cast<std::int64_t>(*a) - static_cast<std::int64_t>(*b);
}

}  // namespace

Got<std::uint64_t> page_size_of(const Slabinfo& slabinfo) {
  constexpr std::uint64_t kLeast = 4096;
  constexpr std::uint64_t kMost = 256 << 10;
  std::uint64_t least = 0;  // bytes of objects for each page of the fullest slab
  for (const SlabCache& cache : slabinfo.caches) {
    const Got<std::uint64_t> in_slab = times(cache.object_bytes, cache.objects_per_slab);
    if (!in_slab || !cache.pages_per_slab || *cache.pages_per_slab == 0) continue;
    least = std::max(least, *in_slab / *cache.pages_per_slab);
  }
  if (least <= kLeast / 2 || least > kMost) return Missing::absent;
  return std::bit_ceil(least);
}

SlabTotals slab_totals(std::span<const SlabRow> rows) {
  SlabTotals totals;
  for (const SlabRow& row : rows) {
    if (row.of.kind == SlabKind::large_kmalloc) continue;
    ++totals.caches;
    add(totals.active_objects, row.active_objects);
    add(totals.objects, row.objects);
    add(totals.active_slabs, row.active_slabs);
    add(totals.slabs, row.slabs);
    add(totals.active_bytes, times(row.active_objects, row.object_bytes));
    add(totals.total_bytes, times(row.objects, row.object_bytes));
    if (row.objects.value_or(0) != 0) ++totals.active_caches;
    if (!row.object_bytes) continue;
    const std::uint64_t bytes = *row.object_bytes;
    totals.least_object_bytes = std::min(totals.least_object_bytes.value_or(bytes), bytes);
    totals.most_object_bytes = std::max(totals.most_object_bytes.value_or(bytes), bytes);
  }
  if (totals.total_bytes && totals.objects && totals.least_object_bytes) {
    totals.mean_object_bytes = *totals.objects == 0 ? 0 : *totals.total_bytes / *totals.objects;
  }
  return totals;
}

SlabTable slab_table(const SlabFacts& facts, const Snapshot& snapshot, SlabCopies copies) {
  SlabTable table;
  take_meminfo(table, snapshot);
  table.page_size_bytes = snapshot.page_size_bytes;
  if (!facts.slabinfo) {
    table.rows = facts.slabinfo.missing();
    table.caches_bytes = table.rows.missing();
    table.rest_bytes = table.rows.missing();
    return table;
  }
  if (!table.page_size_bytes) table.page_size_bytes = page_size_of(*facts.slabinfo);
  std::vector<SlabRow> rows;
  rows.reserve(facts.slabinfo->caches.size());
  for (const SlabCache& cache : facts.slabinfo->caches) rows.push_back(row_of(cache, table.page_size_bytes));
  if (copies == SlabCopies::fold) fold_copies(rows);
  name_apart(rows);
  tell_names(rows, facts.names);
  table.caches_bytes = 0;
  for (SlabRow& row : rows) {
    add_shares(row, table);
    add(table.caches_bytes, row.size_bytes);
  }
  table.rest_bytes = difference(table.slab_bytes, table.caches_bytes);
  table.rows = std::move(rows);
  return table;
}

Got<std::uint64_t> SlabTable::large_kmalloc_bytes() const {
  if (!rest_bytes) return rest_bytes.missing();
  return *rest_bytes < 0 ? 0 : static_cast<std::uint64_t>(*rest_bytes);
}

Got<std::uint64_t> SlabTable::kind_bytes(SlabKind kind) const {
  if (!rows) return rows.missing();
  Got<std::uint64_t> total = 0;
  for (const SlabRow& row : *rows) {
    if (row.of.kind == kind) add(total, row.size_bytes);
  }
  return total;
}

const SlabRow* SlabTable::find(std::string_view id) const {
  if (!rows) return nullptr;
  const auto found = std::find_if(rows->begin(), rows->end(), [&](const SlabRow& row) { return row.id == id; });
  return found == rows->end() ? nullptr : &*found;
}

}  // namespace memkit
