#include "output/report_oom.h"

#include "output/escape.h"
#include "output/finding_text.h"
#include "output/oom.h"
#include "output/oom_rank_text.h"

namespace memkit {
namespace {

const OomDomain* machine_of(const OomRanking& ranking) {
  return ranking.domains.empty() ? nullptr : &ranking.domains.front();
}

OomVerdict verdict_of(const ReportFacts& facts) {
  const OomDomain* const machine = machine_of(facts.ranking);
  return machine == nullptr ? OomVerdict::unknown : machine->verdict;
}

/// Processes whose figures are not known, any of which might be chosen before next_victim().
std::uint64_t not_judged(const ReportFacts& facts) {
  const OomDomain* const machine = machine_of(facts.ranking);
  return facts.candidates.unweighed + facts.candidates.summary.hidden + (machine == nullptr ? 0 : machine->unknown);
}

Cell named(std::string_view name) {
  if (name.empty()) return Missing::absent;
  return name;
}

}  // namespace

const RankedTask* next_victim(const ReportFacts& facts) {
  const OomDomain* const machine = machine_of(facts.ranking);
  if (machine == nullptr || machine->victim == OomDomain::kNone) return nullptr;
  return &facts.ranking.tasks[machine->victim];
}

std::string reason_text(const OomSummary& event, const Words& words) {
  std::string key = "oom-reason." + std::string(reason_id(event.reason));
  if (event.reason == OomReason::cgroup_limit && event.oom_memcg.empty()) key += ".unnamed";
  return words(key, for_terminal(event.oom_memcg));
}

std::string event_text(const OomSummary& event, const Got<double>& age, const Words& words) {
  const std::string victim = for_terminal(victim_name(event));
  const std::string what =
      victim.empty() ? reason_text(event, words) : words("oom.event", victim, reason_text(event, words));
  if (age) return words("oom.ago", figure_text("age_s", *age, words.language()), what);
  return words("oom.at", for_terminal(time_text(event.time)), what);
}

std::string next_victim_text(const ReportFacts& facts, const Words& words) {
  const OomVerdict verdict = verdict_of(facts);
  const RankedTask* const victim = next_victim(facts);
  if (victim == nullptr) return std::string(words("oom-verdict." + std::string(to_string(verdict))));
  const std::string name = oom_task_text(*victim);
  const std::string text = victim->own_score ? words("oom.score", name, *victim->own_score) : name;
  const std::uint64_t unknown = not_judged(facts);
  return unknown == 0 ? text : words("oom.unknown", text, unknown);
}

std::vector<std::string> oom_lines(const ReportFacts& facts, const Words& words) {
  constexpr std::size_t kMost = 3;
  const OomHistory& history = facts.oom;
  std::vector<std::string> lines;
  if (!history.log) {
    lines.emplace_back(words("oom.no-log"));
  } else if (history.events == 0) {
    lines.push_back(words("oom.quiet-log", for_terminal(*history.log)));
  } else {
    for (auto event = history.recent.rbegin(); event != history.recent.rend() && lines.size() < kMost; ++event)
      lines.push_back(event_text(*event, age_s(event->time, facts.snapshot.host), words));
    if (history.events > lines.size())
      lines.push_back(words("oom.more", history.events - lines.size(), for_terminal(*history.log)));
  }
  lines.push_back(words("oom.next", next_victim_text(facts, words)));
  return lines;
}

void write_next_victim(JsonWriter& json, const ReportFacts& facts) {
  const RankedTask* const victim = next_victim(facts);
  json.field("verdict", to_string(verdict_of(facts)));
  json.field("pid", victim == nullptr ? Got<std::uint32_t>() : Got<std::uint32_t>(victim->process->pid));
  json.key("name");
  json.value(named(victim == nullptr ? "" : victim->process->name));
  json.key("unit");
  json.value(named(victim == nullptr ? "" : victim->unit));
  json.field("oom_score", victim == nullptr ? Got<std::uint64_t>() : victim->own_score);
  json.field("oom_score_adj", victim == nullptr ? Got<std::int16_t>() : victim->weight.oom_score_adj);
  json.field("rss_bytes", victim == nullptr ? Got<std::uint64_t>() : victim->weight.rss_bytes);
  json.field("swap_bytes", victim == nullptr ? Got<std::uint64_t>() : victim->weight.swap_bytes);
  json.field("unknown_count", not_judged(facts));
}

void write_oom(JsonWriter& json, const ReportFacts& facts) {
  const OomHistory& history = facts.oom;
  const auto count = [&](std::uint64_t number) {
    return history.log ? Got<std::uint64_t>(number) : Got<std::uint64_t>(history.log.missing());
  };
  json.begin_object();
  json.field("log", history.log);
  json.field("events_count", count(history.events));
  json.field("killed_count", count(history.killed));
  json.field("last_age_s", history.last_age_s);
  json.key("recent");
  json.begin_array();
  for (const OomSummary& event : history.recent) write_row(json, oom_columns(), OomRow(event));
  json.end_array();
  json.key("next_victim");
  json.begin_object();
  write_next_victim(json, facts);
  json.end_object();
  json.end_object();
}

}  // namespace memkit
