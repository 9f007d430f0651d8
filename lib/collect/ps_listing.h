#pragma once

#include "collect/processes.h"
#include "source/root.h"

namespace memkit {

/// Of a tree without /proc/PID: the processes of what ps printed, as sosreports have it (ps,
/// sos_commands/process/ps_aux*). Sizes are RSS and VSZ; PSS and USS are not known, and counted as not walked. Names
/// are of the command line's first word. False where there is no such file, or it has no such table; then `list` is
/// left as it is.
bool read_ps_listing(const Root& root, ProcessList& list);

}  // namespace memkit
