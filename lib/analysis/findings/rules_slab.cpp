#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"

namespace memkit {
namespace {

constexpr std::string_view kSlabinfo = "proc/slabinfo";

/// Why caches are not known: they were not asked for, or slabinfo says.
Lack no_caches(const FindingFacts& facts) {
  if (facts.slab == nullptr) return {kSlabinfo, LackWhy::skipped};
  return lack(kSlabinfo, facts.slab->facts.slabinfo);
}

}  // namespace

Judgement judge_dentry_negative(const FindingFacts& facts, const Limits& limits) {
  if (facts.slab == nullptr) return no_caches(facts);
  const SlabJudgement& judgement = facts.slab->judgement;
  if (!judgement.negative_pct) return lack("proc/sys/fs/dentry-state", judgement.negative_pct);
  if (!judgement.dentry_pct) return no_caches(facts);
  if (*judgement.negative_pct <= limits.info || *judgement.dentry_pct <= limits.also) return {};
  Finding found = finding("", Severity::info, *judgement.dentry_pct);
  add(found, "negative_pct", judgement.negative_pct, "proc/sys/fs/dentry-state nr_negative", limits.info);
  add(found, "negative_count", facts.slab->facts.dentry_state.negative, "proc/sys/fs/dentry-state nr_negative");
  add(found, "share_pct", judgement.dentry_pct, "proc/slabinfo dentry", limits.also);
  return found;
}

/// Also: what is wasted, in per cent of RAM.
Judgement judge_slab_fragmented(const FindingFacts& facts, const Limits& limits) {
  if (facts.slab == nullptr || !facts.slab->judgement.fragmented || !facts.slab->table.rows) return no_caches(facts);
  const Got<std::uint64_t>& total = facts.meminfo().mem_total_bytes;
  for (const std::size_t place : *facts.slab->judgement.fragmented) {
    const SlabRow& row = (*facts.slab->table.rows)[place];
    const Got<double> waste = share(row.waste_bytes, total);
    if (!row.use_pct || *row.use_pct >= limits.info || !waste || *waste <= limits.also) continue;
    Finding found = finding("", Severity::info, *waste);
    add(found, "cache", row.name);
    add(found, "use_pct", row.use_pct, "proc/slabinfo active_objs / num_objs", limits.info);
    add(found, "waste_bytes", row.waste_bytes, "proc/slabinfo");
    add(found, "waste_pct", waste, "proc/slabinfo", limits.also);
    return found;
  }
  return {};
}

Judgement judge_kmalloc_large(const FindingFacts& facts, const Limits& limits) {
  if (facts.slab == nullptr || !facts.slab->judgement.large_kmalloc_pct) return no_caches(facts);
  const double pct = *facts.slab->judgement.large_kmalloc_pct;
  if (pct <= limits.warning) return {};
  Finding found = finding_of_ram("", Severity::warning, facts.slab->table.large_kmalloc_bytes(), pct,
                                 "proc/meminfo Slab - caches of proc/slabinfo", limits.warning);
  found.confidence = Confidence::medium;
  return found;
}

}  // namespace memkit
