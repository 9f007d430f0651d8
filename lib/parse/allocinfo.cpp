#include "allocinfo.h"

#include <algorithm>

#include "text.h"

namespace memkit {

std::vector<AllocSite> parse_allocinfo(std::string_view text, std::size_t most) {
  std::vector<AllocSite> sites;
  text = complete_lines(text);
  while (!text.empty()) {
    // "       12288        3 fs/ext4/super.c:1412 [ext4] func:ext4_alloc_inode", below "allocinfo - version: 1.0" and
    // "#     <size>  <calls> <tag info>"
    std::string_view line = take_line(text);
    const Got<std::uint64_t> bytes = not_underflown(to_number<std::uint64_t>(take_word(line)));
    const Got<std::uint64_t> calls = not_underflown(to_number<std::uint64_t>(take_word(line)));
    if (!bytes || !calls) continue;
    const auto place = std::upper_bound(sites.begin(), sites.end(), *bytes,
                                        [](std::uint64_t size, const AllocSite& site) { return size > site.bytes; });
    if (static_cast<std::size_t>(place - sites.begin()) >= most) continue;
    sites.insert(place, {*bytes, *calls, std::string(trim(line))});
    if (sites.size() > most) sites.pop_back();
  }
  return sites;
}

}  // namespace memkit
