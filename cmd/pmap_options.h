#pragma once

#include "options.h"

namespace memkit {

constexpr std::string_view kInsteadOfRc = "--output LIST, which names the columns to show";

/// Options of procps-ng's pmap keep their letters and meaning.
inline constexpr OptionSpec kPmapOptions[] = {
    {"extended", 'x', "RSS and dirty memory of each mapping", {}, {}, {}, {}, {}, "view"},
    {"smaps", 'X', "more, as the kernel names it; -XX: everything", {}, {}, {}, {}, {}, "view"},
    {"device", 'd', "offset and device of each mapping", {}, {}, {}, {}, {}, "view"},
    {"quiet", 'q', "no headings and no totals", Arg::none, {}, "no-headings"},
    {"show-path", 'p', "files with their folders"},
    {"use-kernel-name", 'k', "for pmap's sake: the kernel's names always show"},
    {"range", 'A', "only mappings at LOW, or from LOW to HIGH", Arg::required, "LOW,HIGH"},
    {"name", 0, "processes whose name or command matches", Arg::required, "REGEX"},
    {"kind", 0, "what it is made of: sums by kind", {}, {}, {}, {}, {}, "view"},
    {"group", 0, "sums by file: text, data and bss in one row", {}, {}, {}, {}, {}, "view"},
    {"track", 0, "whether one process grows: a sample each interval", {}, {}, {}, {}, {}, "view"},
    {"diff",
     0,
     "what changed from capture A to B: folders or JSON",
     Arg::required,
     "A B",
     {},
     Complete::file,
     {},
     "view"},
    with_help(opt::interval, "of --track: a sample every S seconds (5)"),
    with_help(opt::count, "of --track: end after N samples"),
    {"duration", 0, "of --track: end after S seconds", Arg::required, "S"},
    {"format", 0, "of --track: table, csv or jsonl", Arg::required, "FORMAT", {}, Complete::choices, "table|csv|jsonl"},
    {"budget", 0, "of --track: walk page tables for S seconds in all", Arg::required, "S"},
    opt::output,
    with_help(opt::sort, "sort by column KEY, shown or not, smallest first"),
    with_help(opt::reverse, "largest first"),
    {"top", 0, "the N largest alone, largest first", Arg::required, "N"},
    opt::explain,
    opt::json,
    opt::root,
    opt::color,
    with_letter(opt::help, 'h'),
    opt::version,
    not_offered("read-rc", 'c', kInsteadOfRc),
    not_offered("read-rc-from", 'C', kInsteadOfRc),
    not_offered("create-rc", 'n', kInsteadOfRc),
    not_offered("create-rc-to", 'N', kInsteadOfRc),
};

}  // namespace memkit
