// memkit report --format ndjson: a record a line, of which SQL makes tables.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/fleet.h"
#include "cli/free_fixtures.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

std::vector<json> records_of(const std::string& root) {
  const Outcome outcome = run({"report", "--format", "ndjson", "--root", root});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::vector<json> records;
  for (const std::string& line : lines_of(outcome.out)) records.push_back(json::parse(line));
  return records;
}

std::vector<json> section(const std::vector<json>& records, const std::string& name) {
  std::vector<json> found;
  std::copy_if(records.begin(), records.end(), std::back_inserter(found),
               [&](const json& record) { return record["section"] == name; });
  return found;
}

TEST(Ndjson, EveryLineSaysOfWhichHostAndWhen) {
  const Outcome outcome = run({"report", "--format", "ndjson"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  for (const std::string& line : lines_of(outcome.out)) {
    const json record = json::parse(line);
    EXPECT_EQ(record["schema"], "memkit.report-record/1");
    EXPECT_EQ(record["host"].get<std::string>() + "\n", read_file("/proc/sys/kernel/hostname"));
    EXPECT_EQ(record["boot_id"].get<std::string>() + "\n", read_file("/proc/sys/kernel/random/boot_id"));
    EXPECT_THAT(record["time"].get<std::string>(), testing::MatchesRegex("20..-..-..T..:..:..\\.[0-9]+Z"));
  }
}

TEST(Ndjson, HasTheItemsOfTheJson) {
  const std::vector<json> records = records_of(kRoot);
  const json whole = json::parse(run({"report", "--json", "--root", kRoot}).out);
  const auto expect_same = [&](const std::string& name, const json& list) {
    SCOPED_TRACE(name);
    std::vector<json> found = section(records, name);
    ASSERT_EQ(found.size(), list.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (const auto& [key, value] : list[i].items()) EXPECT_EQ(found[i].at(key), value) << key;
    }
  };
  expect_same("finding", whole["findings"]);
  expect_same("not_judged", whole["not_judged"]);
  expect_same("memory", whole["where"]);
  expect_same("swap_area", whole["swap"]["areas"]);
  expect_same("process", whole["processes"]["top"]);
  expect_same("cgroup", whole["cgroups"]["largest"]);
  ASSERT_EQ(section(records, "machine").size(), 1u);
  const json machine = section(records, "machine").front();
  EXPECT_EQ(machine["diagnosis"], whole["diagnosis"]);
  EXPECT_EQ(machine["available_bytes"], whole["health"]["usable_bytes"]);
  EXPECT_EQ(section(records, "pressure").size(), 6u);
  EXPECT_EQ(section(records, "finding").front()["rank"], 1);
}

/// The commands of the README that begin with "sqlite3", without the remark behind them.
std::vector<std::string> readme_queries() {
  std::vector<std::string> queries;
  for (const std::string& line : lines_of(read_file(MEMKIT_SOURCE_DIR "/README.md"))) {
    if (line.starts_with("sqlite3 ")) queries.push_back(line);
  }
  return queries;
}

TEST(Ndjson, OneCommandLoadsItIntoSql) {
  SKIP_WITHOUT_TOOL("sqlite3");
  const Fleet fleet;
  std::string all;
  std::size_t lines = 0;
  for (const auto& [name, root] : fleet.roots()) {
    const std::string text = run({"report", "--format", "ndjson", "--root", root}).out;
    lines += lines_of(text).size();
    all += text;
  }
  fleet.folder().write("fleet.ndjson", all);
  const std::vector<std::string> queries = readme_queries();
  ASSERT_GE(queries.size(), 3u);
  const auto answer = [&](const std::string& command) {
    const Outcome outcome = shell(command, {.cwd = fleet.dir()});
    EXPECT_EQ(outcome.status, 0) << command << outcome.err;
    return outcome.out;
  };
  EXPECT_EQ(answer(queries[0]), "");
  EXPECT_EQ(answer("sqlite3 fleet.db 'SELECT count(*) FROM record'"), std::to_string(lines) + "\n");
  EXPECT_EQ(lines_of(answer(queries[1])).front(), "db-01|critical|available-low") << "which host has which finding";
  for (std::size_t i = 2; i < queries.size(); ++i) EXPECT_NE(answer(queries[i]), "") << queries[i];
  EXPECT_THAT(lines_of(answer("sqlite3 fleet.db \"SELECT DISTINCT r->>'host' FROM record ORDER BY 1\"")),
              ElementsAre("db-01", "web-01", "web-02"));
}

TEST(Ndjson, HostileNamesMakeNoSecondLine) {
  const TemporaryDir dir;
  dir.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 500 kB\nMemAvailable: 500 kB\n");
  dir.write("proc/sys/kernel/hostname", "a\xff\x1b\"\\\n");
  dir.write("proc/7/status", "Name:\tx\xf0\"\nUid:\t0\t0\t0\t0\nVmSize:\t9 kB\nVmRSS:\t5 kB\nThreads:\t1\n");
  dir.write("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/a\\012b\tfile\t100\t20\t-2\n");
  const std::vector<json> records = records_of(dir.path());
  EXPECT_EQ(records.front()["host"], "a\ufffd\x1b\"\\");
  EXPECT_EQ(section(records, "swap_area").front()["name"], "/a\nb");
}

TEST(Ndjson, GoesWithNoOtherForm) {
  EXPECT_EQ(run({"report", "--json", "--format", "ndjson"}).status, 2);
  const TemporaryDir dir;
  EXPECT_EQ(run({"report", "--format", "ndjson", "--root", kRoot, "--output-file", dir.path() + "/r"}).status, 0);
  EXPECT_EQ(read_file(dir.path() + "/r"), run({"report", "--format", "ndjson", "--root", kRoot}).out);
}

}  // namespace
}  // namespace memkit
