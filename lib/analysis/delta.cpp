#include "analysis/delta.h"

#include <algorithm>

#include "analysis/accounting.h"

namespace memkit {
namespace {

using Count = Got<std::uint64_t>;

struct Clock {
  Got<double> seconds;
  std::string_view why_not;
};

bool differ(const Got<std::string>& a, const Got<std::string>& b) { return a && b && *a != *b; }

Got<double> span(const Got<std::int64_t>& before, const Got<std::int64_t>& after, double per_second) {
  if (!before || !after) return Missing::absent;
  return (static_cast<double>(*after) - static_cast<double>(*before)) / per_second;
}

Clock clock_between(const Snapshot& before, const Snapshot& after) {
  const Host& a = before.host;
  const Host& b = after.host;
  if (differ(a.name, b.name)) return {{}, "the samples are of two hosts"};
  if (differ(a.boot_id, b.boot_id)) return {{}, "the host was booted anew between the samples"};
  if (before.page_size_bytes && after.page_size_bytes && *before.page_size_bytes != *after.page_size_bytes) {
    return {{}, "the samples have different page sizes"};
  }
  Got<double> seconds = span(a.monotonic_ns, b.monotonic_ns, 1e9);
  if (!seconds && a.uptime_ms && b.uptime_ms) {
    if (*b.uptime_ms < *a.uptime_ms) return {{}, "uptime went backwards: another boot, or the wrong order"};
    seconds = static_cast<double>(*b.uptime_ms - *a.uptime_ms) / 1e3;
  }
  if (!seconds) seconds = span(a.time_ns, b.time_ns, 1e9);
  if (!seconds) return {{}, "the samples do not say when they were taken"};
  if (*seconds < 0) return {{}, "the second sample is older than the first"};
  if (*seconds == 0) return {{}, "no time passed between the samples"};
  return {seconds, {}};
}

void take_counters(const Snapshot& before, const Snapshot& after, Delta& delta) {
  if (!before.vmstat || !after.vmstat) return;
  const Counters<Vmstat> c(*before.vmstat, *after.vmstat, *delta.seconds);
  const Count page = after.page_size_bytes;
  constexpr std::uint64_t kKib = 1024;
  delta.page_in_bytes = c.change(&Vmstat::pgpgin, kKib);
  delta.page_out_bytes = c.change(&Vmstat::pgpgout, kKib);
  delta.major_faults = c.change(&Vmstat::pgmajfault);
  delta.oom_kills = c.change(&Vmstat::oom_kill);
  delta.compact_stall = c.change(&Vmstat::compact_stall);
  delta.compact_fail = c.change(&Vmstat::compact_fail);
  delta.thp_fault_alloc = c.change(&Vmstat::thp_fault_alloc);
  delta.reclaim = reclaim_between(*before.vmstat, *after.vmstat, *delta.seconds, page);
  delta.swap_in_bytes = delta.reclaim.swap_in_bytes;
  delta.swap_out_bytes = delta.reclaim.swap_out_bytes;
}

/// Stall time over the time that passed: at most all of it, since the two clocks are not read at once.
Got<double> stall_pct(const Count& before_us, const Count& after_us, double seconds) {
  return counted(before_us, after_us).transform([seconds](std::uint64_t us) {
    return std::min(100.0, static_cast<double>(us) / (seconds * 1e4));
  });
}

Got<std::int64_t> grown(const Count& before, const Count& after) {
  if (!before) return before.missing();
  if (!after) return after.missing();
  return static_cast<std::int64_t>(*after - *before);
}

Count swap_used(const Meminfo& m) {
  if (!m.swap_total_bytes) return m.swap_total_bytes;
  if (!m.swap_free_bytes) return m.swap_free_bytes;
  return *m.swap_total_bytes - std::min(*m.swap_total_bytes, *m.swap_free_bytes);
}

GrowthBytes growth_between(const Meminfo& a, const Meminfo& b) {
  const auto of = [&](Got<std::uint64_t> Meminfo::*field) { return grown(a.*field, b.*field); };
  GrowthBytes growth;
  growth.mem_free = of(&Meminfo::mem_free_bytes);
  growth.mem_available = of(&Meminfo::mem_available_bytes);
  growth.anon_pages = of(&Meminfo::anon_pages_bytes);
  growth.file_lru =
      grown(sum(a.active_file_bytes, a.inactive_file_bytes), sum(b.active_file_bytes, b.inactive_file_bytes));
  growth.cached = of(&Meminfo::cached_bytes);
  growth.shmem = of(&Meminfo::shmem_bytes);
  growth.slab = of(&Meminfo::slab_bytes);
  growth.sreclaimable = of(&Meminfo::sreclaimable_bytes);
  growth.sunreclaim = of(&Meminfo::sunreclaim_bytes);
  growth.page_tables = of(&Meminfo::page_tables_bytes);
  growth.kernel_stack = of(&Meminfo::kernel_stack_bytes);
  growth.vmalloc_used = of(&Meminfo::vmalloc_used_bytes);
  growth.percpu = of(&Meminfo::percpu_bytes);
  growth.swap_used = grown(swap_used(a), swap_used(b));
  growth.committed_as = of(&Meminfo::committed_as_bytes);
  growth.dirty = of(&Meminfo::dirty_bytes);
  return growth;
}

}  // namespace

StallShare stall_between(const Got<Pressure>& before, const Got<Pressure>& after, double seconds) {
  if (!before) return {before.missing(), before.missing()};
  if (!after) return {after.missing(), after.missing()};
  return {stall_pct(before->some.total_us, after->some.total_us, seconds),
          stall_pct(before->full.total_us, after->full.total_us, seconds)};
}

Delta between(const Snapshot& before, const Snapshot& after) {
  Delta delta;
  if (before.meminfo && after.meminfo && !differ(before.host.name, after.host.name)) {
    delta.growth = growth_between(*before.meminfo, *after.meminfo);
    const Accounting a = account(before);
    const Accounting b = account(after);
    if (a.residual_bytes && b.residual_bytes) delta.growth.residual = *b.residual_bytes - *a.residual_bytes;
  }
  const Clock clock = clock_between(before, after);
  delta.seconds = clock.seconds;
  delta.no_rates_why = clock.why_not;
  if (!clock.seconds) return delta;
  take_counters(before, after, delta);
  delta.cpu = stall_between(before.pressure.cpu, after.pressure.cpu, *clock.seconds);
  delta.io = stall_between(before.pressure.io, after.pressure.io, *clock.seconds);
  delta.memory = stall_between(before.pressure.memory, after.pressure.memory, *clock.seconds);
  return delta;
}

}  // namespace memkit
