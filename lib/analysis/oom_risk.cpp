#include "analysis/oom_risk.h"

#include <algorithm>

#include "analysis/available.h"

namespace memkit {

OomRisk oom_risk(const OomState& state, const OomRanking& ranking) {
  OomRisk risk;
  const Got<Meminfo>& meminfo = state.snapshot.meminfo;
  if (meminfo) {
    risk.ram_bytes = meminfo->mem_total_bytes;
    risk.available_bytes = health(state.snapshot).usable_bytes;
    risk.swap_total_bytes = meminfo->swap_total_bytes;
    risk.swap_free_bytes = meminfo->swap_free_bytes;
  }
  if (!risk.swap_total_bytes || !risk.swap_free_bytes) {
    risk.no_swap_left = !risk.swap_total_bytes ? risk.swap_total_bytes.missing() : risk.swap_free_bytes.missing();
  } else {
    risk.no_swap_left = *risk.swap_free_bytes <= *risk.swap_total_bytes / 10;
  }
  risk.protected_bytes = ranking.protected_bytes;
  const auto held = [](const RankedTask& task) {
    return task.weight.rss_bytes.value_or(0) + task.weight.swap_bytes.value_or(0);
  };
  for (const RankedTask& task : ranking.tasks) {
    if (task.standing != OomStanding::protected_) continue;
    if (risk.largest_protected == nullptr || held(task) > held(*risk.largest_protected)) risk.largest_protected = &task;
  }
  const OomDomain& machine = ranking.domains.front();
  risk.killable = machine.candidates != 0 || machine.unknown == 0 ? Got<std::uint64_t>(machine.candidates)
                                                                  : Got<std::uint64_t>(Missing::absent);
  risk.stuck_cgroups = static_cast<std::uint64_t>(
      std::count_if(ranking.domains.begin() + 1, ranking.domains.end(), [](const OomDomain& domain) {
        return domain.verdict == OomVerdict::nobody || domain.verdict == OomVerdict::paused;
      }));
  return risk;
}

}  // namespace memkit
