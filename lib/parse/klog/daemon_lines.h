#pragma once

#include <string_view>

#include "oom_event.h"

namespace memkit {

/// systemd-oomd: "Killed X due to memory pressure for Y being 51.07% > 50.00% for > 20s with reclaim activity",
/// "Marked X for killing due to ...". False: the line is none of them.
bool read_oomd_kill(std::string_view text, DaemonKill& into);
/// "Considered 41 cgroups for killing, top candidates were:": 41.
Got<std::uint64_t> read_oomd_candidates(std::string_view text);

/// earlyoom of any version, from "Killing process PID NAME" to `sending SIGTERM to process 27541 uid 1000 "bash":
/// oom_score 823, VmRSS 79 MiB, cmdline "..."`. `named`: the log names earlyoom; without, only lines with figures are
/// taken for its.
bool read_earlyoom_kill(std::string_view text, bool named, DaemonKill& into);
/// "process 27541 exited after 1.9 seconds", "escalating to SIGKILL after ...", "kill failed: ...": what became of the
/// last kill. False: the line is none of them, or is about another process.
bool read_earlyoom_outcome(std::string_view text, DaemonKill& kill);

/// "UNIT: what": a line of systemd about a unit. Empty: it is about none.
std::string_view unit_of(std::string_view text);

}  // namespace memkit
