#include "choice.h"

#include "text.h"

namespace memkit {

Got<std::string> parse_choice(std::string_view text) {
  text = without_padding(text);
  if (trim(text).empty()) return Missing::absent;
  const std::size_t open = text.find('[');
  const std::size_t close = open == std::string_view::npos ? open : text.find(']', open);
  if (close == std::string_view::npos || close == open + 1) return Missing::malformed;
  return std::string(text.substr(open + 1, close - open - 1));
}

}  // namespace memkit
