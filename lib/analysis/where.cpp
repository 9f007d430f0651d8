#include "analysis/where.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

namespace memkit {
namespace {

struct GroupRule {
  std::string_view id, label, note;
  std::array<std::string_view, 3> parts;  ///< ids of the accounting
};

/// What no rule names is the kernel's: a part that is new in the accounting is never left out of the sum.
constexpr std::size_t kKernelOther = 4;
constexpr GroupRule kRules[] = {
    {"anonymous", "anonymous", "processes'; can only go to swap", {"anonymous"}},
    {"page_cache", "page cache", "gives way when memory is needed", {"page_cache", "buffers", "swap_cache"}},
    {"shmem", "tmpfs/shared", "swap or deleting it frees it", {"shmem"}},
    {"slab", "slab", "kernel objects", {"slab", "slab_reclaimable", "slab_unreclaimable"}},
    {"kernel_other", "kernel other", "stacks, page tables, vmalloc, ...", {}},
    {"hugepages", "huge pages", "set aside, used or not", {"hugepages"}},
    {"compressed_swap", "zram/zswap", "swapped pages, compressed", {"compressed_swap"}},
    {"free", "free", "not in use, not even as cache", {"free", "pcp_free"}},
};
static_assert(kRules[kKernelOther].id == "kernel_other");

std::size_t group_of(std::string_view part) {
  for (std::size_t i = 0; i < std::size(kRules); ++i) {
    if (std::find(kRules[i].parts.begin(), kRules[i].parts.end(), part) != kRules[i].parts.end()) return i;
  }
  return kKernelOther;
}

void add_bytes(Got<std::int64_t>& sum, const Got<std::uint64_t>& bytes) {
  if (!bytes) return;
  std::int64_t total = 0;
  const bool overflow = __builtin_add_overflow(sum.value_or(0), *bytes, &total);
  sum = overflow ? Got<std::int64_t>(Missing::malformed) : total;
}

/// What a list is ordered by: of a figure that is unknown less than of any other.
using Key = std::tuple<bool, std::uint64_t, std::uint64_t>;
Key by_pss(const Process& p) { return {p.pss_bytes.has_value(), p.pss_bytes.value_or(0), p.rss_bytes.value_or(0)}; }
Key by_swap(const Process& p) { return {false, 0, p.swap_bytes.value_or(0)}; }
Key by_locked(const Process& p) { return {false, 0, p.locked_bytes.value_or(0)}; }
Key by_threads(const Process& p) { return {false, 0, p.threads.value_or(0)}; }

std::vector<std::size_t> largest(std::span<const Process> processes, std::size_t limit, Key (*key)(const Process&)) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    if (processes[i].kind != ProcessKind::user || (key != by_pss && key(processes[i]) == Key{})) continue;
    places.push_back(i);
  }
  const std::size_t kept = std::min(limit, places.size());
  std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(kept), places.end(),
                    [&](std::size_t a, std::size_t b) {
                      const Key first = key(processes[a]);
                      const Key second = key(processes[b]);
                      return first != second ? first > second : a < b;
                    });
  places.resize(kept);
  return places;
}

void add_known(Got<std::uint64_t>& sum, const Got<std::uint64_t>& bytes) {
  if (bytes) sum = sum.value_or(0) + *bytes;
}

}  // namespace

std::vector<MemoryGroup> memory_groups(const Accounting& accounting) {
  std::vector<MemoryGroup> groups;
  for (const GroupRule& rule : kRules) groups.push_back({rule.id, rule.label, rule.note, {}, {}});
  for (const AccountPart& part : accounting.parts) add_bytes(groups[group_of(part.id)].bytes, part.bytes);
  groups.push_back({"residual", "unaccounted", "unnamed: drivers, network, ...", accounting.residual_bytes, {}});
  if (accounting.residual_bytes && *accounting.residual_bytes < 0) {
    groups.back().label = "overcounted";
    groups.back().note = "fields of the kernel overlap";
  }
  std::erase_if(groups, [](const MemoryGroup& group) { return !group.bytes || *group.bytes == 0; });
  for (MemoryGroup& group : groups) {
    if (accounting.total_bytes && *accounting.total_bytes != 0) {
      group.share_pct = 100.0 * static_cast<double>(*group.bytes) / static_cast<double>(*accounting.total_bytes);
    }
  }
  return groups;
}

TopProcesses top_processes(std::span<const Process> processes, std::size_t limit) {
  TopProcesses top;
  for (const Process& process : processes) {
    if (process.kind != ProcessKind::user) continue;
    ++top.count;
    top.threads += process.threads.value_or(0);
    if (!process.pss_bytes) ++top.without_pss;
    if (process.same_memory_as_pid != 0) continue;
    add_known(top.pss_bytes, process.pss_bytes);
    add_known(top.uss_bytes, process.uss_bytes);
    add_known(top.rss_bytes, process.rss_bytes);
    add_known(top.swap_bytes, process.swap_bytes);
    add_known(top.locked_bytes, process.locked_bytes);
  }
  top.by_pss = largest(processes, limit, by_pss);
  top.by_swap = largest(processes, limit, by_swap);
  top.by_locked = largest(processes, limit, by_locked);
  top.by_threads = largest(processes, limit, by_threads);
  return top;
}

}  // namespace memkit
