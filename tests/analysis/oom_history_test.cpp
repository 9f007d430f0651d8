// What a kernel log tells of kills, and how long ago they were.
#include "analysis/oom_history.h"

#include <gmock/gmock.h>

#include "analysis/findings/machine.h"
#include "output/finding_text.h"

namespace memkit::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kNoon = std::int64_t{1'700'000'000} * kSecond;
constexpr double kHour = 3600;

/// Noon, 10,000 s after boot.
Host at_noon() {
  Host host;
  host.time_ns = kNoon;
  host.monotonic_ns = 10'000 * kSecond;
  return host;
}

LogTime since_boot(double seconds) {
  LogTime time;
  time.monotonic_us = static_cast<std::uint64_t>(seconds * 1e6);
  return time;
}

LogTime by_wall(double before_s, LogTime::Sure sure) {
  LogTime time;
  time.wall_us = kNoon / 1000 - static_cast<std::int64_t>(before_s * 1e6);
  time.sure = sure;
  return time;
}

TEST(Age, OfStampsThatCountFromBoot) {
  EXPECT_EQ(age_s(since_boot(9000), at_noon()), 1000.0);
  Host capture;
  capture.uptime_ms = 10'000'000;
  EXPECT_EQ(age_s(since_boot(9000), capture), 1000.0) << "a sosreport tells uptime alone";
  EXPECT_FALSE(age_s(since_boot(9000), Host()));
}

TEST(Age, OfWallClocks) {
  EXPECT_EQ(age_s(by_wall(60, LogTime::Sure::exact), at_noon()), 60.0);
  EXPECT_FALSE(age_s(by_wall(60, LogTime::Sure::no_zone), at_noon())) << "up to 14 hours off";
  Host no_clock;
  no_clock.uptime_ms = 10'000'000;
  EXPECT_FALSE(age_s(by_wall(60, LogTime::Sure::exact), no_clock));
}

TEST(Age, WhereTheZoneIsNotNamedTheTimeSinceBootTells) {
  LogTime time = by_wall(1000 - 2 * kHour, LogTime::Sure::no_zone);
  time.monotonic_us = 9'000'000'000;
  EXPECT_EQ(age_s(time, at_noon()), 1000.0);
  time.wall_us = *time.wall_us - std::int64_t{86400} * 3 * 1'000'000;
  EXPECT_FALSE(age_s(time, at_noon())) << "of an earlier boot";
}

TEST(Age, IsNotKnownOfWhatIsYoungerThanTheSnapshot) {
  EXPECT_FALSE(age_s(since_boot(11'000), at_noon()));
  EXPECT_FALSE(age_s(by_wall(-60, LogTime::Sure::exact), at_noon()));
  EXPECT_EQ(age_s(since_boot(10'001), at_noon()), 0.0) << "clocks are read one after the other";
}

OomEvent kill_at(const LogTime& time) {
  OomEvent event;
  event.time = event.kill_time = time;
  event.header_seen = true;
  event.task_memcg = "/system.slice/app.service";
  OomKill kill;
  kill.pid = 77;
  kill.name = "java";
  event.kills.push_back(kill);
  return event;
}

TEST(OomHistory, KeepsTheYoungestAndCountsAll) {
  OomHistory history;
  for (int i = 1; i <= 7; ++i) add_event(history, kill_at(since_boot(1000.0 * i)), at_noon());
  EXPECT_EQ(history.events, 7u);
  EXPECT_EQ(history.killed, 7u);
  EXPECT_EQ(history.recent.size(), OomHistory::kMost);
  EXPECT_EQ(history.last_age_s, 3000.0);
  EXPECT_EQ(victim_name(history.recent.back()), "java (PID 77, app.service)");
}

TEST(OomHistory, MakesTheWallClockThatStampsSinceBootLack) {
  OomHistory history;
  add_event(history, kill_at(since_boot(9000)), at_noon());
  EXPECT_EQ(history.last->time.wall_us, (kNoon - 1000 * kSecond) / 1000);
  EXPECT_EQ(history.last->time.sure, LogTime::Sure::from_boot);
}

/// A machine whose log tells of a kill `age` seconds ago; up for a day.
Machine killed_before(double age) {
  Machine machine;
  Host& host = machine.snapshot.host;
  host = at_noon();
  host.monotonic_ns = 86'400 * kSecond;
  host.uptime_ms = 86'400'000;
  add_event(machine.oom, kill_at(since_boot(86'400 - age)), host);
  return machine;
}

TEST(OomRecent, IsCriticalWithinAnHourByTheLog) {
  EXPECT_EQ(killed_before(3599).severity("oom-recent"), Severity::critical);
  EXPECT_EQ(killed_before(3601).severity("oom-recent"), Severity::info);
  Machine machine = killed_before(3601);
  machine.snapshot.vmstat->oom_kill = 3;
  EXPECT_EQ(machine.severity("oom-recent"), Severity::info) << "up for longer than an hour";
  EXPECT_EQ(sentence(*machine.finding("oom-recent"), Language::en),
            "For lack of memory java (PID 77, app.service) was killed 60 min ago; kills in the kernel log: 1.");
}

TEST(OomRecent, ALogThatAProgramCanWriteAlarmsNobody) {
  Machine machine = killed_before(60);
  machine.oom.recent.back().from_user_space = true;
  EXPECT_EQ(machine.severity("oom-recent"), Severity::info);
}

TEST(OomRecent, IsJudgedByTheLogWhereTheKernelDoesNotCount) {
  Machine machine = killed_before(60);
  machine.snapshot.vmstat->oom_kill = Missing::absent;
  EXPECT_EQ(machine.severity("oom-recent"), Severity::critical);
  machine.oom = {};
  EXPECT_EQ(machine.not_judged("oom-recent"), LackWhy::absent);
}

TEST(OomRecent, NoKillIsNoFinding) {
  Machine machine;
  machine.oom.log = std::string("/dev/kmsg");
  EXPECT_FALSE(machine.finding("oom-recent"));
}

}  // namespace
}  // namespace memkit::test
