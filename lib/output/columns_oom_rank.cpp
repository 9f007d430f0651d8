#include "output/columns_oom_rank.h"

namespace memkit {
namespace {

template <auto member>
Cell process_figure(const OomRankRow& row) {
  const auto& figure = row.task->process->*member;
  if (!figure) return figure.missing();
  return std::uint64_t{*figure};
}

template <auto member>
Cell weight(const OomRankRow& row) {
  return to_cell(row.task->weight.*member);
}

Cell known(std::string_view name) {
  if (name.empty()) return Missing::absent;
  return name;
}

Cell rank(const OomRankRow& row) {
  if (row.task->rank == 0) return Missing::absent;
  return std::uint64_t{row.task->rank};
}

Cell user(const OomRankRow& row) {
  if (!row.task->process->uid) return row.task->process->uid.missing();
  return row.user;
}

/// What the kernel prints does not know of a change that is only thought of.
Cell score(const OomRankRow& row) {
  return row.task->adjusted ? to_cell(row.task->own_score) : process_figure<&Process::oom_score>(row);
}

constexpr ColumnInfo bytes(std::string_view id, std::string_view header, std::string_view help) {
  return {id, header, Unit::bytes, Align::right, true, false, help};
}
constexpr ColumnInfo number(std::string_view id, std::string_view header, bool shown, std::string_view help) {
  return {id, header, Unit::none, Align::right, shown, false, help};
}
constexpr ColumnInfo name(std::string_view id, std::string_view header, bool shown, std::string_view help,
                          std::size_t pad_to = 0) {
  return {id, header, Unit::none, Align::left, shown, false, help, {}, pad_to};
}

constexpr std::size_t kUserWidth = 8;
constexpr std::size_t kUnitWidth = 24;

constexpr Column<OomRankRow> kColumns[] = {
    {number("rank", "RANK", false, "1 dies first; - is never chosen"), rank},
    {number("pid", "PID", true, "process id"),
     [](const OomRankRow& row) -> Cell { return std::uint64_t{row.task->process->pid}; }},
    {name("user", "USER", true, "effective user, by name", kUserWidth), user},
    {bytes("badness", "BADNESS", "what the kernel compares: the highest dies"),
     [](const OomRankRow& row) -> Cell { return to_cell(row.task->badness_bytes); }},
    {number("oom_score", "SCORE", true, "the kernel's score; of --what-if's PID memkit's"), score},
    {number("oom_score_adj", "ADJ", true, "its adjustment, -1000 (never) to 1000"), weight<&OomWeight::oom_score_adj>},
    {bytes("rss", "RSS", "what it has in RAM"), weight<&OomWeight::rss_bytes>},
    {bytes("swap", "SWAP", "in swap, shared memory left out"), weight<&OomWeight::swap_bytes>},
    {bytes("page_tables", "PTE", "page tables of all levels"), weight<&OomWeight::page_tables_bytes>},
    {name("name", "NAME", true, "comm: the program's short name", 15),
     [](const OomRankRow& row) -> Cell { return known(row.task->process->name); }},
    {name("standing", "STANDING", false, "candidate, exiting, protected, init, shared, ..."),
     [](const OomRankRow& row) -> Cell { return to_string(row.task->standing); }},
    {number("own_score", "OWN", false, "the score by memkit's own arithmetic"),
     [](const OomRankRow& row) -> Cell { return to_cell(row.task->own_score); }},
    {number("uid", "UID", false, "effective user, by number"),
     [](const OomRankRow& row) -> Cell { return to_cell(row.task->process->uid); }},
    {name("unit", "UNIT", false, "systemd unit", kUnitWidth),
     [](const OomRankRow& row) -> Cell { return known(row.task->unit); }},
    {name("cgroup", "CGROUP", false, "memory cgroup"),
     [](const OomRankRow& row) -> Cell { return known(row.task->process->cgroup); }},
    {name("command", "COMMAND", false, "command line; [name] where there is none"),
     [](const OomRankRow& row) -> Cell { return std::string_view(row.task->process->command); }},
};

}  // namespace

std::span<const Column<OomRankRow>> oom_rank_columns() { return kColumns; }

}  // namespace memkit
