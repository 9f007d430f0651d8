// What becomes of a process while its mappings are looked at.
#include "collect/mappings.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace memkit {
namespace {

using test::TempDir;
using Condition = MappedProcess::Condition;

constexpr unsigned kExiting = 0x4;  // PF_EXITING
constexpr const char* kStack = "140727000000000";

std::string stat(char state, unsigned flags, const char* vsize, const char* startstack) {
  return std::string("42 (x) ") + state + " 1 42 42 0 -1 " + std::to_string(flags) +
         " 10 0 2 0 5 6 0 0 20 0 1 0 4711 " + vsize + " 250 18446744073709551615 1 2 " + startstack + " 0 0\n";
}

struct MappedProcessCondition : testing::Test {
  Condition after(const std::string& then) {
    dir.write("proc/42/stat", stat('S', 0, "4096000", kStack));
    const Root root = Root::at(dir.string());
    MappedProcess process(root, 42);
    EXPECT_EQ(process.condition(), Condition::same);
    dir.write("proc/42/stat", then);
    return process.condition();
  }
  TempDir dir;
};

TEST_F(MappedProcessCondition, AnotherStackIsAnotherProgram) {
  EXPECT_EQ(after(stat('R', 0, "4096000", kStack)), Condition::same);
  EXPECT_EQ(after(stat('R', 0, "4096000", "140727000000016")), Condition::other_program);
}

TEST_F(MappedProcessCondition, WhatEndsBeganNoOtherProgram) {
  EXPECT_EQ(after(stat('R', kExiting, "0", "0")), Condition::ended) << "its memory is gone, and it no zombie yet";
  EXPECT_EQ(after(stat('Z', kExiting, "0", "0")), Condition::ended);
}

TEST_F(MappedProcessCondition, AnAddressThatMayNotBeKnownTellsNothing) {
  EXPECT_EQ(after(stat('S', 0, "4096000", "0")), Condition::same);
  EXPECT_EQ(after(stat('S', 0, "4096000", "1")), Condition::same);
}

}  // namespace
}  // namespace memkit
