#include "inode_state.h"

#include "text.h"

namespace memkit {

// "70794	1200	0	0	0	0	0".
InodeState parse_inode_state(std::string_view text) {
  InodeState state;
  text = without_padding(text);
  for (auto* const count : {&state.inodes, &state.unused}) {
    const std::string_view word = take_whole_word(text);
    if (word.empty()) break;
    *count = not_underflown(to_number<std::uint64_t>(word));
  }
  return state;
}

}  // namespace memkit
