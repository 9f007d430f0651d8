#pragma once

#include <span>
#include <string>

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

/// Columns of free --breakdown.
std::span<const Column<AccountPart>> breakdown_columns();

}  // namespace memkit
