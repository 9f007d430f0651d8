#include "output/growth_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/columns_growth.h"
#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr std::size_t kMostNamed = 4;

std::string rate_text(double bytes_per_s) {
  return size_change_text(Got<std::int64_t>(static_cast<std::int64_t>(bytes_per_s))) + "/s";
}

std::string series_text(const TrackSummary& summary) {
  return fmt::format("{} samples in {}", summary.series.samples(), duration_text(summary.series.seconds()));
}

/// "RSS +41.2 MiB/s (39.8 to 42.5 ...)".
std::string slope_line(const TrackSummary& summary) {
  const Trend footprint = summary.series.trend(GrowthFigure::footprint);
  if (!footprint.slope) return fmt::format("No slope: {}.\n", series_text(summary));
  std::string line = fmt::format("RSS and swap {} ({} to {}; {})", rate_text(*footprint.slope),
                                 rate_text(*footprint.low), rate_text(*footprint.high), series_text(summary));
  for (const auto& [figure, name] : {std::pair(GrowthFigure::uss, "USS"), std::pair(GrowthFigure::heap, "heap"),
                                     std::pair(GrowthFigure::swap, "swap")}) {
    const Trend trend = summary.series.trend(figure);
    if (trend.slope) line += fmt::format(", {} {}", name, rate_text(*trend.slope));
  }
  return line + ".\n";
}

std::string change_text(const GrownGroup& group) {
  std::string text = for_terminal(group.name);
  if (group.mappings_before == 0) {
    text += " (new)";
  } else if (group.mappings_before != group.mappings_after) {
    text += fmt::format(" ({} -> {} mappings)", group.mappings_before, group.mappings_after);
  }
  const bool by_rss = group.rss_change_bytes().has_value();
  return text + fmt::format(" {} -> {}{}", size_text(by_rss ? group.rss_before_bytes : group.vsz_before_bytes),
                            size_text(by_rss ? group.rss_after_bytes : group.vsz_after_bytes),
                            by_rss ? "" : " of size");
}

std::string changes_line(const TrackSummary& summary) {
  if (!summary.changed) {
    return "Which mappings grew is not known: they could not be read at both ends.\n";
  }
  std::string line;
  std::size_t named = 0;
  for (const GrownGroup& group : *summary.changed) {
    if (group.rss_change_bytes().value_or(0) <= 0 && group.vsz_change_bytes() <= 0) continue;
    if (named++ == kMostNamed) break;
    line += (line.empty() ? "Grew: " : "; ") + change_text(group);
  }
  return line.empty() ? "No mapping grew.\n" : line + ".\n";
}

std::string limit_line(const TrackSummary& summary) {
  const BindingLimit& limit = summary.limit;
  const Trend trend = summary.series.trend(GrowthFigure::footprint);
  if (trend.shape != TrendShape::growing) return "";
  const Got<double> seconds = seconds_until(limit.headroom_bytes, trend.slope);
  if (limit.name.empty() || !seconds) return "No limit is known that it could meet.\n";
  const std::string what = limit.name == "RAM"
                               ? fmt::format("RAM ({}, {} available) is used up", size_text(limit.limit_bytes),
                                             signed_size_text(limit.headroom_bytes))
                               : fmt::format("{} meets its limit ({}, {} left)", for_terminal(limit.name),
                                             size_text(limit.limit_bytes), signed_size_text(limit.headroom_bytes));
  return fmt::format("At this rate {} in {}.\n", what, duration_text(*seconds));
}

std::string end_text(TrackEnd end) {
  switch (end) {
    case TrackEnd::process_ended:
      return "The process ended.\n";
    case TrackEnd::pid_reused:
      return "The process ended, and its number belongs to another one by now.\n";
    case TrackEnd::other_program:
      return "The process began another program (execve): what it held before is gone.\n";
    case TrackEnd::count:
    case TrackEnd::interrupted:
      break;
  }
  return "";
}

}  // namespace

std::string_view to_string(TrackEnd end) {
  constexpr std::string_view kNames[] = {"count", "interrupted", "process_ended", "pid_reused", "other_program"};
  return kNames[static_cast<std::size_t>(end)];
}

std::string verdict_text(const TrackSummary& summary) {
  const Trend trend = summary.series.trend(GrowthFigure::footprint);
  switch (trend.shape) {
    case TrendShape::too_few:
      return fmt::format("none, on fewer than {} samples.", kLeastTrendPoints);
    case TrendShape::steady:
      return "steady: what it holds does not grow.";
    case TrendShape::falling:
      return "it gives memory back.";
    case TrendShape::growing:
      return fmt::format("steady growth, no sign of levelling. A leak is likely; {} do not prove one.",
                         series_text(summary));
    case TrendShape::levelling:
      return "it grew, and levels off: more like a warm-up than a leak. A longer track tells.";
    case TrendShape::sawtooth:
      return "a sawtooth: it grows and gives back again and again, as garbage collection does; its lowest points do "
             "not "
             "rise.";
  }
  return "";
}

std::string summary_text(const TrackSummary& summary) {
  std::string text = end_text(summary.end) + slope_line(summary) + changes_line(summary) +
                     "Verdict: " + verdict_text(summary) + "\n" + limit_line(summary);
  if (summary.skipped != 0) {
    text += fmt::format("{} samples have no figures of pages: --budget was used up.\n", summary.skipped);
  }
  return text;
}

namespace {

void write_figures(JsonWriter& json, const TrackSummary& summary) {
  json.key("figures");
  json.begin_array();
  for (std::size_t i = 0; i < kGrowthFigures; ++i) {
    const auto figure = static_cast<GrowthFigure>(i);
    const Trend trend = summary.series.trend(figure);
    json.begin_object();
    json.field("figure", growth_figure_id(figure));
    json.field("first_bytes", summary.series.first(figure));
    json.field("last_bytes", summary.series.last(figure));
    json.field("slope_bytes_per_s", trend.slope);
    json.field("slope_low_bytes_per_s", trend.low);
    json.field("slope_high_bytes_per_s", trend.high);
    json.field("shape", to_string(trend.shape));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_summary(JsonWriter& json, const TrackSummary& summary) {
  json.field("end", to_string(summary.end));
  json.field("samples_count", summary.series.samples());
  json.field("skipped_count", summary.skipped);
  json.field("duration_s", summary.series.seconds());
  json.field("least_samples_count", kLeastTrendPoints);
  const Trend footprint = summary.series.trend(GrowthFigure::footprint);
  json.field("shape", to_string(footprint.shape));
  json.field("verdict", verdict_text(summary));
  write_figures(json, summary);
  json.key("changed");
  if (summary.changed) {
    json.begin_array();
    for (const GrownGroup& group : *summary.changed) write_row(json, grown_columns(), group);
    json.end_array();
  } else {
    json.null();
  }
  const bool known = !summary.limit.name.empty();
  json.key("limit");
  json.begin_object();
  json.field("name", known ? Got<std::string>(summary.limit.name) : Got<std::string>(Missing::absent));
  json.field("limit_bytes", summary.limit.limit_bytes);
  json.field("headroom_bytes", summary.limit.headroom_bytes);
  json.field("reached_in_s", seconds_until(summary.limit.headroom_bytes, footprint.slope));
  json.end_object();
}

}  // namespace memkit
