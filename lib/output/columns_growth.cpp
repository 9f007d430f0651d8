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

}  // namespace

std::span<const Column<GrowthRow>> growth_columns() { return kColumns; }

}  // namespace memkit
