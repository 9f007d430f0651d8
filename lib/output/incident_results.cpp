#include <algorithm>
#include <array>

#include "output/finding_text.h"
#include "output/incident.h"
#include "output/oom_rank_text.h"
#include "output/report_oom.h"
#include "output/text.h"

namespace memkit::incident {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string cell(const Report& report, std::string_view key) { return markdown::text(report.words(key)); }

void add_size(const Report& report, Rows& rows, std::string_view key, const Got<std::uint64_t>& bytes,
              const Got<std::uint64_t>& whole, std::string judged = "") {
  if (!bytes) return;
  rows.push_back({cell(report, key), size_text(bytes), percent_text(percent_of(bytes, whole)), std::move(judged)});
}

/// Findings of `ids` that were made, by the worst: "abnormal: tmpfs-heavy", "noted: ...", "normal".
std::string judged_by(const Report& report, std::initializer_list<std::string_view> ids) {
  const Finding* worst = nullptr;
  for (const std::string_view id : ids) {
    const Finding* const finding = report.facts.diagnosis.find(id);
    if (finding != nullptr && (worst == nullptr || finding->severity > worst->severity)) worst = finding;
  }
  if (worst == nullptr) return cell(report, "inc.normal");
  return report.words(worst->severity == Severity::info ? "inc.noted" : "inc.abnormal", worst->id);
}

/// A table of the memory, in the columns that all of them have.
void print_sizes(const Report& report, const Rows& rows) {
  markdown::print_table(
      report.out,
      {cell(report, "inc.item"), cell(report, "inc.value"), cell(report, "inc.share"), cell(report, "inc.judged")},
      rows);
}

Got<std::uint64_t> pages_of(const OomEvent& event, std::initializer_list<std::string_view> names) {
  Got<std::uint64_t> pages = Missing::absent;
  for (const std::string_view name : names) {
    const auto count = event.machine.count(name);
    if (count && *count < std::uint64_t{1} << 48) pages = pages.value_or(0) + *count;
  }
  return pages.transform([&](std::uint64_t count) { return count * page_size_of(event); });
}

Rows machine_rows(const Report& report, const OomEvent& event) {
  Rows rows;
  const OomMachine& machine = event.machine;
  const Got<std::uint64_t> ram =
      machine.ram_pages.transform([&](std::uint64_t pages) { return pages * page_size_of(event); });
  const bool global = event.scope() == OomEvent::Scope::global;
  add_size(report, rows, "inc.total", ram, ram);
  add_size(report, rows, "inc.free", pages_of(event, {"free"}), ram, global ? cell(report, "inc.exhausted") : "");
  add_size(report, rows, "group.anonymous", pages_of(event, {"active_anon", "inactive_anon"}), ram);
  add_size(report, rows, "group.page_cache", pages_of(event, {"active_file", "inactive_file"}), ram);
  add_size(report, rows, "group.shmem", pages_of(event, {"shmem"}), ram);
  add_size(report, rows, "group.slab", pages_of(event, {"slab_reclaimable", "slab_unreclaimable"}), ram);
  add_size(report, rows, "inc.pagetables", pages_of(event, {"pagetables"}), ram);
  const bool no_swap_left = machine.swap_free_bytes && machine.swap_total_bytes && *machine.swap_total_bytes != 0 &&
                            *machine.swap_free_bytes < *machine.swap_total_bytes / 100;
  add_size(report, rows, "inc.swap-free", machine.swap_free_bytes, machine.swap_total_bytes,
           no_swap_left ? cell(report, "inc.exhausted") : "");
  return rows;
}

Rows cgroup_rows(const Report& report, const OomEvent& event) {
  Rows rows;
  const OomMemcg& memcg = event.memcg;
  const Got<std::uint64_t>& limit = memcg.memory.limit_bytes;
  add_size(report, rows, "inc.limit", limit, limit);
  add_size(report, rows, "inc.usage", memcg.memory.usage_bytes, limit, cell(report, "inc.exhausted"));
  const auto stat = [&](std::string_view key, std::string_view v2, std::string_view v1) {
    const Got<std::uint64_t> bytes = memcg.stat(v2);
    add_size(report, rows, key, bytes ? bytes : memcg.stat(v1), limit);
  };
  stat("group.anonymous", "anon", "rss");
  stat("group.page_cache", "file", "cache");
  stat("group.shmem", "shmem", "shmem");
  stat("group.slab", "slab", "slab");
  add_size(report, rows, "inc.swap", memcg.swap.usage_bytes, memcg.swap.limit_bytes);
  return rows;
}

Rows rows_now(const Report& report) {
  Rows rows;
  const ReportFacts& facts = report.facts;
  const Meminfo& m = *facts.snapshot.meminfo;
  add_size(report, rows, "inc.total", m.mem_total_bytes, m.mem_total_bytes);
  add_size(report, rows, "inc.available", facts.health.usable_bytes, m.mem_total_bytes,
           judged_by(report, {"available-low"}));
  add_size(report, rows, "inc.free", m.mem_free_bytes, m.mem_total_bytes);
  if (m.swap_total_bytes && m.swap_free_bytes && *m.swap_total_bytes != 0) {
    const std::uint64_t used = *m.swap_total_bytes - std::min(*m.swap_total_bytes, *m.swap_free_bytes);
    add_size(report, rows, "inc.swap", used, m.swap_total_bytes, judged_by(report, {"swap-full", "swap-thrashing"}));
  } else if (m.swap_total_bytes) {
    rows.push_back({cell(report, "head.swap"), cell(report, "swap.none"), "", judged_by(report, {"no-swap"})});
  }
  if (const Got<Pressure>& memory = facts.snapshot.pressure.memory) {
    rows.push_back(
        {cell(report, "inc.stall-some"), "", percent_text(memory->some.avg10_pct), judged_by(report, {"psi-some"})});
    rows.push_back({cell(report, "inc.stall-full"), "", percent_text(memory->full.avg10_pct),
                    judged_by(report, {"psi-full", "file-thrashing"})});
  }
  return rows;
}

/// Which findings tell that a part of the memory is not as it should be.
std::string judgement_of_group(const Report& report, std::string_view id) {
  struct Judges {
    std::string_view group;
    std::array<std::string_view, 6> findings;
  };
  constexpr Judges kJudges[] = {
      {"anonymous", {"process-dominates", "anon-growth", "memory-locked", "thp-bloat"}},
      {"page_cache", {"file-thrashing"}},
      {"shmem", {"tmpfs-heavy", "shm-orphaned"}},
      {"slab", {"slab-unreclaimable", "slab-reclaimable-large", "dentry-negative", "slab-fragmented", "kmalloc-large"}},
      {"kernel_other", {"pagetables-heavy", "kernel-stacks", "percpu-heavy", "vmalloc-heavy", "dying-cgroups"}},
      {"hugepages", {"hugepages-idle", "hugepages-short"}},
      {"compressed_swap", {"zram-poor", "zswap-poor"}},
      {"free", {"zone-below-min", "zone-below-low", "fragmented", "min-free-odd", "numa-imbalance"}},
      {"residual", {"unaccounted", "hardware-corrupted"}},
  };
  for (const Judges& one : kJudges) {
    const auto& f = one.findings;
    if (one.group == id) return judged_by(report, {f[0], f[1], f[2], f[3], f[4], f[5]});
  }
  return {};
}

void print_processes(const Report& report) {
  Rows rows;
  for (const ProcessRow& row : report.facts.top_rows) {
    const Process& process = *row.process;
    rows.push_back({markdown::code(process.name), std::to_string(process.pid), size_text(process.pss_bytes),
                    size_text(process.uss_bytes), size_text(process.rss_bytes), size_text(process.swap_bytes)});
  }
  if (rows.empty()) return;
  report.paragraph("inc.breakdown.top");
  markdown::print_table(report.out, {cell(report, "inc.process"), "PID", "PSS", "USS", "RSS", "swap"}, rows);
}

void print_tasks(const Report& report) {
  constexpr std::size_t kMost = 10;
  Rows rows;
  for (const OomShare& share : report.facts.oom.story.by_name) {
    if (rows.size() == kMost) break;
    rows.push_back({markdown::code(share.name), std::to_string(share.processes), size_text(share.rss_bytes),
                    percent_text(share.share_pct)});
  }
  if (rows.empty()) return;
  report.paragraph("inc.breakdown.tasks");
  markdown::print_table(
      report.out, {cell(report, "inc.process"), cell(report, "inc.processes"), "RSS", cell(report, "inc.share")}, rows);
}

void print_cgroups(const Report& report) {
  constexpr std::size_t kMost = 5;
  const Got<std::uint64_t>& total = report.facts.snapshot.meminfo->mem_total_bytes;
  Rows rows;
  for (const CgroupRow* const row : largest_cgroups(report.facts.cgroups, kMost)) {
    const Limit limit = to_limit(row->max, total);
    rows.push_back({markdown::code(row->path), size_text(row->current_bytes), size_text(limit.bytes),
                    percent_text(percent_of(row->current_bytes, limit.bytes))});
  }
  if (rows.empty()) return;
  report.paragraph("inc.breakdown.cgroups");
  markdown::print_table(
      report.out, {"cgroup", cell(report, "inc.usage"), cell(report, "inc.limit"), cell(report, "inc.share")}, rows);
}

void print_event_cause(const Report& report, const OomEvent& event) {
  const Words& words = report.words;
  const OomSummary& summary = *report.summary();
  report.item("inc.cause.event",
              fmt::format("{} ({}: {})", markdown::text(reason_text(summary, words)), words("inc.cause.confidence"),
                          words("inc.confidence." + std::string(to_string(report.facts.oom.story.confidence)))));
  if (!event.trigger.empty())
    report.item("inc.cause.asked",
                markdown::code(event.trigger) +
                    (event.trigger_pid ? fmt::format(" (PID {})", *event.trigger_pid) : std::string()));
  if (const std::string name = victim_name(summary); !name.empty())
    report.item("inc.cause.victim", markdown::code(name));
  if (!summary.cgroup.empty()) report.item("inc.cause.cgroup", markdown::code(summary.cgroup));
  if (const OomKill* const kill = event.victim(); kill != nullptr && kill->rss_bytes())
    report.item("inc.cause.held", words("inc.cause.sizes", size_text(kill->anon_rss_bytes),
                                        size_text(kill->file_rss_bytes), size_text(kill->shmem_rss_bytes)));
}

/// The largest process of the recorded state, with the cgroup that it is in.
void print_holder(const Report& report) {
  if (report.facts.top_rows.empty()) return;
  const Process& process = *report.facts.top_rows.front().process;
  report.item("inc.cause.holder", fmt::format("{} (PID {}): PSS {}", markdown::code(process.name), process.pid,
                                              size_text(process.pss_bytes)));
  for (const OomProcess& one : report.facts.candidates.processes) {
    if (one.process.pid == process.pid && !one.process.unit_cgroup.empty())
      report.item("inc.cause.cgroup", markdown::code(one.process.unit_cgroup));
  }
}

}  // namespace

