#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analysis/accounting.h"
#include "analysis/available.h"
#include "analysis/delta.h"
#include "analysis/where.h"
#include "collect/processes.h"
#include "collect/snapshot.h"
#include "output/columns_process.h"
#include "output/json_writer.h"
#include "output/out.h"
#include "output/table.h"

namespace memkit {

/// All that a report says.
struct ReportFacts {
  Snapshot snapshot;
  Accounting accounting;
  HealthVerdict verdict;
  std::optional<Delta> delta;  ///< with --interval
  TopProcesses processes;
  WalkSummary walk;
  std::unique_ptr<NamePool> names;  ///< what the rows' names point to
  std::unique_ptr<ProcessListing> listing = std::make_unique<ProcessListing>();
  std::vector<ProcessRow> top;  ///< the largest, by PSS
};

/// The report for people: the first line is the answer. `width`: columns of the window, 0 in a pipe.
void print_report(Out& out, const ReportFacts& facts, bool color, std::size_t width);

/// What follows with --explain.
void explain_report(Out& out, const ReportFacts& facts);

/// The data of memkit.report/1, inside the open envelope.
void write_report(JsonWriter& json, const ReportFacts& facts);

}  // namespace memkit
