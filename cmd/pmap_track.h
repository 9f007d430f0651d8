#pragma once

#include "command.h"
#include "pmap_target.h"

namespace memkit {

/// What --track is asked for.
struct TrackPlan {
  double interval_s = 5;
  std::size_t count = 0;  ///< samples; 0: until the process ends
  double duration_s = 0;  ///< 0: likewise
  double budget_s = 0;    ///< of walking page tables in all; 0: no end
  enum class Format { table, csv, jsonl } format = Format::table;
};

/// Understands the options of --track; throws UsageError for a wrong one, and for one without --track.
TrackPlan parse_track_plan(const Arguments& args);

/// Samples one process until it ends, the plan is done or SIGINT or SIGTERM comes, each sample a row, and sums up what
/// it found: below the table, as the last document of JSON, and with CSV on standard error. The exit status.
int run_track(const Context& context, const TrackPlan& plan);

}  // namespace memkit
