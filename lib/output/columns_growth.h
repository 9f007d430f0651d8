#pragma once

#include <span>
#include <string>

#include "analysis/growth.h"
#include "collect/growth.h"
#include "output/column.h"

namespace memkit {

/// A sample of pmap --track with its time as text ("2026-11-22T18:18:01.123Z"), which outlives what is made of the row.
struct GrowthRow {
  GrowthSample sample;
  std::string time;
};

/// Columns of pmap --track, and the heading of its CSV: one that is added goes to the end.
std::span<const Column<GrowthRow>> growth_columns();

/// Columns of pmap --diff: mappings of one name at two moments.
std::span<const Column<GrownGroup>> grown_columns();

}  // namespace memkit
