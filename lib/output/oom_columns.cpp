#include <algorithm>

#include "output/oom.h"

namespace memkit {
namespace {

Cell text(const std::string& value) {
  if (value.empty()) return Missing::absent;
  return std::string_view(value);
}

constexpr Column<OomRow> kEvents[] = {
    {{"event", "#", Unit::none, Align::right, true, false, "number in the order of the log"},
     [](const OomRow& row) -> Cell { return row.summary.number; }},
    {{"time", "Time", Unit::none, Align::left, true, false, "Z: UTC; else as the log has it"},
     [](const OomRow& row) { return text(row.time); }},
    {{"reason", "Reason", Unit::none, Align::left, true, false, "why it happened"},
     [](const OomRow& row) { return text(row.reason); }},
    {{"killed", "Killed", Unit::count, Align::right, true, false, "processes"},
     [](const OomRow& row) -> Cell { return row.summary.killed; }},
    {{"pid", "PID", Unit::none, Align::right, false, false, "its process id"},
     [](const OomRow& row) { return to_cell(row.summary.pid); }},
    {{"name", "Name", Unit::none, Align::left, true, false, "first process killed"},
     [](const OomRow& row) { return text(row.summary.name); }},
    {{"rss", "RSS", Unit::bytes, Align::right, true, false, "what it held in RAM"},
     [](const OomRow& row) { return to_cell(row.summary.rss_bytes); }},
    {{"unit", "Unit", Unit::none, Align::left, true, false, "its unit or container", {}, 24},
     [](const OomRow& row) { return text(row.summary.unit); }},
    {{"cgroup", "Cgroup", Unit::none, Align::left, false, false, "its control group", {}, 40},
     [](const OomRow& row) { return text(row.summary.cgroup); }},
    {{"limit_of", "LimitOf", Unit::none, Align::left, false, false, "control group whose limit was hit", {}, 40},
     [](const OomRow& row) { return text(row.summary.oom_memcg); }},
    {{"trigger", "Trigger", Unit::none, Align::left, false, false, "process that asked for memory"},
     [](const OomRow& row) { return text(row.summary.trigger); }},
    {{"order", "Order", Unit::none, Align::right, false, false, "it asked for 2^order pages; -1: by hand"},
     [](const OomRow& row) { return to_cell(row.summary.order); }},
    {{"oom_score_adj", "Adj", Unit::none, Align::right, false, false, "oom_score_adj of the process killed"},
     [](const OomRow& row) { return to_cell(row.summary.oom_score_adj); }},
    {{"kind", "Kind", Unit::none, Align::left, false, false, "kernel, systemd-oomd or earlyoom"},
     [](const OomRow& row) { return text(row.kind); }},
    {{"host", "Host", Unit::none, Align::left, false, false, "machine, as the log names it"},
     [](const OomRow& row) { return text(row.summary.host); }},
};

template <std::uint64_t OomTask::*pages>
Cell in_bytes(const OomTaskRow& row) {
  const Got<std::uint64_t> count = OomTask::known(row.task.*pages);
  if (!count) return count.missing();
  if (*count > (std::uint64_t{1} << 62) / row.page_size_bytes) return Missing::malformed;
  return *count * row.page_size_bytes;
}

Cell page_tables(const OomTaskRow& row) {
  if (const auto bytes = OomTask::known(row.task.pgtables_bytes)) return *bytes;
  return in_bytes<&OomTask::page_table_pages>(row);
}

constexpr Column<OomTaskRow> kTasks[] = {
    {{"pid", "PID", Unit::none, Align::right, true, false, "process id"},
     [](const OomTaskRow& row) { return to_cell(OomTask::known(row.task.pid)); }},
    {{"uid", "UID", Unit::none, Align::right, true, false, "user"},
     [](const OomTaskRow& row) { return to_cell(OomTask::known(row.task.uid)); }},
    {{"rss", "RSS", Unit::bytes, Align::right, true, true, "in RAM"}, in_bytes<&OomTask::rss_pages>},
    {{"swap", "Swap", Unit::bytes, Align::right, true, true, "in swap"}, in_bytes<&OomTask::swap_pages>},
    {{"pgtables", "PgTables", Unit::bytes, Align::right, true, true, "page tables"}, page_tables},
    {{"vsz", "VSZ", Unit::bytes, Align::right, true, false, "address space"}, in_bytes<&OomTask::total_vm_pages>},
    {{"adj", "Adj", Unit::none, Align::right, true, false, "oom_score_adj; -1000: never killed"},
     [](const OomTaskRow& row) -> Cell {
       if (row.task.oom_score_adj == OomTask::kUnknownAdj) return Missing::absent;
       return row.task.oom_score_adj;
     }},
    {{"killed", "Killed", Unit::none, Align::left, true, false, "whether it was killed"},
     [](const OomTaskRow& row) -> Cell { return std::string_view(row.killed ? "killed" : ""); }},
    {{"name", "Name", Unit::none, Align::left, true, false, "name"},
     [](const OomTaskRow& row) { return text(row.task.name); }},
};

}  // namespace

OomRow::OomRow(OomSummary of)
    : summary(std::move(of)), time(time_text(summary.time)), reason(reason_id(summary.reason)) {
  kind = summary.kind == OomKind::kernel         ? "kernel"
         : summary.kind == OomKind::systemd_oomd ? "systemd-oomd"
                                                 : "earlyoom";
}

std::span<const Column<OomRow>> oom_columns() { return kEvents; }
std::span<const Column<OomTaskRow>> oom_task_columns() { return kTasks; }

std::vector<OomTaskRow> task_rows(const OomEvent& event) {
  std::vector<OomTaskRow> rows;
  rows.reserve(event.tasks.size());
  for (const OomTask& task : event.tasks) {
    const bool killed =
        std::any_of(event.kills.begin(), event.kills.end(), [&](const OomKill& kill) { return kill.pid == task.pid; });
    rows.push_back({task, page_size_of(event), killed});
  }
  const auto rss = [](const OomTaskRow& row) { return OomTask::known(row.task.rss_pages).value_or(0); };
  std::stable_sort(rows.begin(), rows.end(), [&](const OomTaskRow& a, const OomTaskRow& b) { return rss(a) > rss(b); });
  return rows;
}

}  // namespace memkit
