#pragma once

#include "command.h"
#include "output/lang/language.h"

namespace memkit {

/// memkit report --diff A B: each a capture's folder, or a document of `report --json` ("-": standard input).
/// Throws UsageError for what cannot be meant, RunError for what is neither.
int run_report_diff(const Context& context, Language language);

}  // namespace memkit
