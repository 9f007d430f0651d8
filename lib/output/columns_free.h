#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/accounting.h"
#include "analysis/free_rows.h"
#include "output/column.h"

namespace memkit {

/// A line of free: a row and its name.
struct FreeLine {
  std::string name;  ///< "Mem", "Swap", "Node 0"
  FreeRow row;
  /// In place of row.free_bytes where it can be negative (Comm).
  Got<std::int64_t> signed_free_bytes = Missing::absent;
};
std::span<const Column<FreeLine>> free_columns();

/// A line of free --breakdown: a part of the accounting, what it overlaps with, the residual, or the total.
struct BreakdownLine {
  std::string_view id;
  std::string label;
  Got<std::int64_t> size_bytes;  ///< negative: the residual, where fields overlap
  Got<double> share_pct;
  std::string_view reclaim;
  std::string_view owner;
  std::string bar;  ///< the share, drawn
  bool total = false;
};
std::vector<BreakdownLine> breakdown_lines(const Accounting& accounting);
/// The column "bar" is only for terminals.
std::span<const Column<BreakdownLine>> breakdown_columns();

}  // namespace memkit
