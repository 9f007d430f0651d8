#pragma once

#include <string>
#include <vector>

#include "analysis/growth.h"
#include "collect/snapshot.h"
#include "output/columns_mapping.h"
#include "output/json_writer.h"
#include "output/out.h"

namespace memkit {

/// One process as a capture holds it.
struct SavedProcess {
  std::uint32_t pid = 0;
  std::string name;  ///< comm; empty: unknown
  std::string command;
  Got<std::uint64_t> starttime_ticks;
  std::vector<FileGroup> groups;
  MappingTotals totals;
};

/// A process at two moments.
struct MappingsDiff {
  std::string place_before;  ///< the folder or file, as it was named
  std::string place_after;
  Host host_before;
  Host host_after;
  SavedProcess before;
  SavedProcess after;
  std::vector<GrownGroup> changed;  ///< of compare_groups()

  /// From A to B, by the uptime of one boot; negative: B is the older one. Missing where a capture does not tell it.
  [[nodiscard]] Got<double> seconds() const;
};

/// The answer in a sentence, and what must be known to read it: another program in between, figures that one lacks.
std::vector<std::string> diff_sentences(const MappingsDiff& diff);
/// --explain.
void explain_diff(Out& out, const MappingsDiff& diff);
/// "before" and "after" of the document: place and sums.
void write_diff_sides(JsonWriter& json, const MappingsDiff& diff);

}  // namespace memkit
