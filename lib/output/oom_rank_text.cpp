#include "output/oom_rank_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

/// "memory.oom.group of /a: 3 processes".
std::string group_text(const OomDomain& domain) {
  return fmt::format("with it all of {} (memory.oom.group): {}", for_terminal(domain.group),
                     processes_text(domain.killed.size()));
}

Got<std::uint64_t> bytes_of_pages(const OomTotal& total) {
  if (!total.pages) return total.pages;
  return total.page_size_bytes.transform([&](std::uint64_t size) { return *total.pages * size; });
}

const RankedTask* victim_of(const OomRanking& ranking, const OomDomain& domain) {
  return domain.victim == OomDomain::kNone ? nullptr : &ranking.tasks[domain.victim];
}

void print_cgroup(Out& out, const OomRanking& ranking, const OomDomain& domain) {
  std::string text = fmt::format("{}: {}", for_terminal(domain.path), oom_verdict_text(ranking, domain));
  text += fmt::format("; {} of {} used", size_text(domain.current_bytes), size_text(domain.limit_bytes));
  if (domain.swap_allowance_bytes.value_or(0) != 0)
    text += fmt::format(", {} of swap besides", size_text(domain.swap_allowance_bytes));
  print_wrapped(out, text);
}

void print_names(Out& out, const OomRanking& ranking, OomStanding standing, std::string_view what) {
  constexpr std::size_t kMost = 5;
  std::string names;
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (const RankedTask& task : ranking.tasks) {
    if (task.standing != standing) continue;
    bytes += task.weight.rss_bytes.value_or(0) + task.weight.swap_bytes.value_or(0);
    if (count++ < kMost) names += (names.empty() ? "" : ", ") + oom_task_text(task);
  }
  if (count == 0) return;
  if (count > kMost) names += fmt::format(" and {} more", count - kMost);
  print_wrapped(out, fmt::format("{}: {}; {} with {}.", what, names, processes_text(count), size_text(bytes)));
}

}  // namespace

std::string oom_task_text(const RankedTask& task) {
  const std::string name = task.process->name.empty() ? "?" : for_terminal(task.process->name);
  return task.unit.empty() ? fmt::format("{} (PID {})", name, task.process->pid)
                           : fmt::format("{} (PID {}, {})", name, task.process->pid, for_terminal(task.unit));
}

std::string oom_verdict_text(const OomRanking& ranking, const OomDomain& domain) {
  const RankedTask* const victim = victim_of(ranking, domain);
  const std::string name = victim == nullptr ? "" : oom_task_text(*victim);
  switch (domain.verdict) {
    case OomVerdict::kill:
      return name + " dies first";
    case OomVerdict::group:
      return name + " dies first, " + group_text(domain);
    case OomVerdict::waits:
      return name + " ends already: the kernel waits for it";
    case OomVerdict::nobody:
      return domain.path.empty() ? "nobody may be killed: the kernel panics" : "nobody may be killed: allocations fail";
    case OomVerdict::paused:
      return "nobody is killed (oom_kill_disable): tasks wait for memory";
    case OomVerdict::panic:
      return "the kernel panics (vm.panic_on_oom)";
    case OomVerdict::requester:
      return "whoever asks for memory dies (vm.oom_kill_allocating_task)";
    case OomVerdict::unknown:
      break;
  }
  return "not known: the figures of its processes are missing";
}

void print_oom_answer(Out& out, const OomRanking& ranking, bool what_if) {
  const OomDomain& machine = ranking.domains.front();
  const RankedTask* const victim = victim_of(ranking, machine);
  std::string text = what_if ? "After the change, if memory ran out: " : "If memory ran out: ";
  text += oom_verdict_text(ranking, machine) + ".";
  print_wrapped(out, text);
  if (victim == nullptr) return;
  std::string more = fmt::format("Badness {}", signed_size_text(machine.badness_bytes));
  if (victim->own_score) more += fmt::format(", oom_score {}", *victim->own_score);
  more += fmt::format(", adjustment {}; up to {} come free.", *victim->weight.oom_score_adj,
                      size_text(machine.killed_rss_bytes));
  if (machine.unknown != 0)
    more += fmt::format(" Not known of {}: one of them may come first.", processes_text(machine.unknown));
  print_wrapped(out, more);
}

