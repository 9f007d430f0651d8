#include "analysis/trend.h"

#include <algorithm>
#include <cmath>

namespace memkit {
namespace {

/// A rise over the whole series that is less than this, or than a hundredth of its level, is none.
constexpr double kNothing = 256 * 1024;
constexpr double kNothingOfLevel = 0.01;
/// A fall from a peak by so much of the range is a tooth.
constexpr double kToothOfRange = 0.4;
/// At this share of the first half's rate growth has levelled off.
constexpr double kLevelled = 0.25;

std::vector<double> pair_slopes(std::span<const TrendPoint> points) {
  std::vector<double> slopes;
  slopes.reserve(points.size() * (points.size() - 1) / 2);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const double seconds = points[j].time_s - points[i].time_s;
      if (seconds > 0) slopes.push_back((points[j].bytes - points[i].bytes) / seconds);
    }
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes;
}

double median(const std::vector<double>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

void fit_slope(std::span<const TrendPoint> points, Trend& trend) {
  constexpr double kZ95 = 1.96;
  const std::vector<double> slopes = pair_slopes(points);
  if (points.size() < 3 || slopes.empty()) return;
  trend.slope = median(slopes);
  const auto n = static_cast<double>(points.size());
  const double spread = kZ95 * std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const auto pairs = static_cast<double>(slopes.size());
  const auto at = [&](double rank) { return slopes[static_cast<std::size_t>(std::clamp(rank, 0.0, pairs - 1))]; };
  trend.low = at(std::floor((pairs - spread) / 2) - 1);
  trend.high = at(std::ceil((pairs + spread) / 2));
}

struct Extremes {
  double low;
  double high;
};

Extremes extremes(std::span<const TrendPoint> points) {
  const auto [low, high] = std::minmax_element(
      points.begin(), points.end(), [](const TrendPoint& a, const TrendPoint& b) { return a.bytes < b.bytes; });
  return {low->bytes, high->bytes};
}

/// Falls by a good part of the range, each behind a rise by as much: a fall that goes on and on is one.
std::size_t teeth(std::span<const TrendPoint> points, double range) {
  std::size_t falls = 0;
  bool rising = true;
  double turn = points.front().bytes;  // the highest point of a rise, the lowest of a fall
  for (const TrendPoint& point : points) {
    turn = rising ? std::max(turn, point.bytes) : std::min(turn, point.bytes);
    if (std::abs(turn - point.bytes) < kToothOfRange * range) continue;
    if (rising) ++falls;
    rising = !rising;
    turn = point.bytes;
  }
  return falls;
}

bool is_sawtooth(std::span<const TrendPoint> points) {
  const Extremes all = extremes(points);
  const double range = all.high - all.low;
  const std::size_t half = points.size() / 2;
  const double rise = extremes(points.subspan(half)).low - extremes(points.first(half)).low;
  return range > kNothing && teeth(points, range) >= 2 && rise < range / 5;
}

/// Whether the last third grows at a fraction of the first half's rate.
bool is_levelling(std::span<const TrendPoint> points) {
  Trend first;
  Trend last;
  fit_slope(points.first(points.size() / 2), first);
  fit_slope(points.last(std::max<std::size_t>(4, points.size() / 3)), last);
  // The first half may itself have gone flat: what it rose by counts then.
  const TrendPoint& begin = points.front();
  const TrendPoint& middle = points[points.size() / 2];
  const double rate = std::max(first.slope.value_or(0), (middle.bytes - begin.bytes) / (middle.time_s - begin.time_s));
  return last.slope && rate > 0 && *last.slope <= kLevelled * rate;
}

TrendShape shape_of(std::span<const TrendPoint> points, const Trend& trend) {
  if (points.size() < kLeastTrendPoints || !trend.slope) return TrendShape::too_few;
  if (is_sawtooth(points)) return TrendShape::sawtooth;
  const Extremes all = extremes(points);
  const double change = points.back().bytes - points.front().bytes;
  const double nothing = std::max(kNothing, kNothingOfLevel * all.high);
  if (std::abs(change) < nothing) return TrendShape::steady;
  if (change > 0 && is_levelling(points)) return TrendShape::levelling;
  if (*trend.low > 0) return TrendShape::growing;
  return *trend.high < 0 ? TrendShape::falling : TrendShape::steady;
}

}  // namespace

std::string_view to_string(TrendShape shape) {
  constexpr std::string_view kNames[] = {"too_few", "steady", "growing", "levelling", "sawtooth", "falling"};
  return kNames[static_cast<std::size_t>(shape)];
}

Trend fit_trend(std::span<const TrendPoint> points) {
  Trend trend;
  trend.points = points.size();
  if (points.empty()) return trend;
  trend.seconds = points.back().time_s - points.front().time_s;
  fit_slope(points, trend);
  trend.shape = shape_of(points, trend);
  return trend;
}

void TrendSeries::add(TrendPoint point) {
  if (seen_++ % every_ != 0) return;
  points_.push_back(point);
  if (points_.size() < most_) return;
  for (std::size_t i = 0; 2 * i < points_.size(); ++i) points_[i] = points_[2 * i];
  points_.resize((points_.size() + 1) / 2);
  every_ *= 2;
}

Got<double> seconds_until(const Got<std::int64_t>& headroom_bytes, const Got<double>& slope) {
  if (!headroom_bytes || !slope || *slope <= 0) return Missing::absent;
  return std::max(0.0, static_cast<double>(*headroom_bytes)) / *slope;
}

}  // namespace memkit
