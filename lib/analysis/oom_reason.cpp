#include "analysis/oom_reason.h"

#include <algorithm>

#include "parse/workload.h"

namespace memkit {
namespace {

using Bytes = Got<std::uint64_t>;
using Scope = OomEvent::Scope;

/// The share of a whole from which on something is called its holder.
constexpr double kHolderPct = 50;
constexpr double kUnaccountedPct = 25;
/// Free memory that is kept: the kernel itself keeps at most 5 % (calculate_min_free_kbytes, khugepaged).
constexpr double kKeptPct = 10;
/// What must be free in other zones at least to say that it was not the machine that ran out.
constexpr std::uint64_t kMuchElsewhere = std::uint64_t{64} << 20;

void add(OomStory& story, std::string_view key, const Bytes& figure, std::string_view source) {
  if (figure) story.evidence.push_back({key, *figure, source});
}
void add_text(OomStory& story, std::string_view key, const std::string& text, std::string_view source) {
  if (!text.empty()) story.evidence.push_back({key, text, source});
}

double share(const Bytes& part, const Bytes& whole) {
  return part && whole && *whole > 0 ? 100.0 * static_cast<double>(*part) / static_cast<double>(*whole) : 0;
}

Bytes plus(const Bytes& a, const Bytes& b) {
  if (!a) return b;
  return b ? Bytes(*a + *b) : a;
}

/// The largest name of the task table.
void add_largest(const OomEvent& event, OomStory& story) {
  if (event.tasks.empty() || story.by_name.empty() || story.by_name.front().rss_bytes == 0) return;
  const OomShare& first = story.by_name.front();
  add_text(story, "largest_name", first.name, "task table");
  add(story, "largest_bytes", first.rss_bytes, "task table rss");
  if (first.share_pct && *first.share_pct <= 100)
    story.evidence.push_back({"largest_pct", *first.share_pct, "task table rss"});
}

struct Part {
  std::string_view id;
  std::string_view key;
  Bytes bytes;
  std::string_view source;
};

/// Adds each part, and names the largest the holder if it has most of the whole.
void judge_parts(OomStory& story, std::span<const Part> parts, const Bytes& whole) {
  const Part* largest = nullptr;
  for (const Part& part : parts) {
    add(story, part.key, part.bytes, part.source);
    if (part.bytes && (largest == nullptr || *part.bytes > *largest->bytes)) largest = &part;
  }
  if (largest != nullptr && share(largest->bytes, whole) >= kHolderPct) story.holder = largest->id;
}

void judge_cgroup(const OomEvent& event, OomStory& story) {
  const OomMemcg& memcg = event.memcg;
  story.reason = OomReason::cgroup_limit;
  const std::string& limited = event.limited_memcg();
  story.confidence = !limited.empty() ? Confidence::high : Confidence::medium;
  const bool pods = limited.starts_with("/kubepods") && parse_workload(limited).pod.empty() &&
                    limited.find("/pod") == std::string::npos && limited.find("-pod") == std::string::npos;
  if (pods) {
    story.whose = "node";
  } else if (!limited.empty() && !event.task_memcg.empty()) {
    story.whose = limited == event.task_memcg ? "own" : "ancestor";
  }
  add_text(story, "limit_of", limited, event.oom_memcg.empty() ? "memory cgroup stats" : "oom_memcg");
  const Bytes limit = memcg.memory.limit_bytes;
  add(story, "limit_bytes", limit, "memory: limit");
  add(story, "usage_bytes", memcg.memory.usage_bytes, "memory: usage");
  if (memcg.memory.failcnt) story.evidence.push_back({"failcnt_count", *memcg.memory.failcnt, "memory: failcnt"});
  // Two cgroup versions: v2 has anon, file (shmem in it), slab and others; v1 rss, cache (shmem in it).
  const Bytes shmem = memcg.stat("shmem");
  Bytes cache = memcg.stat("file") ? memcg.stat("file") : memcg.stat("cache");
  if (cache && shmem) cache = *cache - std::min(*cache, *shmem);
  const Bytes kernel = memcg.stat("kernel") ? memcg.stat("kernel")
                       : memcg.stat("slab")
                           ? plus(plus(memcg.stat("slab"), memcg.stat("kernel_stack")), memcg.stat("pagetables"))
                           : memcg.kmem.usage_bytes;
  const Part parts[] = {
      {"anon", "anon_bytes", memcg.stat("anon") ? memcg.stat("anon") : memcg.stat("rss"), "memory cgroup stats"},
      {"shmem", "shmem_bytes", shmem, "memory cgroup stats"},
      {"cache", "cache_bytes", cache, "memory cgroup stats"},
      {"kernel", "kernel_bytes", kernel, "memory cgroup stats"}};
  judge_parts(story, parts, limit ? limit : memcg.memory.usage_bytes);
  if (story.holder.empty() && event.victim() != nullptr && share(event.victim()->anon_rss_bytes, limit) >= kHolderPct) {
    story.holder = "anon";
  }
  const OomCounter& swap = memcg.swap.seen() ? memcg.swap : memcg.memsw;
  if (memcg.swap.seen()) add(story, "swap_used_bytes", swap.usage_bytes, "swap: usage");
  if (memcg.swap.seen()) add(story, "swap_limit_bytes", swap.limit_bytes, "swap: limit");
  add_largest(event, story);
}

/// A zone against the request.
struct ZoneCheck {
  const OomZone* zone = nullptr;
  std::uint64_t usable_bytes = 0;  ///< free, less what the request may not touch
  std::uint64_t needed_bytes = 0;  ///< min and lowmem_reserve
  std::uint64_t plenty_bytes =
      0;                          ///< high and lowmem_reserve: below it the kernel kills once reclaim makes no progress
  std::uint64_t batch_bytes = 0;  ///< what may come free in a moment
  bool has_block = true;          ///< of the order, or larger
  Bytes largest_block_bytes;
  /// The dump is taken a moment behind the refusal: a zone that is within 3 % of what it keeps was not above it for
  /// sure.
  [[nodiscard]] bool above() const { return usable_bytes > needed_bytes + needed_bytes / 32; }
  /// The last try before a kill asks for the high watermark (__alloc_pages_may_oom): a zone above it would have served.
  /// By the dump, other processors may have given back a few batches of pages (pcp->batch is at most 63).
  [[nodiscard]] bool serves() const {
    return has_block && above() && usable_bytes > plenty_bytes + std::max(plenty_bytes / 32, batch_bytes);
  }
  [[nodiscard]] std::int64_t margin() const {
    return static_cast<std::int64_t>(usable_bytes) - static_cast<std::int64_t>(needed_bytes);
  }
};

bool has_flag(const OomEvent& event, std::string_view flag) { return event.gfp_flags.find(flag) != std::string::npos; }

enum class Reach { dma, dma32, normal, high, movable };
/// The highest zone that a request may use, by its gfp flags; 32 bit machines alone have HighMem.
Reach reach_of(const OomEvent& event) {
  if (has_flag(event, "MOVABLE")) return Reach::movable;
  if (has_flag(event, "HIGHUSER") || has_flag(event, "HIGHMEM")) return Reach::high;
  if (has_flag(event, "DMA32")) return Reach::dma32;
  if (has_flag(event, "GFP_DMA")) return Reach::dma;
  if (!event.gfp_flags.empty()) return Reach::normal;
  // Hex alone (before 4.5): __GFP_DMA 0x1, __GFP_HIGHMEM 0x2, __GFP_DMA32 0x4, __GFP_MOVABLE 0x8.
  const std::size_t last = event.gfp_mask.find_last_of("0123456789abcdef");
  const unsigned bits = last == std::string::npos
                            ? 2
                            : static_cast<unsigned>(std::string_view("0123456789abcdef").find(event.gfp_mask[last]));
  return (bits & 8) != 0 && (bits & 2) != 0 ? Reach::movable
         : (bits & 2) != 0                  ? Reach::high
         : (bits & 1) != 0                  ? Reach::dma
         : (bits & 4) != 0                  ? Reach::dma32
                                            : Reach::normal;
}

bool reachable(const OomZone& zone, Reach reach) {
  if (zone.name == "Movable") return reach == Reach::movable;
  if (zone.name == "HighMem") return reach >= Reach::high;
  if (zone.name == "Normal") return reach >= Reach::normal;
  if (zone.name == "DMA32") return reach >= Reach::dma32;
  return true;
}

/// What a zone keeps from a request of that reach: its entry of lowmem_reserve. The last entry is for the highest zone;
/// where a HighMem lies above Normal, a request that stops at Normal meets the entry behind the zone's own.
std::uint64_t reserve_pages(const OomZone& zone, Reach reach, bool highmem) {
  const auto& pages = zone.lowmem_reserve_pages;
  if (pages.empty()) return 0;
  if (!highmem || reach >= Reach::high) return *std::max_element(pages.begin(), pages.end());
  return zone.name == "Normal" || pages.size() < 2 ? 0 : pages[1];
}

ZoneCheck check_zone(const OomEvent& event, const OomZone& zone, Reach reach, bool highmem) {
  ZoneCheck check;
  check.zone = &zone;
  const bool movable = reach == Reach::movable;
  const std::uint64_t free = zone.free_bytes.value_or(0);
  const std::uint64_t cma = movable ? 0 : zone.free_cma_bytes.value_or(0);
  check.usable_bytes = free - std::min(free, cma);
  const std::uint64_t reserve = reserve_pages(zone, reach, highmem) * page_size_of(event);
  constexpr std::uint64_t kBatchPages = 64;
  check.batch_bytes = kBatchPages * page_size_of(event);
  check.needed_bytes = zone.min_bytes.value_or(0) + reserve;
  check.plenty_bytes = zone.high_bytes.value_or(zone.min_bytes.value_or(0)) + reserve;
  const std::int64_t order = event.order.value_or(0);
  if (zone.buddy.empty()) return check;
  check.has_block = false;
  for (std::size_t i = 0; i < zone.buddy.size(); ++i) {
    const OomBuddyOrder& one = zone.buddy[i];
    // Blocks of CMA serve movable requests alone, high-atomic ones no usual request.
    const bool usable = one.types.empty() || one.types.find_first_of(movable ? "UMEC" : "UME") != std::string::npos;
    if (one.blocks == 0 || !usable) continue;
    check.largest_block_bytes = one.block_bytes;
    if (static_cast<std::int64_t>(i) >= order) check.has_block = true;
  }
  return check;
}

/// A count of pages of this machine; one that no machine has is 0.
Bytes of_pages(const OomEvent& event, const Bytes& count) {
  return count.transform(
      [page = page_size_of(event)](std::uint64_t n) { return n < (std::uint64_t{1} << 50) ? n * page : 0; });
}

/// The RAM that the kernel hands out.
Bytes managed_bytes(const OomEvent& event) {
  const Bytes ram = of_pages(event, event.machine.ram_pages);
  const Bytes reserved = of_pages(event, event.machine.reserved_pages);
  return ram && reserved ? Bytes(*ram - std::min(*ram, *reserved)) : ram;
}

/// Where the machine's memory was.
void judge_machine_parts(const OomEvent& event, OomStory& story) {
  const OomMachine& machine = event.machine;
  const auto count = [&](std::string_view name) { return of_pages(event, machine.count(name)); };
  const Bytes managed = managed_bytes(event);
  add(story, "ram_bytes", managed, "pages RAM less reserved");
  add(story, "free_bytes", count("free"), "Mem-Info free");
  const Bytes shmem = count("shmem");
  Bytes anon = plus(count("active_anon"), count("inactive_anon"));
  // Shared memory is on the lists of anonymous pages.
  if (anon && shmem) anon = *anon - std::min(*anon, *shmem);
  const Bytes file = plus(count("active_file"), count("inactive_file"));
  const Bytes slab = plus(count("slab_reclaimable"), count("slab_unreclaimable"));
  Bytes huge = Missing::absent;
  for (const OomHugepages& pool : machine.hugepages) huge = huge.value_or(0) + pool.total_pages * pool.page_size_bytes;
  Bytes known = Missing::absent;
  for (const Bytes& part :
       {anon, shmem, file, slab, huge, count("free"), count("pagetables"), count("unevictable"), count("free_pcp")}) {
    known = plus(known, part);
  }
  const Bytes missing =
      managed && known && anon && count("free") ? Bytes(*managed - std::min(*managed, *known)) : Bytes(Missing::absent);
  const Part parts[] = {{"anon", "anon_bytes", anon, "Mem-Info active_anon + inactive_anon - shmem"},
                        {"shmem", "shmem_bytes", shmem, "Mem-Info shmem"},
                        {"cache", "cache_bytes", file, "Mem-Info active_file + inactive_file"},
                        {"slab", "slab_bytes", slab, "Mem-Info slab_reclaimable + slab_unreclaimable"},
                        {"hugepages", "hugepages_bytes", huge, "hugepages_total"},
                        {"unaccounted", "unaccounted_bytes", missing, "RAM less all of these"}};
  judge_parts(story, parts, managed);
  if (story.holder.empty() && share(missing, managed) >= kUnaccountedPct) story.holder = "unaccounted";
  add(story, "swap_total_bytes", machine.swap_total_bytes, "Total swap");
  add(story, "swap_free_bytes", machine.swap_free_bytes, "Free swap");
}

void add_zone(OomStory& story, const ZoneCheck& check) {
  const OomZone& zone = *check.zone;
  add_text(story, "zone", (zone.node ? "node " + std::to_string(*zone.node) + " " : "") + zone.name, "zone line");
  add(story, "zone_free_bytes", zone.free_bytes, "zone free");
  add(story, "zone_usable_bytes", check.usable_bytes, "zone free less free_cma");
  add(story, "zone_needed_bytes", check.needed_bytes, "zone min + lowmem_reserve");
  add(story, "largest_block_bytes", check.largest_block_bytes, "buddy line");
}

/// Free memory in zones that the dump does not list: since 6.1 those that the request could not use are left out, but
/// not of the count.
Bytes unlisted_free(const OomEvent& event) {
  Bytes left = of_pages(event, event.machine.count("free"));
  for (const OomZone& zone : event.machine.zones) {
    if (left) left = *left - std::min(*left, zone.free_bytes.value_or(0));
  }
  return left;
}

void judge_global(const OomEvent& event, OomStory& story) {
  const bool bound = event.constraint == "CONSTRAINT_CPUSET" || event.constraint == "CONSTRAINT_MEMORY_POLICY";
  const Reach reach = reach_of(event);
  const bool highmem = std::any_of(event.machine.zones.begin(), event.machine.zones.end(),
                                   [](const OomZone& zone) { return zone.name == "HighMem"; });
  std::vector<ZoneCheck> open;
  Bytes elsewhere = Missing::absent;  // free in zones that the request could not use
  for (const OomZone& zone : event.machine.zones) {
    if (!zone.free_bytes || !zone.min_bytes) continue;
    if (reachable(zone, reach)) {
      open.push_back(check_zone(event, zone, reach, highmem));
    } else {
      elsewhere = plus(elsewhere, zone.free_bytes);
    }
  }
  if (!open.empty() && reach != Reach::movable) elsewhere = plus(elsewhere, unlisted_free(event));
  judge_machine_parts(event, story);
  add(story, "elsewhere_free_bytes", elsewhere, "zones that the request could not use");
  const auto any = [&open](auto holds) { return std::any_of(open.begin(), open.end(), holds); };
  const bool any_above = any([](const ZoneCheck& check) { return check.above(); });
  Bytes free_but_kept = Missing::absent;
  if (!any_above)
    for (const ZoneCheck& check : open) free_but_kept = plus(free_but_kept, check.usable_bytes);
  const bool kept = share(free_but_kept, managed_bytes(event)) >= kKeptPct;
  const auto best = std::max_element(open.begin(), open.end(), [kept](const ZoneCheck& a, const ZoneCheck& b) {
    return kept ? a.usable_bytes < b.usable_bytes : a.margin() < b.margin();
  });
  if (best != open.end()) add_zone(story, *best);
  add_largest(event, story);
  if (bound) {
    story.reason = OomReason::zone_short;
    story.confidence = Confidence::high;
    return;
  }
  if (open.empty()) {
    // No zone lines: the counts alone tell less.
    story.confidence = event.machine.counts.empty() ? Confidence::low : Confidence::medium;
    if (!story.holder.empty()) story.reason = OomReason::machine_exhausted;
    return;
  }
  story.confidence = Confidence::high;
  const bool any_block = any([](const ZoneCheck& check) { return check.above() && check.has_block; });
  const bool served = any([](const ZoneCheck& check) { return check.serves(); });
  const bool plenty = any([](const ZoneCheck& check) { return check.usable_bytes > 2 * check.plenty_bytes; });
  const bool others_have = elsewhere && *elsewhere > std::max<std::uint64_t>(best->needed_bytes * 4, kMuchElsewhere);
  if (served && (plenty || !others_have)) {
    story.reason = OomReason::watermarks;
    story.confidence = Confidence::medium;
  } else if (any_above && !any_block && event.order.value_or(0) > 0) {
    story.reason = OomReason::fragmentation;
  } else if (others_have) {
    story.reason = OomReason::zone_short;
    if (served) story.confidence = Confidence::medium;  // some came free by the time of the dump
  } else if (kept) {
    story.reason = OomReason::watermarks;
  } else {
    story.reason = OomReason::machine_exhausted;
  }
}

}  // namespace

void find_reason(const OomEvent& event, OomStory& story) {
  if (event.kind != OomKind::kernel) {
    story.reason = OomReason::daemon;
    story.confidence = Confidence::high;
    const DaemonKill& kill = event.daemon;
    add_text(story, "monitored", kill.monitored, "the daemon's line");
    if (kill.pressure_pct) story.evidence.push_back({"pressure_pct", *kill.pressure_pct, "the daemon's line"});
    if (kill.limit_pct) story.evidence.push_back({"threshold_pct", *kill.limit_pct, "the daemon's line"});
    add(story, "used_bytes", kill.mem_used_bytes, "memory used");
    add(story, "ram_bytes", kill.mem_total_bytes, "memory total");
    add(story, "swap_used_bytes", kill.swap_used_bytes, "swap used");
    add(story, "swap_total_bytes", kill.swap_total_bytes, "swap total");
    return;
  }
  const Scope scope = event.scope();
  if (scope == Scope::sysrq) {
    story.reason = OomReason::sysrq;
    story.confidence = Confidence::high;
    judge_machine_parts(event, story);
  } else if (scope == Scope::memcg) {
    judge_cgroup(event, story);
  } else if (scope == Scope::global && event.machine.seen) {
    judge_global(event, story);
  } else if (scope == Scope::global &&
             (event.constraint == "CONSTRAINT_CPUSET" || event.constraint == "CONSTRAINT_MEMORY_POLICY")) {
    story.reason = OomReason::zone_short;
    story.confidence = Confidence::medium;
  }
  if (event.nothing_killable && event.kills.empty() && scope != Scope::memcg)
    story.reason = OomReason::nothing_killable;
}

}  // namespace memkit
