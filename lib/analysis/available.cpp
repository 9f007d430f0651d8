#include "analysis/available.h"

#include <algorithm>
#include <cstdlib>

namespace memkit {
namespace {

std::uint64_t minus(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

struct Reserves {
  std::uint64_t reserve_bytes = 0;
  std::uint64_t low_bytes = 0;
};

Reserves total_reserves(const std::vector<ZoneReserve>& zones) {
  Reserves total;
  for (const ZoneReserve& zone : zones) {
    total.reserve_bytes += zone.reserve_bytes;
    total.low_bytes += zone.low_bytes;
  }
  return total;
}

/// KReclaimable holds SReclaimable; kernels before 4.20 only have the latter.
Got<std::uint64_t> reclaimable(const Meminfo& m) {
  return m.kreclaimable_bytes ? m.kreclaimable_bytes : m.sreclaimable_bytes;
}

AvailableFormula with_difference(AvailableFormula formula, const Got<std::uint64_t>& mem_available) {
  if (mem_available) {
    formula.difference_bytes = static_cast<std::int64_t>(formula.result_bytes - *mem_available);
  } else {
    formula.difference_bytes = mem_available.missing();
  }
  return formula;
}

/// The kernel reckons in pages and prints kB, and so do we where a page is a whole number of kB: exact.
bool holds(const Got<AvailableFormula>& formula) {
  return formula && formula->difference_bytes && *formula->difference_bytes == 0;
}

/// MemFree + page cache + reclaimable slab, less the halves: for kernels that do not print MemAvailable.
Got<std::uint64_t> estimate(const Snapshot& snapshot) {
  const Meminfo& m = *snapshot.meminfo;
  const Got<std::uint64_t> pagecache = sum(m.active_file_bytes, m.inactive_file_bytes);
  if (!m.mem_free_bytes) return m.mem_free_bytes;
  if (!pagecache) return pagecache;
  std::uint64_t low = 0;
  if (meminfo_view(snapshot) == MeminfoView::machine) {
    low = total_reserves(zone_reserves(snapshot).value_or({})).low_bytes;
  }
  const AvailableFormula formula =
      available_formula(*m.mem_free_bytes, *pagecache, reclaimable(m).value_or(0), low, low);
  if (!m.mem_total_bytes) return formula.result_bytes;
  return std::min(formula.result_bytes, *m.mem_total_bytes);
}

/// Pages as bytes, at most 2^56: no machine has more, and sums of a hostile zoneinfo stay within 64 bits.
std::uint64_t bounded_bytes(std::uint64_t pages, std::uint64_t page) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 56;
  return page != 0 && pages > kMost / page ? kMost : pages * page;
}

}  // namespace

AvailableFormula available_formula(std::uint64_t free_bytes, std::uint64_t pagecache_bytes,
                                   std::uint64_t reclaimable_bytes, std::uint64_t kept_free_bytes,
                                   std::uint64_t low_bytes) {
  AvailableFormula formula;
  formula.free_bytes = free_bytes;
  formula.kept_free_bytes = kept_free_bytes;
  formula.pagecache_bytes = pagecache_bytes;
  formula.pagecache_kept_bytes = std::min(pagecache_bytes / 2, low_bytes);
  formula.reclaimable_bytes = reclaimable_bytes;
  formula.reclaimable_kept_bytes = std::min(reclaimable_bytes / 2, low_bytes);
  const std::uint64_t given = free_bytes + (pagecache_bytes - formula.pagecache_kept_bytes) +
                              (reclaimable_bytes - formula.reclaimable_kept_bytes);
  formula.result_bytes = minus(given, kept_free_bytes);
  return formula;
}

Got<std::vector<ZoneReserve>> zone_reserves(const Snapshot& snapshot) {
  if (!snapshot.zoneinfo) return snapshot.zoneinfo.missing();
  if (!snapshot.page_size_bytes) return snapshot.page_size_bytes.missing();
  const std::uint64_t page = *snapshot.page_size_bytes;
  std::vector<ZoneReserve> zones;
  for (const Zone& zone : snapshot.zoneinfo->zones) {
    // Before 3.9 zones print no managed pages; present ones are the nearest.
    const Got<std::uint64_t> managed = zone.managed_pages ? zone.managed_pages : zone.present_pages;
    if (!managed || !zone.low_pages || !zone.high_pages) return Missing::malformed;
    ZoneReserve reserve;
    reserve.node = zone.node;
    reserve.zone = zone.name;
    // A zone without pages reserves none, and yet its low watermark (32 pages on 6.18) is in the kernel's sum.
    if (*managed == 0 && *zone.low_pages == 0) continue;
    const std::uint64_t high = minus(*zone.high_pages, zone.boost_pages.value_or(0));
    const std::uint64_t protection = zone.protection ? zone.protection->max_pages() : 0;
    reserve.managed_bytes = bounded_bytes(*managed, page);
    reserve.low_bytes = bounded_bytes(*zone.low_pages, page);
    reserve.high_bytes = bounded_bytes(high, page);
    reserve.protection_bytes = bounded_bytes(protection, page);
    reserve.reserve_bytes = std::min(reserve.protection_bytes + reserve.high_bytes, reserve.managed_bytes);
    zones.push_back(std::move(reserve));
  }
  if (zones.empty()) return Missing::malformed;
  return zones;
}

const AvailableFormula* AvailableRebuilt::best() const {
  if (how == How::reserve) return &*by_reserve;
  if (how == How::low_watermarks) return &*by_low_watermarks;
  if (!by_reserve) return nullptr;
  // No MemAvailable to hold it against: kernels that old reckon by low watermarks, as the estimate does.
  if (!by_reserve->difference_bytes) return &*by_low_watermarks;
  return std::abs(*by_reserve->difference_bytes) <= std::abs(*by_low_watermarks->difference_bytes)
             ? &*by_reserve
             : &*by_low_watermarks;
}

AvailableRebuilt rebuild_available(const Snapshot& snapshot) {
  AvailableRebuilt rebuilt;
  if (!snapshot.meminfo) {
    rebuilt.why = "meminfo could not be read";
    return rebuilt;
  }
  const Meminfo& m = *snapshot.meminfo;
  if (const MeminfoView view = meminfo_view(snapshot); view != MeminfoView::machine) {
    rebuilt.why = explain(view);
    return rebuilt;
  }
  Got<std::vector<ZoneReserve>> zones = zone_reserves(snapshot);
  if (!zones) {
    rebuilt.why = snapshot.zoneinfo ? "zoneinfo's watermarks or the page size are not known"
                                    : "zoneinfo, which has the watermarks, could not be read";
    return rebuilt;
  }
  rebuilt.zones = *zones;
  const Got<std::uint64_t> pagecache = sum(m.active_file_bytes, m.inactive_file_bytes);
  if (!m.mem_free_bytes || !pagecache) {
    rebuilt.why = "meminfo has no MemFree, Active(file) or Inactive(file)";
    return rebuilt;
  }
  const Reserves total = total_reserves(rebuilt.zones);
  const std::uint64_t slab = reclaimable(m).value_or(0);
  const auto formula = [&](std::uint64_t kept) {
    return with_difference(available_formula(*m.mem_free_bytes, *pagecache, slab, kept, total.low_bytes),
                           m.mem_available_bytes);
  };
  rebuilt.by_reserve = formula(total.reserve_bytes);
  rebuilt.by_low_watermarks = formula(total.low_bytes);
  if (holds(rebuilt.by_reserve)) {
    rebuilt.how = AvailableRebuilt::How::reserve;
  } else if (holds(rebuilt.by_low_watermarks)) {
    rebuilt.how = AvailableRebuilt::How::low_watermarks;
  } else {
    rebuilt.why = m.mem_available_bytes
                      ? "neither formula gives it: the files are not of one moment, or this kernel reckons otherwise"
                      : "this kernel prints no MemAvailable";
  }
  return rebuilt;
}

Available available(const Snapshot& snapshot) {
  if (!snapshot.meminfo) return {snapshot.meminfo.missing(), Available::From::none};
  const Meminfo& m = *snapshot.meminfo;
  if (m.mem_available_bytes) {
    if (!m.mem_total_bytes || *m.mem_available_bytes <= *m.mem_total_bytes) {
      return {m.mem_available_bytes, Available::From::meminfo};
    }
    return {m.mem_free_bytes, m.mem_free_bytes ? Available::From::free : Available::From::none};
  }
  const Got<std::uint64_t> bytes = estimate(snapshot);
  return {bytes, bytes ? Available::From::estimate : Available::From::none};
}

std::string_view to_string(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::noted:
      return "noted";
    case Health::warning:
      return "warning";
    case Health::critical:
      return "critical";
    case Health::unknown:
      break;
  }
  return "unknown";
}

Health health_of(double usable_pct) {
  for (const HealthThreshold& threshold : kHealthThresholds) {
    if (usable_pct < threshold.below_pct) return threshold.health;
  }
  return Health::ok;
}

HealthVerdict health(const Snapshot& snapshot) {
  HealthVerdict verdict;
  verdict.available = available(snapshot);
  verdict.arc = arc_credit(snapshot);
  if (snapshot.meminfo) verdict.total_bytes = snapshot.meminfo->mem_total_bytes;
  if (!verdict.total_bytes || *verdict.total_bytes == 0) {
    verdict.why_unknown = "MemTotal is not known";
    return verdict;
  }
  if (!verdict.available.bytes) {
    verdict.why_unknown = "meminfo has neither MemAvailable nor what it can be estimated from";
    return verdict;
  }
  const std::uint64_t usable =
      std::min(*verdict.available.bytes + verdict.arc.reclaimable_bytes.value_or(0), *verdict.total_bytes);
  verdict.usable_bytes = usable;
  verdict.usable_pct = 100.0 * static_cast<double>(usable) / static_cast<double>(*verdict.total_bytes);
  verdict.health = health_of(*verdict.usable_pct);
  return verdict;
}

}  // namespace memkit
