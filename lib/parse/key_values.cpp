#include "key_values.h"

#include <charconv>

namespace memkit {

KeyValue parse_key_value(std::string_view line) {
  std::string_view key = take_word(line);
  if (key.ends_with(':')) key.remove_suffix(1);
  if (key.empty()) return {};
  Got<std::uint64_t> value = not_underflown(to_number<std::uint64_t>(take_word(line)));
  const std::string_view unit = take_word(line);
  if (unit == "kB") return {key, kib_to_bytes(value)};
  if (!unit.empty()) return {key, Missing::malformed};
  return {key, value};
}

bool take_expected(std::string_view& rest, std::string_view key, Got<std::uint64_t>& value) {
  if (rest.size() <= key.size()) return false;
  const char behind = rest[key.size()];  // tells most other keys, without a comparison
  if ((behind != ':' && behind != ' ') || !rest.starts_with(key)) return false;
  const char* at = rest.data() + key.size();
  const char* const end = rest.data() + rest.size();
  if (behind == ':' && ++at != end && *at != ' ' && *at != '\t') return false;  // "Rss:4" is one word
  while (at != end && (*at == ' ' || *at == '\t')) ++at;
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(at, end, number);
  if (error != std::errc{}) return false;
  std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  const bool kib = unit.starts_with(" kB\n");
  if (!kib && !unit.starts_with('\n')) return false;
  value = not_underflown(number);
  if (kib) value = kib_to_bytes(value);
  unit.remove_prefix(kib ? 4 : 1);
  rest = unit;
  return true;
}

}  // namespace memkit
