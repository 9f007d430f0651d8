#include "text.h"

#include <algorithm>
#include <limits>

namespace memkit {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

}  // namespace

std::string_view without_padding(std::string_view text) {
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  return text;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

std::string_view take_word(std::string_view& rest) {
  const auto* const begin = std::find_if_not(rest.begin(), rest.end(), is_blank);
  const auto* const end = std::find_if(begin, rest.end(), is_blank);
  const auto word = std::string_view(begin, static_cast<std::size_t>(end - begin));
  rest.remove_prefix(static_cast<std::size_t>(end - rest.begin()));
  return word;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Got<std::uint64_t> kib_to_bytes(Got<std::uint64_t> kib) {
  if (!kib) return kib;
  if (*kib > std::numeric_limits<std::uint64_t>::max() / 1024) return Missing::malformed;
  return *kib * 1024;
}

Got<std::uint64_t> not_underflown(Got<std::uint64_t> count) {
  if (count && *count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return Missing::malformed;
  return count;
}

}  // namespace memkit
