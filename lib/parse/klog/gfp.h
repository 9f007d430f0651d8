#pragma once

#include <string>
#include <string_view>

#include "oom_event.h"

namespace memkit {

/// The names of a mask's flags ("0x201da": "GFP_HIGHUSER_MOVABLE|__GFP_COLD"), for kernels that print it in hex alone:
/// up to 4.4. Bits that changed their meaning between those stay hex; empty of what is no such mask.
/// Source: include/linux/gfp.h, 2.6.18 to 4.4.
std::string gfp_names(std::string_view mask);

/// What an event asked for: as the kernel printed it, else decoded; empty where the header was not seen.
std::string gfp_names(const OomEvent& event);

}  // namespace memkit
