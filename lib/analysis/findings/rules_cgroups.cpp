#include <algorithm>

#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"

namespace memkit {
namespace {

constexpr std::string_view kTree = "sys/fs/cgroup";

/// Why there is no tree to judge; nullptr where there is.
const CgroupSurvey* survey_of(const FindingFacts& facts) {
  return facts.cgroups == nullptr || facts.cgroups->walk.version == CgroupVersion::none ? nullptr : facts.cgroups;
}

/// Nothing found; where a part of the tree could not be read, that is not known.
Judgement nothing_in(const CgroupSurvey& survey) {
  if (survey.walk.unlisted == 0 && survey.walk.unreadable == 0) return {};
  return Lack{kTree, lack_why(survey.walk.why_unread)};
}

/// How much of the limit is left, in per cent of it; negative while over it.
Got<double> headroom_pct(const Got<std::uint64_t>& current, const Limit& limit) {
  const Got<double> used = share(current, limit.bytes);
  return used.transform([](double pct) { return 100 - pct; });
}

/// Growth of a counter of one cgroup between two samples; missing where either is.
Got<std::uint64_t> grown(const FindingFacts& facts, const CgroupRow& row, Got<std::uint64_t> CgroupRow::*counter) {
  if (facts.cgroups_before == nullptr) return Missing::absent;
  const CgroupRow* const before = facts.cgroups_before->find(row.path);
  const Got<std::uint64_t>& now = row.*counter;
  if (before == nullptr || !now || !(before->*counter) || *now < *(before->*counter)) return Missing::absent;
  return *now - *(before->*counter);
}

/// Counters of v2 hold those of all below: the deepest that has as many names the one that it happened in.
const CgroupRow* deepest_with(const CgroupSurvey& survey, Got<std::uint64_t> CgroupRow::*counter) {
  const CgroupRow* found = nullptr;
  for (const CgroupRow& row : survey.rows) {
    const std::uint64_t count = (row.*counter).value_or(0);
    if (count == 0) continue;
    if (found == nullptr || count > (found->*counter).value_or(0) ||
        (count == (found->*counter).value_or(0) && row.path.starts_with(found->path)))
      found = &row;
  }
  return found;
}

void add_cgroup(Finding& finding, std::string path) { add(finding, "cgroup", std::move(path)); }

}  // namespace

std::vector<std::string> tight_cgroups(const CgroupSurvey& survey, const Got<std::uint64_t>& mem_total_bytes,
                                       std::size_t most) {
  std::vector<std::pair<double, const CgroupRow*>> tight;
  const double limit = find_rule("memcg-limit")->limits.warning;
  for (const CgroupRow& row : survey.rows) {
    const Got<double> left = headroom_pct(row.current_bytes, to_limit(row.max, mem_total_bytes));
    if (left && *left < limit) tight.emplace_back(*left, &row);
  }
  std::stable_sort(tight.begin(), tight.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> paths;
  for (const auto& [left, row] : tight) {
    if (paths.size() == most) break;
    paths.push_back(row->path);
  }
  return paths;
}

/// Limits: what is left, in per cent of the limit; also: what is hard to reclaim, in per cent of it. Full of cache is
/// how a cgroup with a limit looks.
Judgement judge_memcg_limit(const FindingFacts& facts, const Limits& limits) {
  constexpr double kStalls = 10;  // of its time: it is short at this moment
  const CgroupSurvey* const survey = survey_of(facts);
  if (survey == nullptr) return Lack{kTree, LackWhy::absent};
  const TightCgroup* worst = nullptr;
  bool worst_hurts = false;
  std::uint64_t count = 0;
  std::optional<Lack> unknown;
  for (const TightCgroup& cgroup : facts.tight) {
    const CgroupMemory& memory = cgroup.memory;
    const Got<double> left = headroom_pct(memory.usage_bytes, memory.limit);
    const Got<double> hard = share(memory.hard_to_reclaim_bytes, memory.limit.bytes);
    if (!left || !hard) unknown = Lack{"memory.stat", lack_why(left ? hard.missing() : left.missing())};
    if (!left || !hard || *left >= limits.warning || *hard < limits.also) continue;
    ++count;
    const CgroupRow* const row = survey->find(memory.path);
    const bool killed = row != nullptr && grown(facts, *row, &CgroupRow::oom_kills).value_or(0) > 0;
    const bool stalls = cgroup.pressure && cgroup.pressure->some.avg10_pct.value_or(0) >= kStalls;
    const bool hurts = killed || stalls;
    if (worst == nullptr || (hurts && !worst_hurts)) {
      worst = &cgroup;
      worst_hurts = hurts;
    }
  }
  if (worst == nullptr) return unknown ? Judgement(*unknown) : nothing_in(*survey);
  const CgroupMemory& memory = worst->memory;
  const Severity severity = worst_hurts ? Severity::critical : Severity::warning;
  Finding found = finding("", severity, share(memory.usage_bytes, facts.meminfo().mem_total_bytes).value_or(0));
  add_cgroup(found, memory.path);
  add(found, "usage_bytes", memory.usage_bytes, "memory.current");
  add(found, "limit_bytes", memory.limit.bytes, "memory.max");
  add(found, "left_pct", headroom_pct(memory.usage_bytes, memory.limit), "memory.max - memory.current", limits.warning);
  add(found, "hard_pct", share(memory.hard_to_reclaim_bytes, memory.limit.bytes), "memory.stat anon + shmem + kernel",
      limits.also);
  if (worst->pressure)
    add(found, "some_avg10_pct", worst->pressure->some.avg10_pct, "memory.pressure some avg10", kStalls);
  add(found, "oom_kills_count", memory.oom_kills, "memory.events oom_kill");
  if (!memory.binding_path.empty() && memory.binding_path != memory.path)
    add(found, "binding", memory.binding_path, "the ancestor whose limit is nearest");
  add(found, "cgroups_count", Got<std::uint64_t>(count), "cgroups that are as near");
  return found;
}

/// Limit: its own stalls, in per cent of the time.
Judgement judge_memcg_throttled(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kEvents = "memory.events high";
  const CgroupSurvey* const survey = survey_of(facts);
  if (survey == nullptr) return Lack{kTree, LackWhy::absent};
  if (survey->walk.version == CgroupVersion::v1) return Lack{kEvents, LackWhy::absent};
  if (facts.cgroups_before == nullptr) return one_sample(kEvents);
  const CgroupRow* worst = nullptr;
  std::uint64_t most = 0;
  for (const CgroupRow& row : survey->rows) {
    const std::uint64_t events = grown(facts, row, &CgroupRow::high_events).value_or(0);
    if (events == 0 || row.some_avg10_pct.value_or(0) < limits.warning) continue;
    // Events count upwards: of equals the deepest, whose limit it is.
    if (events < most) continue;
    most = events;
    worst = &row;
  }
  if (worst == nullptr) return nothing_in(*survey);
  Finding found = finding("", Severity::warning, *worst->some_avg10_pct);
  add_cgroup(found, worst->path);
  add(found, "events_count", Got<std::uint64_t>(most), kEvents);
  add(found, "some_avg10_pct", worst->some_avg10_pct, "memory.pressure some avg10", limits.warning);
  add(found, "usage_bytes", worst->current_bytes, "memory.current");
  if (worst->high && !worst->high->unlimited())
    add(found, "high_bytes", Got<std::uint64_t>(worst->high->value), "memory.high");
  return found;
}

namespace {

/// The cgroup whose limit the log's youngest kill was for, as long as that alarms: a group that was killed whole starts
/// nothing anew, so that no counter grows between two samples and only oom-recent, its symptom, would be said.
const CgroupRow* killed_just_now(const FindingFacts& facts) {
  const double recent_s = find_rule("oom-recent")->limits.critical * 3600;
  if (facts.oom == nullptr || facts.oom->recent.empty() || !facts.oom->last_age_s) return nullptr;
  const OomSummary& last = facts.oom->recent.back();
  if (last.scope != "memcg" || last.from_user_space || *facts.oom->last_age_s >= recent_s) return nullptr;
  const CgroupRow* const row = facts.cgroups->find(last.oom_memcg);
  return row != nullptr && row->oom_kills.value_or(0) > 0 ? row : nullptr;
}

}  // namespace

Judgement judge_memcg_oom(const FindingFacts& facts, const Limits& /*limits*/) {
  constexpr std::string_view kEvents = "memory.events oom_kill";
  const CgroupSurvey* const survey = survey_of(facts);
  if (survey == nullptr) return Lack{kTree, LackWhy::absent};
  const bool known = std::any_of(survey->rows.begin(), survey->rows.end(),
                                 [](const CgroupRow& row) { return row.oom_kills.has_value(); });
  if (!known) return Lack{kEvents, LackWhy::absent};
  const CgroupRow* fresh = nullptr;
  for (const CgroupRow& row : survey->rows) {
    if (grown(facts, row, &CgroupRow::oom_kills).value_or(0) > 0) fresh = &row;  // the deepest: parents come first
  }
  const CgroupRow* const logged = killed_just_now(facts);
  const CgroupRow* row = fresh != nullptr ? fresh : logged;
  const Severity severity = row != nullptr ? Severity::critical : Severity::info;
  if (row == nullptr) row = deepest_with(*survey, &CgroupRow::oom_kills);
  if (row == nullptr) return nothing_in(*survey);
  Finding found = finding(fresh != nullptr ? "memcg-oom.now" : "", severity, 0);
  add_cgroup(found, row->path);
  add(found, "kills_count", row->oom_kills, kEvents);
  add(found, "new_kills_count", grown(facts, *row, &CgroupRow::oom_kills), "between the samples");
  if (logged != nullptr) add(found, "last_age_s", facts.oom->last_age_s, "dmesg");
  return found;
}

Judgement judge_limited_view(const FindingFacts& facts, const Limits& /*limits*/) {
  Finding found = finding("", Severity::info, 0);
  if (facts.walk != nullptr && facts.walk->denied != 0) {
    add(found, "denied_count", Got<std::uint64_t>(facts.walk->denied), "processes without permission");
    add(found, "denied_rss_bytes", Got<std::uint64_t>(facts.walk->denied_rss_bytes), "their RSS");
    found.text = "limited-view";
  }
  if (facts.walk != nullptr && (facts.walk->hidden != 0 || facts.walk->others_hidden)) {
    add(found, "hidden_count", Got<std::uint64_t>(facts.walk->hidden), "processes that proc hides (hidepid)");
    found.text = "limited-view.hidepid";
  }
  if (facts.own_cgroup != nullptr && facts.own_cgroup->namespaced) found.text = "limited-view.container";
  if (facts.accounting.view != MeminfoView::machine) found.text = "limited-view.lxcfs";
  if (found.text.empty()) return {};
  return found;
}

}  // namespace memkit
