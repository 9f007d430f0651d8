// No English in a report in Japanese or Chinese but the field's own words, names of the system and commands.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "analysis/findings/rules.h"
#include "cli/fleet.h"
#include "cli/free_fixtures.h"
#include "support/latin.h"

namespace memkit {
namespace {

using nlohmann::json;
using test::is_term;
using test::latin_words;

void add_strings(const json& node, std::set<std::string>& names) {
  if (node.is_string()) {
    for (const std::string& word : latin_words(node.get<std::string>())) names.insert(word);
  }
  if (node.is_structured()) {
    for (const json& inner : node) add_strings(inner, names);
  }
}

/// Names of this system's processes, users, cgroups, mounts and caches; and ids of findings.
std::set<std::string> names_of(const json& report) {
  std::set<std::string> names;
  for (const Rule& rule : rules()) names.insert(std::string(rule.id));
  for (const char* const key : {"processes", "cgroups", "oom", "shared_memory", "host", "kernel_release"})
    add_strings(report[key], names);
  for (const json& finding : report["findings"]) {
    for (const json& evidence : finding["evidence"]) add_strings(evidence["value"], names);
  }
  return names;
}

/// A text without the commands that the findings propose.
std::string without_commands(const std::string& text, const json& report) {
  std::string rest;
  for (const std::string& line : lines_of(text)) {
    bool command = false;
    for (const json& finding : report["findings"]) {
      for (const json& next : finding["next"]) command = command || line.ends_with(next.get<std::string>());
    }
    if (!command) rest += line + "\n";
  }
  return rest;
}

/// Markdown without blocks of code and without `names`: what is quoted is not the report's own.
std::string without_code(const std::string& markdown) {
  std::string rest;
  bool fenced = false;
  for (const std::string& line : lines_of(markdown)) {
    if (line.starts_with("```")) {
      fenced = !fenced;
    } else if (!fenced) {
      bool code = false;
      for (const char c : line) {
        code = code != (c == '`');
        if (!code && c != '\\') rest += c;
      }
      rest += '\n';
    }
  }
  return rest;
}

void expect_no_english(const std::vector<std::string>& options, const std::string& root) {
  const auto report = [&](std::vector<std::string> more) {
    more.insert(more.begin(), "report");
    more.insert(more.end(), options.begin(), options.end());
    if (!root.empty()) more.insert(more.end(), {"--root", root});
    return run(more).out;
  };
  const json document = json::parse(report({"--json"}));
  std::set<std::string> names = names_of(document);
  for (const char* const language : {"ja", "zh"}) {
    const std::string text = without_commands(report({"--lang", language, "--explain"}), document);
    const std::string incident = without_code(report({"--lang", language, "--format", "incident"}));
    EXPECT_GT(text.size(), 500U);
    EXPECT_GT(incident.size(), 500U);
    for (const std::string* const form : {&text, &incident}) {
      for (const std::string& line : lines_of(*form)) {
        for (const std::string& word : latin_words(line))
          EXPECT_TRUE(is_term(word) || names.contains(word)) << language << " '" << word << "' in: " << line;
      }
    }
  }
}

/// Else the tests below would find nothing.
TEST(Languages, EnglishIsTakenForEnglish) {
  const Fleet fleet;
  const std::string text = run({"report", "--root", fleet.roots().at("db-01")}).out;
  for (const std::string& line : lines_of(text)) {
    // "   advice    End or move what holds the memory, ...", "  page cache       88.3 MiB    0.4 %  gives way when ..."
    if (line.find(" advice ") == std::string::npos && line.find("page cache") == std::string::npos) continue;
    const std::vector<std::string> words = latin_words(line);
    EXPECT_GE(std::count_if(words.begin(), words.end(), [](const std::string& word) { return !is_term(word); }), 4)
        << line;
  }
  EXPECT_THAT(text, testing::HasSubstr(" advice "));
}

TEST(Languages, ReportsOfCapturesHaveNoEnglish) {
  const Fleet fleet;
  for (const auto& [name, root] : fleet.roots()) {
    SCOPED_TRACE(name);
    expect_no_english({}, root);
  }
}

TEST(Languages, ReportsOfKillsHaveNoEnglish) {
  for (const char* const log : {"6.1-memcg-v2.log", "6.1-global.log"}) {
    const std::string path = MEMKIT_SOURCE_DIR "/testdata/oom/" + std::string(log);
    if (!std::filesystem::exists(path)) continue;
    SCOPED_TRACE(path);
    expect_no_english({"--log", path}, MEMKIT_SOURCE_DIR "/testdata/roots/6.1-x86_64-qemu-v2");
  }
}

/// Much of what a text can say at once: swap, limits, pressure, shared memory without a file, a container.
TEST(Languages, ReportOfASickContainerHasNoEnglish) {
  const TemporaryDir dir;
  dir.write("proc/meminfo",
            meminfo_text(with(with(with(kSixteenGb, "MemAvailable", 300000), "Shmem", 5000000), "PageTables", 900000)));
  dir.write("proc/vmstat", "nr_anon_pages 1125000\nnr_mapped 175000\noom_kill 3\n");
  dir.write("proc/pressure/memory",
            "some avg10=30.00 avg60=20.00 avg300=10.00 total=9\nfull avg10=21.00 avg60=9.00 avg300=1.00 total=9\n");
  dir.write("proc/self/cgroup", "0::/\n");
  dir.write("proc/self/mountinfo", "30 1 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n");
  dir.write("proc/7/stat", "7 (java) S 1 1 1 0 -1 0 10 0 2 0 5 6 0 0 20 0 1 0 4711 102400000 250 1 1 1\n");
  dir.write("proc/7/maps", "10000000-90000000 rw-s 00000000 00:01 7 /memfd:x (deleted)\n");
  dir.write("sys/fs/cgroup/cgroup.type", "domain\n");
  dir.write("sys/fs/cgroup/cgroup.controllers", "memory pids\n");
  for (const std::string unit : {"", "app.service/"}) {
    dir.write("sys/fs/cgroup/" + unit + "memory.current", "1020000000\n");
    dir.write("sys/fs/cgroup/" + unit + "memory.max", "1073741824\n");
    dir.write("sys/fs/cgroup/" + unit + "memory.stat", "anon 1000000000\n");
    dir.write("sys/fs/cgroup/" + unit + "memory.events", "low 0\nhigh 3\nmax 9\noom 2\noom_kill 2\n");
    dir.write("sys/fs/cgroup/" + unit + "pids.current", "95\n");
    dir.write("sys/fs/cgroup/" + unit + "pids.max", "100\n");
    dir.write("sys/fs/cgroup/" + unit + "memory.pressure",
              "some avg10=30.00 avg60=1.00 avg300=1.00 total=1\nfull avg10=3.00 avg60=1.00 avg300=1.00 total=1\n");
  }
  const json document = json::parse(run({"report", "--json", "--root", dir.path()}).out);
  EXPECT_GE(document["findings"].size(), 9U) << "of a machine as sick as this";
  expect_no_english({}, dir.path());
}

}  // namespace
}  // namespace memkit
