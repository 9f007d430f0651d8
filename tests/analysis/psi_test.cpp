#include "analysis/psi.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

PressureLine line(double avg10, double avg60, double avg300, std::uint64_t total_us) {
  return {avg10, avg60, avg300, total_us};
}

PressureSample sample(std::int64_t monotonic_ns, const Got<Pressure>& memory) {
  PressureSample one;
  one.monotonic_ns = monotonic_ns;
  one.readings.push_back({PressureKind::memory, memory ? PressureState::known : PressureState::denied, memory});
  return one;
}

CgroupPressureRow row(const std::string& path, const PressureLine& some, const PressureLine& full) {
  return {path, some, full, {}};
}

std::vector<std::string> paths(const std::vector<CgroupPressureRow>& rows) {
  std::vector<std::string> all;
  for (const CgroupPressureRow& one : rows) all.push_back(one.path);
  return all;
}

TEST(PressureFigures, OfOneSampleHaveNoShareOfAnInterval) {
  const PressureSample one = sample(kSecond, Pressure{line(1, 2, 3, 4), line(0, 0, 0, 0)});
  const auto figures = pressure_figures(machine_pressure(), nullptr, one);
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_EQ(figures[0].scope, "system");
  EXPECT_EQ(figures[0].some.avg300_pct, 3.0);
  EXPECT_FALSE(figures[0].now.some_pct);
}

