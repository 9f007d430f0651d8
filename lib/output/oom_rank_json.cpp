#include "output/oom_rank_json.h"

namespace memkit {
namespace {

Cell named(std::string_view name) {
  if (name.empty()) return Missing::absent;
  return name;
}

void write_domain(JsonWriter& json, const OomRanking& ranking, const OomDomain& domain) {
  json.begin_object();
  json.key("cgroup");
  json.value(named(domain.path));
  json.field("limit_bytes", domain.limit_bytes);
  json.field("swap_allowance_bytes", domain.swap_allowance_bytes);
  json.field("current_bytes", domain.current_bytes);
  json.field("total_pages", domain.total_pages);
  json.field("verdict", to_string(domain.verdict));
  const RankedTask* const victim = domain.victim == OomDomain::kNone ? nullptr : &ranking.tasks[domain.victim];
  json.field("pid", victim == nullptr ? Got<std::uint32_t>() : Got<std::uint32_t>(victim->process->pid));
  json.key("name");
  json.value(victim == nullptr ? Cell(Missing::absent) : named(victim->process->name));
  json.field("badness_bytes", domain.badness_bytes);
  json.key("oom_group");
  json.value(named(domain.group));
  json.key("killed_pids");
  json.begin_array();
  for (const std::size_t i : domain.killed) json.value(ranking.tasks[i].process->pid);
  json.end_array();
  json.field("killed_rss_bytes", domain.killed_rss_bytes);
  json.field("candidates_count", domain.candidates);
  json.field("unknown_count", domain.unknown);
  json.end_object();
}

void write_domains(JsonWriter& json, const OomRanking& ranking) {
  json.begin_array();
  for (const OomDomain& domain : ranking.domains) write_domain(json, ranking, domain);
  json.end_array();
}

void write_trial(JsonWriter& json, const OomTrial& trial) {
  json.begin_object();
  json.key("adjusted");
  json.begin_array();
  for (const auto& [pid, adj] : trial.change.adjust) {
    json.begin_object();
    json.field("pid", pid);
    json.field("oom_score_adj", adj);
    json.end_object();
  }
  json.end_array();
  json.list("killed_pids", trial.change.kill);
  json.key("victims_before");
  write_domains(json, trial.before);
  json.key("commands");
  json.begin_array();
  for (const OomAdvice& one : trial.advice) {
    json.begin_object();
    json.field("pid", one.pid);
    json.field("effect", one.effect);
    json.field("command", one.command);
    json.field("note", one.note);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

void write_oom_ranking(JsonWriter& json, const OomState& state, const OomRanking& ranking,
                       std::span<const OomRankRow> rows, const OomTrial* trial) {
  json.begin_object();
  json.field("page_size_bytes", ranking.total.page_size_bytes);
  json.field("ram_bytes", ranking.ram_bytes);
  json.field("swap_total_bytes", ranking.swap_total_bytes);
  json.field("total_pages", ranking.total.pages);
  json.field("scale", to_string(ranking.scale));
  json.field("panic_on_oom", state.panic_on_oom);
  json.field("oom_kill_allocating_task", state.kill_allocating_task);
  json.field("whole_machine", state.whole_machine);
  json.field("protected_count", ranking.protected_count);
  json.field("protected_bytes", ranking.protected_bytes);
  json.key("victims");
  write_domains(json, ranking);
  json.key("processes");
  json.begin_array();
  for (const OomRankRow& row : rows) write_row(json, oom_rank_columns(), row);
  json.end_array();
  json.key("what_if");
  if (trial == nullptr) {
    json.null();
  } else {
    write_trial(json, *trial);
  }
  json.end_object();
}

}  // namespace memkit
