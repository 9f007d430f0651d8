#pragma once

#include "command.h"

namespace memkit {

/// Whether the command line asks for the log: --log, a FILE, or an option that only the log has.
bool wants_oom_log(const Arguments& args);

/// `memkit oom --log`: the exit status.
int run_oom_log(const Context& context);

}  // namespace memkit
