#pragma once

#include "options.h"

namespace memkit {

/// Options of the ranking alone, which is what `memkit oom` does by itself.
inline constexpr OptionSpec kOomRankOptions[] = {
    {"processfilter", 'P', "list only processes whose name or command matches", Arg::required, "REGEX"},
    {"userfilter", 'U', "list only processes whose user matches", Arg::required, "REGEX"},
    {"what-if", 0, "as if PID had this oom_score_adj (may be repeated)", Arg::required, "PID=ADJ"},
    {"what-if-kill", 0, "as if PID were gone (may be repeated)", Arg::required, "PID"},
    {"top", 0, "list N processes and cgroups (10), 0: all", Arg::required, "N"},
    {"bytes", 'b', "show bytes", {}, {}, {}, {}, {}, "unit"},
    {"kibi", 'k', "show kibibytes (1024)", {}, {}, {}, {}, {}, "unit"},
    {"mebi", 'm', "show mebibytes (1024^2)", {}, {}, {}, {}, {}, "unit"},
    {"gibi", 'g', "show gibibytes (1024^3)", {}, {}, {}, {}, {}, "unit"},
};

}  // namespace memkit
