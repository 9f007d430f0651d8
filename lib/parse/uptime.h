#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/uptime: "58046.12 112233.44", printed to hundredths of a second.
/// Source: man 5 proc; fs/proc/uptime.c.
struct Uptime {
  Got<std::uint64_t> uptime_ms;  ///< since boot, suspend included
  Got<std::uint64_t> idle_ms;    ///< sum over all CPUs
};

Uptime parse_uptime(std::string_view text);

}  // namespace memkit
