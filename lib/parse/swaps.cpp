#include "swaps.h"

#include "text.h"

namespace memkit {
namespace {

Got<std::uint64_t> kib(std::string_view word) { return kib_to_bytes(not_underflown(to_number<std::uint64_t>(word))); }

// "/dev/zram0                              partition	8388604		76		100". The name's own blanks are
// escaped, but " (deleted)" behind it is not (older kernels) or is ("\040(deleted)").
bool parse_area(std::string_view line, SwapArea& area) {
  constexpr std::string_view kDeleted = " (deleted)";
  const std::string_view name = take_word(line);
  std::string_view type = take_word(line);
  if (type == kDeleted.substr(1)) {
    area.deleted = true;
    type = take_word(line);
  }
  area.type = type;
  area.size_bytes = kib(take_word(line));
  area.used_bytes = kib(take_word(line));
  const std::string_view priority = take_word(line);
  if (priority.empty() || !area.size_bytes) return false;
  area.priority = to_number<std::int32_t>(priority);
  area.name = unescape_octal(name);
  if (area.name.ends_with(kDeleted)) {
    area.name.resize(area.name.size() - kDeleted.size());
    area.deleted = true;
  }
  return true;
}

}  // namespace

std::vector<SwapArea> parse_swaps(std::string_view text) {
  std::vector<SwapArea> areas;
  text = complete_lines(text);
  while (!text.empty()) {
    SwapArea area;
    if (parse_area(take_line(text), area)) areas.push_back(std::move(area));
  }
  return areas;
}

}  // namespace memkit
