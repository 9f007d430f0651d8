#include "comm.h"

#include "text.h"

namespace memkit {

Got<std::string_view> parse_comm(std::string_view text) {
  text = without_padding(text);
  if (text.empty()) return Missing::absent;
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace memkit
