#include "analysis/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "source/errors.h"

namespace memkit {
namespace {

using testing::HasSubstr;

bool matches(const std::string& expression, std::string_view name) { return Pattern("x", expression).matches(name); }

TEST(Pattern, IsAnExtendedExpressionFoundAnywhere) {
  EXPECT_TRUE(matches("ngin", "/usr/sbin/nginx: worker"));
  EXPECT_FALSE(matches("^ngin", "/usr/sbin/nginx"));
  EXPECT_TRUE(matches("^(java|python[0-9.]*)$", "python3.11"));
  EXPECT_FALSE(matches("^(java|python[0-9.]*)$", "python3x"));
  EXPECT_TRUE(matches("a{3}", "baaab"));
  EXPECT_FALSE(matches("Java", "java")) << "case counts";
  EXPECT_TRUE(matches("^$", ""));
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("^$", std::string_view())) << "a view of nothing at all";
}

TEST(Pattern, SeesTheViewAndNothingBehindIt) {
  const std::string text = "postgres";
  EXPECT_FALSE(matches("gres", std::string_view(text).substr(0, 4)));
  EXPECT_TRUE(matches("post$", std::string_view(text).substr(0, 4)));
  EXPECT_TRUE(matches("^gres$", std::string_view(text).substr(4)));
}

TEST(Pattern, HostileNamesAreNames) {
  EXPECT_TRUE(matches("evil", "\x1b[2Jevil\n"));
  EXPECT_TRUE(matches("b$", "a\nb")) << "a newline is a character";
  EXPECT_TRUE(matches("x", std::string(5000, 'y') + "x"));
  EXPECT_NO_THROW((void)matches("x", "\xff\xfe\x80"));
}

/// What is said of an expression that is none.
std::string fault_of(const std::string& expression) {
  try {
    const Pattern pattern("processfilter", expression);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "none";
}

TEST(Pattern, AFaultNamesTheOptionAndThePlace) {
  const std::string open = fault_of("java(x");
  EXPECT_THAT(open, HasSubstr("--processfilter"));
  EXPECT_THAT(open, HasSubstr("'java(x'"));
  EXPECT_THAT(open, HasSubstr("at '(x' (character 5)"));
  EXPECT_THAT(fault_of("ab[c"), HasSubstr("at '[c' (character 3)"));
  EXPECT_THAT(fault_of("x[[:foo:]]"), HasSubstr("(character 2)"));
  EXPECT_THAT(fault_of("a{2,1}"), HasSubstr("(character 2)"));
  EXPECT_THAT(fault_of("["), HasSubstr("at '[' (character 1)"));
  EXPECT_THAT(fault_of("tail\\"), HasSubstr("at '\\' (character 5)"));
}

TEST(Pattern, ServesManyThreads) {
  const Pattern pattern("x", "^(a+)+b$");
  std::vector<std::thread> threads;
  std::vector<int> found(4);
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 500; ++round) found[i] += pattern.matches(round % 2 == 0 ? "aaab" : "aaac") ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : found) EXPECT_EQ(count, 250);
}

}  // namespace
}  // namespace memkit
