#pragma once

#include "options.h"

namespace memkit {

/// Options of slabtop keep their letters and meaning: -o is its --once, -s its --sort, -h its --help.
inline constexpr OptionSpec kSlabOptions[] = {
    {"once", 'o', "slabtop's output alone, cgroups' copies apart"},
    {"sort", 's', "by column KEY, or slabtop's letter: abclvnopsu (o)", Arg::required, "KEY", {}, Complete::column},
    opt::reverse,
    {"by", 0, "sum up by KEY: kind", Arg::required, "KEY", {}, Complete::choices, "kind"},
    {"top", 0, "the first N rows alone", Arg::required, "N"},
    with_letter(opt::output, 0),
    opt::no_headings,
    {"bytes", 'b', "show bytes", {}, {}, {}, {}, {}, "unit"},
    {"kibi", 'k', "show kibibytes (1024)", {}, {}, {}, {}, {}, "unit"},
    {"mebi", 'm', "show mebibytes (1024^2)", {}, {}, {}, {}, {}, "unit"},
    {"gibi", 'g', "show gibibytes (1024^3)", {}, {}, {}, {}, {}, "unit"},
    {"human", 0, "show each size in the unit that fits", {}, {}, {}, {}, {}, "unit"},
    {"si", 0, "use powers of 1000, not 1024"},
    {"interval", 0, "show what grew, every S seconds", Arg::required, "S"},
    with_help(opt::count, "stop after N, one a second without --interval"),
    {"diff", 0, "what grew from capture A to B: folders or JSON", Arg::required, "A B", {}, Complete::file},
    opt::json,
    opt::root,
    opt::color,
    opt::explain,
    with_letter(opt::help, 'h'),
    opt::version,
    not_offered("delay", 'd', "--interval S, which prints what grew"),
};

}  // namespace memkit
