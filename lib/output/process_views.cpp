#include "output/process_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "output/escape.h"
#include "output/rows.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr std::string_view kRights = "CAP_SYS_PTRACE: run as root, or setcap cap_sys_ptrace,cap_dac_read_search+ep";

}  // namespace

std::vector<std::string> missing_reasons(const WalkSummary& summary, bool live) {
  std::vector<std::string> reasons;
  if (summary.denied != 0) {
    reasons.push_back(fmt::format(
        "PSS and USS of {} ({} RSS) unknown: {}", processes_text(summary.denied), size_text(summary.denied_rss_bytes),
        live ? fmt::format("no permission (needs {})", kRights) : std::string("not readable when they were copied")));
  }
  if (summary.skipped != 0) {
    reasons.push_back(fmt::format("PSS and USS of {} ({} RSS) not read: --budget or --max-rss",
                                  processes_text(summary.skipped), size_text(summary.skipped_rss_bytes)));
  }
  if (summary.unwalked != 0) {
    reasons.push_back(fmt::format("PSS and USS of {} unknown: {}", processes_text(summary.unwalked),
                                  live ? "this kernel does not tell them" : "the capture has no smaps of them"));
  }
  if (summary.unreadable != 0) {
    reasons.push_back(
        fmt::format("PSS and USS of {} unknown: smaps could not be read", processes_text(summary.unreadable)));
  }
  if (summary.hidden != 0) {
    reasons.push_back(fmt::format("{} left out: {}", processes_text(summary.hidden),
                                  live ? fmt::format("hidden (hidepid; needs {})", kRights)
                                       : std::string("the capture has none of their figures")));
  }
  if (summary.others_hidden) {
    reasons.push_back(fmt::format("processes of other users are not listed (hidepid; needs {})", kRights));
  }
  return reasons;
}

Got<std::uint64_t> ProcessTotals::of(std::string_view id) const {
  const std::span<const Column<ProcessRow>> columns = process_columns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].id == id) return sums[i];
  }
  return Missing::absent;
}

ProcessTotals process_totals(std::span<const ProcessRow> rows, const WalkSummary& summary) {
  ProcessTotals totals;
  totals.processes = rows.size();
  std::set<std::string_view> users;
  for (const ProcessRow& row : rows) {
    if (row.process->uid) users.insert(row.user);
  }
  totals.users = users.size();
  totals.complete = summary.hidden == 0 && !summary.others_hidden;
  for (const Column<ProcessRow>& column : process_columns()) {
    if (!column.summable) {
      totals.sums.emplace_back();
      continue;
    }
    // Tasks of one address space show the same pages: they count once.
    const ColumnSum sum = sum_of(
        rows, column, +[](const ProcessRow& row) { return row.process->same_memory_as_pid == 0; });
    totals.sums.push_back(sum.value);
    if (sum.value ? sum.unknown_rows != 0 : column.shown) totals.complete = false;
  }
  return totals;
}

void write_totals(JsonWriter& json, const ProcessTotals& totals) {
  const std::span<const Column<ProcessRow>> columns = process_columns();
  json.begin_object();
  json.field("processes_count", totals.processes);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].summable) json.field(json_key(columns[i]), totals.sums[i]);
  }
  json.field("complete", totals.complete);
  json.end_object();
}

void write_skipped(JsonWriter& json, const WalkSummary& summary, bool live) {
  json.begin_object();
  json.field("kernel_threads_count", summary.kernel_threads);
  json.field("zombies_count", summary.zombies);
  json.field("vanished_count", summary.vanished);
  json.field("hidden_count", summary.hidden);
  json.field("denied_count", summary.denied);
  json.field("denied_rss_bytes", summary.denied_rss_bytes);
  json.field("skipped_count", summary.skipped);
  json.field("skipped_rss_bytes", summary.skipped_rss_bytes);
  json.field("shared_count", summary.shared);
  json.field("walked_count", summary.walked);
  json.field("unwalked_count", summary.unwalked);
  json.field("unreadable_count", summary.unreadable);
  json.field("others_hidden", summary.others_hidden);
  json.list("reasons", missing_reasons(summary, live));
  json.end_object();
}

}  // namespace memkit
