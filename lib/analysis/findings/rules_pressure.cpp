#include <algorithm>

#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"

namespace memkit {
namespace {

constexpr std::string_view kFile = "proc/pressure/memory";

/// Stalls of the whole interval where there are two samples; else the kernel's own average of ten seconds.
/// The share of the interval, or avg10 where that is more: `total` is brought up to date every two seconds only, so
/// that a short interval can see nothing of a stall (2 % where avg10 was 57 %, on 6.1).
Got<double> stalled_pct(const FindingFacts& facts, Got<double> StallShare::*share, PressureLine Pressure::*line) {
  const Got<Pressure>& memory = facts.snapshot.pressure.memory;
  const Got<double> average = memory ? ((*memory).*line).avg10_pct : Got<double>(memory.missing());
  const Got<double> interval = facts.delta != nullptr ? facts.delta->memory.*share : Missing::absent;
  if (!interval || !average) return interval ? interval : average;
  return std::max(*interval, *average);
}

Got<double> full_pct(const FindingFacts& facts) { return stalled_pct(facts, &StallShare::full_pct, &Pressure::full); }

Got<double> some_pct(const FindingFacts& facts) { return stalled_pct(facts, &StallShare::some_pct, &Pressure::some); }

}  // namespace

Judgement judge_psi_some(const FindingFacts& facts, const Limits& limits) {
  const Got<Pressure>& memory = facts.snapshot.pressure.memory;
  if (!memory) return lack(kFile, memory);
  const PressureLine& some = memory->some;
  if (!some.avg10_pct) return lack(kFile, some.avg10_pct);
  const std::optional<Severity> severity = at_least(*some.avg10_pct, limits);
  if (!severity) return {};
  Finding found = finding("", *severity, *some.avg10_pct);
  add(found, "some_avg10_pct", some.avg10_pct, "proc/pressure/memory some avg10", limit_of(*severity, limits));
  add(found, "some_avg60_pct", some.avg60_pct, "proc/pressure/memory some avg60");
  add(found, "some_avg300_pct", some.avg300_pct, "proc/pressure/memory some avg300");
  return found;
}

/// All tasks at once, where it lasts (avg60). Below the limit of 1 % lie healthy machines: one that had written 450 MB
/// showed 0.05 % for a minute, on 6.1.
Judgement judge_psi_full(const FindingFacts& facts, const Limits& limits) {
  const Got<Pressure>& memory = facts.snapshot.pressure.memory;
  if (!memory) return lack(kFile, memory);
  const PressureLine& full = memory->full;
  if (!full.avg10_pct) return lack(kFile, full.avg10_pct);
  if (!full.avg60_pct) return lack(kFile, full.avg60_pct);
  const bool lasts = *full.avg10_pct >= limits.warning && *full.avg60_pct > 0;
  if (!lasts && !(*full.avg10_pct >= limits.critical)) return {};
  const Severity severity = *full.avg10_pct >= limits.critical ? Severity::critical : Severity::warning;
  Finding found = finding("", severity, *full.avg10_pct);
  add(found, "full_avg10_pct", full.avg10_pct, "proc/pressure/memory full avg10", limit_of(severity, limits));
  add(found, "full_avg60_pct", full.avg60_pct, "proc/pressure/memory full avg60");
  add(found, "full_avg300_pct", full.avg300_pct, "proc/pressure/memory full avg300");
  return found;
}

/// Limit: pages of files that come back in a minute, in per cent of all that are cached.
Judgement judge_file_thrashing(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kRefaults = "proc/vmstat workingset_refault_file";
  if (facts.delta == nullptr) return one_sample(kRefaults);
  const Got<double>& refaults = facts.delta->reclaim.refault_file.per_s;
  if (!refaults) return lack(kRefaults, refaults);
  const Got<double> full = full_pct(facts);
  if (!full) return lack(kFile, full);
  const Meminfo& m = facts.meminfo();
  const Got<std::uint64_t> lru = sum(m.active_file_bytes, m.inactive_file_bytes);
  const Got<std::uint64_t>& page = facts.snapshot.page_size_bytes;
  if (!lru || !page || *lru == 0) return Lack{"proc/meminfo Active(file), Inactive(file)", LackWhy::absent};
  const double bytes_per_s = *refaults * static_cast<double>(*page);
  const double pct = 100 * bytes_per_s * 60 / static_cast<double>(*lru);
  if (pct < limits.critical || *full <= limits.also) return {};
  Finding found = finding("", Severity::critical, *full);
  add(found, "refault_bytes_per_s", Got<double>(bytes_per_s), kRefaults);
  add(found, "file_lru_bytes", lru, "proc/meminfo Active(file) + Inactive(file)");
  add(found, "refault_per_min_pct", Got<double>(pct), "refaults of a minute / file lists", limits.critical);
  add(found, "full_pct", full, kFile, limits.also);
  return found;
}

/// Limit: bytes a second, in and out both. Swapping out alone is cold memory that leaves.
Judgement judge_swap_thrashing(const FindingFacts& facts, const Limits& limits) {
  if (facts.delta == nullptr) return one_sample("proc/vmstat pswpin, pswpout");
  const Got<double>& in = facts.delta->swap_in_bytes.per_s;
  const Got<double>& out = facts.delta->swap_out_bytes.per_s;
  if (!in) return lack("proc/vmstat pswpin", in);
  if (!out) return lack("proc/vmstat pswpout", out);
  const Got<double> some = some_pct(facts);
  if (!some) return lack(kFile, some);
  if (*in < limits.critical || *out < limits.critical || *some < limits.also) return {};
  Finding found = finding("", Severity::critical, *some);
  add(found, "swap_in_bytes_per_s", in, "proc/vmstat pswpin", limits.critical);
  add(found, "swap_out_bytes_per_s", out, "proc/vmstat pswpout", limits.critical);
  add(found, "some_pct", some, kFile, limits.also);
  return found;
}

}  // namespace memkit
