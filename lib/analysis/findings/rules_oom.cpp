#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"

namespace memkit {
namespace {

constexpr std::string_view kLog = "dmesg";

/// The youngest kill of the log, as evidence.
void add_last(Finding& finding, const OomHistory& history) {
  const OomSummary& last = history.recent.back();
  add(finding, "log_kills_count", Got<std::uint64_t>(history.killed), kLog);
  const std::string victim = victim_name(last);
  if (victim.empty()) return;
  add(finding, "victim", victim, kLog);
  if (!last.unit.empty()) add(finding, "unit", last.unit);
  if (history.last_age_s) {
    add(finding, "last_age_s", history.last_age_s, kLog);
    finding.text = "oom-recent.last";
  }
}

}  // namespace

/// Limit: hours. The log tells when the last kill was. Without it: what vmstat counts happened since the boot, and
/// where that is so young, it is recent whenever it was. A program can write lines into the log: those alarm nobody.
Judgement judge_oom_recent(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/vmstat oom_kill";
  const double recent_s = limits.critical * 3600;
  const Got<Vmstat>& vmstat = facts.snapshot.vmstat;
  const Got<std::uint64_t> kills = vmstat ? vmstat->oom_kill : Got<std::uint64_t>(vmstat.missing());
  const bool logged = facts.oom != nullptr && facts.oom->killed != 0;
  if (!kills && !logged) return lack(kField, kills);
  if (kills.value_or(0) == 0 && !logged) return {};
  const std::uint64_t fresh = facts.delta != nullptr ? facts.delta->oom_kills.count.value_or(0) : 0;
  const Got<std::uint64_t>& uptime = facts.snapshot.host.uptime_ms;
  const bool young = kills.value_or(0) != 0 && uptime && static_cast<double>(*uptime) < recent_s * 1000;
  const bool just_now =
      logged && facts.oom->last_age_s && *facts.oom->last_age_s < recent_s && !facts.oom->recent.back().from_user_space;
  const bool recent = fresh != 0 || young || just_now;
  Finding found = finding("", recent ? Severity::critical : Severity::info, 0);
  add(found, "kills_count", kills ? kills : Got<std::uint64_t>(facts.oom->killed), kills ? kField : kLog);
  if (logged) add_last(found, *facts.oom);
  if (!kills && found.text.empty() && found.find("victim") != nullptr) found.text = "oom-recent.log";
  if (fresh != 0) {
    found.text = "oom-recent.now";
    add(found, "new_kills_count", Got<std::uint64_t>(fresh), "between the samples");
  }
  return found;
}

}  // namespace memkit
