#include "output/columns_groups.h"

namespace memkit {
namespace {

constexpr std::size_t kNameWidth = 40;  // as smem pads mappings
constexpr std::size_t kCommandWidth = 27;

template <PartialSum MemorySums::*member, class Row>
Cell sum(const Row& row) {
  return to_cell((row.sums.*member).value());
}

/// The mean over the processes that have the mapping, cut to whole bytes.
template <PartialSum MemorySums::*member>
Cell average(const MappingGroup& group) {
  const Got<std::uint64_t> all = (group.sums.*member).value();
  if (!all || group.processes == 0) return Missing::absent;
  return *all / group.processes;
}

template <PartialSum MemorySums::*member>
Cell subtree(const TreeRow& row) {
  return to_cell((row.node.subtree.*member).value());
}

constexpr ColumnInfo bytes(std::string_view id, std::string_view header, std::string_view help, bool shown = true,
                           std::string_view alias = {}) {
  return {id, header, Unit::bytes, Align::right, shown, true, help, alias};
}
constexpr ColumnInfo count(std::string_view id, std::string_view header, std::string_view help, bool shown = true) {
  return {id, header, Unit::count, Align::right, shown, true, help};
}

constexpr Column<ProcessGroup> kGroups[] = {
    {{"group", "Group", Unit::none, Align::left, true, false, "what the processes have in common", "user",
      kCommandWidth},
     [](const ProcessGroup& group) -> Cell { return group.key; }},
    {count("count", "Count", "processes"), [](const ProcessGroup& group) -> Cell { return group.processes; }},
    {bytes("swap", "Swap", "in swap; shared memory there counts in full"), sum<&MemorySums::swap, ProcessGroup>},
    {bytes("uss", "USS", "private memory"), sum<&MemorySums::uss, ProcessGroup>},
    {bytes("pss", "PSS", "their share of memory: the figure that adds up"), sum<&MemorySums::pss, ProcessGroup>},
    {bytes("rss", "RSS", "shared memory counted once for each process"), sum<&MemorySums::rss, ProcessGroup>},
    {bytes("vsz", "VSZ", "address space; also called vss", false, "vss"), sum<&MemorySums::vsz, ProcessGroup>},
    {count("unknown", "Unknown", "processes whose PSS is not known, and in no sum", false),
     [](const ProcessGroup& group) -> Cell { return group.sums.pss.unknown; }},
};

constexpr Column<MappingGroup> kMappings[] = {
    {{"map", "Map", Unit::none, Align::left, true, false, "file or kind of mapping", {}, kNameWidth},
     [](const MappingGroup& group) -> Cell { return group.name; }},
    {count("count", "Count", "mappings", false), [](const MappingGroup& group) -> Cell { return group.mappings; }},
    {count("pids", "PIDs", "processes that have it"),
     [](const MappingGroup& group) -> Cell { return group.processes; }},
    {bytes("swap", "Swap", "in swap", false), sum<&MemorySums::swap, MappingGroup>},
    {bytes("uss", "USS", "private memory", false), sum<&MemorySums::uss, MappingGroup>},
    {bytes("avgpss", "AVGPSS", "PSS for each process"), average<&MemorySums::pss>},
    {bytes("avguss", "AVGUSS", "USS for each process", false), average<&MemorySums::uss>},
    {bytes("avgrss", "AVGRSS", "RSS for each process", false), average<&MemorySums::rss>},
    {bytes("pss", "PSS", "share of memory: the figure that adds up"), sum<&MemorySums::pss, MappingGroup>},
    {bytes("rss", "RSS", "shared memory counted once for each process", false), sum<&MemorySums::rss, MappingGroup>},
    {bytes("vsz", "VSZ", "address space; also called vss", false, "vss"), sum<&MemorySums::vsz, MappingGroup>},
};

constexpr Column<SystemArea> kAreas[] = {
    {{"area", "Area", Unit::none, Align::left, true, false, "where memory is", {}, 24},
     [](const SystemArea& area) -> Cell { return area.name; }},
    {bytes("used", "Used", "in use"), [](const SystemArea& area) -> Cell { return to_cell(area.used_bytes); }},
    {bytes("cache", "Cache", "of it: cache, which gives way"),
     [](const SystemArea& area) -> Cell { return to_cell(area.cache_bytes); }},
    {bytes("noncache", "Noncache", "of it: the rest"),
     [](const SystemArea& area) -> Cell { return to_cell(area.noncache_bytes()); }},
};

constexpr Column<TreeRow> kTree[] = {
    {{"pid", "PID", Unit::none, Align::right, true, false, "process id"},
     [](const TreeRow& row) -> Cell { return std::uint64_t{row.row.process->pid}; }},
    {{"ppid", "PPID", Unit::none, Align::right, false, false, "parent's process id"},
     [](const TreeRow& row) -> Cell { return to_cell(Got<std::uint32_t>(row.row.process->ppid)); }},
    {{"depth", "Depth", Unit::none, Align::right, false, false, "0 for a process without a parent in the list"},
     [](const TreeRow& row) -> Cell { return std::uint64_t{row.node.depth}; }},
    {{"user", "User", Unit::none, Align::left, false, false, "effective user, by name"},
     [](const TreeRow& row) -> Cell {
       if (!row.row.process->uid) return row.row.process->uid.missing();
       return row.row.user;
     }},
    {{"command", "Command", Unit::none, Align::left, true, false, "command line, indented", {}, kCommandWidth},
     [](const TreeRow& row) -> Cell { return std::string_view(row.command); }},
    {count("descendants", "Below", "processes below it"),
     [](const TreeRow& row) -> Cell { return row.node.descendants; }},
    {bytes("pss", "PSS", "of the process alone"),
     [](const TreeRow& row) -> Cell { return to_cell(Got<std::uint64_t>(row.row.process->pss_bytes)); }},
    {bytes("tree_swap", "TreeSwap", "with all below it: swap"), subtree<&MemorySums::swap>},
    {bytes("tree_uss", "TreeUSS", "with all below it: private memory"), subtree<&MemorySums::uss>},
    {bytes("tree_pss", "TreePSS", "with all below it: PSS"), subtree<&MemorySums::pss>},
    {bytes("tree_rss", "TreeRSS", "with all below it: RSS", false), subtree<&MemorySums::rss>},
};

}  // namespace

std::span<const Column<ProcessGroup>> group_columns() { return kGroups; }
std::span<const Column<MappingGroup>> mapping_columns() { return kMappings; }
std::span<const Column<SystemArea>> area_columns() { return kAreas; }
std::span<const Column<TreeRow>> tree_columns() { return kTree; }

}  // namespace memkit
