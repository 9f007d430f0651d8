#pragma once

#include "options.h"

namespace memkit {

/// Options of the log alone. Each of them means --log.
inline constexpr OptionSpec kOomLogOptions[] = {
    {"log", 0, "who was killed, and why: the kernel's log, or FILE...", Arg::optional, "FILE", {}, Complete::file},
    {"event", 0, "the whole story of event N, or of the last: last", Arg::required, "N"},
    {"tasks", 0, "the event's task table, largest first"},
    {"summary", 0, "kills by unit, control group, name and hour; loops"},
    {"markdown", 0, "stories, list and summary as Markdown"},
    {"since", 0, "only from TIME on: 2026-11-22 18:00, 2h, @SECONDS", Arg::required, "TIME"},
    {"until", 0, "only before TIME", Arg::required, "TIME"},
    {"boot", 0, "ask journalctl for a boot's log (this one)", Arg::optional, "ID"},
    {"cgroup", 0, "only control groups that match", Arg::required, "REGEX"},
    {"name", 0, "only processes killed whose name matches", Arg::required, "REGEX"},
    {"state", 0, "with --check: remember in FILE what was seen", Arg::required, "FILE", {}, Complete::file},
};

}  // namespace memkit
