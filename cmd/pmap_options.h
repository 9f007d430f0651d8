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
    {"output", 'o', "columns to show: LIST, +LIST adds, all", Arg::required, "LIST", {}, Complete::columns, {}, "view"},
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
