#include "analysis/oom_history.h"

#include <fmt/format.h>

#include <cmath>

namespace memkit {
namespace {

/// Since boot, at the snapshot: the clock of the kernel's stamps. Uptime counts suspends too; captures have that alone.
Got<double> monotonic_s(const Host& host) {
  if (host.monotonic_ns) return static_cast<double>(*host.monotonic_ns) / 1e9;
  return host.uptime_ms.transform([](std::uint64_t ms) { return static_cast<double>(ms) / 1e3; });
}

/// Clocks that are read one after the other, and stamps of whole seconds, may differ by so much.
Got<double> not_negative(double age) {
  constexpr double kSlackS = 5;
  if (age < -kSlackS) return Missing::malformed;
  return std::max(age, 0.0);
}

Got<double> age_by_wall(const LogTime& time, const Host& host) {
  if (!time.wall_us || !host.time_ns) return Missing::absent;
  return static_cast<double>(*host.time_ns) / 1e9 - static_cast<double>(*time.wall_us) / 1e6;
}

Got<double> age_by_boot(const LogTime& time, const Host& host) {
  const Got<double> now = monotonic_s(host);
  if (!time.monotonic_us || !now) return Missing::absent;
  return not_negative(*now - static_cast<double>(*time.monotonic_us) / 1e6);
}

/// A wall clock for stamps that count from boot, where the snapshot has one.
void place(LogTime& time, const Host& host) {
  if (time.wall_us || !time.monotonic_us || !host.time_ns || !host.monotonic_ns) return;
  if (!age_by_boot(time, host)) return;
  time.wall_us = (*host.time_ns - *host.monotonic_ns) / 1000 + static_cast<std::int64_t>(*time.monotonic_us);
  time.sure = LogTime::Sure::from_boot;
}

}  // namespace

Got<double> age_s(const LogTime& time, const Host& host) {
  constexpr double kAnyZoneS = 15 * 3600;
  const Got<double> by_wall = age_by_wall(time, host);
  const Got<double> by_boot = age_by_boot(time, host);
  if (time.sure == LogTime::Sure::exact || time.sure == LogTime::Sure::from_boot) {
    return by_wall ? not_negative(*by_wall) : by_wall;
  }
  if (!by_wall) return by_boot;
  if (!by_boot || std::abs(*by_wall - *by_boot) > kAnyZoneS) return Missing::absent;
  return by_boot;
}

void add_event(OomHistory& history, OomEvent&& event, const Host& host) {
  place(event.time, host);
  place(event.kill_time, host);
  OomStory story = explain(event);
  OomSummary summary = summarize(event, story);
  ++history.events;
  history.killed += summary.killed;
  // Events of one log come in the order in which they end.
  if (history.recent.size() == OomHistory::kMost) history.recent.erase(history.recent.begin());
  history.recent.push_back(std::move(summary));
  history.last_age_s = age_s(event.time, host);
  history.last = std::move(event);
  history.story = std::move(story);
}

std::string victim_name(const OomSummary& event) {
  if (event.name.empty()) return event.unit.empty() ? event.cgroup : event.unit;
  std::string of;
  if (event.pid) of = fmt::format("PID {}", *event.pid);
  if (!event.unit.empty()) of += (of.empty() ? "" : ", ") + event.unit;
  return of.empty() ? event.name : fmt::format("{} ({})", event.name, of);
}

}  // namespace memkit
