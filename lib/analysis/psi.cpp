#include "analysis/psi.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace memkit {
namespace {

const PressureReading* find_reading(const PressureSample& sample, PressureKind kind) {
  for (const PressureReading& reading : sample.readings) {
    if (reading.kind == kind) return &reading;
  }
  return nullptr;
}

bool is_known(const PressureLine& line) { return line.avg10_pct || line.avg60_pct || line.avg300_pct || line.total_us; }

Got<std::uint64_t> file_lru(const Vmstat& vmstat) { return sum(vmstat.nr_active_file, vmstat.nr_inactive_file); }

/// The cgroup's lists: those of it and all below it.
Got<std::uint64_t> file_lru(const MemoryStat& stat, const Got<std::uint64_t>& page_size_bytes) {
  const bool totals = stat.total_active_file_bytes.has_value();
  const Got<std::uint64_t> bytes = totals ? sum(stat.total_active_file_bytes, stat.total_inactive_file_bytes)
                                          : sum(stat.active_file_bytes, stat.inactive_file_bytes);
  if (!page_size_bytes || *page_size_bytes == 0) return Missing::absent;
  return bytes.transform([&](std::uint64_t all) { return all / *page_size_bytes; });
}

/// What a rank goes by, the weightiest first. Unknown counts as none.
using RankKey = std::array<double, 10>;

RankKey rank_key(const CgroupPressureRow& row) {
  const auto total = [](const PressureLine& line) { return static_cast<double>(line.total_us.value_or(0)); };
  return {row.now.full_pct.value_or(0),
          row.now.some_pct.value_or(0),
          row.full.avg10_pct.value_or(0),
          row.some.avg10_pct.value_or(0),
          row.full.avg60_pct.value_or(0),
          row.some.avg60_pct.value_or(0),
          row.full.avg300_pct.value_or(0),
          row.some.avg300_pct.value_or(0),
          total(row.full),
          total(row.some)};
}

}  // namespace

double seconds_between(const PressureSample* before, const PressureSample& after) {
  if (before == nullptr) return 0;
  return static_cast<double>(after.monotonic_ns - before->monotonic_ns) / 1e9;
}

std::vector<PressureFigures> pressure_figures(const PressurePlace& place, const PressureSample* before,
                                              const PressureSample& after) {
  std::vector<PressureFigures> all;
  const double seconds = seconds_between(before, after);
  for (const PressureReading& reading : after.readings) {
    PressureFigures figures;
    figures.scope = place.of_cgroup ? place.path : "system";
    figures.kind = reading.kind;
    figures.state = reading.state;
    if (reading.pressure) {
      figures.some = reading.pressure->some;
      figures.full = reading.pressure->full;
      const PressureReading* const first = before == nullptr ? nullptr : find_reading(*before, reading.kind);
      if (first != nullptr && seconds > 0) figures.now = stall_between(first->pressure, reading.pressure, seconds);
    }
    all.push_back(std::move(figures));
  }
  return all;
}

std::vector<PressureRow> pressure_rows(std::span<const PressureFigures> figures) {
  std::vector<PressureRow> rows;
  for (const PressureFigures& one : figures) {
    if (is_known(one.some)) rows.push_back({one.scope, one.kind, false, one.some, one.now.some_pct});
    if (is_known(one.full)) rows.push_back({one.scope, one.kind, true, one.full, one.now.full_pct});
  }
  return rows;
}

PsiReclaim psi_reclaim(const PressureSample& before, const PressureSample& after,
                       const Got<std::uint64_t>& page_size_bytes) {
  PsiReclaim reclaim;
  reclaim.seconds = seconds_between(&before, after);
  if (reclaim.seconds <= 0) return reclaim;
  if (before.vmstat && after.vmstat) {
    const StallShare stall = stall_between(before.machine_memory, after.machine_memory, reclaim.seconds);
    reclaim.machine = reclaim_between(*before.vmstat, *after.vmstat, reclaim.seconds, page_size_bytes);
    reclaim.machine_verdict =
        reclaim_pattern(reclaim.machine, {stall.some_pct, stall.full_pct, file_lru(*after.vmstat)});
  }
  if (before.stat && after.stat) {
    const StallShare stall = stall_between(before.cgroup_memory, after.cgroup_memory, reclaim.seconds);
    reclaim.cgroup = reclaim_between(*before.stat, *after.stat, reclaim.seconds, page_size_bytes);
    reclaim.cgroup_verdict =
        reclaim_pattern(*reclaim.cgroup, {stall.some_pct, stall.full_pct, file_lru(*after.stat, page_size_bytes)});
  }
  return reclaim;
}

bool CgroupPressureRow::stalled() const {
  const auto any = [](const PressureLine& line) {
    return line.avg10_pct.value_or(0) > 0 || line.avg60_pct.value_or(0) > 0 || line.avg300_pct.value_or(0) > 0;
  };
  return any(some) || any(full) || now.some_pct.value_or(0) > 0 || now.full_pct.value_or(0) > 0;
}

void add_interval(std::span<const CgroupPressureRow> before, double seconds, std::vector<CgroupPressureRow>& rows) {
  if (seconds <= 0) return;
  std::unordered_map<std::string_view, const CgroupPressureRow*> by_path;
  by_path.reserve(before.size());
  for (const CgroupPressureRow& row : before) by_path.emplace(row.path, &row);
  for (CgroupPressureRow& row : rows) {
    const auto found = by_path.find(row.path);
    if (found == by_path.end()) continue;
    row.now = stall_between(Pressure{found->second->some, found->second->full}, Pressure{row.some, row.full}, seconds);
  }
}

void rank(std::vector<CgroupPressureRow>& rows) {
  std::sort(rows.begin(), rows.end(), [](const CgroupPressureRow& a, const CgroupPressureRow& b) {
    const RankKey key_a = rank_key(a);
    const RankKey key_b = rank_key(b);
    return key_a != key_b ? key_a > key_b : a.path < b.path;
  });
}

}  // namespace memkit
