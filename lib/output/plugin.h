#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parse/got.h"

namespace memkit {

/// Exit statuses of monitoring plugins. Source: Monitoring Plugins Development Guidelines.
enum class PluginStatus { ok = 0, warning = 1, critical = 2, unknown = 3 };

std::string_view plugin_word(PluginStatus status);
/// Whether a figure is outside what was asked for; unknown is no alarm.
constexpr bool is_alarm(PluginStatus status) {
  return status == PluginStatus::warning || status == PluginStatus::critical;
}

/// A threshold "[@][start:][end]": alerts outside start..end, with "@" inside. start is 0 where it is left out,
/// "~" is minus infinity, end is infinity where it is left out. A bound may end in K, M, G, T (powers of 1024) or in
/// "%" of the figure's total.
struct Range {
  struct Bound {
    double value = 0;
    bool percent = false;
  };
  Bound start;
  Bound end;
  bool inside = false;
};

/// Throws UsageError that quotes the text and shows the form.
Range parse_range(std::string_view text);

/// Whether `value` alerts; missing where a bound is a share of a total that is not known.
Got<bool> alerts(const Range& range, double value, Got<double> total);

/// One figure that can be watched, with the ranges that watch it.
struct Watched {
  std::string_view name;  ///< of --warning NAME=RANGE and of the performance data
  std::string_view unit;  ///< "B", "%", "s", "c" of performance data
  Got<double> value;
  Got<double> total;  ///< what "%" is a share of, and the performance data's maximum
  std::vector<Range> warning;
  std::vector<Range> critical;
};

/// Adds "RANGE" (of `usual`) or "NAME=RANGE" to the figure it names. Throws UsageError for an unknown name.
void add_range(std::span<Watched> figures, std::string_view usual, std::string_view text,
               std::vector<Range> Watched::*level);

/// The worst status of all figures that have a range; unknown where a watched figure is missing.
PluginStatus judge(std::span<const Watched> figures);

/// "available=3221225472B;1610612736:;805306368:;0;16106127360" for each known figure, with blanks between.
std::string performance_data(std::span<const Watched> figures);

}  // namespace memkit
