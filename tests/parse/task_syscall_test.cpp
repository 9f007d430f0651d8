#include "parse/task_syscall.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

TEST(TaskSyscall, TellsTheStackPointer) {
  EXPECT_EQ(parse_stack_pointer("230 0x0 0x0 0x7ffd2a1c0b50 0x7ffd2a1c0b40 0x0 0x0 0x7ffd2a1c0b30 0x7f3f31184f33\n"),
            0x7ffd2a1c0b30U);
  EXPECT_EQ(parse_stack_pointer("-1 0x7ffd2a1c0b30 0x7f3f31184f33\n"), 0x7ffd2a1c0b30U) << "outside of a call";
}

TEST(TaskSyscall, TroubleInTheText) {
  EXPECT_EQ(parse_stack_pointer("running\n"), Missing::absent);
  EXPECT_EQ(parse_stack_pointer(""), Missing::absent);
  EXPECT_EQ(parse_stack_pointer("\n"), Missing::absent);
  for (const char* const bad : {"1\n", "1 2\n", "1 0x 0x1\n", "1 0xg 0x1\n", "0x1\n", "1 0x11111111111111111 0x1\n"}) {
    EXPECT_EQ(parse_stack_pointer(bad), Missing::malformed) << bad;
  }
}

TEST(TaskSyscall, NoPrefixInvents) {
  const std::string text = "230 0x0 0x0 0x7ffd2a1c0b50 0x7ffd2a1c0b40 0x0 0x0 0x7ffd2a1c0b30 0x7f3f31184f33\n";
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_EQ(parse_stack_pointer(text.substr(0, length)), Missing::absent) << length;
  }
}

}  // namespace
}  // namespace memkit::test
