#include "output/columns_kinds.h"

namespace memkit {
namespace {

constexpr std::size_t kNameWidth = 40;

template <PartialSum MemorySums::*member, class Row>
Cell sum(const Row& row) {
  return to_cell((row.sums.*member).value());
}

template <PartialSum FileGroup::*member>
Cell part(const FileGroup& group) {
  return to_cell((group.*member).value());
}

constexpr ColumnInfo bytes(std::string_view id, std::string_view header, std::string_view help, bool shown = true) {
  return {id, header, Unit::bytes, Align::right, shown, true, help};
}
constexpr ColumnInfo count(std::string_view id, std::string_view header, std::string_view help, bool shown = true) {
  return {id, header, Unit::count, Align::right, shown, true, help};
}

constexpr Column<KindSum> kKinds[] = {
    {{"kind", "Kind", Unit::none, Align::left, true, false, "what the mappings are for"},
     [](const KindSum& sum) -> Cell { return kind_title(sum.kind); }},
    {bytes("vsz", "VSZ", "address ranges, used or not"), sum<&MemorySums::vsz, KindSum>},
    {bytes("rss", "RSS", "in RAM, shared pages in full"), sum<&MemorySums::rss, KindSum>},
    {bytes("pss", "PSS", "its share: shared pages divided by users"), sum<&MemorySums::pss, KindSum>},
    {bytes("uss", "USS", "private pages", false), sum<&MemorySums::uss, KindSum>},
    {bytes("swap", "Swap", "in swap; shared memory there in full"), sum<&MemorySums::swap, KindSum>},
    {bytes("hugetlb", "HugeTLB", "huge pages of hugetlbfs: not in RSS or PSS", false),
     [](const KindSum& sum) -> Cell { return to_cell(sum.hugetlb.value()); }},
    {count("mappings", "Mappings", "mappings"), [](const KindSum& sum) -> Cell { return sum.mappings; }},
    {count("guessed", "Guessed", "of these: told by their place alone"),
     [](const KindSum& sum) -> Cell { return sum.guessed; }},
};

constexpr Column<FileGroup> kGroups[] = {
    {{"group", "Group", Unit::none, Align::left, true, false, "file, or kind of what has none", {}, kNameWidth},
     [](const FileGroup& group) -> Cell { return std::string_view(group.name); }},
    {count("mappings", "Maps", "mappings"), [](const FileGroup& group) -> Cell { return group.mappings; }},
    {bytes("vsz", "VSZ", "address ranges, used or not"), sum<&MemorySums::vsz, FileGroup>},
    {bytes("rss", "RSS", "in RAM, shared pages in full"), sum<&MemorySums::rss, FileGroup>},
    {bytes("pss", "PSS", "its share: shared pages divided by users"), sum<&MemorySums::pss, FileGroup>},
    {bytes("uss", "USS", "private pages", false), sum<&MemorySums::uss, FileGroup>},
    {bytes("swap", "Swap", "in swap; shared memory there in full", false), sum<&MemorySums::swap, FileGroup>},
    {bytes("text_rss", "Text", "of RSS: what may be executed", false), part<&FileGroup::text_rss>},
    {bytes("data_rss", "Data", "of RSS: other than text and bss", false), part<&FileGroup::data_rss>},
    {bytes("bss_rss", "BSS", "of RSS: zeroed data, told by its place", false), part<&FileGroup::bss_rss>},
};

}  // namespace

std::span<const Column<KindSum>> kind_columns() { return kKinds; }
std::span<const Column<FileGroup>> file_group_columns() { return kGroups; }

}  // namespace memkit
