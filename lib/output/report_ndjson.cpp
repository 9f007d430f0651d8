// One record a line, each with the host and the time: what databases load and fleets collect.
#include <string>

#include "output/columns_process.h"
#include "output/finding_text.h"
#include "output/oom.h"
#include "output/report.h"
#include "output/report_fields.h"
#include "output/report_oom.h"
#include "output/time_text.h"
#include "parse/workload.h"

namespace memkit {
namespace {

/// Writes records of one report; each begins with the same keys.
class Records {
 public:
  Records(Out& out, const Snapshot& snapshot) : out_(out), host_(snapshot.host) {}

  /// A line of `section`; fields(json) writes the rest of it.
  template <class Fields>
  void add(std::string_view section, Fields fields) {
    JsonWriter json(out_, false);
    json.begin_object();
    json.field("schema", "memkit.report-record/1");
    json.field("host", host_.name);
    json.field("boot_id", host_.boot_id);
    json.field("time", host_.time_ns.transform(rfc3339_utc));
    json.field("section", section);
    fields(json);
    json.end_object();
    json.finish();
  }

 private:
  Out& out_;
  const Host& host_;
};

/// The figures that everything else is held against, in one line.
void write_machine(JsonWriter& json, const ReportFacts& facts, Language language) {
  const Snapshot& snapshot = facts.snapshot;
  const Meminfo& meminfo = *snapshot.meminfo;
  json.field("source", snapshot.source);
  json.field("kernel_release", snapshot.host.kernel_release);
  json.field("language", to_string(language));
  json.field("status", status_of(facts.diagnosis, facts.health));
  json.field("diagnosis", diagnosis_text(facts.diagnosis, facts.for_rules(), language));
  json.field("total_bytes", meminfo.mem_total_bytes);
  json.field("available_bytes", facts.health.usable_bytes);
  json.field("available_pct", facts.health.usable_pct);
  json.field("swap_total_bytes", meminfo.swap_total_bytes);
  json.field("swap_free_bytes", meminfo.swap_free_bytes);
  json.field("processes_count", facts.top.count);
  json.field("pss_bytes", facts.top.pss_bytes);
  json.field("rss_bytes", facts.top.rss_bytes);
  json.field("cgroups_count", facts.cgroups.walk.visited);
  json.field("oom_kill_count",
             snapshot.vmstat ? snapshot.vmstat->oom_kill : Got<std::uint64_t>(snapshot.vmstat.missing()));
}

/// The record's own keys host and time are the report's; the event's are event_time and none.
void write_event(JsonWriter& json, const OomSummary& event) {
  const OomRow row(event);
  for (const Column<OomRow>& column : oom_columns()) {
    if (column.id == "host") continue;
    json.field(column.id == "time" ? "event_time" : json_key(column), column.value(row));
  }
}

void add_pressure(Records& records, std::string_view resource, const Got<Pressure>& pressure) {
  if (!pressure) return;
  const auto add = [&](std::string_view kind, const PressureLine& line) {
    records.add("pressure", [&](JsonWriter& json) {
      json.field("resource", resource);
      json.field("kind", kind);
      write_fields(json, line);
    });
  };
  add("some", pressure->some);
  add("full", pressure->full);
}

void add_diagnosis(Records& records, const Diagnosis& diagnosis, Language language) {
  std::uint64_t rank = 0;
  for (const Finding& finding : diagnosis.findings) {
    records.add("finding", [&](JsonWriter& json) {
      json.field("rank", ++rank);
      write_fields(json, finding, language);
    });
  }
  for (const NotJudged& rule : diagnosis.not_judged)
    records.add("not_judged", [&](JsonWriter& json) { write_fields(json, rule); });
}

}  // namespace

void print_ndjson(Out& out, const ReportFacts& facts, Language language) {
  const Snapshot& snapshot = facts.snapshot;
  Records records(out, snapshot);
  records.add("machine", [&](JsonWriter& json) { write_machine(json, facts, language); });
  add_diagnosis(records, facts.diagnosis, language);
  for (const MemoryGroup& group : memory_groups(facts.accounting))
    records.add("memory", [&](JsonWriter& json) { write_fields(json, group); });
  add_pressure(records, "memory", snapshot.pressure.memory);
  add_pressure(records, "cpu", snapshot.pressure.cpu);
  add_pressure(records, "io", snapshot.pressure.io);
  for (const SwapArea& area : snapshot.swaps.value_or({}))
    records.add("swap_area", [&](JsonWriter& json) { write_fields(json, area); });
  for (const ProcessRow& row : facts.top_rows)
    records.add("process", [&](JsonWriter& json) { write_cells(json, process_columns(), row); });
  for (const OomSummary& event : facts.oom.recent)
    records.add("oom_event", [&](JsonWriter& json) { write_event(json, event); });
  records.add("next_victim", [&](JsonWriter& json) { write_next_victim(json, facts); });
  for (const CgroupRow* const row : largest_cgroups(facts.cgroups, facts.most)) {
    records.add("cgroup", [&](JsonWriter& json) {
      const std::string_view unit = parse_workload(row->path).unit;
      json.key("unit");
      unit.empty() ? json.null() : json.value(unit);
      write_fields(json, *row, snapshot.meminfo->mem_total_bytes);
    });
  }
}

}  // namespace memkit
