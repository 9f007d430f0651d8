#include "analysis/oom_score.h"

#include <gtest/gtest.h>

#include <array>

#include "support/fixtures.h"

namespace memkit {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMib = std::uint64_t{1} << 20;
constexpr OomTotal kMachine{Got<std::uint64_t>(1'000'999), Got<std::uint64_t>(kPage)};

OomWeight weight(std::uint64_t rss_pages, std::uint64_t swap_pages, std::uint64_t table_pages, std::int16_t adj) {
  return {rss_pages * kPage, swap_pages * kPage, table_pages * kPage, adj};
}

TEST(OomBadness, IsRssSwapAndPageTables) {
  EXPECT_EQ(oom_badness_pages(weight(100, 20, 3, 0), kMachine), Got<std::int64_t>(123));
}

TEST(OomBadness, TheTotalIsDividedBeforeItIsMultiplied) {
  // 1,000,999 / 1000 is 1000, not 1000.999.
  EXPECT_EQ(oom_badness_pages(weight(100, 0, 0, 500), kMachine), Got<std::int64_t>(100 + 500 * 1000));
  EXPECT_EQ(oom_badness_pages(weight(100, 0, 0, -999), kMachine), Got<std::int64_t>(100 - 999 * 1000));
  EXPECT_EQ(oom_badness_pages(weight(7, 0, 0, 1000), {Got<std::uint64_t>(999), Got<std::uint64_t>(kPage)}),
            Got<std::int64_t>(7));
}

TEST(OomBadness, PartsOfAPageDoNotCount) {
  EXPECT_EQ(
      oom_badness_pages({std::uint64_t{4095}, std::uint64_t{4096}, std::uint64_t{8191}, std::int16_t{0}}, kMachine),
      Got<std::int64_t>(2));
}

TEST(OomBadness, NeedsEveryPart) {
  OomWeight whole = weight(1, 1, 1, 1);
  EXPECT_TRUE(oom_badness_pages(whole, kMachine));
  for (auto member : {&OomWeight::rss_bytes, &OomWeight::swap_bytes, &OomWeight::page_tables_bytes}) {
    OomWeight part = whole;
    part.*member = Missing::denied;
    EXPECT_EQ(oom_badness_pages(part, kMachine), Got<std::int64_t>(Missing::denied));
  }
  whole.oom_score_adj = Missing::absent;
  EXPECT_EQ(oom_badness_pages(whole, kMachine), Got<std::int64_t>(Missing::absent));
  EXPECT_FALSE(oom_badness_pages(weight(1, 1, 1, 0), {Got<std::uint64_t>(5), {}}));
}

TEST(OomBadness, OfNoAdjustmentNeedsNoTotal) {
  const OomTotal unknown{Missing::hidden, kPage};
  EXPECT_EQ(oom_badness_pages(weight(9, 0, 0, 0), unknown), Got<std::int64_t>(9));
  EXPECT_EQ(oom_badness_pages(weight(9, 0, 0, 1), unknown), Got<std::int64_t>(Missing::hidden));
}

TEST(OomBadness, FiguresThatNoMachineHasAreMalformed) {
  OomWeight huge = weight(1, 0, 0, 0);
  huge.rss_bytes = ~std::uint64_t{0};
  EXPECT_FALSE(oom_badness_pages(huge, {Got<std::uint64_t>(5), Got<std::uint64_t>(1)}));
  EXPECT_FALSE(oom_badness_pages(weight(1, 0, 0, 1), {~std::uint64_t{0}, kPage}));
  EXPECT_FALSE(oom_badness_pages(weight(1, 0, 0, 1), {Got<std::uint64_t>(5), Got<std::uint64_t>(0)}));
}

TEST(OomScore, NewScaleIsTwoThirdsOfAThousandAndMore) {
  const Got<std::uint64_t> total = 1'000'000;
  EXPECT_EQ(oom_score(OomScale::two_thirds, 0, total), Got<std::uint64_t>(666));
  EXPECT_EQ(oom_score(OomScale::two_thirds, 500'000, total), Got<std::uint64_t>(1000));
  EXPECT_EQ(oom_score(OomScale::two_thirds, 1'000'000, total), Got<std::uint64_t>(1333));
  EXPECT_EQ(oom_score(OomScale::two_thirds, 2'000'000, total), Got<std::uint64_t>(2000));
  EXPECT_EQ(oom_score(OomScale::two_thirds, -500'000, total), Got<std::uint64_t>(333));
  // 1.999 per mille count as one, below zero too.
  EXPECT_EQ(oom_score(OomScale::two_thirds, 1'999, total), Got<std::uint64_t>(667));
  EXPECT_EQ(oom_score(OomScale::two_thirds, -1'999, total), Got<std::uint64_t>(666));
  EXPECT_EQ(oom_score(OomScale::two_thirds, -999'000, total), Got<std::uint64_t>(0));
}

TEST(OomScore, OldScaleIsPerMilleOfAtLeastAPage) {
  const Got<std::uint64_t> total = 1'000'000;
  EXPECT_EQ(oom_score(OomScale::per_mille, 0, total), Got<std::uint64_t>(0));
  EXPECT_EQ(oom_score(OomScale::per_mille, 123'999, total), Got<std::uint64_t>(123));
  EXPECT_EQ(oom_score(OomScale::per_mille, 2'000'000, total), Got<std::uint64_t>(2000));
  EXPECT_EQ(oom_score(OomScale::per_mille, -500'000, total), Got<std::uint64_t>(0));
  EXPECT_EQ(oom_score(OomScale::per_mille, -5, Got<std::uint64_t>(500)), Got<std::uint64_t>(2));
}

TEST(OomScore, IsUnknownWithoutAScaleOrATotal) {
  EXPECT_EQ(oom_score(OomScale::unknown, 5, Got<std::uint64_t>(10)), Got<std::uint64_t>(Missing::absent));
  EXPECT_EQ(oom_score(OomScale::two_thirds, 5, Missing::hidden), Got<std::uint64_t>(Missing::hidden));
  EXPECT_EQ(oom_score(OomScale::two_thirds, 5, Got<std::uint64_t>(0)), Got<std::uint64_t>(Missing::malformed));
}

TEST(OomScaleTold, ByWhatTheProcessesShow) {
  const Got<std::uint64_t> total = 1'000'000;
  const std::array now{ScoreSample{666, 100}, ScoreSample{700, 52'000}, ScoreSample{1000, 500'000}};
  EXPECT_EQ(tell_oom_scale(now, total), OomScale::two_thirds);
  const std::array before{ScoreSample{0, 100}, ScoreSample{52, 52'000}, ScoreSample{500, 500'000}};
  EXPECT_EQ(tell_oom_scale(before, total), OomScale::per_mille);
  // One that grew in between does not outvote the others.
  const std::array one_off{ScoreSample{666, 100}, ScoreSample{666, 200}, ScoreSample{100, 100'000}};
  EXPECT_EQ(tell_oom_scale(one_off, total), OomScale::two_thirds);
}

TEST(OomScaleTold, IsUnknownWhereNothingFits) {
  const Got<std::uint64_t> total = 1'000'000;
  EXPECT_EQ(tell_oom_scale({}, total), OomScale::unknown);
  // Before 2.6.36 the score was made of VSZ and run time.
  const std::array other{ScoreSample{48211, 100}, ScoreSample{312, 52'000}, ScoreSample{0, 1}};
  EXPECT_EQ(tell_oom_scale(other, total), OomScale::unknown);
  const std::array good{ScoreSample{666, 100}};
  EXPECT_EQ(tell_oom_scale(good, Missing::hidden), OomScale::unknown);
}

OomLimits v2(std::uint64_t max, std::uint64_t swap_max, std::uint64_t swappiness, std::uint64_t swap) {
  OomLimits limits;
  limits.max = CgroupValue{max};
  limits.swap_max = CgroupValue{swap_max};
  limits.swappiness = swappiness;
  limits.swap_total_bytes = swap;
  return limits;
}

TEST(OomTotalOfACgroup, IsTheLimitAndTheSwapThatItMayUse) {
  const Got<std::uint64_t> page = kPage;
  EXPECT_EQ(cgroup_total_pages(v2(64 * kMib, 16 * kMib, 60, 100 * kMib), page), Got<std::uint64_t>(80 * 256));
  EXPECT_EQ(cgroup_total_pages(v2(64 * kMib, CgroupValue::kUnlimited, 60, 100 * kMib), page),
            Got<std::uint64_t>(164 * 256));
  EXPECT_EQ(cgroup_total_pages(v2(64 * kMib, 16 * kMib, 0, 100 * kMib), page), Got<std::uint64_t>(64 * 256))
      << "no swap with swappiness 0";
  EXPECT_EQ(cgroup_total_pages(v2(0, 0, 60, 0), page), Got<std::uint64_t>(1));
}

TEST(OomTotalOfACgroup, OfV1GoesByMemoryAndSwapTogether) {
  OomLimits limits;
  limits.max = CgroupValue{64 * kMib};
  limits.memsw_max = CgroupValue{96 * kMib};
  limits.swappiness = 60;
  limits.swap_total_bytes = 1024 * kMib;
  EXPECT_EQ(swap_allowance_bytes(limits), Got<std::uint64_t>(32 * kMib));
  limits.memsw_max = CgroupValue{CgroupValue::kUnlimited};
  EXPECT_EQ(swap_allowance_bytes(limits), Got<std::uint64_t>(1024 * kMib));
  limits.memsw_max = Missing::absent;  // swapaccount=0
  EXPECT_EQ(swap_allowance_bytes(limits), Got<std::uint64_t>(1024 * kMib));
  limits.memsw_max = CgroupValue{1 * kMib};
  EXPECT_EQ(swap_allowance_bytes(limits), Got<std::uint64_t>(0));
}

TEST(OomTotalOfACgroup, IsUnknownAsItsPartsAre) {
  OomLimits limits = v2(64 * kMib, CgroupValue::kUnlimited, 60, 0);
  limits.swap_total_bytes = Missing::hidden;
  EXPECT_EQ(swap_allowance_bytes(limits), Got<std::uint64_t>(Missing::hidden));
  limits.swap_max = CgroupValue{0};
  EXPECT_EQ(swap_allowance_bytes(limits), Got<std::uint64_t>(0)) << "none may be used, however much there is";
  limits.max = Missing::denied;
  EXPECT_EQ(cgroup_total_pages(limits, Got<std::uint64_t>(kPage)), Got<std::uint64_t>(Missing::denied));
}

}  // namespace
}  // namespace memkit
