// memkit report: forms for machines, and files that are replaced at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "cli/support.h"

namespace memkit {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

/// Samples by series, of the exposition format; what breaks its rules fails the test.
std::map<std::string, double> samples_of(const std::string& text) {
  std::map<std::string, double> samples;
  std::set<std::string> typed;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    SCOPED_TRACE(line);
    if (line.starts_with("# HELP ")) continue;
    if (line.starts_with("# TYPE ")) {
      const std::string name = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(typed.insert(name).second) << "typed twice";
      continue;
    }
    const std::size_t blank = line.rfind(' ');
    const std::string series = line.substr(0, blank);
    EXPECT_TRUE(typed.contains(series.substr(0, series.find('{')))) << "no TYPE before it";
    EXPECT_TRUE(samples.emplace(series, std::stod(line.substr(blank + 1))).second) << "twice";
  }
  EXPECT_TRUE(text.ends_with('\n'));
  return samples;
}

TEST(Prom, FiguresAreThoseOfTheJson) {
  const Outcome outcome = run({"report", "--format", "prom", "--root", kRoot});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  auto samples = samples_of(outcome.out);
  const auto json = nlohmann::json::parse(run({"report", "--json", "--root", kRoot}).out);
  EXPECT_EQ(samples.at("memkit_memory_available_bytes"), json["health"]["usable_bytes"]);
  EXPECT_EQ(samples.at("memkit_processes_pss_bytes"), json["processes"]["pss_bytes"]);
  double parts = 0;
  for (const auto& [series, value] : samples) parts += series.starts_with("memkit_memory_part_bytes{") ? value : 0;
  EXPECT_EQ(parts, samples.at("memkit_memory_total_bytes"));
  for (const auto& finding : json["findings"]) {
    const std::string severity = finding["severity"];
    const double expected = severity == "critical" ? 3 : severity == "warning" ? 2 : 1;
    EXPECT_EQ(samples.at("memkit_finding_severity{id=\"" + finding["id"].get<std::string>() + "\"}"), expected);
  }
  EXPECT_EQ(samples.at("memkit_finding_severity{id=\"available-low\"}"), 0) << "judged, and not found";
  EXPECT_FALSE(samples.contains("memkit_finding_severity{id=\"swap-thrashing\"}")) << "not judged by one sample";
  EXPECT_EQ(outcome.out.find("pid="), std::string::npos);
}

TEST(Prom, TheNumberOfCgroupsIsBounded) {
  const auto cgroups = [](const std::string& top) {
    const auto samples = samples_of(run({"report", "--format", "prom", "--top", top, "--root", kRoot}).out);
    return std::count_if(samples.begin(), samples.end(),
                         [](const auto& sample) { return sample.first.starts_with("memkit_cgroup_memory_bytes{"); });
  };
  EXPECT_EQ(cgroups("1"), 1);
  EXPECT_EQ(cgroups("0"), 0);
}

TEST(Prom, HostileNamesStayInsideTheirLabel) {
  const TemporaryDir dir;
  fs::copy(kRoot, dir.path() + "/root", fs::copy_options::recursive);
  const std::string tree = dir.path() + "/root/sys/fs/cgroup";
  fs::remove_all(tree);
  const std::string name = "a\"b\\c\n\x1b[2J\xff.service";
  dir.write("root/proc/self/mountinfo", "25 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  dir.write("root/sys/fs/cgroup/cgroup.controllers", "memory\n");
  dir.write("root/sys/fs/cgroup/" + name + "/memory.current", "1234567890\n");
  const Outcome outcome = run({"report", "--format", "prom", "--root", dir.path() + "/root"});
  EXPECT_THAT(outcome.out, HasSubstr("{cgroup=\"/a\\\"b\\\\c\\\\n\\\\x1b[2J\\\\xff.service\",unit=\"a\\\"b"));
  samples_of(outcome.out);
}

TEST(Prom, PromtoolTakesIt) {
  SKIP_WITHOUT_TOOL("promtool");
  const Outcome outcome = shell("\"$MEMKIT\" report --format prom | promtool check metrics");
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
}

TEST(OutputFile, IsReplacedAtOnceAndReadableByAll) {
  const TemporaryDir dir;
  const std::string file = dir.write("memkit.prom", "old\n");
  const Outcome outcome = run({"report", "--format", "prom", "--output-file", file, "--root", kRoot});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(read_file(file), run({"report", "--format", "prom", "--root", kRoot}).out);
  struct stat info {};
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0644U);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 1) << "nothing else is left";
}

TEST(OutputFile, ThatCannotBeWrittenIsAnError) {
  const Outcome outcome = run({"report", "--output-file", "/proc/no/such/file", "--root", kRoot});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("cannot write '/proc/no/such/file'"));
  EXPECT_EQ(run({"report", "--check", "--output-file", "x"}).status, 3) << "a plugin prints one line";
}

}  // namespace
}  // namespace memkit
