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

bool more(const Process& a, const Process& b) {
  const auto key = [](const Process& process) {
    return std::tuple(process.pss_bytes.has_value(), process.pss_bytes.value_or(0), process.rss_bytes.value_or(0));
  };
  return key(a) > key(b);
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

void add_process(TopProcesses& totals, Process&& process, std::size_t limit) {
  if (process.kind != ProcessKind::user) return;
  ++totals.count;
  if (!process.pss_bytes) ++totals.without_pss;
  if (process.same_memory_as_pid == 0) {
    add_known(totals.pss_bytes, process.pss_bytes);
    add_known(totals.uss_bytes, process.uss_bytes);
    add_known(totals.rss_bytes, process.rss_bytes);
    add_known(totals.swap_bytes, process.swap_bytes);
  }
  const auto place = std::upper_bound(totals.top.begin(), totals.top.end(), process, more);
  if (static_cast<std::size_t>(place - totals.top.begin()) >= limit) return;
  totals.top.insert(place, std::move(process));
  if (totals.top.size() > limit) totals.top.pop_back();
}

}  // namespace memkit
