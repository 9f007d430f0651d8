#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "parse/got.h"

namespace memkit {

/// One figure at one moment.
struct TrendPoint {
  double time_s = 0;
  double bytes = 0;
};

/// What a series looks like.
enum class TrendShape : std::uint8_t {
  too_few,    ///< fewer than kLeastTrendPoints: nothing is said
  steady,     ///< no slope that its uncertainty does not cover, or one that amounts to nothing
  growing,    ///< up to the end, nowhere near as flat as levelling
  levelling,  ///< grew, and grows at a quarter of its first rate or less by now: a warm-up
  sawtooth,   ///< falls again and again, and its lowest points do not rise
  falling,
};
std::string_view to_string(TrendShape shape);

/// No verdict is given on fewer points.
inline constexpr std::size_t kLeastTrendPoints = 12;

/// The slope of a series, by Theil and Sen: the median of the slopes between all pairs of points, which steps and
/// outliers move little; and an interval that holds the true one with 95 % (Sen 1968, by Kendall's tau).
struct Trend {
  std::size_t points = 0;
  double seconds = 0;  ///< from the first to the last
  TrendShape shape = TrendShape::too_few;
  /// Bytes a second. Absent for fewer than three points, or where no time passed.
  Got<double> slope;
  Got<double> low;
  Got<double> high;
};
Trend fit_trend(std::span<const TrendPoint> points);

/// A series of any length in bounded memory: where it is full, every second point goes, and from then on only every
/// second one of those that come is kept, and so on.
class TrendSeries {
 public:
  explicit TrendSeries(std::size_t most = 512) : most_(most) {}
  void add(TrendPoint point);
  [[nodiscard]] const std::vector<TrendPoint>& points() const { return points_; }
  [[nodiscard]] std::size_t seen() const { return seen_; }

 private:
  std::size_t most_;
  std::size_t every_ = 1;
  std::size_t seen_ = 0;
  std::vector<TrendPoint> points_;
};

/// Seconds until `headroom` is used up at `slope` bytes a second; absent where it does not grow.
Got<double> seconds_until(const Got<std::int64_t>& headroom_bytes, const Got<double>& slope);

}  // namespace memkit
