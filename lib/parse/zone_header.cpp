#include "zone_header.h"

#include "text.h"

namespace memkit {

bool take_zone_header(std::string_view& line, std::uint32_t& node, std::string_view& zone) {
  if (!line.starts_with("Node ")) return false;
  std::string_view rest = line;
  take_word(rest);
  std::string_view number = take_word(rest);
  if (!number.ends_with(',')) return false;
  number.remove_suffix(1);
  const Got<std::uint32_t> parsed = to_number<std::uint32_t>(number);
  if (!parsed || take_word(rest) != "zone") return false;
  zone = take_word(rest);
  if (zone.empty()) return false;
  node = *parsed;
  line = rest;
  return true;
}

}  // namespace memkit
