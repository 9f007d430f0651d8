#pragma once

#include <span>
#include <string>
#include <vector>

#include "collect/processes.h"
#include "output/columns_process.h"
#include "output/json_writer.h"
#include "output/out.h"

namespace memkit {

/// Why a walk saw less than everything, a clause each; empty where it saw everything.
std::vector<std::string> missing_reasons(const WalkSummary& summary, bool live);

/// The sums of a list of processes, of every column that can be summed, in the order of process_columns().
struct ProcessTotals {
  std::uint64_t processes = 0;
  std::uint64_t users = 0;
  std::vector<Got<std::uint64_t>> sums;  ///< by column; absent for columns that have no sum
  /// Whether the sums of the columns that are shown by default leave no process out.
  bool complete = false;

  /// The sum of the column with this id.
  [[nodiscard]] Got<std::uint64_t> of(std::string_view id) const;
};
ProcessTotals process_totals(std::span<const ProcessRow> rows, const WalkSummary& summary);

/// {"processes_count": …, a sum for each column that has one, "complete": …}
void write_totals(JsonWriter& json, const ProcessTotals& totals);
/// What is not in the rows, and why figures of some are null.
void write_skipped(JsonWriter& json, const WalkSummary& summary, bool live);

}  // namespace memkit
