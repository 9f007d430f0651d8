#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/oom_rank.h"

namespace memkit {

/// A command for a person to run; memkit runs none.
struct OomAdvice {
  std::uint32_t pid = 0;
  std::string_view effect;  ///< "now", "at each start", "limit", "systemd-oomd", "stop"
  std::string command;      ///< one line of shell
  std::string_view note;    ///< what is to be known of it; may be empty
};

/// What makes a change that --what-if tried last: choom(1), drop-ins and properties of the unit, its own limit, what
/// systemd-oomd goes by. `ranking` is the one before the change, where those to kill still are. Limits are 1.25 and 1.5
/// times what the unit's processes have now.
/// Source: man choom(1), systemd.exec(5) OOMScoreAdjust=, systemd.resource-control(5) MemoryHigh=
/// ManagedOOMPreference=.
std::vector<OomAdvice> oom_advice(const OomRanking& ranking, const OomWhatIf& what_if);

}  // namespace memkit
