#include "analysis/reclaim.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

constexpr double kSeconds = 2;
constexpr std::uint64_t kPage = 4096;

/// Counters that stood still, and then what a load did to them in two seconds.
struct Load {
  Vmstat before;
  Vmstat after;
  ReclaimContext context{0.0, 0.0, std::uint64_t{100'000}};

  Load() {
    for (const auto field :
         {&Vmstat::pgscan_kswapd, &Vmstat::pgscan_direct, &Vmstat::pgsteal_kswapd, &Vmstat::pgsteal_direct,
          &Vmstat::pgscan_anon, &Vmstat::pgscan_file, &Vmstat::pgsteal_anon, &Vmstat::pgsteal_file, &Vmstat::allocstall,
          &Vmstat::workingset_refault_anon, &Vmstat::workingset_refault_file, &Vmstat::pswpin, &Vmstat::pswpout,
          &Vmstat::compact_stall, &Vmstat::compact_fail}) {
      before.*field = std::uint64_t{1000};
      after.*field = std::uint64_t{1000};
    }
  }
  Load& add(Got<std::uint64_t> Vmstat::*field, std::uint64_t count) {
    after.*field = *(after.*field) + count;
    return *this;
  }
  Load& kswapd(std::uint64_t scanned, std::uint64_t stolen) {
    add(&Vmstat::pgscan_kswapd, scanned).add(&Vmstat::pgsteal_kswapd, stolen);
    return add(&Vmstat::pgscan_file, scanned).add(&Vmstat::pgsteal_file, stolen);
  }
  Load& direct(std::uint64_t scanned, std::uint64_t stolen) {
    add(&Vmstat::pgscan_direct, scanned).add(&Vmstat::pgsteal_direct, stolen);
    return add(&Vmstat::pgscan_file, scanned).add(&Vmstat::pgsteal_file, stolen);
  }
  Load& at_limits(std::uint64_t scanned, std::uint64_t stolen) {
    return add(&Vmstat::pgscan_file, scanned).add(&Vmstat::pgsteal_file, stolen);
  }
  Load& stalls(double some, double full) {
    context.some_pct = some;
    context.full_pct = full;
    return *this;
  }
  [[nodiscard]] ReclaimChange change() const { return reclaim_between(before, after, kSeconds, kPage); }
  [[nodiscard]] ReclaimVerdict verdict() const { return reclaim_pattern(change(), context); }
};

TEST(ReclaimChange, EfficiencyIsOfEachPlaceApart) {
  const ReclaimChange r = Load().kswapd(1000, 900).at_limits(2000, 500).change();
  EXPECT_EQ(r.scanned_global.count, 1000u);
  EXPECT_EQ(r.scanned_cgroup.count, 2000u);
  EXPECT_EQ(r.scanned_cgroup.per_s, 1000.0);
  EXPECT_EQ(r.stolen_cgroup.count, 500u);
  EXPECT_EQ(r.efficiency_global_pct, 90.0);
  EXPECT_EQ(r.efficiency_cgroup_pct, 25.0);
}

TEST(ReclaimChange, SwapIsBytesASecond) {
  const ReclaimChange r = Load().add(&Vmstat::pswpin, 20).add(&Vmstat::pswpout, 40).change();
  EXPECT_EQ(r.swap_in_bytes.count, 20 * kPage);
  EXPECT_EQ(r.swap_out_bytes.per_s, 20.0 * kPage);
  EXPECT_EQ(reclaim_between(Load().before, Load().after, kSeconds, Missing::absent).swap_in_bytes.per_s,
            Missing::absent);
}

TEST(ReclaimChange, GlobalCountersThatRunAheadNeverMakeANegativeShare) {
  Load load;
  load.add(&Vmstat::pgscan_kswapd, 100);  // read between the two kinds of counters
  EXPECT_EQ(load.change().scanned_cgroup.count, 0u);
}

TEST(ReclaimChange, OfACgroupIsAllThatWasTakenFromIt) {
  MemoryStat before;
  MemoryStat after;
  before.pgscan = before.pgsteal = before.pgscan_direct = before.pgscan_kswapd = std::uint64_t{0};
  after.pgscan = std::uint64_t{4000};
  after.pgsteal = std::uint64_t{1000};
  after.pgscan_direct = std::uint64_t{3000};
  after.pgscan_kswapd = std::uint64_t{1000};
  before.workingset_refault_file = std::uint64_t{5};
  after.workingset_refault_file = std::uint64_t{25};
  const ReclaimChange r = reclaim_between(before, after, kSeconds, kPage);
  EXPECT_EQ(r.scanned_all.count, 4000u);
  EXPECT_EQ(r.efficiency_pct, 25.0);
  EXPECT_EQ(r.direct_share_pct, 75.0);
  EXPECT_EQ(r.refault_file.per_s, 10.0);
  EXPECT_EQ(r.scanned_global.count, Missing::absent);
  EXPECT_EQ(r.allocstall.count, Missing::absent);
}

TEST(ReclaimChange, OfAV1CgroupIsRefaultsOfItAndThoseBelow) {
  MemoryStat before;
  MemoryStat after;
  before.workingset_refault_file = before.total_workingset_refault_file = std::uint64_t{10};
  after.workingset_refault_file = std::uint64_t{10};
  after.total_workingset_refault_file = std::uint64_t{110};
  const ReclaimChange r = reclaim_between(before, after, kSeconds, kPage);
  EXPECT_EQ(r.refault_file.count, 100u);
  EXPECT_EQ(r.scanned_all.count, Missing::absent);
  EXPECT_EQ(reclaim_pattern(r, {}).pattern, ReclaimPattern::unknown);
  EXPECT_EQ(reclaim_pattern(r, {40.0, 40.0, std::uint64_t{3000}}).pattern, ReclaimPattern::file_thrashing);
  EXPECT_EQ(reclaim_pattern(r, {40.0, 40.0, std::uint64_t{3001}}).pattern, ReclaimPattern::unknown);
}

TEST(ReclaimPattern, OfNothingIsIdle) {
  EXPECT_EQ(Load().verdict().pattern, ReclaimPattern::idle);
  EXPECT_EQ(Load().kswapd(kLeastScanned - 1, 10).verdict().pattern, ReclaimPattern::idle);
}

TEST(ReclaimPattern, OfNoCountersIsUnknown) {
  const Vmstat none;
  EXPECT_EQ(reclaim_pattern(reclaim_between(none, none, kSeconds, kPage), {}).pattern, ReclaimPattern::unknown);
}

TEST(ReclaimPattern, CacheThatPassesThroughIsStreaming) {
  EXPECT_EQ(Load().kswapd(100'000, 99'000).verdict().pattern, ReclaimPattern::streaming);
  EXPECT_EQ(Load().kswapd(100'000, 89'000).verdict().pattern, ReclaimPattern::background);
  EXPECT_EQ(Load().kswapd(100'000, 99'000).add(&Vmstat::workingset_refault_file, 20'000).verdict().pattern,
            ReclaimPattern::background);
}

TEST(ReclaimPattern, TasksThatReclaimByThemselvesAreBehindDemand) {
  EXPECT_EQ(Load().kswapd(9000, 8900).direct(1000, 900).verdict().pattern, ReclaimPattern::behind_demand);
  EXPECT_EQ(Load().kswapd(99'000, 98'000).direct(1000, 900).verdict().pattern, ReclaimPattern::streaming);
  EXPECT_EQ(Load().kswapd(9000, 8900).add(&Vmstat::allocstall, 3).verdict().pattern, ReclaimPattern::behind_demand);
}

TEST(ReclaimPattern, FileThrashingIsTheWholeListAMinuteAndStalls) {
  // 100,000 pages on the list: 3,334 in two seconds are as many a minute.
  const auto load = [](std::uint64_t refaults) {
    return Load().kswapd(50'000, 20'000).add(&Vmstat::workingset_refault_file, refaults);
  };
  EXPECT_EQ(load(3334).stalls(20, 6).verdict().pattern, ReclaimPattern::file_thrashing);
  EXPECT_EQ(load(3300).stalls(20, 6).verdict().pattern, ReclaimPattern::background);
  EXPECT_EQ(load(3334).stalls(20, 5).verdict().pattern, ReclaimPattern::background);
  Load unknown = load(3334);
  unknown.context.file_lru_pages = Missing::absent;
  EXPECT_EQ(unknown.stalls(20, 6).verdict().pattern, ReclaimPattern::background);
}

TEST(ReclaimPattern, SwapThrashingGoesBothWaysAndStalls) {
  constexpr std::uint64_t kMebibytes = 256;  // pages
  const auto load = [](std::uint64_t in, std::uint64_t out) {
    return Load()
        .kswapd(50'000, 20'000)
        .add(&Vmstat::pswpin, in)
        .add(&Vmstat::pswpout, out)
        .add(&Vmstat::workingset_refault_anon, in);
  };
  EXPECT_EQ(load(2 * kMebibytes, 2 * kMebibytes).stalls(10, 1).verdict().pattern, ReclaimPattern::swap_thrashing);
  EXPECT_EQ(load(0, 20 * kMebibytes).stalls(10, 1).verdict().pattern, ReclaimPattern::background) << "cold memory goes";
  EXPECT_EQ(load(20 * kMebibytes, 0).stalls(10, 1).verdict().pattern, ReclaimPattern::background) << "it comes back";
  EXPECT_EQ(load(2 * kMebibytes, 2 * kMebibytes).stalls(9, 1).verdict().pattern, ReclaimPattern::background)
      << "fast swap that nobody waits for";
}

TEST(ReclaimPattern, WithoutPressureFilesTheCountersDecideAndItIsSaid) {
  Load load = Load().kswapd(50'000, 20'000).add(&Vmstat::workingset_refault_file, 10'000);
  load.context.some_pct = load.context.full_pct = Missing::absent;
  EXPECT_EQ(load.verdict().pattern, ReclaimPattern::file_thrashing);
  EXPECT_TRUE(load.verdict().unconfirmed);
  EXPECT_FALSE(load.stalls(50, 50).verdict().unconfirmed);
}

TEST(ReclaimPattern, AtACgroupsLimitTheMachineIsNotShort) {
  const auto load = [] { return Load().kswapd(100, 90).at_limits(368'314, 180'000); };
  ReclaimVerdict verdict = load().stalls(30, 10).add(&Vmstat::workingset_refault_file, 170'000).verdict();
  EXPECT_EQ(verdict.pattern, ReclaimPattern::cgroup_limit);
  EXPECT_EQ(verdict.within, ReclaimPattern::file_thrashing);
  verdict = load().stalls(0, 0).verdict();
  EXPECT_EQ(verdict.pattern, ReclaimPattern::cgroup_limit);
  EXPECT_EQ(verdict.within, ReclaimPattern::background) << "efficiency is 49 %";
  verdict = Load().at_limits(100'000, 99'000).verdict();
  EXPECT_EQ(verdict.within, ReclaimPattern::streaming) << "a backup in a small cgroup";
  verdict = Load().kswapd(60'000, 50'000).at_limits(50'000, 20'000).verdict();
  EXPECT_EQ(verdict.pattern, ReclaimPattern::background) << "most is for the machine's sake";
}

TEST(ReclaimPattern, StallsForLargerPiecesAreCompaction) {
  EXPECT_EQ(Load().add(&Vmstat::compact_stall, 2).verdict().pattern, ReclaimPattern::compaction);
  EXPECT_EQ(Load().add(&Vmstat::compact_stall, 1).verdict().pattern, ReclaimPattern::idle);
}

TEST(ReclaimPattern, EachHasAName) {
  for (int i = 0; i <= static_cast<int>(ReclaimPattern::compaction); ++i) {
    const auto pattern = static_cast<ReclaimPattern>(i);
    EXPECT_FALSE(explain(pattern).empty());
    EXPECT_EQ(to_string(pattern) == "unknown", pattern == ReclaimPattern::unknown);
  }
}

}  // namespace
}  // namespace memkit::test
