#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "got.h"

namespace memkit {

/// One swap area.
struct SwapArea {
  std::string name;      ///< path of the device or file, escapes decoded, without " (deleted)"
  bool deleted = false;  ///< a swap file that was unlinked while in use
  std::string type;      ///< "partition" or "file"
  Got<std::uint64_t> size_bytes;
  Got<std::uint64_t> used_bytes;
  Got<std::int32_t> priority;  ///< the kernel hands out negative ones itself
};

/// /proc/swaps, without its heading. An area whose line does not parse is left out.
/// Source: mm/swapfile.c swap_show.
std::vector<SwapArea> parse_swaps(std::string_view text);

}  // namespace memkit
