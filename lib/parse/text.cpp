#include "text.h"

#include <algorithm>
#include <limits>

namespace memkit {
namespace {

constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };  // a lambda is inlined
constexpr bool is_octal(char c) { return c >= '0' && c <= '7'; }

}  // namespace

std::string_view without_padding(std::string_view text) {
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  return text;
}

std::string_view complete_lines(std::string_view text) {
  text = without_padding(text);
  return text.substr(0, text.rfind('\n') + 1);  // npos + 1 is 0
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

std::string_view take_whole_word(std::string_view& rest) {
  constexpr auto ends_word = [](char c) { return is_blank(c) || c == '\n' || c == '\0'; };
  const auto* const begin = std::find_if_not(rest.begin(), rest.end(), ends_word);
  const auto* const end = std::find_if(begin, rest.end(), ends_word);
  const bool whole = end != rest.end() && *end != '\0';
  const auto word = std::string_view(begin, static_cast<std::size_t>(end - begin));
  rest.remove_prefix(static_cast<std::size_t>(end - rest.begin()));
  return whole ? word : std::string_view();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

Got<std::uint64_t> kib_to_bytes(Got<std::uint64_t> kib) {
  if (!kib) return kib;
  return not_underflown(*kib > std::numeric_limits<std::uint64_t>::max() / 1024 ? Got<std::uint64_t>(Missing::malformed)
                                                                                : *kib * 1024);
}

Got<std::uint64_t> not_underflown(Got<std::uint64_t> count) {
  if (count && *count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return Missing::malformed;
  return count;
}

Got<std::uint64_t> to_hundredths(std::string_view word) {
  const std::size_t point = std::min(word.find('.'), word.size());
  const Got<std::uint64_t> whole = to_number<std::uint64_t>(word.substr(0, point));
  if (!whole || *whole > std::numeric_limits<std::int64_t>::max() / 100) return Missing::malformed;
  if (point == word.size()) return *whole * 100;
  const std::string_view decimals = word.substr(point + 1);
  const Got<std::uint64_t> hundredths = to_number<std::uint64_t>(decimals);
  if (!hundredths || decimals.size() > 2) return Missing::malformed;
  return *whole * 100 + *hundredths * (decimals.size() == 1 ? 10 : 1);
}

Got<std::uint64_t> parse_number_file(std::string_view text) {
  text = without_padding(text);
  if (text.empty()) return Missing::absent;
  std::string_view line = take_line(text);
  if (!trim(text).empty()) return Missing::malformed;
  return not_underflown(to_number<std::uint64_t>(trim(line)));
}

std::string unescape_octal(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const bool escape = text.size() >= 4 && text[0] == '\\' && text[1] <= '3' && is_octal(text[1]) &&
                        is_octal(text[2]) && is_octal(text[3]);
    if (escape) {
      plain += static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
    } else {
      plain += text[0];
    }
    text.remove_prefix(escape ? 4 : 1);
  }
  return plain;
}

}  // namespace memkit