TEST(PressureFigures, OfTwoSamplesHaveTheShareOfTheTimeBetween) {
  const PressureSample before = sample(kSecond, Pressure{line(0, 0, 0, 1'000'000), line(0, 0, 0, 0)});
  const PressureSample after = sample(3 * kSecond, Pressure{line(0, 0, 0, 1'500'000), line(0, 0, 0, 20'000)});
  const auto figures = pressure_figures(machine_pressure(), &before, after);
  EXPECT_EQ(figures[0].now.some_pct, 25.0);
  EXPECT_EQ(figures[0].now.full_pct, 1.0);
}

TEST(PressureFigures, AShareIsMissingWhereOneSampleIs) {
  const PressureSample before = sample(kSecond, Missing::denied);
  const PressureSample after = sample(3 * kSecond, Pressure{line(0, 0, 0, 1'500'000), line(0, 0, 0, 0)});
  EXPECT_EQ(pressure_figures(machine_pressure(), &before, after)[0].now.some_pct, Missing::denied);
  EXPECT_EQ(pressure_figures(machine_pressure(), nullptr, before)[0].state, PressureState::denied);
}

TEST(PressureRows, LeaveOutWhatTheKernelDoesNotPrint) {
  PressureFigures irq;
  irq.kind = PressureKind::irq;
  irq.full = line(1, 1, 1, 1);
  PressureFigures cpu;
  cpu.kind = PressureKind::cpu;
  cpu.some = line(2, 2, 2, 2);
  PressureFigures denied;
  denied.state = PressureState::denied;
  const std::vector<PressureRow> rows = pressure_rows(std::vector{irq, cpu, denied});
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows[0].full);
  EXPECT_EQ(rows[0].kind, PressureKind::irq);
  EXPECT_FALSE(rows[1].full);
}

TEST(CgroupRank, IsByFullThenSomeThenTheLongerAverages) {
  std::vector<CgroupPressureRow> rows = {
      row("/calm", line(0, 0, 0, 9), line(0, 0, 0, 9)),   row("/was", line(0, 0, 5, 0), line(0, 0, 0, 0)),
      row("/some", line(90, 0, 0, 0), line(1, 0, 0, 0)),  row("/full", line(5, 0, 0, 0), line(2, 0, 0, 0)),
      row("/b", line(0, 0, 0, 1), line(0, 0, 0, 0)),      row("/a", line(0, 0, 0, 1), line(0, 0, 0, 0)),
      row("/minute", line(0, 3, 0, 0), line(0, 0, 0, 0)),
  };
  rank(rows);
  EXPECT_EQ(paths(rows), (std::vector<std::string>{"/full", "/some", "/minute", "/was", "/calm", "/a", "/b"}));
}

TEST(CgroupRank, AnIntervalOutweighsTheAverages) {
  const std::vector<CgroupPressureRow> before = {row("/old", line(50, 0, 0, 1000), line(50, 0, 0, 1000)),
                                                 row("/new", line(0, 0, 0, 1000), line(0, 0, 0, 1000))};
  std::vector<CgroupPressureRow> rows = {row("/old", line(40, 0, 0, 1000), line(40, 0, 0, 1000)),
                                         row("/new", line(1, 0, 0, 501'000), line(1, 0, 0, 101'000)),
                                         row("/born", line(0, 0, 0, 7), line(0, 0, 0, 7))};
  add_interval(before, 2, rows);
  rank(rows);
  EXPECT_EQ(paths(rows), (std::vector<std::string>{"/new", "/old", "/born"}));
  EXPECT_EQ(rows[0].now.some_pct, 25.0);
  EXPECT_EQ(rows[0].now.full_pct, 5.0);
  EXPECT_EQ(rows[1].now.full_pct, 0.0);
  EXPECT_FALSE(rows[2].now.full_pct) << "it was not there before";
}

TEST(CgroupRank, ACgroupMadeAnewUnderTheSameNameHasNoShare) {
  const std::vector<CgroupPressureRow> before = {row("/a", line(0, 0, 0, 5000), line(0, 0, 0, 5000))};
  std::vector<CgroupPressureRow> rows = {row("/a", line(0, 0, 0, 10), line(0, 0, 0, 10))};
  add_interval(before, 1, rows);
  EXPECT_EQ(rows[0].now.some_pct, Missing::malformed);
}

TEST(CgroupRow, HasStalledIfAnyAverageOrTheIntervalSaysSo) {
  EXPECT_FALSE(row("/", line(0, 0, 0, 99), line(0, 0, 0, 99)).stalled()) << "longer ago than five minutes";
  EXPECT_TRUE(row("/", line(0, 0, 0.01, 99), line(0, 0, 0, 0)).stalled());
  CgroupPressureRow now = row("/", line(0, 0, 0, 0), line(0, 0, 0, 0));
  now.now.some_pct = 0.5;
  EXPECT_TRUE(now.stalled());
  EXPECT_FALSE(CgroupPressureRow{}.stalled());
}

TEST(PsiReclaim, MachineAndCgroupAreJudgedByTheirOwnStall) {
  PressureSample before = sample(kSecond, Pressure{});
  PressureSample after = sample(2 * kSecond, Pressure{});
  Vmstat vmstat;
  vmstat.pgscan_kswapd = vmstat.pgscan_direct = vmstat.pgsteal_kswapd = vmstat.pgsteal_direct = std::uint64_t{0};
  vmstat.nr_active_file = vmstat.nr_inactive_file = std::uint64_t{1'000'000};
  before.vmstat = after.vmstat = vmstat;
  MemoryStat stat;
  stat.pgscan = stat.pgsteal = stat.workingset_refault_file = std::uint64_t{0};
  stat.active_file_bytes = stat.inactive_file_bytes = std::uint64_t{10 << 20};
  before.stat = stat;
  stat.pgscan = std::uint64_t{50'000};
  stat.pgsteal = std::uint64_t{20'000};
  stat.workingset_refault_file = std::uint64_t{20'000};
  after.stat = stat;
  before.machine_memory = after.machine_memory = Pressure{line(0, 0, 0, 0), line(0, 0, 0, 0)};
  before.cgroup_memory = Pressure{line(0, 0, 0, 0), line(0, 0, 0, 0)};
  after.cgroup_memory = Pressure{line(0, 0, 0, 400'000), line(0, 0, 0, 400'000)};
  const PsiReclaim reclaim = psi_reclaim(before, after, std::uint64_t{4096});
  EXPECT_EQ(reclaim.seconds, 1.0);
  EXPECT_EQ(reclaim.machine_verdict.pattern, ReclaimPattern::idle);
  EXPECT_EQ(reclaim.cgroup_verdict.pattern, ReclaimPattern::file_thrashing);
  after.cgroup_memory = before.cgroup_memory;
  EXPECT_EQ(psi_reclaim(before, after, std::uint64_t{4096}).cgroup_verdict.pattern, ReclaimPattern::background);
}

}  // namespace
}  // namespace memkit::test
