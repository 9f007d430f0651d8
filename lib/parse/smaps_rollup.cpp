#include "smaps_rollup.h"

#include "smaps_table.h"

namespace memkit {

// 562f34a81000-7ffd89ce6000 ---p 00000000 00:00 0                          [rollup]
// Rss:                1772 kB
SmapsCounters parse_smaps_rollup(std::string_view text) {
  SmapsCounters counters;
  parse_key_values(text, kSmapsTable, counters);
  return counters;
}

}  // namespace memkit