void print_oom_cgroups(Out& out, const OomRanking& ranking, std::size_t most) {
  const std::size_t count = ranking.domains.size() - 1;
  if (count == 0) return;
  const std::size_t shown = most == 0 ? count : std::min(most, count);
  out.write("\nAt the limit of a cgroup, those with the least room first:\n");
  for (std::size_t i = 1; i <= shown; ++i) print_cgroup(out, ranking, ranking.domains[i]);
  if (shown < count) out.print("and {} more (--top 0 shows all)\n", count - shown);
}

void print_oom_shielded(Out& out, const OomRanking& ranking, std::uint64_t kernel_threads) {
  out.write("\n");
  print_names(out, ranking, OomStanding::protected_, "Protected (adjustment -1000)");
  print_names(out, ranking, OomStanding::init, "Never killed");
  print_names(out, ranking, OomStanding::spared, "Passed over for now (vfork, or killed already)");
  print_names(out, ranking, OomStanding::shared, "In the memory of another, and killed with it");
  print_names(out, ranking, OomStanding::unknown, "Not known");
  if (kernel_threads != 0) print_wrapped(out, fmt::format("Kernel threads ({}) are never killed.", kernel_threads));
}

void print_oom_change(Out& out, const OomRanking& before, const OomRanking& after, std::span<const OomAdvice> advice) {
  out.write("\n");
  for (const OomDomain& domain : after.domains) {
    const auto was = std::find_if(before.domains.begin(), before.domains.end(),
                                  [&](const OomDomain& one) { return one.path == domain.path; });
    if (was == before.domains.end()) continue;
    const std::string where = domain.path.empty() ? "Machine" : for_terminal(domain.path);
    const std::string then = oom_verdict_text(before, *was);
    const std::string now = oom_verdict_text(after, domain);
    if (then == now && !domain.path.empty()) continue;
    print_wrapped(out, then == now ? fmt::format("{}: as before, {}.", where, now)
                                   : fmt::format("{}: before, {}; after, {}.", where, then, now));
  }
  out.write("\nTo make it last (memkit changes nothing):\n");
  for (const OomAdvice& one : advice) {
    // Commands are to be pasted: never wrapped.
    out.print("  {} ({})\n    {}\n", one.effect, one.pid, one.command);
    if (!one.note.empty()) out.print("      {}\n", one.note);
  }
}

void explain_oom(Out& out, const OomRanking& ranking) {
  out.write("\n");
  print_wrapped(out,
                fmt::format("badness = RSS + swap + page tables + adjustment x (total / 1000), where total is RAM and "
                            "swap: {} + {} = {}. The highest dies; of equals the one started last.",
                            size_text(ranking.ram_bytes), size_text(ranking.swap_total_bytes),
                            size_text(bytes_of_pages(ranking.total))));
  const RankedTask* const victim = victim_of(ranking, ranking.domains.front());
  if (victim != nullptr) {
    print_wrapped(
        out, fmt::format(
                 "{}: {} + {} + {} + {} x {} = {}.", oom_task_text(*victim), size_text(victim->weight.rss_bytes),
                 size_text(victim->weight.swap_bytes), size_text(victim->weight.page_tables_bytes),
                 *victim->weight.oom_score_adj,
                 size_text(bytes_of_pages(ranking.total).transform([](std::uint64_t bytes) { return bytes / 1000; })),
                 signed_size_text(victim->badness_bytes)));
  }
  print_wrapped(out,
                ranking.scale == OomScale::two_thirds
                    ? "/proc/PID/oom_score here is (1000 + badness x 1000 / total) x 2 / 3: an idle process has 666, "
                      "and 0 means never. It goes by the whole machine's total, in containers too."
                : ranking.scale == OomScale::per_mille
                    ? "/proc/PID/oom_score here is badness x 1000 / total: an idle process has 0. It goes by the whole "
                      "machine's total, in containers too. Kernels with this scale may take 3 % off root's processes "
                      "(until 4.16) and kill a child in place of its parent (until 5.0)."
                    : "How /proc/PID/oom_score is scaled here could not be told from the processes.");
  print_wrapped(out,
                "At a cgroup's limit its own processes alone are compared, and total is the limit and the swap that it "
                "may use (none with swappiness 0): the same adjustment weighs less there.");
  print_wrapped(out,
                "What no longer counts, whatever older texts say: run time, nice, being root, children, and who asked "
                "for the memory. Page cache and tmpfs files that no process maps are nobody's: killing does not free "
                "them.");
}

}  // namespace memkit
