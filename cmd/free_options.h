#pragma once

#include "options.h"
#include "output/units.h"

namespace memkit {

/// Options of procps-ng's free keep their letters and meaning, so -s, -c and -w are its own here and the common
/// --sort, --count and --warning have no letter.
inline constexpr OptionSpec kFreeOptions[] = {
    {"bytes", 'b', "show bytes", {}, {}, {}, {}, {}, "unit"},
    {"kilo", 0, "show kilobytes (1000)", {}, {}, {}, {}, {}, "unit"},
    {"mega", 0, "show megabytes (1000^2)", {}, {}, {}, {}, {}, "unit"},
    {"giga", 0, "show gigabytes (1000^3)", {}, {}, {}, {}, {}, "unit"},
    {"tera", 0, "show terabytes (1000^4)", {}, {}, {}, {}, {}, "unit"},
    {"peta", 0, "show petabytes (1000^5)", {}, {}, {}, {}, {}, "unit"},
    {"kibi", 'k', "show kibibytes (1024), the default", {}, {}, {}, {}, {}, "unit"},
    {"mebi", 'm', "show mebibytes (1024^2)", {}, {}, {}, {}, {}, "unit"},
    {"gibi", 'g', "show gibibytes (1024^3)", {}, {}, {}, {}, {}, "unit"},
    {"tebi", 0, "show tebibytes (1024^4)", {}, {}, {}, {}, {}, "unit"},
    {"pebi", 0, "show pebibytes (1024^5)", {}, {}, {}, {}, {}, "unit"},
    {"human", 'h', "show each size in the unit that fits"},
    {"si", 0, "use powers of 1000, not 1024"},
    {"lohi", 'l', "add rows for low and high memory"},
    {"line", 'L', "show everything on one line"},
    {"total", 't', "add a row with RAM and swap together"},
    {"committed", 'v', "add a row with the commit limit and what is committed"},
    {"wide", 'w', "show buffers and cache apart"},
    {"interval", 's', "repeat every S seconds", Arg::required, "S", "seconds"},
    {"count", 'c', "repeat N times, every second unless -s says otherwise", Arg::required, "N"},
    {"health", 0, "add a line: is what is available enough"},
    {"breakdown", 0, "where all of the RAM is, to the last byte"},
    {"nodes", 0, "the same figures for each NUMA node"},
    {"cgroup", 0, "limit, use and headroom of this cgroup, or of PATH", Arg::optional, "PATH"},
    with_letter(opt::output, 'o'),
    with_letter(opt::no_headings, 'n'),
    opt::json,
    opt::root,
    opt::color,
    opt::explain,
    opt::check,
    with_help(opt::warning, "warn if available is outside RANGE (10%:)"),
    with_help(opt::critical, "critical if available is outside RANGE (5%:)"),
    opt::help,
    opt::version,
};

}  // namespace memkit
