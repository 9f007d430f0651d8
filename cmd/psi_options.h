#pragma once

#include "options.h"

namespace memkit {

inline constexpr OptionSpec kPsiOptions[] = {
    {"cgroup", 0, "of this process's cgroup, or of that at PATH", Arg::optional, "PATH"},
    {"by", 0, "rank by KEY: cgroup", Arg::required, "KEY", {}, Complete::choices, "cgroup"},
    {"interval", 0, "a line with a verdict every S seconds", Arg::required, "S"},
    with_help(opt::count, "stop after N, one a second without --interval"),
    {"look", 0, "look at reclaim for S seconds (1 if pressure is high)", Arg::required, "S"},
    {"wait", 0, "wait until pressure passes the warning threshold"},
    {"timeout", 0, "with --wait: give up after S seconds, status 4", Arg::required, "S"},
    with_letter(with_help(opt::warning, "warn outside RANGE (some.avg10=@10:)"), 'w'),
    with_letter(with_help(opt::critical, "critical outside RANGE (some.avg10=@25:)"), 'c'),
    opt::check,
    {"all", 'a', "with --by: also cgroups in which nobody waited"},
    {"top", 0, "with --by: the N worst alone", Arg::required, "N"},
    opt::output,
    with_help(opt::sort, "with --by: by column KEY, largest first"),
    with_help(opt::reverse, "with --by: the other way round"),
    opt::no_headings,
    opt::json,
    opt::root,
    opt::color,
    opt::explain,
    opt::help,
    opt::version,
};

}  // namespace memkit
