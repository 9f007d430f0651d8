#pragma once

#include <cstdint>
#include <string_view>

namespace memkit {

/// Takes "Node 0, zone   Normal" off the front of a line of zoneinfo or buddyinfo; false where it begins with
/// something else.
bool take_zone_header(std::string_view& line, std::uint32_t& node, std::string_view& zone);

}  // namespace memkit
