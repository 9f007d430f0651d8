#include "output/escape.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace memkit {
namespace {

using namespace std::string_literals;

TEST(ForTerminal, LeavesTextAlone) {
  for (const std::string& text :
       {""s, "nginx: worker process"s, "app\\x2dfoo.service"s, "Größe"s, "日本語"s, "👍🏽"s, "\"quoted\" 'too'"s}) {
    EXPECT_EQ(for_terminal(text), text);
  }
}

TEST(ForTerminal, EscapesWhatATerminalActsOn) {
  EXPECT_EQ(for_terminal("a\nb\tc"), "a\\nb\\tc");
  EXPECT_EQ(for_terminal("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m");
  EXPECT_EQ(for_terminal("\x07\b\r\x7f"), "\\x07\\x08\\x0d\\x7f");
  EXPECT_EQ(for_terminal("a\0b"s), "a\\x00b");
  EXPECT_EQ(for_terminal("\u009b31m"), "\\xc2\\x9b31m") << "C1 CSI as a character";
  EXPECT_EQ(for_terminal("\x9b"
                         "31m"),
            "\\x9b31m")
      << "C1 CSI as a byte";
  EXPECT_EQ(for_terminal("\u202egpj.exe"), "\\u{202e}gpj.exe") << "text turned around";
  EXPECT_EQ(for_terminal("\u2066\u2069\u2028\u2029"), "\\u{2066}\\u{2069}\\u{2028}\\u{2029}");
}

TEST(ForTerminal, ShowsTheBytesOfInvalidUtf8) {
  EXPECT_EQ(for_terminal("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(for_terminal("\xc3("), "\\xc3(") << "a lead byte without its end";
  EXPECT_EQ(for_terminal("\xe6\x97"), "\\xe6\\x97") << "cut inside a character";
  EXPECT_EQ(for_terminal("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(for_terminal("\xe0\x80\xaf"), "\\xe0\\x80\\xaf") << "overlong";
  EXPECT_EQ(for_terminal("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(for_terminal("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "past U+10FFFF";
  EXPECT_EQ(for_terminal("\xf4\x8f\xbf\xbd"), "\xf4\x8f\xbf\xbd");
}

std::string any_bytes(std::mt19937& random) {
  std::string text(random() % 40, '\0');
  for (char& byte : text) byte = static_cast<char>(random() % 3 == 0 ? 0x80 + random() % 0x80 : random() % 256);
  return text;
}

TEST(ForTerminal, NothingGetsThroughWhateverComesIn) {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    const std::string shown = for_terminal(any_bytes(random));
    for (std::size_t at = 0; at < shown.size(); ++at) {
      const auto byte = static_cast<unsigned char>(shown[at]);
      ASSERT_TRUE(byte >= 0x20 && byte != 0x7f) << shown;
      // A C1 character begins with C2 and a byte below A0.
      if (byte == 0xc2) {
        ASSERT_GE(static_cast<unsigned char>(shown[at + 1]), 0xa0) << shown;
      }
    }
    ASSERT_TRUE(nlohmann::json::accept("\"" + nlohmann::json(shown).dump().substr(1))) << "valid UTF-8";
  }
}

TEST(ForJson, IsAlwaysAValidString) {
  const auto json_of = [](std::string_view text) {
    std::string into;
    append_for_json(into, text);
    return nlohmann::json::parse("\"" + into + "\"").get<std::string>();
  };
  EXPECT_EQ(json_of("a\"b\\c/d\ne\x01\x7f"s), "a\"b\\c/d\ne\x01\x7f");
  EXPECT_EQ(json_of("日本\u202e"), "日本\u202e") << "only what is invalid is replaced";
  EXPECT_EQ(json_of("a\xff\xc3z"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(json_of("\0"s), "\0"s);
  std::mt19937 random(11);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = any_bytes(random);
    std::string into;
    append_for_json(into, text);
    ASSERT_TRUE(nlohmann::json::accept("\"" + into + "\"")) << into;
    ASSERT_EQ(into.find('\n'), std::string::npos);
  }
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0u);
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("Größe"), 5u);
  EXPECT_EQ(display_width("日本語"), 6u);
  EXPECT_EQ(display_width("ｱｲｳ"), 3u) << "halfwidth katakana";
  EXPECT_EQ(display_width("ＡＢ"), 4u) << "fullwidth";
  EXPECT_EQ(display_width("한글"), 4u);
  EXPECT_EQ(display_width("👍"), 2u);
  EXPECT_EQ(display_width("e\u0301"), 1u) << "a combining accent";
  EXPECT_EQ(display_width("か\u3099"), 2u) << "a combining voiced mark";
  EXPECT_EQ(display_width("a\u200bb"), 2u);
}

TEST(CutToWidth, CutsBetweenCharacters) {
  EXPECT_EQ(cut_to_width("abcdef", 3), "abc");
  EXPECT_EQ(cut_to_width("abc", 10), "abc");
  EXPECT_EQ(cut_to_width("abc", 0), "");
  EXPECT_EQ(cut_to_width("日本語", 4), "日本");
  EXPECT_EQ(cut_to_width("日本語", 5), "日本") << "half a character is none";
  EXPECT_EQ(cut_to_width("a日", 2), "a");
  EXPECT_EQ(cut_to_width("e\u0301x", 1), "e\u0301") << "marks stay with their letter";
}

}  // namespace
}  // namespace memkit
