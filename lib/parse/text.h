#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "got.h"

/// What all parsers share.
///
/// The rule for text that was cut (a copy that broke off, a short read, a full disk under a capture):
/// the kernel ends every line with a newline, so of a file made of lines an unterminated last line is not
/// read at all (complete_lines); of a file that is one line of several fields, a field counts only where
/// another byte follows it (take_whole_word). So no cut number is ever taken for a whole one. Files whose
/// whole text is one value (memory.max, nr_hugepages, comm, cmdline) need no newline: a cut there cannot be
/// told, and people write such files without one.
namespace memkit {

/// The bytes of a kernel file without the NULs that some capture tools pad them with.
std::string_view without_padding(std::string_view text);

/// The lines of `text` that are whole: without NUL padding, and without an unterminated last line.
std::string_view complete_lines(std::string_view text);

/// Takes the next line (without its newline) off `rest`. Text without a newline is one line.
std::string_view take_line(std::string_view& rest);

/// Takes the next run of bytes that are not blank (space, tab, CR) off `rest`; empty at the end.
std::string_view take_word(std::string_view& rest);

/// Like take_word, where a newline ends a word too, and where a word at the very end of the text, with
/// nothing behind it that proves it whole, is refused: empty.
std::string_view take_whole_word(std::string_view& rest);

/// Without blanks (space, tab, CR) at both ends.
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

/// A size that the kernel prints in KiB ("kB"), as bytes. Malformed from 2^63 bytes up: kernels print negative
/// counts as 18446744073709288640 kB, and a difference of sizes is signed.
Got<std::uint64_t> kib_to_bytes(Got<std::uint64_t> kib);

/// A count that the kernel keeps signed but prints unsigned: values from 2^63 up are underflows.
Got<std::uint64_t> not_underflown(Got<std::uint64_t> count);

/// A number of at most two decimals, which is how the kernel prints averages and seconds ("12.34"), in
/// hundredths: 1234. Malformed: anything else.
Got<std::uint64_t> to_hundredths(std::string_view word);

/// A file that holds one number ("1024\n"): nr_hugepages, memory.current, vm.swappiness. Absent where the
/// text is empty, malformed where it is not one number or a negative one printed unsigned.
Got<std::uint64_t> parse_number_file(std::string_view text);

/// `text` with its octal escapes ("\040" a space, "\011", "\012", "\134" a backslash, "\043") as the bytes
/// they stand for: how the kernel writes names in mountinfo, mounts and swaps (fs/seq_file.c mangle_path).
/// Any other backslash stays as it is.
std::string unescape_octal(std::string_view text);

}  // namespace memkit
