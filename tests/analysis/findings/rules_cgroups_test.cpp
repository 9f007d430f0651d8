// The rules of control groups, kills, and what cannot be seen.
#include <gmock/gmock.h>

#include "analysis/findings/machine.h"
#include "analysis/findings/rule_list.h"

namespace memkit::test {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr auto kNothing = std::nullopt;
constexpr const char* kUnit = "/system.slice/app.service";

std::string cgroup_of(const std::optional<Finding>& finding) {
  return std::get<std::string>(finding->find("cgroup")->value);
}

/// A machine with a unit that is limited to 1 GiB.
struct Limited : Machine {
  Limited() {
    survey.walk.version = CgroupVersion::v2;
    add_row("/", 0);
    add_row("/system.slice", 950 * kMib);
    CgroupRow& unit = add_row(kUnit, 950 * kMib);
    unit.max = CgroupValue{1024 * kMib};
    unit.oom_kills = unit.high_events = 0;
    TightCgroup cgroup;
    cgroup.memory.path = kUnit;
    cgroup.memory.usage_bytes = 950 * kMib;
    cgroup.memory.limit = to_limit(CgroupValue{1024 * kMib}, {});
    cgroup.memory.hard_to_reclaim_bytes = 900 * kMib;
    tight = {cgroup};
  }
  CgroupRow& add_row(const char* path, std::uint64_t current) {
    CgroupRow row;
    row.path = path;
    row.current_bytes = current;
    survey.rows.push_back(row);
    return survey.rows.back();
  }
  CgroupRow& unit() { return survey.rows.back(); }
  void sample_before() {
    before = survey;
    delta.emplace();
  }
};

TEST(TightCgroups, AreThoseWithLessThanATenthLeft) {
  Limited machine;
  EXPECT_THAT(tight_cgroups(machine.survey, 10 * kGib, 8), ElementsAre(kUnit));
  EXPECT_THAT(tight_cgroups(machine.survey, 10 * kGib, 0), ElementsAre());
  machine.unit().current_bytes = 900 * kMib;
  EXPECT_THAT(tight_cgroups(machine.survey, 10 * kGib, 8), ElementsAre());
  machine.unit().current_bytes = 1024 * kMib;
  EXPECT_THAT(tight_cgroups(machine.survey, 512 * kMib, 8), ElementsAre()) << "a limit above all RAM limits nothing";
}

TEST(MemcgLimit, WarnsWhereLittleIsLeftAndLittleGivesWay) {
  Limited machine;
  EXPECT_EQ(machine.severity("memcg-limit"), Severity::warning);
  EXPECT_EQ(cgroup_of(machine.finding("memcg-limit")), kUnit);
  EXPECT_THAT(machine.finding("memcg-limit")->next, Contains(std::string("memkit free --cgroup=") + kUnit));
  machine.tight[0].memory.hard_to_reclaim_bytes = 819 * kMib;
  EXPECT_EQ(machine.severity("memcg-limit"), kNothing) << "full of cache, which is normal";
  machine.tight[0].memory.hard_to_reclaim_bytes = 820 * kMib;
  EXPECT_EQ(machine.severity("memcg-limit"), Severity::warning);
  machine.tight[0].memory.usage_bytes = 921 * kMib;
  EXPECT_EQ(machine.severity("memcg-limit"), kNothing);
}

TEST(MemcgLimit, IsCriticalWhereItStallsOrKills) {
  Limited machine;
  machine.tight[0].pressure = Pressure{};
  machine.tight[0].pressure->some.avg10_pct = 9.9;
  EXPECT_EQ(machine.severity("memcg-limit"), Severity::warning);
  machine.tight[0].pressure->some.avg10_pct = 10.0;
  EXPECT_EQ(machine.severity("memcg-limit"), Severity::critical);
  machine.tight[0].pressure = Missing::absent;
  machine.sample_before();
  EXPECT_EQ(machine.severity("memcg-limit"), Severity::warning);
  machine.unit().oom_kills = 1;
  EXPECT_EQ(machine.severity("memcg-limit"), Severity::critical);
}

TEST(MemcgThrottled, NeedsNewEventsAndStallsOfItsOwn) {
  Limited machine;
  EXPECT_EQ(machine.not_judged("memcg-throttled"), LackWhy::one_sample);
  machine.sample_before();
  machine.unit().high_events = 5;
  machine.unit().some_avg10_pct = 9.0;
  EXPECT_EQ(machine.severity("memcg-throttled"), kNothing);
  machine.unit().some_avg10_pct = 10.0;
  EXPECT_EQ(machine.severity("memcg-throttled"), Severity::warning);
  machine.before->rows.back().high_events = 5;
  EXPECT_EQ(machine.severity("memcg-throttled"), kNothing) << "long ago";
  machine.survey.walk.version = CgroupVersion::v1;
  EXPECT_EQ(machine.not_judged("memcg-throttled"), LackWhy::absent);
}

TEST(MemcgThrottled, ExplainsTheMachinesPressure) {
  Limited machine;
  machine.tight.clear();
  machine.sample_before();
  machine.unit().high_events = 5;
  machine.unit().some_avg10_pct = 60.0;
  machine.snapshot.pressure.memory->some.avg10_pct = 30.0;
  const Diagnosis diagnosis = machine.diagnose();
  EXPECT_EQ(diagnosis.findings.front().id, "memcg-throttled");
  EXPECT_EQ(diagnosis.findings.front().severity, Severity::critical);
}

TEST(MemcgOom, IsCriticalWhereItIsNew) {
  Limited machine;
  EXPECT_EQ(machine.severity("memcg-oom"), kNothing);
  machine.survey.rows[1].oom_kills = 2;  // v2 counts upwards
  machine.unit().oom_kills = 2;
  EXPECT_EQ(machine.severity("memcg-oom"), Severity::info);
  EXPECT_EQ(cgroup_of(machine.finding("memcg-oom")), kUnit);
  machine.sample_before();
  EXPECT_EQ(machine.severity("memcg-oom"), Severity::info);
  machine.unit().oom_kills = 3;
  EXPECT_EQ(machine.severity("memcg-oom"), Severity::critical);
}

// A group that was killed whole before the first sample: its counter stands still, and the log tells when it was.
TEST(MemcgOom, IsTheCauseOfTheLogsYoungestKill) {
  Limited machine;
  machine.sample_before();
  machine.unit().oom_kills = 2;
  machine.sample_before();
  machine.snapshot.vmstat->oom_kill = 2;
  machine.oom.killed = 2;
  OomSummary& last = machine.oom.recent.emplace_back();
  last.scope = "memcg";
  last.oom_memcg = kUnit;
  last.name = "victim";
  machine.oom.last_age_s = 3599.0;
  const Diagnosis diagnosis = machine.diagnose();
  EXPECT_EQ(diagnosis.findings.front().id, "memcg-oom");
  EXPECT_EQ(diagnosis.findings.front().severity, Severity::critical);
  EXPECT_EQ(diagnosis.find("oom-recent")->explained_by, "memcg-oom");
  machine.oom.last_age_s = 3600.0;
  EXPECT_EQ(machine.severity("memcg-oom"), Severity::info);
  machine.oom.last_age_s = 2.0;
  last.from_user_space = true;
  EXPECT_EQ(machine.severity("memcg-oom"), Severity::info) << "anybody can write that";
  last.from_user_space = false;
  last.scope = "global";
  EXPECT_EQ(machine.severity("memcg-oom"), Severity::info);
}

TEST(MemcgRules, SayWhereThereIsNoTree) {
  Machine machine;
  for (const char* id : {"memcg-limit", "memcg-throttled", "memcg-oom"}) {
    EXPECT_EQ(machine.not_judged(id), LackWhy::absent) << id;
  }
}

TEST(OomRecent, IsInformationOfThePastAndCriticalNow) {
  Machine machine;
  EXPECT_EQ(machine.severity("oom-recent"), kNothing);
  machine.snapshot.vmstat->oom_kill = 1;
  machine.snapshot.host.uptime_ms = 3'599'999;
  EXPECT_EQ(machine.severity("oom-recent"), Severity::critical) << "within the hour that it has been up";
  machine.snapshot.host.uptime_ms = 3'600'000;
  EXPECT_EQ(machine.severity("oom-recent"), Severity::info);
  machine.delta.emplace();
  machine.delta->oom_kills.count = 0;
  EXPECT_EQ(machine.severity("oom-recent"), Severity::info);
  machine.delta->oom_kills.count = 1;
  EXPECT_EQ(machine.severity("oom-recent"), Severity::critical);
  machine.snapshot.vmstat->oom_kill = Missing::absent;
  EXPECT_EQ(machine.not_judged("oom-recent"), LackWhy::absent);
}

TEST(LimitedView, SaysWhatCannotBeSeen) {
  Machine machine;
  EXPECT_EQ(machine.severity("limited-view"), kNothing);
  machine.walk.denied = 3;
  EXPECT_EQ(machine.finding("limited-view")->text, "limited-view");
  machine.walk.others_hidden = true;
  EXPECT_EQ(machine.finding("limited-view")->text, "limited-view.hidepid");
  machine.own.namespaced = true;
  EXPECT_EQ(machine.finding("limited-view")->text, "limited-view.container");
  machine.snapshot.meminfo_is_fuse = true;
  EXPECT_EQ(machine.finding("limited-view")->text, "limited-view.lxcfs");
}

}  // namespace
}  // namespace memkit::test
