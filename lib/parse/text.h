#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// The bytes of a kernel file without the NULs that some capture tools pad them with.
std::string_view without_padding(std::string_view text);

/// Takes the next line (without its newline) off `rest`. An unterminated last line counts as a line:
/// a caller that must not trust a cut number checks `rest` and the text's end itself.
std::string_view take_line(std::string_view& rest);

/// Takes the next run of non-blank bytes off `rest`; empty at the end.
std::string_view take_word(std::string_view& rest);

std::string_view trim(std::string_view text);

/// The whole of `word` as a number. Malformed: empty, signs, trailing bytes, overflow.
template <std::integral T>
Got<T> to_number(std::string_view word, int base = 10) {
  T value{};
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value, base);
  if (error != std::errc{} || stop != end) return Missing::malformed;
  return value;
}

/// A size that the kernel prints in KiB ("kB"), as bytes. Malformed where the product leaves 64 bits:
/// kernels print negative counts as 18446744073709288640 kB.
Got<std::uint64_t> kib_to_bytes(Got<std::uint64_t> kib);

/// A count that the kernel keeps signed but prints unsigned: values from 2^63 up are underflows.
Got<std::uint64_t> not_underflown(Got<std::uint64_t> count);

}  // namespace memkit
