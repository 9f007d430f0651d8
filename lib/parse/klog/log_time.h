#pragma once

#include <string_view>

#include "log_line.h"
#include "oom_event.h"

namespace memkit {

/// The wall clock of a time stamp: "May 19 18:14:43", "2026-08-27T15:51:41+1000", "Thu May 30 14:08:11 2024",
/// "Thu 2024-05-30 14:08:11 UTC". Month names are English: those of another language give no wall clock.
/// `year` stands in where the text has none (0: then there is no wall clock).
void read_wall_clock(std::string_view text, int year, LogTime& into);

/// When a line was logged.
LogTime time_of(const LogLine& line, int year);

}  // namespace memkit
