// memkit report --diff A B: what changed between two captures, or two documents.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "cli/free_fixtures.h"

namespace memkit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

/// A capture, and the same a while later: less is available, and a process has grown.
class Diff : public testing::Test {
 protected:
  Diff() {
    fs::copy(kRoot, before(), fs::copy_options::recursive);
    fs::copy(kRoot, after(), fs::copy_options::recursive);
    for (const char* const side : {"before", "after"})
      dir_.write(side + std::string("/proc/sys/kernel/random/boot_id"), "11111111-2222-3333-4444-555555555555\n");
    change("proc/meminfo", "MemAvailable: +[0-9]+", "MemAvailable: 1000");
    for (const auto& entry : fs::directory_iterator(after() + "/proc")) {
      if (!fs::exists(entry.path() / "smaps_rollup") || read_file(entry.path() / "smaps_rollup").empty()) continue;
      pid_ = entry.path().filename();
      if (pid_ != "self") break;
    }
    change("proc/" + pid_ + "/smaps_rollup", "Pss: +[0-9]+", "Pss: 7000000");
  }
  [[nodiscard]] std::string before() const { return dir_.path() + "/before"; }
  [[nodiscard]] std::string after() const { return dir_.path() + "/after"; }
  void change(const std::string& file, const std::string& from, const std::string& to) const {
    const std::string text = read_file(after() + "/" + file);
    const std::string changed = std::regex_replace(text, std::regex(from), to, std::regex_constants::format_first_only);
    EXPECT_NE(changed, text) << file;
    std::ofstream(after() + "/" + file) << changed;
  }

  TemporaryDir dir_;
  std::string pid_;
};

TEST_F(Diff, TheFirstLineAnswers) {
  const Outcome outcome = run({"report", "--diff", before(), after()});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::vector<std::string> lines = lines_of(outcome.out);
  EXPECT_THAT(lines[0] + " " + lines[1], HasSubstr("-> 1000.0 KiB ("));
  EXPECT_THAT(outcome.out, testing::ContainsRegex("\nnew +critical +available-low\n"));
  EXPECT_THAT(outcome.out, HasSubstr("(" + pid_ + ")\n"));
  for (const std::string& line : lines) EXPECT_LE(line.size(), 100u);
}

TEST_F(Diff, DocumentsSayTheSameAsCaptures) {
  const json captures = json::parse(run({"report", "--json", "--diff", before(), after()}).out);
  const std::string a = dir_.write("a.json", run({"report", "--json", "--top", "1000", "--root", before()}).out);
  const std::string b = run({"report", "--json", "--top", "1000", "--root", after()}).out;
  const json documents = json::parse(run({"report", "--json", "--diff", a, "-"}, {.stdin_text = b}).out);
  EXPECT_EQ(documents["processes"], captures["processes"]);
  EXPECT_EQ(documents["findings"], captures["findings"]);
  EXPECT_EQ(documents["available"], captures["available"]);
  EXPECT_EQ(captures["processes"][0]["pid"].get<int>(), std::stoi(pid_));
  EXPECT_GT(captures["processes"][0]["change_bytes"], 0);
}

TEST_F(Diff, OfOneAndTheSameThereIsNone) {
  const json diff = json::parse(run({"report", "--json", "--diff", before(), before()}).out);
  for (const char* const list : {"memory", "processes", "cgroups", "slab_caches"}) {
    EXPECT_EQ(diff[list], json::array()) << list;
  }
  for (const json& finding : diff["findings"]) EXPECT_EQ(finding["state"], "same");
  EXPECT_EQ(diff["available"]["change_bytes"], 0);
}

TEST_F(Diff, CachesAreCompared) {
  const std::string slabinfo = read_file(kRoot + "/proc/slabinfo");
  if (slabinfo.empty()) GTEST_SKIP() << "skipped: the capture has no slabinfo";
  change("proc/slabinfo",
         "(\ndentry +)[0-9]+ +[0-9]+( +[0-9]+ +[0-9]+ +[0-9]+ : tunables[^:]*: slabdata +)[0-9]+ +[0-9]+",
         "$01000000 1000000$2100000 100000");
  const json diff = json::parse(run({"report", "--json", "--diff", before(), after()}).out);
  ASSERT_FALSE(diff["slab_caches"].empty());
  EXPECT_EQ(diff["slab_caches"][0]["name"], "dentry");
}

TEST_F(Diff, TopBoundsEachList) {
  const Outcome outcome = run({"report", "--json", "--top", "1", "--diff", before(), after()});
  EXPECT_EQ(json::parse(outcome.out)["processes"].size(), 1u);
}

TEST_F(Diff, SpeaksEveryLanguage) {
  const Outcome outcome = run({"report", "--lang", "ja", "--diff", before(), after()});
  EXPECT_THAT(outcome.out, HasSubstr("新規"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("diff.")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("group.")));
}

TEST_F(Diff, WhatIsNoReportIsRefusedWithAWayOut) {
  const std::string text = dir_.write("text", "hello\n");
  const Outcome outcome = run({"report", "--diff", before(), text});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("is no report: name the folder of a capture"));
  EXPECT_EQ(run({"report", "--diff", before(), "/nowhere"}).status, 1);
}

TEST_F(Diff, WhatCannotBeMeantIsRefused) {
  EXPECT_EQ(run({"report", "--diff"}).status, 2);
  EXPECT_EQ(run({"report", "--diff", before()}).status, 2);
  EXPECT_EQ(run({"report", "--diff", "-", "-"}).status, 2);
  EXPECT_EQ(run({"report", before()}).status, 2);
  EXPECT_EQ(run({"report", "--diff", before(), after(), "--root", before()}).status, 2);
  EXPECT_EQ(run({"report", "--diff", before(), after(), "--check"}).status, 3);
  EXPECT_EQ(run({"report", "--diff", before(), after(), "--format", "prom"}).status, 2);
}

}  // namespace
}  // namespace memkit
