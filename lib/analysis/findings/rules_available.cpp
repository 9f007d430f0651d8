#include <algorithm>
#include <map>

#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"
#include "parse/workload.h"

namespace memkit {
namespace {

constexpr double kHolderPct = 50;  // of the memory in use: below it the sentence names the kind, not one process

Got<std::uint64_t> swap_used(const Meminfo& m) {
  if (!m.swap_total_bytes) return m.swap_total_bytes;
  if (!m.swap_free_bytes) return m.swap_free_bytes;
  return *m.swap_total_bytes - std::min(*m.swap_total_bytes, *m.swap_free_bytes);
}

/// Compressed swap in RAM with room left: a low figure is not yet short there.
bool has_fast_swap(const FindingFacts& facts) {
  const Meminfo& m = facts.meminfo();
  return !facts.snapshot.zram.empty() && m.swap_free_bytes && m.swap_total_bytes &&
         *m.swap_free_bytes > *m.swap_total_bytes / 2;
}

/// What is available of RAM, both without huge pages that are set aside: a database host is not short of memory for
/// having given most of it to its huge pages.
Got<double> usable_pct(const FindingFacts& facts) { return share(facts.health.usable_bytes, ordinary_ram(facts)); }

/// The largest kind of memory that does not give way.
const MemoryGroup* largest_kind(const std::vector<MemoryGroup>& groups) {
  const MemoryGroup* largest = nullptr;
  for (const MemoryGroup& group : groups) {
    if (group.id == "free" || group.id == "page_cache" || !group.bytes) continue;
    if (largest == nullptr || *group.bytes > *largest->bytes) largest = &group;
  }
  return largest;
}

Got<double> pct_of_used(const FindingFacts& facts, const Got<std::uint64_t>& bytes) {
  const Got<std::uint64_t>& total = facts.meminfo().mem_total_bytes;
  const Got<std::uint64_t>& usable = facts.health.usable_bytes;
  if (!total || !usable || *usable >= *total) return Missing::absent;
  return share(bytes, *total - *usable);
}

}  // namespace

Judgement judge_available_low(const FindingFacts& facts, const Limits& limits) {
  const Got<double> pct = usable_pct(facts);
  if (!pct) return lack("proc/meminfo MemAvailable", pct);
  const std::optional<Severity> severity = below(*pct, limits);
  if (!severity) return {};
  Finding found = finding("", *severity, 100 - *pct);
  if (has_fast_swap(facts)) found.confidence = Confidence::medium;
  add(found, "available_bytes", facts.health.usable_bytes, "proc/meminfo MemAvailable");
  add(found, "available_pct", pct, "proc/meminfo MemAvailable / MemTotal", limit_of(*severity, limits));
  add(found, "ram_bytes", ordinary_ram(facts), "proc/meminfo MemTotal - Hugetlb");
  const std::vector<MemoryGroup> groups = memory_groups(facts.accounting);
  if (const MemoryGroup* const kind = largest_kind(groups)) {
    found.text = "available-low.kind";
    add(found, "kind_term", std::string(kind->id));
    add(found, "kind_bytes", kind->bytes);
    add(found, "kind_pct", kind->share_pct);
  }
  if (const Process* const process = largest_process(facts)) {
    const Got<double> of_used = pct_of_used(facts, held_by(*process));
    add_holder(found, facts, *process);
    if (of_used && *of_used > kHolderPct) found.text = "available-low.holder";
  }
  return found;
}

namespace {

/// Many processes of one unit do what one alone does not. A sum over the largest processes: the unit holds at least
/// that.
Judgement judge_unit_dominates(const FindingFacts& facts, const Limits& limits) {
  struct Sum {
    std::uint64_t bytes = 0;
    std::uint64_t processes = 0;
  };
  std::map<std::string_view, Sum> units;
  for (const Process& process : facts.processes) {
    const std::string_view unit = parse_workload(process.unit_cgroup).unit;
    if (unit.empty() || process.same_memory_as_pid != 0) continue;
    units[unit].bytes += held_by(process).value_or(0);
    ++units[unit].processes;
  }
  const auto largest = std::max_element(units.begin(), units.end(),
                                        [](const auto& a, const auto& b) { return a.second.bytes < b.second.bytes; });
  if (largest == units.end()) return {};
  const Got<double> of_used = pct_of_used(facts, largest->second.bytes);
  if (!of_used || *of_used <= limits.info) return {};
  Finding found = finding("process-dominates.unit", Severity::info, *of_used);
  add(found, "unit", std::string(largest->first));
  add(found, "unit_processes_count", Got<std::uint64_t>(largest->second.processes));
  add(found, "unit_bytes", Got<std::uint64_t>(largest->second.bytes), "proc/PID/smaps_rollup Pss");
  add(found, "of_used_pct", of_used, "Pss / (MemTotal - MemAvailable)", limits.info);
  return found;
}

}  // namespace

Judgement judge_process_dominates(const FindingFacts& facts, const Limits& limits) {
  const Got<double> pct = usable_pct(facts);
  const Process* const process = largest_process(facts);
  if (!pct) return lack("proc/meminfo MemAvailable", pct);
  if (process == nullptr) return Lack{"proc/PID/smaps_rollup", LackWhy::absent};
  // Holding most of what is used is no news on a machine with memory to spare.
  const Rule* const low = find_rule("available-low");
  if (!below(*pct, low->limits)) return {};
  const Got<double> of_used = pct_of_used(facts, held_by(*process));
  if (!of_used) return {};
  if (*of_used <= limits.info) return judge_unit_dominates(facts, limits);
  Finding found = finding("", Severity::info, *of_used);
  add_holder(found, facts, *process);
  add(found, "of_used_pct", of_used, "Pss / (MemTotal - MemAvailable)", limits.info);
  return found;
}

Judgement judge_swap_full(const FindingFacts& facts, const Limits& limits) {
  const Meminfo& m = facts.meminfo();
  const Got<std::uint64_t> used = swap_used(m);
  if (!used) return lack("proc/meminfo SwapTotal, SwapFree", used);
  if (*m.swap_total_bytes == 0) return {};
  const Got<double> pct = share(used, m.swap_total_bytes);
  const Got<double> available = usable_pct(facts);
  const bool full = *pct >= limits.critical;
  const bool short_too = available && *available < limits.also;
  if (!full && *pct < limits.info) return {};
  const Severity severity = full && short_too ? Severity::critical : Severity::info;
  Finding found = finding(full ? "" : "swap-full.half", severity, share(used, m.mem_total_bytes).value_or(0));
  add(found, "used_bytes", used, "proc/meminfo SwapTotal - SwapFree");
  add(found, "total_bytes", m.swap_total_bytes, "proc/meminfo SwapTotal");
  add(found, "used_pct", pct, "proc/meminfo", full ? limits.critical : limits.info);
  if (facts.delta != nullptr) {
    add(found, "swap_in_bytes_per_s", facts.delta->swap_in_bytes.per_s, "proc/vmstat pswpin");
    add(found, "swap_out_bytes_per_s", facts.delta->swap_out_bytes.per_s, "proc/vmstat pswpout");
  }
  return found;
}

Judgement judge_no_swap(const FindingFacts& facts, const Limits& /*limits*/) {
  const Got<std::uint64_t>& total = facts.meminfo().swap_total_bytes;
  if (!total) return lack("proc/meminfo SwapTotal", total);
  if (*total != 0) return {};
  Finding found = finding("", Severity::info, 0);
  add(found, "total_bytes", total, "proc/meminfo SwapTotal");
  return found;
}

/// Limit: seconds until nothing is available if it goes on so.
Judgement judge_anon_growth(const FindingFacts& facts, const Limits& limits) {
  constexpr double kLeastShare = 0.001;  // of RAM: less is noise between two samples
  if (facts.delta == nullptr) return one_sample("proc/meminfo AnonPages");
  const Delta& delta = *facts.delta;
  const GrowthBytes& growth = delta.growth;
  if (!growth.anon_pages) return lack("proc/meminfo AnonPages", growth.anon_pages);
  if (!growth.file_lru) return lack("proc/meminfo Active(file), Inactive(file)", growth.file_lru);
  const Got<std::uint64_t>& total = facts.meminfo().mem_total_bytes;
  if (!delta.seconds || !facts.health.usable_bytes || !total) return Lack{"proc/meminfo MemAvailable", LackWhy::absent};
  const std::int64_t grown = *growth.anon_pages + growth.swap_used.value_or(0);
  if (grown <= 0 || *growth.file_lru >= 0) return {};
  if (static_cast<double>(grown) < kLeastShare * static_cast<double>(*total)) return {};
  const double per_s = static_cast<double>(grown) / *delta.seconds;
  const double left_s = static_cast<double>(*facts.health.usable_bytes) / per_s;
  if (left_s > limits.warning) return {};
  Finding found = finding("", Severity::warning, 100 * static_cast<double>(grown) / static_cast<double>(*total));
  found.confidence = Confidence::low;  // two samples show growth, not a leak
  add(found, "grown_bytes", Got<std::int64_t>(grown), "proc/meminfo AnonPages, swap used");
  add(found, "grown_bytes_per_s", Got<double>(per_s), "the same, by the time between");
  add(found, "file_lru_bytes", growth.file_lru, "proc/meminfo Active(file) + Inactive(file)");
  add(found, "left_s", Got<double>(left_s), "MemAvailable / growth", limits.warning);
  if (const Process* const process = largest_process(facts)) add_holder(found, facts, *process);
  return found;
}

}  // namespace memkit
