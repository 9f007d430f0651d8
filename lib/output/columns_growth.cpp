#include "output/columns_growth.h"

namespace memkit {
namespace {

template <auto member>
Cell of(const GrowthRow& row) {
  return to_cell(row.sample.*member);
}

constexpr ColumnInfo bytes(std::string_view id, std::string_view header, std::string_view help) {
  return {id, header, Unit::bytes, Align::right, true, false, help};
}

using S = GrowthSample;
constexpr Column<GrowthRow> kColumns[] = {
    {{"time", "Time", Unit::none, Align::left, false, false, "of the sample, UTC"},
     [](const GrowthRow& row) -> Cell { return std::string_view(row.time); }},
    {{"elapsed", "Seconds", Unit::seconds, Align::right, true, false, "since the first sample"},
     [](const GrowthRow& row) -> Cell { return row.sample.elapsed_s; }},
    {bytes("vsz", "VSZ", "address space, used or not"), of<&S::vsz_bytes>},
    {bytes("rss", "RSS", "in RAM, shared pages in full"), of<&S::rss_bytes>},
    {bytes("pss", "PSS", "its share: shared pages divided by users"), of<&S::pss_bytes>},
    {bytes("uss", "USS", "private pages: what its end gives back"), of<&S::uss_bytes>},
    {bytes("heap", "Heap", "the heap's address range"), of<&S::heap_bytes>},
    {bytes("heap_rss", "HeapRSS", "of the heap: in RAM"), of<&S::heap_rss_bytes>},
    {bytes("anonymous", "Anon", "of RSS: in no file"), of<&S::anonymous_bytes>},
    {bytes("swap", "Swap", "in swap"), of<&S::swap_bytes>},
};

template <auto member>
Cell of_group(const GrownGroup& group) {
  return to_cell(group.*member);
}

constexpr std::size_t kNameWidth = 28;

constexpr ColumnInfo change(std::string_view id, std::string_view header, std::string_view help, bool shown = false) {
  return {id, header, Unit::bytes, Align::right, shown, true, help};
}

using G = GrownGroup;
constexpr Column<GrownGroup> kGrown[] = {
    {{"group", "Group", Unit::none, Align::left, true, false, "file, or kind of what has none", {}, kNameWidth},
     [](const G& group) -> Cell { return std::string_view(group.name); }},
    {{"mappings_before", "MapsA", Unit::count, Align::right, false, true, "mappings in A; 0: new"},
     [](const G& group) -> Cell { return group.mappings_before; }},
    {{"mappings_after", "MapsB", Unit::count, Align::right, false, true, "mappings in B; 0: gone"},
     [](const G& group) -> Cell { return group.mappings_after; }},
    {change("vsz_before", "VSZ-A", "address ranges in A, used or not"), of_group<&G::vsz_before_bytes>},
    {change("vsz_after", "VSZ-B", "address ranges in B"), of_group<&G::vsz_after_bytes>},
    {change("vsz_change", "VSZ+", "VSZ in B less that in A", true),
     [](const G& group) -> Cell { return group.vsz_change_bytes(); }},
    {change("rss_before", "RSS-A", "in RAM in A", true), of_group<&G::rss_before_bytes>},
    {change("rss_after", "RSS-B", "in RAM in B", true), of_group<&G::rss_after_bytes>},
    {change("rss_change", "RSS+", "RSS in B less that in A", true),
     [](const G& group) -> Cell { return to_cell(group.rss_change_bytes()); }},
    {change("swap_before", "Swap-A", "in swap in A"), of_group<&G::swap_before_bytes>},
    {change("swap_after", "Swap-B", "in swap in B"), of_group<&G::swap_after_bytes>},
    {change("swap_change", "Swap+", "swap in B less that in A"),
     [](const G& group) -> Cell { return to_cell(group.swap_change_bytes()); }},
};

}  // namespace

std::span<const Column<GrowthRow>> growth_columns() { return kColumns; }
std::span<const Column<GrownGroup>> grown_columns() { return kGrown; }

}  // namespace memkit
