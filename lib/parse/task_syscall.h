#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/PID/task/TID/syscall: where a thread that waits has its stack pointer. Absent where it runs ("running") or the
/// text is empty, malformed where it makes no sense.
/// Source: man 5 proc; fs/proc/base.c proc_pid_syscall: "NUMBER ARGS... SP PC", or "-1 SP PC" outside of a call.
Got<std::uint64_t> parse_stack_pointer(std::string_view text);

}  // namespace memkit
