#include "output/columns_psi.h"
#include "output/psi_views.h"

namespace memkit {
namespace {

std::string_view name_of(PressureState state) {
  switch (state) {
    case PressureState::known:
      return "known";
    case PressureState::no_kernel_support:
      return "no_kernel_support";
    case PressureState::switched_off:
      return "switched_off";
    case PressureState::no_such_file:
      return "no_such_file";
    case PressureState::hidden:
      return "hidden";
    case PressureState::not_in_cgroups:
      return "not_in_cgroups";
    case PressureState::v1_only:
      return "v1_only";
    case PressureState::no_cgroup:
      return "no_cgroup";
    case PressureState::denied:
      return "denied";
    case PressureState::not_captured:
      return "not_captured";
    case PressureState::malformed:
      break;
  }
  return "malformed";
}

std::string_view name_of(PluginStatus status) {
  switch (status) {
    case PluginStatus::ok:
      return "ok";
    case PluginStatus::warning:
      return "warning";
    case PluginStatus::critical:
      return "critical";
    case PluginStatus::unknown:
      break;
  }
  return "unknown";
}

/// "file thrashing" as a key: "file_thrashing".
std::string key_of(ReclaimPattern pattern) {
  std::string name(to_string(pattern));
  for (char& byte : name) {
    if (byte == ' ') byte = '_';
  }
  return name;
}

void write_line(JsonWriter& json, std::string_view name, const PressureLine& line, const Got<double>& now_pct) {
  json.key(name);
  json.begin_object();
  json.field("now_pct", now_pct);
  json.field("avg10_pct", line.avg10_pct);
  json.field("avg60_pct", line.avg60_pct);
  json.field("avg300_pct", line.avg300_pct);
  json.field("total_us", line.total_us);
  json.end_object();
}

void write_change(JsonWriter& json, const std::string& name, const Change& change) {
  json.field(name, change.count);
  json.field(name + "_per_s", change.per_s);
}

void write_reclaim(JsonWriter& json, const ReclaimChange& r, const ReclaimVerdict& verdict) {
  json.begin_object();
  json.field("pattern", key_of(verdict.pattern));
  json.field("within", key_of(verdict.within));
  json.field("confirmed", !verdict.unconfirmed);
  write_change(json, "scanned_all_pages", r.scanned_all);
  write_change(json, "stolen_all_pages", r.stolen_all);
  write_change(json, "scanned_global_pages", r.scanned_global);
  write_change(json, "stolen_global_pages", r.stolen_global);
  write_change(json, "scanned_cgroup_pages", r.scanned_cgroup);
  write_change(json, "stolen_cgroup_pages", r.stolen_cgroup);
  json.field("direct_share_pct", r.direct_share_pct);
  json.field("efficiency_pct", r.efficiency_pct);
  json.field("efficiency_global_pct", r.efficiency_global_pct);
  json.field("efficiency_cgroup_pct", r.efficiency_cgroup_pct);
  write_change(json, "allocation_stall_count", r.allocstall);
  write_change(json, "refault_file_pages", r.refault_file);
  write_change(json, "refault_anon_pages", r.refault_anon);
  write_change(json, "swap_in_bytes", r.swap_in_bytes);
  write_change(json, "swap_out_bytes", r.swap_out_bytes);
  write_change(json, "compaction_stall_count", r.compact_stall);
  write_change(json, "compaction_fail_count", r.compact_fail);
  json.end_object();
}

void write_reclaims(JsonWriter& json, const std::optional<PsiReclaim>& reclaim) {
  json.field("looked_s", reclaim ? Got<double>(reclaim->seconds) : Got<double>());
  json.key("reclaim");
  reclaim ? write_reclaim(json, reclaim->machine, reclaim->machine_verdict) : json.null();
  json.key("cgroup_reclaim");
  reclaim && reclaim->cgroup ? write_reclaim(json, *reclaim->cgroup, reclaim->cgroup_verdict) : json.null();
}

void write_walk(JsonWriter& json, const std::optional<CgroupWalk>& walk) {
  json.key("cgroup_walk");
  if (!walk) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("visited_count", walk->visited);
  json.field("hidden_count", walk->hidden);
  json.field("unreadable_count", walk->unreadable);
  json.field("unlisted_count", walk->unlisted);
  json.field("vanished_count", walk->vanished);
  json.field("too_deep_count", walk->too_deep);
  json.end_object();
}

}  // namespace

void write_psi(JsonWriter& json, const PsiFacts& facts) {
  json.key("status");
  facts.judged ? json.value(name_of(facts.status)) : json.null();
  json.list("because", facts.because);
  json.field("in_container", facts.in_container);
  json.key("pressure");
  json.begin_array();
  for (const PressureFigures& figures : facts.figures) {
    json.begin_object();
    json.field("scope", figures.scope);
    json.field("resource", to_string(figures.kind));
    json.field("state", name_of(figures.state));
    write_line(json, "some", figures.some, figures.now.some_pct);
    write_line(json, "full", figures.full, figures.now.full_pct);
    json.end_object();
  }
  json.end_array();
  write_reclaims(json, facts.reclaim);
  json.field("ranked_by", to_string(facts.ranked));
  json.key("cgroups");
  json.begin_array();
  for (const CgroupPressureRow& row : facts.cgroups) write_row(json, cgroup_pressure_columns(), row);
  json.end_array();
  write_walk(json, facts.walk);
  json.field("crossed", facts.crossed);
  json.field("waited_s", facts.waited_s);
}

}  // namespace memkit
