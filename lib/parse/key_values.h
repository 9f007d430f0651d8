#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "got.h"
#include "text.h"

namespace memkit {

/// One row of a parser's table: the kernel's key, and the member that takes its value.
template <class T>
struct KeyField {
  std::string_view key;
  Got<std::uint64_t> T::*member;
};

/// One line "Key:   123 kB" or "key 123": sizes in kB become bytes, plain numbers stay as they are.
struct KeyValue {
  std::string_view key;
  Got<std::uint64_t> value;
};
KeyValue parse_key_value(std::string_view line);

/// Reads every line of `text` into the members that `fields` names; unknown keys are skipped, and of a
/// repeated key the first counts. Kernels print keys in a stable order, so each search starts behind the
/// last hit: one comparison a line where the table follows the kernel's order.
template <class T>
void parse_key_values(std::string_view text, std::span<const KeyField<T>> fields, T& into) {
  text = without_padding(text);
  std::size_t next = 0;
  while (!text.empty()) {
    const KeyValue pair = parse_key_value(take_line(text));
    if (pair.key.empty()) continue;
    for (std::size_t tried = 0; tried < fields.size(); ++tried, next = next + 1 == fields.size() ? 0 : next + 1) {
      if (fields[next].key != pair.key) continue;
      Got<std::uint64_t>& slot = into.*fields[next].member;
      if (!slot && slot.missing() == Missing::absent) slot = pair.value;
      break;
    }
  }
}

}  // namespace memkit
