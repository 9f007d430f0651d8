#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"
#include "analysis/kernel_memory.h"

namespace memkit {
namespace {

/// It is large, and may well be meant to be.
void is_no_alarm(Finding& found) {
  found.confidence = Confidence::low;
  found.severity = Severity::info;
}

/// Names the largest cache that does not give way.
void add_largest_cache(Finding& found, const FindingFacts& facts) {
  if (facts.slab == nullptr || facts.slab->judgement.largest_unreclaimable.empty() || !facts.slab->table.rows) return;
  const SlabRow& row = (*facts.slab->table.rows)[facts.slab->judgement.largest_unreclaimable.front()];
  if (!row.size_bytes) return;
  found.text = "slab-unreclaimable.cache";
  add(found, "cache", row.name, "proc/slabinfo");
  add(found, "cache_bytes", row.size_bytes, "proc/slabinfo");
  if (row.aliases && !row.aliases->empty())
    add(found, "aliases_count", Got<std::uint64_t>(row.aliases->size()), "sys/kernel/slab");
  // A firewall's table of connections is as large as its traffic, up to nf_conntrack_max.
  if (row.name.starts_with("nf_conntrack") && *row.size_bytes >= facts.meminfo().sunreclaim_bytes.value_or(0) / 2)
    is_no_alarm(found);
}

}  // namespace

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
    add_largest_cache(found, facts);
    const Got<std::uint64_t>& arc = facts.accounting.arc.size_bytes;
    // Part of ZFS's cache lies in slab and gives way, whatever the field is called.
    if (arc && *arc >= *m.sunreclaim_bytes / 2) {
      is_no_alarm(found);
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

Judgement judge_vmalloc_heavy(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/meminfo VmallocUsed - KernelStack";
  if (facts.accounting.view != MeminfoView::machine) return Lack{kField, LackWhy::other_view};
  const Meminfo& m = facts.meminfo();
  const Got<std::uint64_t> bytes = vmalloc_without_stacks(m);
  const Got<double> pct = share(bytes, m.mem_total_bytes);
  if (!pct) return lack(kField, pct);
  const std::optional<Severity> severity = at_least(*pct, limits);
  if (!severity) return {};
  Finding found = finding_of_ram("", *severity, bytes, *pct, kField, limit_of(*severity, limits));
  const Got<Vmallocinfo>& info = facts.snapshot.vmallocinfo;
  const Got<std::uint64_t>& page = facts.snapshot.page_size_bytes;
  if (info && page && !info->callers.empty()) {
    found.text = "vmalloc-heavy.caller";
    add(found, "caller", info->callers.front().caller);
    add(found, "caller_bytes", Got<std::uint64_t>(info->callers.front().pages * *page), "proc/vmallocinfo pages");
  }
  return found;
}

namespace {

/// A control group that may soon have no thread more, whatever the machine may have.
Judgement judge_pids(const FindingFacts& facts, const Limits& limits) {
  if (facts.cgroups == nullptr || facts.cgroups->pids.empty()) return {};
  const PidsRow& nearest = facts.cgroups->pids.front();
  if (!(nearest.used_pct() >= limits.also)) return {};
  Finding found = finding("kernel-stacks.cgroup", Severity::warning, 0);
  add(found, "cgroup", nearest.path);
  add(found, "pids_directory", nearest.directory);
  add(found, "threads_count", Got<std::uint64_t>(nearest.current_count), "pids.current");
  add(found, "threads_limit_count", Got<std::uint64_t>(nearest.max_count), "pids.max");
  add(found, "threads_pct", Got<double>(nearest.used_pct()), "pids.current / pids.max", limits.also);
  return found;
}

}  // namespace

/// Also: threads in per cent of what may be, on the machine or in a control group.
Judgement judge_kernel_stacks(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/meminfo KernelStack";
  const Meminfo& m = facts.meminfo();
  const Settings& settings = facts.snapshot.settings;
  const Got<std::uint64_t> threads = settings.loadavg ? settings.loadavg->threads_count : settings.loadavg.missing();
  Got<std::uint64_t> most = settings.threads_max;
  if (settings.pid_max && (!most || *settings.pid_max < *most)) most = settings.pid_max;
  const Got<double> of_most = share(threads, most);
  const bool machine = facts.accounting.view == MeminfoView::machine;
  const Got<double> pct = machine ? share(m.kernel_stack_bytes, m.mem_total_bytes) : Got<double>(Missing::hidden);
  const bool tree = facts.cgroups != nullptr && !facts.cgroups->pids.empty();
  if (!pct && !of_most && !tree) return lack(kField, pct);
  const bool many = of_most && *of_most >= limits.also;
  const bool large = pct && *pct >= limits.warning;
  if (!many && !large) return judge_pids(facts, limits);
  Finding found = large ? finding_of_ram("", Severity::warning, m.kernel_stack_bytes, *pct, kField, limits.warning)
                        : finding("kernel-stacks.threads", Severity::warning, pct.value_or(0));
  add(found, "threads_count", threads, "proc/loadavg");
  add(found, "threads_limit_count", most, "proc/sys/kernel/threads-max, pid_max");
  add(found, "threads_pct", of_most, "proc/loadavg / threads-max", limits.also);
  if (facts.top != nullptr && !facts.top->by_threads.empty()) {
    const Process& process = facts.processes[facts.top->by_threads.front()];
    add(found, "holder", process_label(process));
    add(found, "holder_pid", Got<std::uint64_t>(process.pid));
    add(found, "holder_threads_count", process.threads ? Got<std::uint64_t>(*process.threads) : Got<std::uint64_t>());
  }
  return found;
}

Judgement judge_percpu_heavy(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/meminfo Percpu";
  if (facts.accounting.view != MeminfoView::machine) return Lack{kField, LackWhy::other_view};
  const Meminfo& m = facts.meminfo();
  const Got<double> pct = share(m.percpu_bytes, m.mem_total_bytes);
  if (!pct) return lack(kField, pct);
  if (*pct < limits.info) return {};
  return finding_of_ram("", Severity::info, m.percpu_bytes, *pct, kField, limits.info);
}

/// Limit: cgroups. Of v1 those that the kernel counts and no directory shows.
Judgement judge_dying_cgroups(const FindingFacts& facts, const Limits& limits) {
  const DyingCgroups& dying = facts.snapshot.dying_cgroups;
  Got<std::uint64_t> count = dying.v2 ? dying.v2->nr_dying_descendants : Got<std::uint64_t>(dying.v2.missing());
  std::string_view source = "sys/fs/cgroup/cgroup.stat nr_dying_descendants";
  const bool v1 = facts.cgroups != nullptr && facts.cgroups->walk.version == CgroupVersion::v1;
  if (v1 && dying.controllers && facts.cgroups->walk.unlisted == 0) {
    for (const CgroupController& controller : *dying.controllers) {
      if (controller.name != "memory" || controller.hierarchy == 0) continue;
      source = "proc/cgroups memory - cgroups seen";
      count = controller.cgroups_count - std::min(controller.cgroups_count, facts.cgroups->walk.visited);
    }
  }
  if (!count) return lack(source, count);
  if (static_cast<double>(*count) <= limits.info) return {};
  Finding found = finding("", Severity::info, 0);
  // From inside a namespace, cgroups above it count and are not seen.
  if (v1 && facts.own_cgroup != nullptr && facts.own_cgroup->namespaced) found.confidence = Confidence::low;
  add(found, "dying_count", count, source, limits.info);
  add(found, "percpu_bytes", facts.meminfo().percpu_bytes, "proc/meminfo Percpu");
  return found;
}

Judgement judge_hardware_corrupted(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/meminfo HardwareCorrupted";
  const Got<std::uint64_t>& bytes = facts.meminfo().hardware_corrupted_bytes;
  if (!bytes) return lack(kField, bytes);
  if (static_cast<double>(*bytes) <= limits.warning) return {};
  Finding found = finding("", Severity::warning, share(bytes, facts.meminfo().mem_total_bytes).value_or(0));
  add(found, "size_bytes", bytes, kField, limits.warning);
  return found;
}

}  // namespace memkit
