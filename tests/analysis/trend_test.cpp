#include "analysis/trend.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

constexpr double kMiB = 1 << 20;

Trend trend_of(std::size_t points, const std::function<double(double)>& bytes_at) {
  std::vector<TrendPoint> series;
  for (std::size_t i = 0; i < points; ++i) {
    series.push_back({static_cast<double>(i), bytes_at(static_cast<double>(i))});
  }
  return fit_trend(series);
}

TEST(Trend, ALineHasItsSlopeAndNoUncertainty) {
  const Trend trend = trend_of(40, [](double t) { return 100 * kMiB + 3 * kMiB * t; });
  EXPECT_EQ(trend.shape, TrendShape::growing);
  EXPECT_DOUBLE_EQ(*trend.slope, 3 * kMiB);
  EXPECT_DOUBLE_EQ(*trend.low, 3 * kMiB);
  EXPECT_DOUBLE_EQ(*trend.high, 3 * kMiB);
  EXPECT_DOUBLE_EQ(trend.seconds, 39);
}

TEST(Trend, NoiseWidensTheIntervalAroundTheSlope) {
  const Trend trend =
      trend_of(40, [](double t) { return 100 * kMiB + 2 * kMiB * t + 8 * kMiB * std::sin(t * 12.9898); });
  EXPECT_EQ(trend.shape, TrendShape::growing);
  EXPECT_LT(*trend.low, 2 * kMiB);
  EXPECT_GT(*trend.high, 2 * kMiB);
  EXPECT_NEAR(*trend.slope, 2 * kMiB, 0.1 * 2 * kMiB);
}

TEST(Trend, AStepAndOutliersDoNotMoveTheSlope) {
  const Trend step = trend_of(40, [](double t) { return 100 * kMiB + (t >= 20 ? 30 * kMiB : 0) + kMiB * t; });
  EXPECT_LT(*step.slope, 3 * kMiB) << "least squares says 2.1 too; a mean of ends 1.8";
  const Trend outlier =
      trend_of(40, [](double t) { return 100 * kMiB + kMiB * t + (t == 7 || t == 30 ? 900 * kMiB : 0); });
  EXPECT_NEAR(*outlier.slope, kMiB, 0.1 * kMiB);
}

TEST(Trend, ShapesAreToldApart) {
  EXPECT_EQ(trend_of(40, [](double) { return 50 * kMiB; }).shape, TrendShape::steady);
  EXPECT_EQ(trend_of(40, [](double t) { return 50 * kMiB + 1000 * t; }).shape, TrendShape::steady) << "40 kB in all";
  EXPECT_EQ(trend_of(40, [](double t) { return 5000 * kMiB + kMiB * t; }).shape, TrendShape::steady) << "under 1 %";
  EXPECT_EQ(trend_of(40, [](double t) { return 50 * kMiB + 40 * kMiB * (1 - std::exp(-t / 6)); }).shape,
            TrendShape::levelling);
  EXPECT_EQ(trend_of(40, [](double t) { return 50 * kMiB + (t < 5 ? 10 * kMiB * t : 50 * kMiB); }).shape,
            TrendShape::levelling);
  EXPECT_EQ(trend_of(40, [](double t) { return 50 * kMiB + kMiB * std::fmod(t, 10); }).shape, TrendShape::sawtooth);
  EXPECT_EQ(trend_of(40, [](double t) { return 50 * kMiB + kMiB * std::fmod(t, 10) + 2 * kMiB * t; }).shape,
            TrendShape::growing)
      << "its lowest points rise";
  EXPECT_EQ(trend_of(40, [](double t) { return 500 * kMiB - 3 * kMiB * t; }).shape, TrendShape::falling);
}

TEST(Trend, FewPointsGiveNoVerdict) {
  const auto leak = [](double t) { return 100 * kMiB + 30 * kMiB * t; };
  for (std::size_t points = 0; points < kLeastTrendPoints; ++points) {
    EXPECT_EQ(trend_of(points, leak).shape, TrendShape::too_few) << points;
  }
  EXPECT_EQ(trend_of(kLeastTrendPoints, leak).shape, TrendShape::growing);
  EXPECT_EQ(trend_of(2, leak).slope, Missing::absent);
  EXPECT_EQ(fit_trend(std::vector<TrendPoint>(20, {5, kMiB})).slope, Missing::absent) << "no time passed";
}

TEST(Trend, ALongSeriesStaysBounded) {
  TrendSeries series(64);
  for (int i = 0; i < 100000; ++i) series.add({static_cast<double>(i), kMiB * i});
  EXPECT_EQ(series.seen(), 100000U);
  EXPECT_LT(series.points().size(), 64U);
  EXPECT_GE(series.points().size(), 32U);
  EXPECT_EQ(series.points().front().time_s, 0);
  EXPECT_GT(series.points().back().time_s, 95000);
  const double gap = series.points()[1].time_s;
  for (std::size_t i = 1; i < series.points().size(); ++i) {
    EXPECT_EQ(series.points()[i].time_s - series.points()[i - 1].time_s, gap);
  }
  EXPECT_DOUBLE_EQ(*fit_trend(series.points()).slope, kMiB);
}

TEST(Trend, TimeLeft) {
  EXPECT_EQ(seconds_until(std::int64_t{1000}, 10.0), 100.0);
  EXPECT_EQ(seconds_until(std::int64_t{-5}, 10.0), 0.0);
  EXPECT_EQ(seconds_until(std::int64_t{1000}, 0.0), Missing::absent);
  EXPECT_EQ(seconds_until(Missing::absent, 10.0), Missing::absent);
}

}  // namespace
}  // namespace memkit::test
