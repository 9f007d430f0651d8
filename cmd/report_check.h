#pragma once

#include <vector>

#include "command.h"
#include "output/plugin.h"
#include "output/report.h"

namespace memkit {

/// The figures that --warning and --critical can name, with their ranges; `facts` null: only to understand the options.
/// Throws UsageError.
std::vector<Watched> watched_figures(const Arguments& args, const ReportFacts* facts);

/// report --check: "MEMKIT REPORT CRITICAL - text | perfdata", or nothing with --quiet. The exit status: the worst
/// finding's, or of a figure that is outside a range that was given.
int print_check(const Context& context, const ReportFacts& facts, Language language);

}  // namespace memkit
