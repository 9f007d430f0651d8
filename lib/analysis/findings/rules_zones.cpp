#include <algorithm>
#include <cmath>

#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"

namespace memkit {
namespace {

/// Zones that ordinary memory comes from: a tenth of what all manage or more, and none of the small ones for devices.
std::vector<const Zone*> normal_zones(const Zoneinfo& zoneinfo) {
  constexpr std::uint64_t kLeastShare = 10;
  std::uint64_t all = 0;
  for (const Zone& zone : zoneinfo.zones) all += zone.managed_pages.value_or(0);
  std::vector<const Zone*> zones;
  for (const Zone& zone : zoneinfo.zones) {
    const std::uint64_t managed = zone.managed_pages.value_or(0);
    if (zone.name == "DMA" || zone.name == "Device" || managed == 0 || managed < all / kLeastShare) continue;
    zones.push_back(&zone);
  }
  return zones;
}

Finding of_zone(const Zone& zone, Severity severity, Got<std::uint64_t> Zone::*mark, std::string_view mark_key,
                std::string_view source) {
  Finding found = finding("", severity, 0);
  add(found, "node", Got<std::uint64_t>(zone.node));
  add(found, "zone", zone.name);
  add(found, "free_pages", zone.free_pages, "proc/zoneinfo pages free");
  add(found, mark_key, zone.*mark, source);
  add(found, "managed_pages", zone.managed_pages, "proc/zoneinfo managed");
  return found;
}

/// The zone that is furthest below its mark, in per cent of it: limits are 100.
Judgement below_mark(const FindingFacts& facts, double limit, Severity severity, Got<std::uint64_t> Zone::*mark,
                     std::string_view mark_key, std::string_view source) {
  const Got<Zoneinfo>& zoneinfo = facts.snapshot.zoneinfo;
  if (!zoneinfo) return lack("proc/zoneinfo", zoneinfo);
  const Zone* worst = nullptr;
  double least = limit;
  for (const Zone* zone : normal_zones(*zoneinfo)) {
    const Got<double> pct = share(zone->free_pages, zone->*mark);
    if (!pct || *pct >= least) continue;
    least = *pct;
    worst = zone;
  }
  if (worst == nullptr) return {};
  return of_zone(*worst, severity, mark, mark_key, source);
}

/// What the kernel itself would take at least, in bytes. Source: mm/page_alloc.c calculate_min_free_kbytes;
/// mm/khugepaged.c set_recommended_min_free_kbytes, which may raise it where huge pages are on.
struct UsualMinFree {
  double least_bytes;  ///< without huge pages
  double most_bytes;
};
UsualMinFree usual_min_free(const Snapshot& snapshot, double ram_bytes) {
  const double by_size = std::clamp(std::sqrt(ram_bytes / 1024 * 16), 128.0, 262144.0) * 1024;
  std::size_t zones = 2;
  if (snapshot.zoneinfo) {
    zones =
        static_cast<std::size_t>(std::count_if(snapshot.zoneinfo->zones.begin(), snapshot.zoneinfo->zones.end(),
                                               [](const Zone& zone) { return zone.managed_pages.value_or(0) != 0; }));
  }
  constexpr double kPageblock = 2 << 20;  // most architectures'
  const double by_huge_pages = std::min(11 * kPageblock * static_cast<double>(zones), ram_bytes * 0.05);
  return {by_size, std::max(by_size, by_huge_pages)};
}

/// Normal, and DMA32 where it is much of the memory: a machine of 512 MB has no other zone to speak of.
bool is_ordinary(const Snapshot& snapshot, const BuddyZone& zone) {
  if (zone.name == "Normal") return true;
  if (!snapshot.zoneinfo) return false;
  const std::vector<const Zone*> zones = normal_zones(*snapshot.zoneinfo);
  return std::any_of(zones.begin(), zones.end(),
                     [&zone](const Zone* z) { return z->node == zone.node && z->name == zone.name; });
}

struct NodeShare {
  const NodeFacts* node = nullptr;
  double free_pct = 0;
};

}  // namespace

Judgement judge_zone_below_low(const FindingFacts& facts, const Limits& limits) {
  return below_mark(facts, limits.info, Severity::info, &Zone::low_pages, "low_pages", "proc/zoneinfo low");
}

Judgement judge_zone_below_min(const FindingFacts& facts, const Limits& limits) {
  return below_mark(facts, limits.critical, Severity::critical, &Zone::min_pages, "min_pages", "proc/zoneinfo min");
}

Judgement judge_min_free_odd(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/sys/vm/min_free_kbytes";
  constexpr double kFarBelow = 0.5;
  constexpr double kFarAbove = 4;
  const Got<std::uint64_t>& set = facts.snapshot.settings.min_free_bytes;
  const Got<std::uint64_t>& total = facts.meminfo().mem_total_bytes;
  const Got<double> pct = share(set, total);
  if (!pct) return lack(kField, pct);
  const UsualMinFree usual = usual_min_free(facts.snapshot, static_cast<double>(*total));
  const auto bytes = static_cast<double>(*set);
  const bool low = bytes < kFarBelow * usual.least_bytes;
  const bool high = bytes > kFarAbove * usual.most_bytes && *pct > limits.info;
  if (!low && !high) return {};
  const Severity severity = high && *pct > limits.warning ? Severity::warning : Severity::info;
  Finding found = finding(low ? "min-free-odd.low" : "", severity, *pct);
  if (high) found.held_bytes = set;
  add(found, "size_bytes", set, kField);
  add(found, "share_pct", pct, kField, limit_of(severity, limits));
  add(found, "usual_bytes", Got<std::uint64_t>(static_cast<std::uint64_t>(low ? usual.least_bytes : usual.most_bytes)),
      "what the kernel would take");
  return found;
}

Judgement judge_fragmented(const FindingFacts& facts, const Limits& limits) {
  constexpr std::size_t kSmallOrders = 4;  // 0 to 3
  if (!facts.snapshot.buddyinfo) return lack("proc/buddyinfo", facts.snapshot.buddyinfo);
  const BuddyZone* worst = nullptr;
  Got<double> most = limits.warning;
  for (const BuddyZone& zone : facts.snapshot.buddyinfo->zones) {
    if (!is_ordinary(facts.snapshot, zone)) continue;
    std::uint64_t small = 0;
    for (std::size_t order = 0; order < std::min(zone.orders, kSmallOrders); ++order) {
      small += std::min(zone.free_blocks[order], UINT64_MAX >> 8) << order;
    }
    const Got<double> pct = share(Got<std::uint64_t>(small), zone.free_pages());
    if (!pct || *pct <= *most) continue;
    most = pct;
    worst = &zone;
  }
  if (worst == nullptr) return {};
  if (facts.delta == nullptr) return one_sample("proc/vmstat compact_stall, compact_fail");
  const std::uint64_t stalls = facts.delta->reclaim.compact_stall.count.value_or(0);
  const std::uint64_t fails = facts.delta->reclaim.compact_fail.count.value_or(0);
  if (stalls + fails == 0) return {};
  Finding found = finding("", Severity::warning, 0);
  add(found, "node", Got<std::uint64_t>(worst->node));
  add(found, "zone", worst->name);
  add(found, "small_pct", most, "proc/buddyinfo orders 0 to 3", limits.warning);
  add(found, "stalls_count", Got<std::uint64_t>(stalls), "proc/vmstat compact_stall");
  add(found, "fails_count", Got<std::uint64_t>(fails), "proc/vmstat compact_fail");
  return found;
}

/// Also: how many times the fullest node's free share another one has. Cache fills every node in the end: where it
/// could give way, it is information.
Judgement judge_numa_imbalance(const FindingFacts& facts, const Limits& limits) {
  NodeShare fullest;
  NodeShare emptiest;
  std::size_t known = 0;
  for (const NodeFacts& node : facts.snapshot.nodes) {
    const Got<double> pct = share(node.meminfo.mem_free_bytes, node.meminfo.mem_total_bytes);
    if (!pct) continue;
    if (known == 0 || *pct < fullest.free_pct) fullest = {&node, *pct};
    if (known == 0 || *pct > emptiest.free_pct) emptiest = {&node, *pct};
    ++known;
  }
  if (known == 0) return Lack{"sys/devices/system/node/node*/meminfo", LackWhy::absent};
  if (known < 2 || fullest.free_pct > limits.warning) return {};
  if (emptiest.free_pct <= limits.also * fullest.free_pct) return {};
  const Meminfo& full = fullest.node->meminfo;
  const std::uint64_t gives_way = full.mem_free_bytes.value_or(0) + full.active_file_bytes.value_or(0) +
                                  full.inactive_file_bytes.value_or(0) + full.sreclaimable_bytes.value_or(0);
  const Got<double> usable = share(Got<std::uint64_t>(gives_way), full.mem_total_bytes);
  const bool cache = usable && *usable > limits.warning;
  Finding found = finding("", cache ? Severity::info : Severity::warning, 0);
  add(found, "node", Got<std::uint64_t>(fullest.node->node));
  add(found, "free_pct", Got<double>(fullest.free_pct), "sys/devices/system/node MemFree / MemTotal", limits.warning);
  add(found, "usable_pct", usable, "the same with file cache and SReclaimable", limits.warning);
  add(found, "other_node", Got<std::uint64_t>(emptiest.node->node));
  add(found, "other_free_pct", Got<double>(emptiest.free_pct), "sys/devices/system/node MemFree / MemTotal");
  return found;
}

Judgement judge_overcommit_limit(const FindingFacts& facts, const Limits& limits) {
  constexpr std::uint64_t kNever = 2;
  const Got<std::uint64_t>& mode = facts.snapshot.settings.overcommit_memory;
  if (!mode) return lack("proc/sys/vm/overcommit_memory", mode);
  if (*mode != kNever) return {};
  const Meminfo& m = facts.meminfo();
  const Got<double> pct = share(m.committed_as_bytes, m.commit_limit_bytes);
  if (!pct) return lack("proc/meminfo Committed_AS, CommitLimit", pct);
  const std::optional<Severity> severity = at_least(*pct, limits);
  if (!severity) return {};
  Finding found = finding("", *severity, *pct);
  add(found, "committed_bytes", m.committed_as_bytes, "proc/meminfo Committed_AS");
  add(found, "limit_bytes", m.commit_limit_bytes, "proc/meminfo CommitLimit");
  add(found, "committed_pct", pct, "proc/meminfo", limit_of(*severity, limits));
  add(found, "mode", mode, "proc/sys/vm/overcommit_memory");
  return found;
}

/// Limit: above it only compressed swap makes sense.
Judgement judge_swappiness_odd(const FindingFacts& facts, const Limits& limits) {
  const Got<std::uint64_t>& set = facts.snapshot.settings.swappiness;
  if (!set) return lack("proc/sys/vm/swappiness", set);
  const Meminfo& m = facts.meminfo();
  if (!m.swap_total_bytes) return lack("proc/meminfo SwapTotal", m.swap_total_bytes);
  const bool compressed = !facts.snapshot.zram.empty() || (m.zswapped_bytes && *m.zswapped_bytes > 0);
  const bool zero = *set == 0 && *m.swap_total_bytes != 0;
  const bool high = static_cast<double>(*set) > limits.info && !compressed;
  if (!zero && !high) return {};
  Finding found = finding(zero ? "" : "swappiness-odd.high", Severity::info, 0);
  add(found, "swappiness", set, "proc/sys/vm/swappiness", zero ? std::optional<double>() : limits.info);
  add(found, "swap_bytes", m.swap_total_bytes, "proc/meminfo SwapTotal");
  return found;
}

}  // namespace memkit
