#pragma once

#include "command.h"
#include "output/rows.h"

namespace memkit {

/// --diff A B [PID]: what changed between two captures of one process. The exit status; throws UsageError and RunError.
int run_mappings_diff(const Context& context, const RowChoice& rows);

}  // namespace memkit
