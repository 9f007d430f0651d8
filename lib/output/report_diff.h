#pragma once

#include "analysis/report_diff.h"
#include "output/json_writer.h"
#include "output/lang/language.h"
#include "output/out.h"

namespace memkit {

/// What is different between two reports, with both.
struct DiffView {
  const ReportDocument& before;
  const ReportDocument& after;
  const ReportDiff& diff;
  std::size_t most = 10;  ///< rows of each list
  Language language = Language::en;
};

/// For people: the first line is the answer.
void print_diff(Out& out, const DiffView& view);

/// memkit.report-diff/1. Lists have at most `most` items.
void write_diff(JsonWriter& json, const DiffView& view);

}  // namespace memkit
