#pragma once

#include "options.h"

namespace memkit {

/// Options that both parts of `memkit oom` have: the ranking (oom_rank_options.h) and the log (oom_log_options.h).
inline constexpr OptionSpec kOomCommonOptions[] = {
    {"unit", 0, "only units or containers that match", Arg::required, "REGEX"},
    opt::output,
    opt::sort,
    opt::reverse,
    opt::no_headings,
    opt::check,
    with_letter(opt::warning, 'w'),
    with_letter(opt::critical, 'c'),
    opt::json,
    opt::root,
    opt::color,
    opt::explain,
    opt::help,
    opt::version,
};

}  // namespace memkit
