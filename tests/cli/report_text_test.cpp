// memkit report for people: the first line answers, nothing is wider than a terminal, --brief is its beginning.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/fleet.h"
#include "cli/free_fixtures.h"
#include "output/escape.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

std::string report(const std::string& root, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"report", "--root", root});
  return run(more).out;
}

/// Commands to paste and paths of cgroups stand in one piece, however long they are.
bool stands_whole(const std::string& line, const json& document) {
  for (const json& finding : document["findings"]) {
    for (const json& next : finding["next"]) {
      if (line.ends_with(next.get<std::string>())) return true;
    }
  }
  return line.find("  /") != std::string::npos;
}

TEST(ReportText, IsNoWiderThanATerminalInAnyLanguage) {
  const Fleet fleet;
  for (const auto& [name, root] : fleet.roots()) {
    const json document = json::parse(report(root, {"--json"}));
    for (const char* const language : {"en", "ja", "zh"}) {
      for (const std::string& line : lines_of(report(root, {"--lang", language, "--explain"}))) {
        if (stands_whole(line, document)) continue;
        EXPECT_LT(display_width(line), 80U) << name << " " << language << ": " << line;
      }
    }
  }
}

TEST(ReportText, BeginsWithTheHostTheVerdictAndTheDiagnosis) {
  const Fleet fleet;
  EXPECT_THAT(report(fleet.roots().at("web-02")), StartsWith("web-02  WARNING  "));
  const std::string sick = report(fleet.roots().at("db-01"));
  EXPECT_THAT(sick, StartsWith("db-01  CRITICAL  Only "));
  const json document = json::parse(report(fleet.roots().at("db-01"), {"--json"}));
  const std::string diagnosis = document["diagnosis"];
  EXPECT_THAT(sick, HasSubstr("  " + diagnosis.substr(0, 20)));
  EXPECT_EQ(document["findings"][0]["severity"], "critical");
}

TEST(ReportText, BriefIsTheBeginningOfTheWhole) {
  const Fleet fleet;
  for (const auto& [name, root] : fleet.roots()) {
    const std::string brief = report(root, {"--brief"});
    const std::string whole = report(root);
    EXPECT_THAT(whole, StartsWith(brief)) << name;
    EXPECT_LT(brief.size() * 2, whole.size()) << name;
    EXPECT_EQ(brief.find("WHERE THE MEMORY IS"), std::string::npos) << name;
  }
}

TEST(ReportText, AnIntervalJudgesRatesOfThisMachine) {
  const json document = json::parse(run({"report", "--json", "--interval", "0.3"}).out);
  ASSERT_TRUE(document["delta"].is_object());
  for (const json& rule : document["not_judged"]) EXPECT_NE(rule["why"], "one_sample") << rule["id"];
  const std::string text = run({"report", "--interval", "0.3"}).out;
  EXPECT_THAT(text, HasSubstr("\nRECLAIM "));
  EXPECT_THAT(text, HasSubstr("\nGROWTH "));
}

TEST(ReportText, SaysThatItWaitsToATerminalAlone) {
  SKIP_WITHOUT_TOOL("script");
  const std::string command = "\"$MEMKIT\" report --interval 0.3 >/dev/null";
  const Outcome terminal = shell("script -qec '" + command + "' /dev/null </dev/null");
  EXPECT_THAT(terminal.out, HasSubstr("sampling for 0.3 s")) << terminal.err;
  EXPECT_EQ(shell(command).err.find("sampling"), std::string::npos);
}

}  // namespace
}  // namespace memkit
