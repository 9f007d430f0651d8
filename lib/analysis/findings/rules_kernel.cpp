#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"

namespace memkit {

/// Also: growth between two samples, in per cent of RAM a minute.
Judgement judge_slab_unreclaimable(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/meminfo SUnreclaim";
  constexpr double kLeastGrowthPct = 0.1;  // of RAM, between the samples: less is noise
  const Meminfo& m = facts.meminfo();
  const Got<double> pct = share(m.sunreclaim_bytes, m.mem_total_bytes);
  if (!pct) return lack(kField, pct);
  const std::optional<Severity> severity = at_least(*pct, limits);
  if (severity) {
    Finding found = finding_of_ram("", *severity, m.sunreclaim_bytes, *pct, kField, limits.warning);
    const Got<std::uint64_t>& arc = facts.accounting.arc.size_bytes;
    // Part of ZFS's cache lies in slab and gives way, whatever the field is called.
    if (arc && *arc >= *m.sunreclaim_bytes / 2) {
      found.confidence = Confidence::low;
      found.severity = Severity::info;
      add(found, "arc_bytes", arc, "proc/spl/kstat/zfs/arcstats size");
    }
    return found;
  }
  if (facts.delta == nullptr || !facts.delta->growth.sunreclaim || !facts.delta->seconds) return {};
  const double grown_pct =
      100 * static_cast<double>(*facts.delta->growth.sunreclaim) / static_cast<double>(*m.mem_total_bytes);
  const double per_min_pct = grown_pct * 60 / *facts.delta->seconds;
  if (grown_pct < kLeastGrowthPct || per_min_pct < limits.also) return {};
  Finding found = finding("slab-unreclaimable.growth", Severity::warning, *pct);
  found.confidence = Confidence::low;  // two samples show growth, not a leak
  found.held_bytes = m.sunreclaim_bytes;
  add(found, "size_bytes", m.sunreclaim_bytes, kField);
  add(found, "share_pct", pct, kField, limits.warning);
  add(found, "grown_bytes", facts.delta->growth.sunreclaim, kField);
  add(found, "grown_per_min_pct", Got<double>(per_min_pct), kField, limits.also);
  return found;
}

Judgement judge_slab_reclaimable_large(const FindingFacts& facts, const Limits& limits) {
  const Meminfo& m = facts.meminfo();
  const Got<double> pct = share(m.slab_bytes, m.mem_total_bytes);
  if (!pct) return lack("proc/meminfo Slab", pct);
  if (!m.sreclaimable_bytes) return lack("proc/meminfo SReclaimable", m.sreclaimable_bytes);
  if (*pct < limits.info || *m.sreclaimable_bytes <= *m.slab_bytes / 2) return {};
  Finding found = finding_of_ram("", Severity::info, m.slab_bytes, *pct, "proc/meminfo Slab", limits.info);
  add(found, "reclaimable_bytes", m.sreclaimable_bytes, "proc/meminfo SReclaimable");
  return found;
}

Judgement judge_unaccounted(const FindingFacts& facts, const Limits& limits) {
  const Accounting& accounting = facts.accounting;
  if (accounting.view != MeminfoView::machine) return Lack{"proc/meminfo", LackWhy::other_view};
  if (!accounting.residual_bytes) return lack("proc/meminfo, vmstat, zoneinfo", accounting.residual_bytes);
  if (*accounting.residual_bytes <= 0) return {};
  // ZFS's cache lies in slab and in pages that no field names: known, though not by the kernel.
  const auto residual = static_cast<std::uint64_t>(*accounting.residual_bytes);
  const std::uint64_t unknown = residual - std::min(residual, accounting.arc.size_bytes.value_or(0));
  const Got<double> pct = share(Got<std::uint64_t>(unknown), ordinary_ram(facts));
  if (!pct || *pct < limits.warning) return {};
  Finding found =
      finding_of_ram("", Severity::warning, unknown, *pct, "MemTotal - all that fields name", limits.warning);
  found.confidence = Confidence::medium;
  add(found, "balloon_bytes", facts.meminfo().balloon_bytes, "proc/meminfo Balloon");
  return found;
}

Judgement judge_pagetables_heavy(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/meminfo PageTables";
  if (facts.accounting.view != MeminfoView::machine) return Lack{kField, LackWhy::other_view};
  const Meminfo& m = facts.meminfo();
  const Got<double> pct = share(m.page_tables_bytes, ordinary_ram(facts));
  if (!pct) return lack(kField, pct);
  const std::optional<Severity> severity = at_least(*pct, limits);
  if (!severity) return {};
  return finding_of_ram("", *severity, m.page_tables_bytes, *pct, kField, limit_of(*severity, limits));
}

}  // namespace memkit
