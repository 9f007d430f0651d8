#pragma once

#include "options.h"

namespace memkit {

/// Options of smem keep their letters and meaning: -c is its spelling of -o, -H of -n.
inline constexpr OptionSpec kSmemOptions[] = {
    {"output",
     'o',
     "columns to show: LIST, +LIST adds, all",
     Arg::required,
     "LIST",
     {},
     Complete::columns,
     {},
     "columns"},
    {"columns", 'c', "the same, as smem spells it", Arg::required, "LIST", {}, Complete::columns, {}, "columns"},
    with_help(opt::sort, "sort by column KEY, shown or not, smallest first (pss)"),
    with_help(opt::reverse, "largest first"),
    {"totals", 't', "add a line with the number of processes and the sums"},
    {"abbreviate", 'k', "show each size with the unit that fits"},
    {"no-header", 'H', "no heading line", Arg::none, {}, "no-headings"},
    opt::json,
    opt::root,
    opt::color,
    opt::explain,
    opt::help,
    opt::version,
};

}  // namespace memkit
