#include "parse/text.h"

#include <gtest/gtest.h>

namespace memkit::test {
namespace {

using namespace std::literals;

TEST(Text, CompleteLinesLeaveOutWhatIsNotEnded) {
  EXPECT_EQ(complete_lines("a\nb\n"), "a\nb\n");
  EXPECT_EQ(complete_lines("a\nb"), "a\n");
  EXPECT_EQ(complete_lines("a"), "");
  EXPECT_EQ(complete_lines(""), "");
  EXPECT_EQ(complete_lines("a\nb\n\0\0\0"sv), "a\nb\n");
  EXPECT_EQ(complete_lines("a\nb\0\0"sv), "a\n");
}

TEST(Text, TakesLinesAndWords) {
  std::string_view text = "one  two\r\n\nlast";
  std::string_view line = take_line(text);
  EXPECT_EQ(take_word(line), "one");
  EXPECT_EQ(take_word(line), "two");
  EXPECT_EQ(take_word(line), "");
  EXPECT_EQ(take_line(text), "");
  EXPECT_EQ(take_line(text), "last");
  EXPECT_TRUE(text.empty());
}

TEST(Text, AWordIsWholeOnlyWithAByteBehindIt) {
  std::string_view text = "12 34\n56";
  EXPECT_EQ(take_whole_word(text), "12");
  EXPECT_EQ(take_whole_word(text), "34");
  EXPECT_EQ(take_whole_word(text), "");
  std::string_view padded = "12\0"sv;
  EXPECT_EQ(take_whole_word(padded), "");
}

TEST(Text, NumbersAreWholeWordsOrMalformed) {
  EXPECT_EQ(to_number<std::uint64_t>("18446744073709551615"), 18446744073709551615U);
  for (const std::string_view bad : {"", "-1", "+1", " 1", "1 ", "1k", "0x10", "18446744073709551616", "1.5"}) {
    EXPECT_EQ(to_number<std::uint64_t>(bad), Missing::malformed) << bad;
  }
  EXPECT_EQ(to_number<std::int32_t>("-2"), -2);
  EXPECT_EQ(to_number<std::uint64_t>("ff", 16), 255U);
}

TEST(Text, SizesThatUnderflowedAreMalformed) {
  EXPECT_EQ(kib_to_bytes(std::uint64_t{3}), 3072U);
  EXPECT_EQ(kib_to_bytes(std::uint64_t{18446744073709288640U}), Missing::malformed);
  EXPECT_EQ(kib_to_bytes(Missing::denied), Missing::denied);
  EXPECT_EQ(not_underflown(std::uint64_t{1} << 63), Missing::malformed);
  EXPECT_EQ(not_underflown((std::uint64_t{1} << 63) - 1), (std::uint64_t{1} << 63) - 1);
}

TEST(Text, HundredthsOfWhatKernelsPrintWithTwoDecimals) {
  EXPECT_EQ(to_hundredths("12.34"), 1234U);
  EXPECT_EQ(to_hundredths("0.05"), 5U);
  EXPECT_EQ(to_hundredths("7"), 700U);
  EXPECT_EQ(to_hundredths("7.5"), 750U);
  for (const std::string_view bad : {"", ".", "1.", ".5", "-1.00", "nan", "inf", "1.234", "1e2", "1.x", "1.-1",
                                     "99999999999999999999.00", "18446744073709551615.00"}) {
    EXPECT_EQ(to_hundredths(bad), Missing::malformed) << bad;
  }
}

TEST(Text, AFileOfOneNumberNeedsNoNewline) {
  EXPECT_EQ(parse_number_file("60\n"), 60U);
  EXPECT_EQ(parse_number_file("60"), 60U);
  EXPECT_EQ(parse_number_file("60\r\n"), 60U);
  EXPECT_EQ(parse_number_file("60\n\0\0"sv), 60U);
  EXPECT_EQ(parse_number_file(""), Missing::absent);
  EXPECT_EQ(parse_number_file("\0\0"sv), Missing::absent);
  for (const std::string_view bad : {"\n", "60 61\n", "60\n61\n", "max\n", "-1\n", "9223372036854775808\n"}) {
    EXPECT_EQ(parse_number_file(bad), Missing::malformed) << bad;
  }
}

TEST(Text, OctalEscapesOfNames) {
  EXPECT_EQ(unescape_octal("/a\\040b\\011c\\012d\\134e\\043"), "/a b\tc\nd\\e#");
  EXPECT_EQ(unescape_octal("\\"), "\\");
  EXPECT_EQ(unescape_octal("\\04"), "\\04");
  EXPECT_EQ(unescape_octal("\\049\\x41\\777"), "\\049\\x41\\777");
  EXPECT_EQ(unescape_octal("\\134040"), "\\040") << "an escape's own result is not read again";
  EXPECT_EQ(unescape_octal("\\377"), "\xff");
}

TEST(Got, SumsAreMissingWhereAPartIs) {
  using G = Got<std::uint64_t>;
  EXPECT_EQ(sum(G(1), G(2)), G(3));
  EXPECT_EQ(sum(G(Missing::denied), G(2)), G(Missing::denied));
  EXPECT_EQ(sum(G(1), G(Missing::malformed)), G(Missing::malformed));
  EXPECT_FALSE(G().has_value());
  EXPECT_EQ(G().missing(), Missing::absent);
  EXPECT_NE(G(0), G()) << "absent is not zero";
}

}  // namespace
}  // namespace memkit::test
