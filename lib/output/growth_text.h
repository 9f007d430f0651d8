#pragma once

#include <span>
#include <string>

#include "analysis/growth.h"
#include "output/json_writer.h"
#include "output/out.h"

namespace memkit {

/// Why a track came to its end.
enum class TrackEnd { count, interrupted, process_ended, pid_reused, other_program };
std::string_view to_string(TrackEnd end);

/// What a track found, for its summary.
struct TrackSummary {
  const GrowthSeries& series;
  TrackEnd end{};
  /// Mappings that changed; missing where they could not be read at both ends.
  Got<std::vector<GrownGroup>> changed;
  BindingLimit limit;
  std::size_t skipped = 0;  ///< samples without page figures, for --budget
};

/// One word and a sentence on what the series looks like; never "leak" on fewer than kLeastTrendPoints samples.
std::string verdict_text(const TrackSummary& summary);
/// The summary in a few lines: slope, what grew, verdict, the limit.
std::string summary_text(const TrackSummary& summary);
/// The keys of the summary's document, behind those of the process.
void write_summary(JsonWriter& json, const TrackSummary& summary);

}  // namespace memkit
