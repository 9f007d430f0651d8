// memkit report as a monitoring plugin, and which findings it is of.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/fleet.h"
#include "cli/free_fixtures.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

Outcome check(const std::string& root, const Words& more = {}) {
  Words words = {"report", "--check", "--root", root};
  words.insert(words.end(), more.begin(), more.end());
  return run(words);
}

std::set<std::string> ids(const Words& more) {
  Words words = {"report", "--json", "--root", kRoot};
  words.insert(words.end(), more.begin(), more.end());
  const json report = json::parse(run(words).out);
  std::set<std::string> found;
  for (const json& finding : report["findings"]) found.insert(finding["id"]);
  for (const json& rule : report["not_judged"]) found.insert(rule["id"]);
  return found;
}

TEST(ReportCheck, TheWorstFindingIsTheStatus) {
  const Fleet fleet;
  const Outcome critical = check(fleet.roots().at("db-01"));
  EXPECT_EQ(critical.status, 2);
  EXPECT_THAT(critical.out, StartsWith("MEMKIT REPORT CRITICAL - available-low"));
  EXPECT_EQ(lines_of(critical.out).size(), 1u);
  EXPECT_THAT(critical.out, HasSubstr(" | available="));
  const Outcome warning = check(kRoot);
  EXPECT_EQ(warning.status, 1);
  EXPECT_THAT(warning.out, StartsWith("MEMKIT REPORT WARNING - memcg-limit: "));
  const Outcome ok = check(kRoot, {"--ignore", "memcg-limit"});
  EXPECT_EQ(ok.status, 0) << ok.out;
  EXPECT_THAT(ok.out, StartsWith("MEMKIT REPORT OK - "));
}

TEST(ReportCheck, OnlyAndIgnoreChooseTheFindings) {
  EXPECT_EQ(check(kRoot, {"--only", "available-low,psi-some"}).status, 0);
  EXPECT_EQ(check(kRoot, {"--only", "memcg-limit"}).status, 1);
  EXPECT_EQ(ids({"--only", "memcg-limit"}), std::set<std::string>{"memcg-limit"});
  EXPECT_TRUE(ids({}).contains("memcg-limit"));
  const auto without = ids({"--ignore", "memcg-limit", "--ignore", "swap-thrashing"});
  EXPECT_FALSE(without.contains("memcg-limit"));
  EXPECT_FALSE(without.contains("swap-thrashing"));
  const Outcome typo = check(kRoot, {"--only", "memcg-limt"});
  EXPECT_EQ(typo.status, 3);
  EXPECT_THAT(typo.err, HasSubstr("memcg-limit"));
}

TEST(ReportCheck, RangesAddToTheFindings) {
  EXPECT_EQ(check(kRoot, {"--ignore", "memcg-limit", "-w", "99%:"}).status, 1);
  EXPECT_EQ(check(kRoot, {"--ignore", "memcg-limit", "-c", "99%:"}).status, 2);
  EXPECT_EQ(check(kRoot, {"--ignore", "memcg-limit", "-w", "swap_used=10%"}).status, 1);
  EXPECT_EQ(check(kRoot, {"--ignore", "memcg-limit", "-w", "swap_used=50%"}).status, 0);
  EXPECT_EQ(check(kRoot, {"-w", "nothing=1"}).status, 3);
  EXPECT_EQ(run({"report", "-w", "1"}).status, 2) << "without --check";
}

TEST(ReportCheck, QuietLeavesTheStatusAlone) {
  const Outcome outcome = check(kRoot, {"-q"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(run({"report", "-q"}).status, 2);
}

TEST(ReportCheck, SpeaksTheLanguage) {
  const Outcome outcome = check(kRoot, {"--lang", "ja"});
  EXPECT_THAT(outcome.out, StartsWith("MEMKIT REPORT WARNING - memcg-limit: "));
  EXPECT_THAT(outcome.out, HasSubstr("上限"));
  EXPECT_EQ(check(kRoot, {"--lang", "xx"}).status, 3);
}

TEST(ReportCheck, AFailureIsUnknown) {
  EXPECT_EQ(check("/nowhere").status, 3);
  EXPECT_EQ(run({"report", "--check", "--json"}).status, 3);
}

TEST(ReportLanguages, HeadingsOfTablesAreTranslated) {
  const std::string japanese = run({"report", "--root", kRoot, "--lang", "ja"}).out;
  EXPECT_THAT(japanese, HasSubstr("スワップ  ユーザー  名前"));
  EXPECT_THAT(run({"report", "--root", kRoot, "--lang", "zh"}).out, HasSubstr("用户"));
  EXPECT_THAT(run({"report", "--root", kRoot}).out, HasSubstr("  Swap  User"));
}

/// Captures of machines that nothing was wrong with. Others of the corpus are made up, cut, or short of something.
constexpr const char* kHealthy[] = {"live-6.18-vm",
                                    "hotsos/sosreport-kubernetes",
                                    "hotsos/sosreport-rabbitmq",
                                    "hwloc/20em64t-hybrid-1p6c2t+2ca4co1t",
                                    "hwloc/2arm-2c",
                                    "hwloc/32amd64-4s2n4c-cgroup2",
                                    "hwloc/40intel64-4n10c+pci-conflicts",
                                    "hwloc/64amd64-4p2n4ca2co",
                                    "hwloc/8em64t-2s2ca2c-buggynuma",
                                    "hwloc/fakememinitiators-1np2c+1npp+gi",
                                    "hwloc/memorysidecaches",
                                    "hwloc/nvidiagpunumanodes",
                                    "oomd",
                                    "pcp/meminfo-root-001",
                                    "pcp/meminfo-root-005",
                                    "pcp/meminfo-root-007",
                                    "sysstat/root1"};

TEST(HealthyCaptures, HaveNoWarning) {
  SKIP_WITHOUT_CORPUS();
  for (const char* const name : kHealthy) {
    const std::string root = corpus_dir() + "/roots/" + name;
    if (!std::filesystem::exists(root + "/proc/meminfo")) continue;
    const Outcome outcome = check(root);
    EXPECT_EQ(outcome.status, 0) << name << ": " << outcome.out << outcome.err;
  }
}

}  // namespace
}  // namespace memkit