void print_memory(const Report& report) {
  report.part(1, "inc.memory");
  if (const OomEvent* const event = report.event(); event != nullptr) {
    const Rows cgroup = cgroup_rows(report, *event);
    const Rows machine = machine_rows(report, *event);
    if (!cgroup.empty() || !machine.empty()) report.paragraph("inc.memory.event");
    if (!cgroup.empty() && !event->oom_memcg.empty())
      report.out.print("**cgroup**: {}\n\n", markdown::code(event->oom_memcg));
    print_sizes(report, cgroup);
    print_sizes(report, machine);
  }
  report.paragraph("inc.memory.now");
  print_sizes(report, rows_now(report));
}

void print_breakdown(const Report& report) {
  report.part(2, "inc.breakdown");
  Rows rows;
  for (const MemoryGroup& group : memory_groups(report.facts.accounting)) {
    rows.push_back({cell(report, "group." + std::string(group.id)), signed_size_text(group.bytes),
                    percent_text(group.share_pct), judgement_of_group(report, group.id)});
  }
  report.paragraph("inc.memory.now");
  print_sizes(report, rows);
  print_tasks(report);
  print_processes(report);
  print_cgroups(report);
}

void print_cause(const Report& report) {
  const Words& words = report.words;
  const Diagnosis& diagnosis = report.facts.diagnosis;
  report.part(3, "inc.cause");
  if (const OomEvent* const event = report.event(); event != nullptr) print_event_cause(report, *event);
  report.item("inc.cause.now", markdown::text(diagnosis_text(diagnosis, report.facts.for_rules(), words.language())));
  print_holder(report);
  report.item("inc.cause.next", markdown::text(next_victim_text(report.facts, words)));
  report.blank("inc.cause.root");
  report.out.write("\n");
}

}  // namespace memkit::incident
