#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../got.h"
#include "../text.h"

/// What the readers of a kernel log's lines share: no part of what they are used by.
namespace memkit {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::string_view kInvoked = " invoked oom-killer:";
constexpr std::string_view kKilled = "Killed process ";
constexpr std::string_view kKill = "Kill process ";

/// Takes the digits in front of `rest` as a number.
inline Got<std::uint64_t> take_number(std::string_view& rest) {
  std::size_t end = 0;
  while (end < rest.size() && is_digit(rest[end])) ++end;
  const Got<std::uint64_t> number = to_number<std::uint64_t>(rest.substr(0, end));
  rest.remove_prefix(end);
  return number;
}

/// "524288kB" as bytes.
inline Got<std::uint64_t> kib(std::string_view word) {
  if (!word.ends_with("kB") && !word.ends_with("KB")) return Missing::malformed;
  return kib_to_bytes(to_number<std::uint64_t>(word.substr(0, word.size() - 2)));
}

/// What stands before "Killed process" and "Kill process": nothing, or "Out of memory: " and its like.
inline bool is_why(std::string_view before) {
  const bool words = before.starts_with("Out of memory") || before.starts_with("Out of Memory") ||
                     before.starts_with("Memory cgroup out of memory");
  return before.empty() || (words && before.ends_with(": ") && before.size() <= 64);
}

/// "active_anon": how the kernel names counts and statistics.
inline bool is_lower_word(std::string_view word) {
  return !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos &&
         !is_digit(word[0]);
}

}  // namespace memkit
