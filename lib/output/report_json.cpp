#include <algorithm>

#include "output/columns_process.h"
#include "output/json_memory.h"
#include "output/report.h"
#include "output/report_fields.h"
#include "output/report_oom.h"
#include "output/report_shared.h"

namespace memkit {

void write_fields(JsonWriter& json, const MemoryGroup& group) {
  json.field("id", group.id);
  json.field("label", group.label);
  json.field("bytes", group.bytes);
  json.field("share_pct", group.share_pct);
}

void write_fields(JsonWriter& json, const SwapArea& area) {
  json.field("name", area.name);
  json.field("type", area.type);
  json.field("size_bytes", area.size_bytes);
  json.field("used_bytes", area.used_bytes);
  json.field("priority", area.priority);
  json.field("deleted", area.deleted);
}

void write_fields(JsonWriter& json, const PressureLine& line) {
  json.field("avg10_pct", line.avg10_pct);
  json.field("avg60_pct", line.avg60_pct);
  json.field("avg300_pct", line.avg300_pct);
  json.field("total_us", line.total_us);
}

namespace {

void write_limit(JsonWriter& json, const std::string& name, const Limit& limit) {
  json.field(name + "_bytes", limit.bytes);
  json.field(name + "_state", to_string(limit.state));
}

template <class Part>
void write_object(JsonWriter& json, const Part& part) {
  json.begin_object();
  write_fields(json, part);
  json.end_object();
}

}  // namespace

void write_fields(JsonWriter& json, const CgroupRow& row, const Got<std::uint64_t>& mem_total_bytes) {
  json.field("path", row.path);
  json.field("usage_bytes", row.current_bytes);
  write_limit(json, "limit", to_limit(row.max, mem_total_bytes));
  write_limit(json, "high", to_limit(row.high, {}));
  json.field("oom_kill_count", row.oom_kills);
  json.field("high_event_count", row.high_events);
  json.field("some_avg10_pct", row.some_avg10_pct);
  json.field("full_avg10_pct", row.full_avg10_pct);
}

namespace {

void write_groups(JsonWriter& json, const Accounting& accounting) {
  json.begin_array();
  for (const MemoryGroup& group : memory_groups(accounting)) write_object(json, group);
  json.end_array();
}

void write_swap(JsonWriter& json, const Snapshot& snapshot) {
  const Meminfo& meminfo = *snapshot.meminfo;
  json.begin_object();
  json.field("total_bytes", meminfo.swap_total_bytes);
  json.field("free_bytes", meminfo.swap_free_bytes);
  json.field("cached_bytes", meminfo.swap_cached_bytes);
  json.key("areas");
  if (!snapshot.swaps) {
    json.null();
  } else {
    json.begin_array();
    for (const SwapArea& area : *snapshot.swaps) write_object(json, area);
    json.end_array();
  }
  json.key("zram");
  json.begin_array();
  for (const ZramDevice& device : snapshot.zram) {
    json.begin_object();
    json.field("name", device.name);
    json.field("orig_data_size_bytes", device.mm_stat.orig_data_size_bytes);
    json.field("compr_data_size_bytes", device.mm_stat.compr_data_size_bytes);
    json.field("mem_used_total_bytes", device.mm_stat.mem_used_total_bytes);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_pressure(JsonWriter& json, std::string_view key, const Got<Pressure>& pressure) {
  json.key(key);
  if (!pressure) {
    json.null();
    return;
  }
  json.begin_object();
  json.key("some");
  write_object(json, pressure->some);
  json.key("full");
  write_object(json, pressure->full);
  json.end_object();
}

void write_lists(JsonWriter& json, const Meminfo& m) {
  json.begin_object();
  json.field("active_anon_bytes", m.active_anon_bytes);
  json.field("inactive_anon_bytes", m.inactive_anon_bytes);
  json.field("active_file_bytes", m.active_file_bytes);
  json.field("inactive_file_bytes", m.inactive_file_bytes);
  json.field("unevictable_bytes", m.unevictable_bytes);
  json.field("mlocked_bytes", m.mlocked_bytes);
  json.end_object();
}

/// The caches, the largest first; null where slabinfo may not be read.
void write_caches(JsonWriter& json, const ReportFacts& facts) {
  constexpr std::size_t kMost = 10;
  json.key("caches");
  const Got<std::vector<SlabRow>>& rows = facts.slab.table.rows;
  if (!rows) return json.null();
  std::vector<const SlabRow*> largest;
  for (const SlabRow& row : *rows) largest.push_back(&row);
  std::stable_sort(largest.begin(), largest.end(), [](const SlabRow* a, const SlabRow* b) {
    return a->size_bytes.value_or(0) > b->size_bytes.value_or(0);
  });
  if (!facts.list_all && largest.size() > kMost) largest.resize(kMost);
  json.begin_array();
  for (const SlabRow* const row : largest) {
    json.begin_object();
    json.field("name", row->id);
    json.field("size_bytes", row->size_bytes);
    json.field("use_pct", row->use_pct);
    json.field("reclaimable", row->reclaimable);
    json.end_object();
  }
  json.end_array();
}

void write_slab(JsonWriter& json, const ReportFacts& facts) {
  const Meminfo& m = *facts.snapshot.meminfo;
  json.begin_object();
  json.field("slab_bytes", m.slab_bytes);
  json.field("sreclaimable_bytes", m.sreclaimable_bytes);
  json.field("sunreclaim_bytes", m.sunreclaim_bytes);
  json.field("kreclaimable_bytes", m.kreclaimable_bytes);
  json.field("caches_count",
             facts.slab.table.rows.transform([](const auto& rows) { return std::uint64_t{rows.size()}; }));
  write_caches(json, facts);
  json.end_object();
}

void write_processes(JsonWriter& json, const ReportFacts& facts) {
  const TopProcesses& totals = facts.top;
  const WalkSummary& walk = facts.processes.summary;
  json.begin_object();
  json.field("source", facts.processes_from_ps ? "ps" : "proc");
  json.field("processes_count", totals.count);
  json.field("kernel_threads_count", walk.kernel_threads);
  json.field("zombies_count", walk.zombies);
  json.field("pss_bytes", totals.pss_bytes);
  json.field("uss_bytes", totals.uss_bytes);
  json.field("rss_bytes", totals.rss_bytes);
  json.field("swap_bytes", totals.swap_bytes);
  json.field("complete", totals.without_pss == 0 && walk.hidden == 0 && !walk.others_hidden && walk.list_error == 0);
  const auto rows = [&](std::string_view key, const std::vector<ProcessRow>& list) {
    json.key(key);
    json.begin_array();
    for (const ProcessRow& row : list) write_row(json, process_columns(), row);
    json.end_array();
  };
  rows("top", facts.top_rows);
  rows("top_swap", facts.swap_rows);
  json.end_object();
}

void write_change(JsonWriter& json, const std::string& name, const Change& change) {
  json.field(name, change.count);
  json.field(name + "_per_s", change.per_s);
}

void write_stall(JsonWriter& json, std::string_view name, const StallShare& stall) {
  json.key(name);
  json.begin_object();
  json.field("some_pct", stall.some_pct);
  json.field("full_pct", stall.full_pct);
  json.end_object();
}

void write_cgroups(JsonWriter& json, const ReportFacts& facts) {
  constexpr std::size_t kMost = 10;
  const CgroupSurvey& survey = facts.cgroups;
  json.begin_object();
  json.key("version");
  survey.walk.version == CgroupVersion::none ? json.null()
                                             : json.value(survey.walk.version == CgroupVersion::v1 ? "v1" : "v2");
  json.field("cgroups_count", survey.walk.visited);
  json.field("unlisted_count", survey.walk.unlisted);
  json.field("unreadable_count", survey.walk.unreadable);
  json.field("leaf_cgroups_count",
             std::count_if(survey.rows.begin(), survey.rows.end(), [](const CgroupRow& row) { return row.leaf; }));
  json.key("largest");
  json.begin_array();
  for (const CgroupRow* const row :
       largest_cgroups(survey, facts.list_all ? survey.rows.size() : std::min(kMost, facts.top_rows.size()))) {
    json.begin_object();
    write_fields(json, *row, facts.snapshot.meminfo->mem_total_bytes);
    json.end_object();
  }
  json.end_array();
  json.key("own");
  write_cgroup(json, facts.own_cgroup, cgroup_memory(facts.own_cgroup, facts.snapshot.meminfo->mem_total_bytes));
  json.end_object();
}

void write_delta(JsonWriter& json, const Delta& delta, ReclaimPattern pattern) {
  json.begin_object();
  json.field("reclaim_pattern", to_string(pattern));
  json.field("elapsed_s", delta.seconds);
  json.key("no_rates_why");
  delta.no_rates_why.empty() ? json.null() : json.value(delta.no_rates_why);
  write_change(json, "swap_in_bytes", delta.swap_in_bytes);
  write_change(json, "swap_out_bytes", delta.swap_out_bytes);
  write_change(json, "page_in_bytes", delta.page_in_bytes);
  write_change(json, "page_out_bytes", delta.page_out_bytes);
  write_change(json, "major_fault_count", delta.major_faults);
  write_change(json, "oom_kill_count", delta.oom_kills);
  write_change(json, "scanned_pages", delta.reclaim.scanned_global);
  write_change(json, "stolen_pages", delta.reclaim.stolen_global);
  json.field("direct_share_pct", delta.reclaim.direct_share_pct);
  json.field("efficiency_pct", delta.reclaim.efficiency_pct);
  write_change(json, "refault_anon_pages", delta.reclaim.refault_anon);
  write_change(json, "refault_file_pages", delta.reclaim.refault_file);
  write_stall(json, "memory_stall", delta.memory);
  write_stall(json, "cpu_stall", delta.cpu);
  write_stall(json, "io_stall", delta.io);
  json.key("growth");
  json.begin_object();
  json.field("mem_available_bytes", delta.growth.mem_available);
  json.field("anon_pages_bytes", delta.growth.anon_pages);
  json.field("file_lru_bytes", delta.growth.file_lru);
  json.field("shmem_bytes", delta.growth.shmem);
  json.field("slab_bytes", delta.growth.slab);
  json.field("sunreclaim_bytes", delta.growth.sunreclaim);
  json.field("page_tables_bytes", delta.growth.page_tables);
  json.field("swap_used_bytes", delta.growth.swap_used);
  json.field("residual_bytes", delta.growth.residual);
  json.end_object();
  json.end_object();
}

}  // namespace

void write_report(JsonWriter& json, const ReportFacts& facts, Language language) {
  const Snapshot& snapshot = facts.snapshot;
  json.field("kernel_release", snapshot.host.kernel_release);
  json.field("page_size_bytes", snapshot.page_size_bytes);
  write_findings(json, facts, language);
  json.key("health");
  write_health(json, facts.health);
  json.key("where");
  write_groups(json, facts.accounting);
  json.key("breakdown");
  write_accounting(json, facts.accounting);
  json.key("swap");
  write_swap(json, snapshot);
  json.key("pressure");
  json.begin_object();
  write_pressure(json, "memory", snapshot.pressure.memory);
  write_pressure(json, "cpu", snapshot.pressure.cpu);
  write_pressure(json, "io", snapshot.pressure.io);
  write_pressure(json, "irq", snapshot.pressure.irq);
  json.end_object();
  json.key("lists");
  write_lists(json, *snapshot.meminfo);
  json.key("slab");
  write_slab(json, facts);
  json.key("processes");
  write_processes(json, facts);
  json.key("cgroups");
  write_cgroups(json, facts);
  json.key("shared_memory");
  write_shared(json, facts);
  json.field("oom_kill_count",
             snapshot.vmstat ? snapshot.vmstat->oom_kill : Got<std::uint64_t>(snapshot.vmstat.missing()));
  json.key("oom");
  write_oom(json, facts);
  json.key("delta");
  facts.delta ? write_delta(json, *facts.delta, pattern_of(facts)) : json.null();
}

}  // namespace memkit
