#include "key_values.h"

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

}  // namespace memkit
