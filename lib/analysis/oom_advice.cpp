#include "analysis/oom_advice.h"

#include <algorithm>
#include <cctype>

#include "parse/workload.h"

namespace memkit {
namespace {

/// A unit as a word of shell; empty where no unit of systemd has such a name: a cgroup can be named anything.
std::string shell_word(std::string_view unit) {
  constexpr std::string_view kAllowed = ":-_.\\@";
  const bool allowed =
      !unit.empty() && unit.front() != '-' && std::all_of(unit.begin(), unit.end(), [&](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 || kAllowed.find(static_cast<char>(c)) != std::string_view::npos);
      });
  if (!allowed) return {};
  return unit.find('\\') == std::string_view::npos ? std::string(unit) : "'" + std::string(unit) + "'";
}

/// What lies below user@UID.service is run by the user's own manager.
std::string systemctl(const RankedTask& task) {
  const std::string_view path = task.process->unit_cgroup;
  const bool of_user = path.find("/user@") != std::string_view::npos && !task.unit.starts_with("user@");
  return of_user ? "systemctl --user " : "systemctl ";
}

/// RSS and swap of the unit's processes, in MiB.
std::uint64_t unit_mib(const OomRanking& ranking, const RankedTask& of) {
  std::uint64_t bytes = 0;
  for (const RankedTask& task : ranking.tasks) {
    if (task.unit != of.unit || task.process->unit_cgroup != of.process->unit_cgroup) continue;
    bytes += task.weight.rss_bytes.value_or(0) + task.weight.swap_bytes.value_or(0);
  }
  return (bytes >> 20) + 1;
}

const RankedTask* find(const OomRanking& ranking, std::uint32_t pid) {
  const auto at = std::find_if(ranking.tasks.begin(), ranking.tasks.end(),
                               [pid](const RankedTask& task) { return task.process->pid == pid; });
  return at == ranking.tasks.end() ? nullptr : &*at;
}

void limit(const OomRanking& ranking, const RankedTask& task, const std::string& unit, std::vector<OomAdvice>& advice) {
  const std::uint64_t mib = unit_mib(ranking, task);
  advice.push_back({task.process->pid, "limit",
                    systemctl(task) + "set-property " + unit + " MemoryHigh=" + std::to_string(mib + mib / 4) +
                        "M MemoryMax=" + std::to_string(mib + mib / 2) + "M",
                    "it meets its own limit before the machine's; 1.25 and 1.5 times what it has now"});
}

void adjust(const OomRanking& ranking, const RankedTask& task, std::int16_t adj, std::vector<OomAdvice>& advice) {
  const std::uint32_t pid = task.process->pid;
  const std::string value = std::to_string(adj);
  advice.push_back({pid, "now", "choom -n " + value + " -p " + std::to_string(pid),
                    "until it ends; what it starts from then on inherits it"});
  const std::string unit = shell_word(task.unit);
  if (unit.empty()) {
    if (!parse_workload(task.process->unit_cgroup).container.empty()) {
      advice.push_back({pid, "at each start", "docker run --oom-score-adj " + value + " IMAGE",
                        "in Kubernetes the pod's QoS class sets it"});
    } else {
      advice.push_back({pid, "at each start", "choom -n " + value + " -- COMMAND", {}});
    }
    return;
  }
  // A scope starts nothing itself: what is in it is started by others.
  if (!unit.ends_with(".scope") && !unit.ends_with(".scope'")) {
    const std::string systemctl_edit = systemctl(task) + "edit --stdin " + unit;
    advice.push_back({pid, "at each start", "printf '[Service]\\nOOMScoreAdjust=" + value + "\\n' | " + systemctl_edit,
                      "then restart the unit; before systemd 256 without --stdin, in an editor"});
  }
  limit(ranking, task, unit, advice);
  if (adj != 0) {
    const std::string property = adj == -1000 ? "ManagedOOMPreference=omit"
                                 : adj < 0    ? "ManagedOOMPreference=avoid"
                                              : "ManagedOOMMemoryPressure=kill";
    advice.push_back({pid, "systemd-oomd", systemctl(task) + "set-property " + unit + " " + property,
                      "where systemd-oomd runs, which does not go by oom_score_adj"});
  }
}

}  // namespace

std::vector<OomAdvice> oom_advice(const OomRanking& ranking, const OomWhatIf& what_if) {
  std::vector<OomAdvice> advice;
  for (const auto& [pid, adj] : what_if.adjust) {
    if (const RankedTask* const task = find(ranking, pid)) adjust(ranking, *task, adj, advice);
  }
  for (const std::uint32_t pid : what_if.kill) {
    const RankedTask* const task = find(ranking, pid);
    if (task == nullptr) continue;
    const std::string unit = shell_word(task->unit);
    advice.push_back({pid, "now", "kill " + std::to_string(pid), "SIGTERM: it may tidy up, or ignore it"});
    if (unit.empty()) continue;
    advice.push_back({pid, "stop", systemctl(*task) + "stop " + unit, "a unit with Restart= comes back after a kill"});
    limit(ranking, *task, unit, advice);
  }
  return advice;
}

}  // namespace memkit
