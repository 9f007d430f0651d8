#include "output/smem_explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

/// The row with most PSS; null where none is known.
template <class Row, class PssOf>
const Row* most_pss(std::span<const Row> rows, PssOf pss_of) {
  const Row* most = nullptr;
  for (const Row& row : rows) {
    const Got<std::uint64_t> pss = pss_of(row);
    if (pss && (most == nullptr || *pss > pss_of(*most).value_or(0))) most = &row;
  }
  return most;
}

}  // namespace

void explain_processes(Out& out, std::span<const ProcessRow> rows, const Got<std::uint64_t>& mem_total_bytes) {
  // Sums of PSS and RSS are compared over the same processes: those that have both.
  std::uint64_t known = 0;
  std::uint64_t rss_bytes = 0;
  std::uint64_t pss_bytes = 0;
  const ProcessRow* largest = nullptr;
  for (const ProcessRow& row : rows) {
    if (!row.process->pss_bytes || !row.process->rss_bytes) continue;
    ++known;
    rss_bytes += *row.process->rss_bytes;
    pss_bytes += *row.process->pss_bytes;
    if (!row.process->uss_bytes) continue;
    if (largest == nullptr || *row.process->uss_bytes > *largest->process->uss_bytes) largest = &row;
  }
  std::string pss = "PSS is the figure that adds up: a page that three processes map counts a third in each.";
  if (known != 0) {
    pss += fmt::format(" That of {}{} sums to {}", processes_text(known),
                       known == rows.size() ? "" : fmt::format(" of {}, the others' is not known,", rows.size()),
                       size_text(pss_bytes));
    const Got<double> share = percent_of(pss_bytes, mem_total_bytes);
    pss += share ? fmt::format(", {} of RAM.", percent_text(share)) : ".";
  }
  print_wrapped(out, pss);
  std::string rss = "RSS counts shared pages in full in every process that maps them, so it must not be added up";
  if (pss_bytes != 0) {
    rss += fmt::format(": here it sums to {} for {} of memory, {:.1f} times as much", size_text(rss_bytes),
                       size_text(pss_bytes), static_cast<double>(rss_bytes) / static_cast<double>(pss_bytes));
  }
  print_wrapped(out, rss + ".");
  std::string uss = "USS is private: what comes free when that one process ends, its own swap on top.";
  if (largest != nullptr) {
    uss += fmt::format(" The most of it has {} ({}): {} in RAM, {} in swap.", for_terminal(largest->process->name),
                       largest->process->pid, size_text(largest->process->uss_bytes),
                       size_text(largest->process->swap_bytes));
  }
  print_wrapped(out, uss);
  print_wrapped(
      out,
      "Look at PSS to see where memory is, at USS to see what a kill or a restart would give back. Page cache that "
      "no process maps, tmpfs files, slab and huge pages of hugetlbfs are in none of these columns: see 'memkit "
      "free --breakdown'.");
}

void explain_groups(Out& out, std::span<const ProcessGroup> groups, const Got<std::uint64_t>& mem_total_bytes) {
  MemorySums all;
  for (const ProcessGroup& group : groups) all.add(group.sums);
  std::string text =
      "PSS of a group is what its processes hold together; memory that they share with other groups is divided "
      "fairly, so the groups' PSS adds up";
  if (const Got<std::uint64_t> pss = all.pss.value()) {
    text += fmt::format(": to {}", size_text(*pss));
    const Got<double> share = percent_of(*pss, mem_total_bytes);
    text += share ? fmt::format(", {} of RAM.", percent_text(share)) : ".";
  } else {
    text += ".";
  }
  if (all.pss.unknown != 0)
    text += fmt::format(" The PSS of {} is in no sum: it is not known (-o +unknown shows where).",
                        processes_text(all.pss.unknown));
  print_wrapped(out, text);
  const auto* const most = most_pss(groups, [](const ProcessGroup& group) { return group.sums.pss.value(); });
  if (most != nullptr) {
    print_wrapped(out, fmt::format("The most has {}: {} in {}, and {} in swap.", for_terminal(most->key),
                                   size_text(most->sums.pss.value()), processes_text(most->processes),
                                   size_text(most->sums.swap.value())));
  }
  print_wrapped(out,
                "USS of a group is less than what comes free when all of it ends: what its own processes share among "
                "themselves goes too. What a control group is charged with (page cache that it read, kernel memory) is "
                "in none of these columns: see 'memkit free --cgroup'.");
}

void explain_mappings(Out& out, std::span<const MappingGroup> groups) {
  print_wrapped(out,
                "PSS adds up over mappings as it does over processes. AVGPSS is PSS by the number of processes: small "
                "for a library that all share, near RSS for what each has for itself.");
  const auto* const most = most_pss(groups, [](const MappingGroup& group) { return group.sums.pss.value(); });
  if (most != nullptr) {
    print_wrapped(out, fmt::format("The most is in {}: {} in {}.", for_terminal(most->name),
                                   size_text(most->sums.pss.value()), processes_text(most->processes)));
  }
  print_wrapped(out,
                "<anonymous> and [heap] are the programs' own data: that alone can leak. Files are cache that programs "
                "map: their clean pages give way when memory is asked for.");
}

void explain_areas(Out& out, const Meminfo& meminfo) {
  print_wrapped(out,
                "userspace is what processes hold and map (AnonPages + Mapped), free is MemFree, and the kernel's line "
                "is what remains: most of it is page cache, which gives way when asked. tmpfs files count as the "
                "kernel's cache here, and do not give way.");
  if (meminfo.shmem_bytes)
    print_wrapped(out, fmt::format("Here tmpfs and shared memory are {}.", size_text(meminfo.shmem_bytes)));
  print_wrapped(out, "'memkit free --breakdown' names the parts of the kernel's line.");
}

void explain_tree(Out& out, std::span<const TreeRow> rows) {
  print_wrapped(out,
                "The tree's columns are sums over a process and all below it, the others are its own. What a service "
                "holds is in the line of its first process.");
  const TreeRow* most = nullptr;
  for (const TreeRow& row : rows) {
    const bool candidate = row.row.process->pid != 1 && row.node.subtree.pss.known != 0;
    if (candidate && (most == nullptr || row.node.subtree.pss.bytes > most->node.subtree.pss.bytes)) most = &row;
  }
  if (most == nullptr) return;
  print_wrapped(out, fmt::format("Below init, the most is held by {} ({}) and the {} below it: {}.",
                                 for_terminal(most->row.process->name), most->row.process->pid,
                                 processes_text(most->node.descendants), size_text(most->node.subtree.pss.value())));
}

}  // namespace memkit
