#pragma once

#include "command.h"

namespace memkit {

/// `memkit oom` without --log: who would be killed next. The exit status.
int run_oom_rank(const Context& context);
/// Its --check. The exit status of a monitoring plugin.
int run_oom_rank_check(const Context& context);

}  // namespace memkit
