#include "task_syscall.h"

#include "text.h"

namespace memkit {

// 230 0x0 0x0 0x7ffd2a1c0b50 0x7ffd2a1c0b40 0x0 0x0 0x7ffd2a1c0b30 0x7f3f31184f33
Got<std::uint64_t> parse_stack_pointer(std::string_view text) {
  std::string_view line = complete_lines(text);
  line = take_line(line);
  if (line.empty() || line == "running") return Missing::absent;
  std::string_view before;
  std::string_view last;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    before = last;
    last = word;
  }
  if (!before.starts_with("0x")) return Missing::malformed;
  return to_number<std::uint64_t>(before.substr(2), 16);
}

}  // namespace memkit
