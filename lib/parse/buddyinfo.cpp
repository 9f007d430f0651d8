#include "buddyinfo.h"

#include <limits>

#include "text.h"
#include "zone_header.h"

namespace memkit {
namespace {

// "Node 0, zone   Normal    530     81     88    237", the header already taken off.
bool parse_orders(std::string_view line, BuddyZone& zone) {
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    const auto blocks = not_underflown(to_number<std::uint64_t>(word));
    if (!blocks || zone.orders == BuddyZone::kMaxOrders) return false;
    zone.free_blocks[zone.orders++] = *blocks;
  }
  return zone.orders > 0;
}

}  // namespace

Got<std::uint64_t> BuddyZone::free_pages() const {
  std::uint64_t pages = 0;
  for (std::size_t order = 0; order < orders; ++order) {
    const std::uint64_t blocks = free_blocks[order];
    if (blocks > (std::numeric_limits<std::uint64_t>::max() - pages) >> order) return Missing::malformed;
    pages += blocks << order;
  }
  return pages;
}

Buddyinfo parse_buddyinfo(std::string_view text) {
  Buddyinfo info;
  text = complete_lines(text);
  while (!text.empty()) {
    std::string_view line = take_line(text);
    BuddyZone zone;
    std::string_view name;
    if (!take_zone_header(line, zone.node, name) || !parse_orders(line, zone)) continue;
    zone.name = name;
    info.zones.push_back(std::move(zone));
  }
  return info;
}

}  // namespace memkit
