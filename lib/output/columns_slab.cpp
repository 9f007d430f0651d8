#include "output/columns_slab.h"

#include <cmath>

namespace memkit {
namespace {

constexpr std::size_t kNameWidth = 23;  // as slabtop pads names

template <auto SlabRow::*member>
Cell of(const SlabRow& row) {
  return to_cell(row.*member);
}
template <auto SlabGroup::*member>
Cell of_group(const SlabGroup& group) {
  return to_cell(group.*member);
}

constexpr ColumnInfo count(std::string_view id, std::string_view header, std::string_view help, bool shown = false,
                           bool summable = false) {
  return {id, header, Unit::count, Align::right, shown, summable, help};
}
constexpr ColumnInfo bytes(std::string_view id, std::string_view header, std::string_view help, bool shown = false,
                           bool summable = true) {
  return {id, header, Unit::bytes, Align::right, shown, summable, help};
}
constexpr ColumnInfo percent(std::string_view id, std::string_view header, std::string_view help, bool shown = false,
                             bool summable = false) {
  return {id, header, Unit::percent, Align::right, shown, summable, help};
}
constexpr ColumnInfo text(std::string_view id, std::string_view header, std::string_view help, bool shown = false,
                          std::size_t pad_to = 0) {
  return {id, header, Unit::none, Align::left, shown, false, help, {}, pad_to};
}

Cell aliases(const SlabRow& row) {
  if (!row.aliases) return row.aliases.missing();
  return std::string_view(row.aliases_text);
}

Cell slope(const SlabRow& row) {
  return to_cell(row.growth.slope_bytes_per_s.transform([](double value) { return std::llround(value); }));
}

constexpr Column<SlabRow> kColumns[] = {
    {count("objects", "OBJS", "objects that there is room for", true, true), of<&SlabRow::objects>},
    {count("active", "ACTIVE", "objects in use", true, true), of<&SlabRow::active_objects>},
    {percent("use", "USE", "share of objects in use", true), of<&SlabRow::use_pct>},
    {bytes("object_size", "OBJ SIZE", "what an object takes", true, false), of<&SlabRow::object_bytes>},
    {count("slabs", "SLABS", "slabs: runs of pages cut into objects", true, true), of<&SlabRow::slabs>},
    {count("slab_objects", "OBJ/SLAB", "objects in a slab", true), of<&SlabRow::objects_per_slab>},
    {bytes("size", "CACHE SIZE", "pages of its slabs", true), of<&SlabRow::size_bytes>},
    {text("name", "NAME", "name of the cache", true, kNameWidth),
     [](const SlabRow& row) -> Cell { return std::string_view(row.name); }},
    {count("active_slabs", "ACTIVE SLABS", "slabs with objects in use; under SLUB all", false, true),
     of<&SlabRow::active_slabs>},
    {{"slab_pages", "PAGES/SLAB", Unit::pages, Align::right, false, false, "pages of a slab"},
     of<&SlabRow::pages_per_slab>},
    {bytes("waste", "WASTE", "size less objects in use: at least so much is idle"), of<&SlabRow::waste_bytes>},
    {percent("slab", "%SLAB", "share of all slab (meminfo's Slab)", false, true), of<&SlabRow::slab_pct>},
    {percent("ram", "%RAM", "share of RAM", false, true), of<&SlabRow::ram_pct>},
    {text("reclaimable", "RECLAIMABLE", "given back when memory is asked for"), of<&SlabRow::reclaimable>},
    {text("kind", "KIND", "what it is for, by its name"), [](const SlabRow& row) -> Cell { return row.of.name; }},
    {text("aliases", "ALIASES", "other caches that were merged into it"), aliases},
    {count("cgroup_copies", "COPIES", "cgroups' copies that are added to it"),
     [](const SlabRow& row) -> Cell { return row.cgroup_copies; }},
    {text("id", "ID", "the name, or name#2 where it repeats"),
     [](const SlabRow& row) -> Cell { return std::string_view(row.id); }},
    {bytes("step", "STEP", "growth since the sample before"),
     [](const SlabRow& row) { return to_cell(row.growth.step_bytes); }},
    {bytes("growth", "GROWTH", "growth since the first sample"),
     [](const SlabRow& row) { return to_cell(row.growth.growth_bytes); }},
    {{"slope_bytes_per_s", "BYTES/s", Unit::none, Align::right, false, false, "growth in a second, by all samples"},
     slope},
};

constexpr Column<SlabGroup> kGroupColumns[] = {
    {text("kind", "KIND", "what the caches are for, filesystems by name", true),
     [](const SlabGroup& group) -> Cell { return group.kind; }},
    {count("caches", "CACHES", "caches of the kind", true, true),
     [](const SlabGroup& group) -> Cell { return group.caches; }},
    {count("objects", "OBJS", "objects that there is room for", true, true), of_group<&SlabGroup::objects>},
    {count("active", "ACTIVE", "objects in use", true, true), of_group<&SlabGroup::active_objects>},
    {bytes("size", "SIZE", "pages of their slabs", true), of_group<&SlabGroup::size_bytes>},
    {bytes("waste", "WASTE", "size less objects in use", true), of_group<&SlabGroup::waste_bytes>},
    {percent("slab", "%SLAB", "share of all slab", true), of_group<&SlabGroup::slab_pct>},
    {percent("ram", "%RAM", "share of RAM", true), of_group<&SlabGroup::ram_pct>},
    {bytes("growth", "GROWTH", "growth since the first sample"), of_group<&SlabGroup::growth_bytes>},
};

}  // namespace

std::span<const Column<SlabRow>> slab_columns() { return kColumns; }
std::span<const Column<SlabGroup>> slab_group_columns() { return kGroupColumns; }

std::string_view slabtop_sort_column(char letter) {
  switch (letter) {
    case 'a':
      return "active";
    case 'b':
      return "slab_objects";
    case 'c':
      return "size";
    case 'l':
      return "slabs";
    case 'v':
      return "active_slabs";
    case 'n':
      return "name";
    case 'o':
      return "objects";
    case 'p':
      return "slab_pages";
    case 's':
      return "object_size";
    case 'u':
      return "use";
    default:
      return "";
  }
}

Cell slabtop_use(const SlabRow& row) {
  return to_cell(row.use_pct.transform([](double pct) { return static_cast<std::uint64_t>(pct); }));
}

}  // namespace memkit
