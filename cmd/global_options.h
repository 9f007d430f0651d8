#pragma once

#include "options.h"

namespace memkit {

/// What may stand before the command's name: `memkit --json free` is `memkit free --json`.
inline constexpr OptionSpec kGlobalOptions[] = {
    {"list", 0, "print the names of the commands, and nothing else"},
    opt::json,
    opt::root,
    opt::color,
    opt::explain,
    opt::help,
    opt::version,
};

}  // namespace memkit
