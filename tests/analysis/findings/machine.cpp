#include "analysis/findings/machine.h"

#include <array>

#include "parse/meminfo.h"

namespace memkit::test {

Machine::Machine() {
  snapshot.page_size_bytes = 4 * kKib;
  snapshot.meminfo = parse_meminfo(
      "MemTotal:       10000000 kB\nMemFree:         2000000 kB\nMemAvailable:    6000000 kB\n"
      "Buffers:          100000 kB\nCached:          4000000 kB\nSwapCached:            0 kB\n"
      "Active(anon):    2000000 kB\nInactive(anon):   900000 kB\nActive(file):    2000000 kB\n"
      "Inactive(file):  2000000 kB\nUnevictable:           0 kB\nMlocked:               0 kB\n"
      "SwapTotal:       1000000 kB\nSwapFree:        1000000 kB\nAnonPages:       2800000 kB\n"
      "Mapped:           300000 kB\nShmem:            100000 kB\nKReclaimable:     400000 kB\n"
      "Slab:             600000 kB\nSReclaimable:     400000 kB\nSUnreclaim:       200000 kB\n"
      "KernelStack:       10000 kB\nPageTables:        40000 kB\nCommitLimit:     6000000 kB\n"
      "Committed_AS:    4000000 kB\nVmallocUsed:       50000 kB\nPercpu:            4000 kB\n"
      "HardwareCorrupted:     0 kB\nAnonHugePages:         0 kB\nHugePages_Total:       0\n"
      "HugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\n"
      "Hugepagesize:       2048 kB\nHugetlb:               0 kB\n");
  Pressure quiet;
  quiet.some = {0.0, 0.0, 0.0, std::uint64_t{0}};
  quiet.full = quiet.some;
  snapshot.pressure.memory = quiet;
  snapshot.vmstat = Vmstat{};
  snapshot.vmstat->oom_kill = 0;
}

Process& Machine::add_process(std::string_view name, std::uint32_t pid, std::uint64_t pss_bytes) {
  Process process;
  process.pid = pid;
  process.name = name;
  process.pss_bytes = process.uss_bytes = process.rss_bytes = pss_bytes;
  processes.push_back(std::move(process));
  return processes.back();
}

Diagnosis Machine::diagnose() const {
  const Accounting accounting = account(snapshot);
  const HealthVerdict verdict = health(snapshot);
  const TopProcesses top = top_processes(processes, 3);
  FindingFacts facts{snapshot, accounting, verdict, delta ? &*delta : nullptr, processes, &top};
  facts.walk = &walk;
  facts.cgroups = &survey;
  facts.cgroups_before = before ? &*before : nullptr;
  facts.tight = tight;
  facts.own_cgroup = &own;
  facts.oom = &oom;
  facts.shared = shared ? &*shared : nullptr;
  KernelCaches caches;
  if (slab) {
    caches.facts = *slab;
    caches.table = slab_table(caches.facts, snapshot);
    caches.judgement = judge_slab(caches.table, caches.facts);
    facts.slab = &caches;
  }
  return memkit::diagnose(facts);
}

std::optional<Finding> Machine::finding(std::string_view id) const {
  const Diagnosis diagnosis = diagnose();
  const Finding* const found = diagnosis.find(id);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<Severity> Machine::severity(std::string_view id) const {
  const std::optional<Finding> found = finding(id);
  return found ? std::optional(found->severity) : std::nullopt;
}

std::optional<LackWhy> Machine::not_judged(std::string_view id) const {
  for (const NotJudged& rule : diagnose().not_judged) {
    if (rule.id == id) return rule.lack.why;
  }
  return std::nullopt;
}

}  // namespace memkit::test
