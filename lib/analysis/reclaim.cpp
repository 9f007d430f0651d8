#include "analysis/reclaim.h"

#include <algorithm>
#include <initializer_list>

namespace memkit {
namespace {

using Count = Got<std::uint64_t>;

/// The sum of what is there: a kernel without one kind of reclaim does none of it.
Count sum_present(std::initializer_list<Count> counts) {
  Count total;
  for (const Count& count : counts) {
    if (count) {
      total = total.value_or(0) + *count;
    } else if (count.missing() != Missing::absent) {
      return count.missing();
    }
  }
  return total;
}

Count less(const Count& all, const Count& part) {
  if (!all) return all;
  if (!part) return part;
  return *all - std::min(*part, *all);
}

Got<double> share_pct(const Count& part, const Count& whole, std::uint64_t least) {
  if (!part) return part.missing();
  if (!whole) return whole.missing();
  if (*whole < least || *whole == 0) return Missing::absent;
  return 100.0 * static_cast<double>(*part) / static_cast<double>(*whole);
}

Got<double> efficiency(const Change& stolen, const Change& scanned) {
  return share_pct(stolen.count, scanned.count, kLeastScanned);
}

/// workingset_refault_file, or the older name, which holds files in effect.
template <class Stat>
Count file_refaults(const Counters<Stat>& c) {
  const Count file = c.count(&Stat::workingset_refault_file);
  return file || file.missing() != Missing::absent ? file : c.count(&Stat::workingset_refault);
}

double number(const Count& count) { return count ? static_cast<double>(*count) : 0; }

bool at_least(const Change& change, double per_s) { return change.per_s && *change.per_s >= per_s; }

/// What a pattern is told from, with the question of what is not known settled.
struct Signs {
  double scanned = 0;
  double stolen = 0;
  double refaulted = 0;
  bool stall_known = false;
  double some_pct = 0;
  double full_pct = 0;
};

Signs signs_of(const ReclaimChange& r, const ReclaimContext& context) {
  Signs signs;
  signs.scanned = r.scanned_all.count ? number(r.scanned_all.count) : number(r.scanned_global.count);
  signs.stolen = r.stolen_all.count ? number(r.stolen_all.count) : number(r.stolen_global.count);
  signs.refaulted = number(r.refault_file.count) + number(r.refault_anon.count);
  signs.stall_known = context.some_pct || context.full_pct;
  signs.some_pct = context.some_pct.value_or(0);
  signs.full_pct = context.full_pct.value_or(0);
  return signs;
}

bool is_swap_thrashing(const ReclaimChange& r, const Signs& signs) {
  const ReclaimThresholds& t = kReclaimThresholds;
  // Swap-out alone is cold memory leaving, swap-in alone is memory that is wanted again after the shortage.
  if (!at_least(r.swap_in_bytes, t.swap_bytes_per_s) || !at_least(r.swap_out_bytes, t.swap_bytes_per_s)) return false;
  if (r.refault_anon.count && *r.refault_anon.count == 0) return false;
  return !signs.stall_known || signs.some_pct >= t.swap_thrashing_some_pct;
}

bool stalls_hard(const Signs& signs) {
  return !signs.stall_known || signs.full_pct > kReclaimThresholds.file_thrashing_full_pct;
}

bool is_file_thrashing(const ReclaimChange& r, const ReclaimContext& context, const Signs& signs) {
  if (!context.file_lru_pages || !r.refault_file.per_s || *r.refault_file.per_s <= 0) return false;
  constexpr double kMinute = 60;
  return *r.refault_file.per_s * kMinute >= static_cast<double>(*context.file_lru_pages) && stalls_hard(signs);
}

bool is_behind(const ReclaimChange& r) {
  const bool stalls = r.allocstall.count && *r.allocstall.count > 0;
  return stalls || (r.direct_share_pct && *r.direct_share_pct >= kReclaimThresholds.direct_share_pct);
}

ReclaimPattern calm_pattern(const Got<double>& efficiency_pct, const Signs& signs, double stolen) {
  const ReclaimThresholds& t = kReclaimThresholds;
  const bool wanted_back = signs.refaulted * 100 >= stolen * t.streaming_refault_share_pct;
  return efficiency_pct && *efficiency_pct >= t.streaming_efficiency_pct && !wanted_back ? ReclaimPattern::streaming
                                                                                         : ReclaimPattern::background;
}

/// The limit is what makes them thrash, so the size of the machine's lists says nothing: what counts is how much of
/// what was evicted came back.
ReclaimPattern pattern_within_limits(const ReclaimChange& r, const Signs& signs) {
  if (is_swap_thrashing(r, signs)) return ReclaimPattern::swap_thrashing;
  const double freed = number(r.stolen_cgroup.count);
  const bool back = number(r.refault_file.count) * 100 >= freed * kReclaimThresholds.coming_back_share_pct;
  const bool stalled = !signs.stall_known || signs.some_pct >= kReclaimThresholds.swap_thrashing_some_pct ||
                       signs.full_pct > kReclaimThresholds.file_thrashing_full_pct;
  if (freed > 0 && back && stalled) return ReclaimPattern::file_thrashing;
  return calm_pattern(r.efficiency_cgroup_pct, signs, freed);
}

bool mostly_at_limits(const ReclaimChange& r, const Signs& signs) {
  const double scanned = number(r.scanned_cgroup.count);
  return scanned >= kLeastScanned && scanned * 100 >= signs.scanned * kReclaimThresholds.cgroup_share_pct;
}

ReclaimVerdict same(ReclaimPattern pattern, bool unconfirmed = false) { return {pattern, pattern, unconfirmed}; }

}  // namespace

std::string_view to_string(ReclaimPattern pattern) {
  switch (pattern) {
    case ReclaimPattern::idle:
      return "idle";
    case ReclaimPattern::streaming:
      return "streaming";
    case ReclaimPattern::background:
      return "background";
    case ReclaimPattern::behind_demand:
      return "behind demand";
    case ReclaimPattern::file_thrashing:
      return "file thrashing";
    case ReclaimPattern::swap_thrashing:
      return "swap thrashing";
    case ReclaimPattern::cgroup_limit:
      return "cgroup limit";
    case ReclaimPattern::compaction:
      return "compaction";
    case ReclaimPattern::unknown:
      break;
  }
  return "unknown";
}

std::string_view explain(ReclaimPattern pattern) {
  switch (pattern) {
    case ReclaimPattern::idle:
      return "next to nothing is reclaimed";
    case ReclaimPattern::streaming:
      return "cache that is read once passes through; harmless";
    case ReclaimPattern::background:
      return "kswapd frees memory ahead of demand";
    case ReclaimPattern::behind_demand:
      return "kswapd does not keep up; tasks free memory themselves";
    case ReclaimPattern::file_thrashing:
      return "file pages are evicted and read again";
    case ReclaimPattern::swap_thrashing:
      return "memory goes out to swap and comes back";
    case ReclaimPattern::cgroup_limit:
      return "a cgroup is at its limit; the machine is not short";
    case ReclaimPattern::compaction:
      return "tasks move pages to get larger pieces of free memory";
    case ReclaimPattern::unknown:
      break;
  }
  return "the counters are not there";
}

ReclaimChange reclaim_between(const Vmstat& before, const Vmstat& after, double seconds,
                              const Got<std::uint64_t>& page_size_bytes) {
  const Counters<Vmstat> c(before, after, seconds);
  ReclaimChange r;
  // Named one by one: pgscan_direct_throttle is an event, and pgscan_anon and _file count the same pages again.
  r.scanned_kswapd = c.change(&Vmstat::pgscan_kswapd);
  r.scanned_direct = c.change(&Vmstat::pgscan_direct);
  r.scanned_global = c.change(sum_present({r.scanned_kswapd.count, r.scanned_direct.count,
                                           c.count(&Vmstat::pgscan_khugepaged), c.count(&Vmstat::pgscan_proactive)}));
  r.stolen_global = c.change(sum_present({c.count(&Vmstat::pgsteal_kswapd), c.count(&Vmstat::pgsteal_direct),
                                          c.count(&Vmstat::pgsteal_khugepaged), c.count(&Vmstat::pgsteal_proactive)}));
  r.scanned_all = c.change(sum(c.count(&Vmstat::pgscan_anon), c.count(&Vmstat::pgscan_file)));
  r.stolen_all = c.change(sum(c.count(&Vmstat::pgsteal_anon), c.count(&Vmstat::pgsteal_file)));
  r.scanned_cgroup = c.change(less(r.scanned_all.count, r.scanned_global.count));
  r.stolen_cgroup = c.change(less(r.stolen_all.count, r.stolen_global.count));
  r.direct_share_pct = share_pct(r.scanned_direct.count, r.scanned_global.count, kLeastScanned);
  r.efficiency_global_pct = efficiency(r.stolen_global, r.scanned_global);
  r.efficiency_cgroup_pct = efficiency(r.stolen_cgroup, r.scanned_cgroup);
  r.efficiency_pct =
      r.scanned_all.count && r.stolen_all.count ? efficiency(r.stolen_all, r.scanned_all) : r.efficiency_global_pct;
  r.allocstall = c.change(&Vmstat::allocstall);
  r.refault_anon = c.change(&Vmstat::workingset_refault_anon);
  r.refault_file = c.change(file_refaults(c));
  r.swap_in_bytes = c.change(&Vmstat::pswpin, page_size_bytes);
  r.swap_out_bytes = c.change(&Vmstat::pswpout, page_size_bytes);
  r.compact_stall = c.change(&Vmstat::compact_stall);
  r.compact_fail = c.change(&Vmstat::compact_fail);
  return r;
}

ReclaimChange reclaim_between(const MemoryStat& before, const MemoryStat& after, double seconds,
                              const Got<std::uint64_t>& page_size_bytes) {
  const Counters<MemoryStat> c(before, after, seconds);
  ReclaimChange r;
  r.scanned_all = c.change(&MemoryStat::pgscan);
  r.stolen_all = c.change(&MemoryStat::pgsteal);
  r.scanned_kswapd = c.change(&MemoryStat::pgscan_kswapd);
  r.scanned_direct = c.change(&MemoryStat::pgscan_direct);
  r.direct_share_pct = share_pct(r.scanned_direct.count, r.scanned_all.count, kLeastScanned);
  r.efficiency_pct = efficiency(r.stolen_all, r.scanned_all);
  // v1 counts those below under total_*, and prints both.
  const Count total_anon = c.count(&MemoryStat::total_workingset_refault_anon);
  const Count total_file = c.count(&MemoryStat::total_workingset_refault_file);
  r.refault_anon = c.change(total_anon ? total_anon : c.count(&MemoryStat::workingset_refault_anon));
  r.refault_file = c.change(total_file ? total_file : file_refaults(c));
  r.swap_in_bytes = c.change(&MemoryStat::pswpin, page_size_bytes);
  r.swap_out_bytes = c.change(&MemoryStat::pswpout, page_size_bytes);
  return r;
}

ReclaimVerdict reclaim_pattern(const ReclaimChange& r, const ReclaimContext& context) {
  const Signs signs = signs_of(r, context);
  if (!r.scanned_all.count && !r.scanned_global.count) {
    // A v1 cgroup: what came back is all that is known of it.
    const bool thrashing = is_file_thrashing(r, context, signs);
    return thrashing ? same(ReclaimPattern::file_thrashing, !signs.stall_known) : ReclaimVerdict{};
  }
  if (mostly_at_limits(r, signs)) {
    const ReclaimPattern within = pattern_within_limits(r, signs);
    const bool thrashing = within == ReclaimPattern::file_thrashing || within == ReclaimPattern::swap_thrashing;
    return {ReclaimPattern::cgroup_limit, within, thrashing && !signs.stall_known};
  }
  if (is_swap_thrashing(r, signs)) return same(ReclaimPattern::swap_thrashing, !signs.stall_known);
  if (is_file_thrashing(r, context, signs)) return same(ReclaimPattern::file_thrashing, !signs.stall_known);
  if (signs.scanned >= kLeastScanned && is_behind(r)) return same(ReclaimPattern::behind_demand);
  if (at_least(r.compact_stall, kReclaimThresholds.compact_stalls_per_s)) return same(ReclaimPattern::compaction);
  if (signs.scanned < kLeastScanned) return same(ReclaimPattern::idle);
  return same(calm_pattern(r.efficiency_pct, signs, signs.stolen));
}

}  // namespace memkit
