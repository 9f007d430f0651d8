#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

/// The usual case, cheaply: takes the next line off `rest` where it is "<key>:   <number> kB" or "<key> <number>"
/// and nothing more, newline included. False, and nothing taken, where it is anything else.
bool take_expected(std::string_view& rest, std::string_view key, Got<std::uint64_t>& value);

/// The keys of one kind of file, in the order in which kernels print them: a search that starts behind the last
/// hit mostly ends at once, and a key that is unknown or out of order costs a binary search.
template <class T, std::size_t N>
class KeyTable {
 public:
  static constexpr std::size_t kNone = N;

  consteval explicit KeyTable(const std::array<KeyField<T>, N>& fields) : fields_(fields) {
    for (std::size_t i = 0; i < N; ++i) by_name_[i] = static_cast<std::uint16_t>(i);
    std::sort(by_name_.begin(), by_name_.end(), [this](auto a, auto b) { return fields_[a].key < fields_[b].key; });
    for (std::size_t i = 1; i < N; ++i) {
      if (fields_[by_name_[i - 1]].key == fields_[by_name_[i]].key) throw "a key stands in the table twice";
    }
  }

  /// The row of `key`, or kNone. `expected` is the row where it probably is.
  [[nodiscard]] std::size_t find(std::string_view key, std::size_t expected = N) const {
    if (expected < N && fields_[expected].key == key) return expected;
    const auto at = std::lower_bound(by_name_.begin(), by_name_.end(), key,
                                     [this](std::uint16_t row, std::string_view k) { return fields_[row].key < k; });
    return at != by_name_.end() && fields_[*at].key == key ? *at : kNone;
  }

  /// Stores a value where its key is known and was not seen before. `expected` becomes the row behind the key's.
  /// False where the key is unknown.
  bool store(std::string_view key, Got<std::uint64_t> value, T& into, std::size_t& expected) const {
    const std::size_t row = find(key, expected);
    if (row == kNone) return false;
    put(row, value, into);
    expected = row + 1;
    return true;
  }

  /// Takes the next line off `rest` and stores its value where it is a plain line of the expected key (or of the
  /// one behind it, since kernels differ by a field here and there); else false, and nothing is taken.
  bool take(std::string_view& rest, T& into, std::size_t& expected) const {
    Got<std::uint64_t> value;
    for (std::size_t row = expected; row < std::min(expected + 2, N); ++row) {
      if (!take_expected(rest, fields_[row].key, value)) continue;
      put(row, value, into);
      expected = row + 1;
      return true;
    }
    return false;
  }

  [[nodiscard]] constexpr const std::array<KeyField<T>, N>& fields() const { return fields_; }

 private:
  void put(std::size_t row, Got<std::uint64_t> value, T& into) const {
    Got<std::uint64_t>& slot = into.*fields_[row].member;
    if (!slot && slot.missing() == Missing::absent) slot = value;
  }

  std::array<KeyField<T>, N> fields_;
  std::array<std::uint16_t, N> by_name_{};
};

/// Reads every whole line of `text` into the members that `table` names; unknown keys are skipped, and of a
/// repeated key the first counts.
template <class T, std::size_t N>
void parse_key_values(std::string_view text, const KeyTable<T, N>& table, T& into) {
  text = complete_lines(text);
  std::size_t expected = 0;
  while (!text.empty()) {
    if (table.take(text, into, expected)) continue;
    const KeyValue pair = parse_key_value(take_line(text));
    table.store(pair.key, pair.value, into, expected);
  }
}

}  // namespace memkit
