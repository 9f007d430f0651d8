#include "zram.h"

#include "text.h"

namespace memkit {

//  5373952     5451    73728        0    73728     1267        0        0
ZramMmStat parse_zram_mm_stat(std::string_view text) {
  constexpr Got<std::uint64_t> ZramMmStat::*kColumns[] = {
      &ZramMmStat::orig_data_size_bytes, &ZramMmStat::compr_data_size_bytes,
      &ZramMmStat::mem_used_total_bytes, &ZramMmStat::mem_limit_bytes,
      &ZramMmStat::mem_used_max_bytes,   &ZramMmStat::same_pages,
      &ZramMmStat::pages_compacted,      &ZramMmStat::huge_pages,
      &ZramMmStat::huge_pages_since,
  };
  text = without_padding(text);
  ZramMmStat stat;
  for (const auto column : kColumns) {
    const std::string_view word = take_whole_word(text);
    if (word.empty()) break;
    stat.*column = not_underflown(to_number<std::uint64_t>(word));
  }
  return stat;
}

}  // namespace memkit
