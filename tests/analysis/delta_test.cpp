#include "analysis/delta.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

/// A sample of one machine; two of them are two seconds apart.
Snapshot sample(std::int64_t monotonic_ns) {
  Snapshot snapshot;
  snapshot.host.name = std::string("web-07");
  snapshot.host.boot_id = std::string("b1");
  snapshot.host.monotonic_ns = monotonic_ns;
  snapshot.page_size_bytes = std::uint64_t{4096};
  snapshot.meminfo = Meminfo{};
  snapshot.vmstat = Vmstat{};
  return snapshot;
}

struct Pair {
  Snapshot before = sample(1'000'000'000);
  Snapshot after = sample(3'000'000'000);
  void counter(Got<std::uint64_t> Vmstat::*field, std::uint64_t from, std::uint64_t to) {
    before.vmstat.operator->()->*field = from;
    after.vmstat.operator->()->*field = to;
  }
  [[nodiscard]] Delta delta() const { return between(before, after); }
};

TEST(Delta, RatesAreByTheMonotonicClock) {
  Pair pair;
  pair.before.host.time_ns = std::int64_t{0};
  pair.after.host.time_ns = std::int64_t{100'000'000'000};  // somebody set the clock
  pair.counter(&Vmstat::pswpin, 10, 30);
  pair.counter(&Vmstat::pswpout, 5, 5);
  pair.counter(&Vmstat::pgpgin, 100, 300);
  pair.counter(&Vmstat::oom_kill, 1, 2);
  const Delta delta = pair.delta();
  EXPECT_EQ(delta.seconds, 2.0);
  EXPECT_TRUE(delta.no_rates_why.empty());
  EXPECT_EQ(delta.swap_in_bytes.count, 20u * 4096);
  EXPECT_EQ(delta.swap_in_bytes.per_s, 10.0 * 4096);
  EXPECT_EQ(delta.swap_out_bytes.count, 0u);
  EXPECT_EQ(delta.swap_out_bytes.per_s, 0.0);
  EXPECT_EQ(delta.page_in_bytes.count, 200u * 1024);
  EXPECT_EQ(delta.oom_kills.count, 1u);
  EXPECT_EQ(delta.major_faults.count, Missing::absent);
  EXPECT_EQ(delta.major_faults.per_s, Missing::absent);
}

TEST(Delta, CapturesAreTimedByUptimeThenByTheClock) {
  Pair pair;
  pair.before.host.monotonic_ns = pair.after.host.monotonic_ns = Missing::absent;
  EXPECT_FALSE(pair.delta().seconds);
  EXPECT_FALSE(pair.delta().no_rates_why.empty());
  pair.before.host.time_ns = std::int64_t{0};
  pair.after.host.time_ns = std::int64_t{5'000'000'000};
  EXPECT_EQ(pair.delta().seconds, 5.0);
  pair.before.host.uptime_ms = std::uint64_t{1000};
  pair.after.host.uptime_ms = std::uint64_t{4000};
  EXPECT_EQ(pair.delta().seconds, 3.0);
}

TEST(Delta, NoRatesWhereTheSamplesDoNotBelongTogether) {
  for (int reason = 0; reason < 6; ++reason) {
    Pair pair;
    pair.counter(&Vmstat::pgmajfault, 1, 2);
    if (reason == 0) pair.after.host.boot_id = std::string("b2");
    if (reason == 1) pair.after.host.name = std::string("web-08");
    if (reason == 2) pair.after.page_size_bytes = std::uint64_t{65536};
    if (reason == 3) pair.after.host.monotonic_ns = pair.before.host.monotonic_ns;
    if (reason == 4) pair.after.host.monotonic_ns = std::int64_t{0};
    if (reason == 5) {
      pair.before.host.monotonic_ns = Missing::absent;
      pair.before.host.uptime_ms = std::uint64_t{9000};
      pair.after.host.uptime_ms = std::uint64_t{1000};
    }
    const Delta delta = pair.delta();
    EXPECT_FALSE(delta.seconds) << reason;
    EXPECT_FALSE(delta.no_rates_why.empty()) << reason;
    EXPECT_FALSE(delta.major_faults.per_s) << reason;
  }
}

TEST(Delta, ACounterThatWentBackwardsHasNoRate) {
  Pair pair;
  pair.counter(&Vmstat::pgmajfault, 10, 9);
  pair.counter(&Vmstat::allocstall, 10, 14);
  const Delta delta = pair.delta();
  EXPECT_EQ(delta.major_faults.count, Missing::malformed);
  EXPECT_EQ(delta.major_faults.per_s, Missing::malformed);
  EXPECT_EQ(delta.reclaim.allocstall.per_s, 2.0);
}

TEST(Delta, WithoutAPageSizePagesHaveNoBytes) {
  Pair pair;
  pair.before.page_size_bytes = pair.after.page_size_bytes = Missing::absent;
  pair.counter(&Vmstat::pswpin, 10, 30);
  pair.counter(&Vmstat::pgmajfault, 10, 30);
  EXPECT_FALSE(pair.delta().swap_in_bytes.per_s);
  EXPECT_EQ(pair.delta().major_faults.per_s, 10.0);
}

TEST(Reclaim, GlobalAndAtCgroupLimitsAreToldApart) {
  Pair pair;
  pair.counter(&Vmstat::pgscan_kswapd, 0, 600);
  pair.counter(&Vmstat::pgscan_direct, 0, 200);
  pair.counter(&Vmstat::pgscan_khugepaged, 0, 200);
  pair.counter(&Vmstat::pgscan_direct_throttle, 0, 99999);
  pair.counter(&Vmstat::pgscan_anon, 0, 500);
  pair.counter(&Vmstat::pgscan_file, 0, 3500);
  pair.counter(&Vmstat::pgsteal_kswapd, 0, 500);
  pair.counter(&Vmstat::pgsteal_direct, 0, 100);
  pair.counter(&Vmstat::pgsteal_anon, 0, 1000);
  pair.counter(&Vmstat::pgsteal_file, 0, 1000);
  const ReclaimChange r = pair.delta().reclaim;
  EXPECT_EQ(r.scanned_global.count, 1000u);
  EXPECT_EQ(r.scanned_all.count, 4000u);
  EXPECT_EQ(r.scanned_cgroup.count, 3000u);
  EXPECT_EQ(r.stolen_global.count, 600u);
  EXPECT_EQ(r.direct_share_pct, 20.0);
  EXPECT_EQ(r.efficiency_pct, 50.0);
}

TEST(Reclaim, OldKernelsHaveGlobalCountersOnly) {
  Pair pair;
  pair.counter(&Vmstat::pgscan_kswapd, 0, 900);
  pair.counter(&Vmstat::pgscan_direct, 0, 100);
  pair.counter(&Vmstat::pgsteal_kswapd, 0, 250);
  pair.counter(&Vmstat::pgsteal_direct, 0, 0);
  pair.counter(&Vmstat::workingset_refault, 0, 40);
  const ReclaimChange r = pair.delta().reclaim;
  EXPECT_EQ(r.scanned_all.count, Missing::absent);
  EXPECT_EQ(r.scanned_cgroup.count, Missing::absent);
  EXPECT_EQ(r.efficiency_pct, 25.0);
  EXPECT_EQ(r.refault_file.count, 40u);
  EXPECT_EQ(r.refault_anon.count, Missing::absent);
}

TEST(Reclaim, TooFewScansHaveNoShares) {
  for (const std::uint64_t scanned : {kLeastScanned - 1, kLeastScanned}) {
    Pair pair;
    pair.counter(&Vmstat::pgscan_kswapd, 0, 0);
    pair.counter(&Vmstat::pgscan_direct, 0, scanned);
    pair.counter(&Vmstat::pgsteal_direct, 0, scanned);
    const ReclaimChange r = pair.delta().reclaim;
    EXPECT_EQ(r.direct_share_pct.has_value(), scanned == kLeastScanned);
    EXPECT_EQ(r.efficiency_pct.has_value(), scanned == kLeastScanned);
  }
}

TEST(Stall, IsTheShareOfTheInterval) {
  Pair pair;
  Pressure pressure;
  pressure.some.total_us = 1'000'000u;
  pair.before.pressure.memory = pressure;
  pressure.some.total_us = 1'500'000u;
  pair.after.pressure.memory = pressure;
  EXPECT_EQ(pair.delta().memory.some_pct, 25.0);
  EXPECT_EQ(pair.delta().memory.full_pct, Missing::absent);
  EXPECT_EQ(pair.delta().io.some_pct, Missing::absent);
  pair.after.pressure.memory->some.total_us = 9'000'000u;
  EXPECT_EQ(pair.delta().memory.some_pct, 100.0);
  pair.after.pressure.memory->some.total_us = 999'999u;
  EXPECT_EQ(pair.delta().memory.some_pct, Missing::malformed);
}

TEST(Growth, IsSigned) {
  Pair pair;
  pair.before.meminfo->anon_pages_bytes = 100u;
  pair.after.meminfo->anon_pages_bytes = 40u;
  pair.before.meminfo->slab_bytes = 10u;
  pair.after.meminfo->slab_bytes = 30u;
  pair.before.meminfo->swap_total_bytes = pair.after.meminfo->swap_total_bytes = 1000u;
  pair.before.meminfo->swap_free_bytes = 900u;
  pair.after.meminfo->swap_free_bytes = 700u;
  pair.after.meminfo->shmem_bytes = 5u;
  const GrowthBytes growth = pair.delta().growth;
  EXPECT_EQ(growth.anon_pages, -60);
  EXPECT_EQ(growth.slab, 20);
  EXPECT_EQ(growth.swap_used, 200);
  EXPECT_EQ(growth.shmem, Missing::absent);
}

TEST(Growth, OutlivesABootButNotAnotherHost) {
  Pair pair;
  pair.before.meminfo->slab_bytes = 10u;
  pair.after.meminfo->slab_bytes = 30u;
  pair.after.host.boot_id = std::string("b2");
  EXPECT_EQ(pair.delta().growth.slab, 20);
  pair.after.host.name = std::string("web-08");
  EXPECT_FALSE(pair.delta().growth.slab);
}

TEST(Delta, OfTheLiveMachineHasEveryRate) {
  constexpr auto kWant = Want::meminfo | Want::vmstat | Want::host | Want::pressure;
  const Root root = Root::live();
  const Snapshot before = collect(root, kWant);
  const Delta delta = between(before, collect(root, kWant));
  ASSERT_TRUE(delta.seconds) << delta.no_rates_why;
  EXPECT_GT(*delta.seconds, 0);
  EXPECT_TRUE(delta.major_faults.per_s);
  EXPECT_TRUE(delta.growth.mem_free);
}

TEST(Delta, OfSuccessiveCaptures) {
  if (corpus().empty()) GTEST_SKIP() << "the corpus of foreign captures is not there";
  const auto base = corpus() / "roots/sysstat";
  if (!std::filesystem::exists(base / "root2")) GTEST_SKIP() << "the corpus lacks the series";
  constexpr auto kWant = Want::meminfo | Want::vmstat | Want::host;
  const Snapshot a = collect(Root::at((base / "root1").string()), kWant);
  const Snapshot b = collect(Root::at((base / "root2").string()), kWant);
  const Delta delta = between(a, b);
  EXPECT_NE(delta.seconds.has_value(), !delta.no_rates_why.empty());
  EXPECT_TRUE(delta.growth.mem_free);
}

}  // namespace
}  // namespace memkit::test
