#include "arcstats.h"

#include <array>

#include "key_values.h"

namespace memkit {
namespace {

using A = Arcstats;
constexpr KeyTable kTable(std::to_array<KeyField<A>>({
    {"hits", &A::hits},
    {"misses", &A::misses},
    {"c", &A::c_bytes},
    {"c_min", &A::c_min_bytes},
    {"c_max", &A::c_max_bytes},
    {"size", &A::size_bytes},
    {"data_size", &A::data_size_bytes},
    {"metadata_size", &A::metadata_size_bytes},
    {"dbuf_size", &A::dbuf_size_bytes},
    {"dnode_size", &A::dnode_size_bytes},
    {"anon_size", &A::anon_size_bytes},
    {"mru_size", &A::mru_size_bytes},
    {"mfu_size", &A::mfu_size_bytes},
    {"l2_hdr_size", &A::l2_hdr_size_bytes},
    {"memory_throttle_count", &A::memory_throttle_count},
    {"arc_meta_used", &A::arc_meta_used_bytes},
    {"arc_meta_limit", &A::arc_meta_limit_bytes},
    {"arc_sys_free", &A::arc_sys_free_bytes},
}));

}  // namespace

// Behind two lines of heading: "size                            4    1603939792" (name, type, value)
Arcstats parse_arcstats(std::string_view text) {
  Arcstats stats;
  text = complete_lines(text);
  std::size_t expected = 0;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view key = take_word(line);
    take_word(line);
    kTable.store(key, not_underflown(to_number<std::uint64_t>(take_word(line))), stats, expected);
  }
  return stats;
}

}  // namespace memkit
