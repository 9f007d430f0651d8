// No text is missing in any language, all name the same figures, and no English is left where another is spoken.
#include "output/lang/language.h"

#include <gmock/gmock.h>

#include <set>
#include <vector>

#include "analysis/findings/rules.h"
#include "output/finding_text.h"
#include "output/text.h"
#include "support/latin.h"

namespace memkit::test {
namespace {

std::multiset<std::string> placeholders(std::string_view text) {
  std::multiset<std::string> found;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
    const std::string name(text.substr(open + 1, text.find('}', open) - open - 1));
    // {0}, {1}: the order of words may differ.
    found.insert(name.find_first_not_of("0123456789") == std::string::npos ? "" : name);
  }
  return found;
}

std::vector<Message> messages_of_findings() {
  std::vector<Message> all;
  for (const std::span<const Message> table : finding_messages()) all.insert(all.end(), table.begin(), table.end());
  return all;
}

std::vector<Message> all_messages() {
  std::vector<Message> all = messages_of_findings();
  all.insert(all.end(), report_messages().begin(), report_messages().end());
  all.insert(all.end(), incident_messages().begin(), incident_messages().end());
  return all;
}

TEST(Languages, HaveEveryText) {
  std::set<std::string_view> keys;
  for (const Message& message : all_messages()) {
    EXPECT_TRUE(keys.insert(message.key).second) << message.key << " stands there twice";
    for (const std::string_view text : message.text) EXPECT_FALSE(text.empty()) << message.key;
  }
}

TEST(Languages, NameTheSameFigures) {
  for (const Message& message : all_messages()) {
    for (const std::string_view text : message.text) {
      EXPECT_EQ(placeholders(text), placeholders(message.text[0])) << message.key;
    }
  }
}

TEST(Languages, LeaveNoEnglishInTheOthers) {
  for (const Message& message : all_messages()) {
    for (const Language language : {Language::ja, Language::zh}) {
      const std::string_view text = message.text[static_cast<std::size_t>(language)];
      for (const std::string& word : latin_words(text)) {
        EXPECT_TRUE(is_term(word)) << to_string(language) << " " << message.key << ": " << word;
      }
    }
  }
}

TEST(Languages, HaveASentenceAndAdviceForEveryRule) {
  for (const Rule& rule : rules()) {
    EXPECT_TRUE(has_message(rule.id)) << rule.id;
    EXPECT_TRUE(has_message(std::string(rule.id) + "!")) << rule.id;
  }
  for (const Message& message : messages_of_findings()) {
    const std::string_view id = message.key.substr(0, message.key.find_first_of(".!"));
    EXPECT_NE(find_rule(id), nullptr) << message.key << " is of no rule";
  }
}

TEST(Languages, HaveAWordForEverySeverityAndReason) {
  for (const auto severity : {Severity::info, Severity::warning, Severity::critical}) {
    EXPECT_TRUE(has_message("severity." + std::string(to_string(severity))));
  }
  for (auto why = LackWhy::absent; why <= LackWhy::other_view; why = static_cast<LackWhy>(static_cast<int>(why) + 1)) {
    EXPECT_TRUE(has_message("why." + std::string(to_string(why)))) << to_string(why);
  }
}

TEST(FindingText, ShowsFiguresWithTheUnitOfTheirName) {
  const auto text = [](std::string_view key, auto value) { return evidence_text({key, value}, Language::en); };
  EXPECT_EQ(text("size_bytes", std::uint64_t{1536}), "1.5 KiB");
  EXPECT_EQ(text("grown_bytes", std::int64_t{-1536}), "-1.5 KiB");
  EXPECT_EQ(text("in_bytes_per_s", 2048.0), "2.0 KiB/s");
  EXPECT_EQ(text("share_pct", 12.34), "12.3 %");
  EXPECT_EQ(text("share_pct", 0.123), "0.12 %");
  EXPECT_EQ(text("left_s", 90.0), "90 s");
  EXPECT_EQ(text("left_s", 600.0), "10 min");
  EXPECT_EQ(text("pid", std::uint64_t{7}), "7");
  EXPECT_EQ(text("name", std::string("a\nb")), "a\\nb");
  EXPECT_EQ(evidence_text({"kind_term", std::string("anonymous")}, Language::zh), "匿名内存");
}

TEST(FindingText, PutsEvidenceIntoTheSentence) {
  Finding finding;
  finding.id = finding.text = "pagetables-heavy";
  finding.evidence = {{"size_bytes", std::uint64_t{1} << 30}, {"share_pct", 5.0}};
  EXPECT_EQ(sentence(finding, Language::en), "Page tables take 1.0 GiB (5.0 % of RAM).");
  EXPECT_EQ(sentence(finding, Language::ja), "ページテーブルが 1.0 GiB (全メモリの 5.0 %) を占めています。");
}

TEST(Wrapped, CutsAtBlanksAndBetweenEastAsianCharacters) {
  using testing::ElementsAre;
  EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("is 12.5 % used", 9), ElementsAre("is 12.5 %", "used"));
  EXPECT_THAT(wrapped("日本語。abc", 6), ElementsAre("日本", "語。", "abc"));
  EXPECT_THAT(wrapped("日（本）", 4), ElementsAre("日", "（本）"));
  EXPECT_THAT(wrapped("", 5), ElementsAre());
}

}  // namespace
}  // namespace memkit::test
