#pragma once

#include <cstddef>
#include <string_view>

namespace memkit {

/// Where in `text` a line stands that an OOM event, a daemon's kill or an echo of one begins with or is seen by: an
/// offset into that line; npos where there is none. A log is mostly other lines, which are not looked at in detail.
std::size_t find_anchor(std::string_view text, std::size_t from);

/// The same with what all processors have: find_anchor() takes a faster way where there is one.
std::size_t find_anchor_anywhere(std::string_view text, std::size_t from);

}  // namespace memkit
