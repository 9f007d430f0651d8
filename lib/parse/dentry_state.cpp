#include "dentry_state.h"

#include "text.h"

namespace memkit {

// "99908	98587	45	0	29149	0": dentries, unused, age limit, wanted pages, negative, always 0.
DentryState parse_dentry_state(std::string_view text) {
  DentryState state;
  Got<std::uint64_t> age_limit;
  Got<std::uint64_t> wanted_pages;
  text = without_padding(text);
  for (auto* const count : {&state.dentries, &state.unused, &age_limit, &wanted_pages, &state.negative}) {
    const std::string_view word = take_whole_word(text);
    if (word.empty()) break;
    *count = not_underflown(to_number<std::uint64_t>(word));
  }
  if (state.negative == 0U) state.negative = Missing::absent;
  return state;
}

}  // namespace memkit
