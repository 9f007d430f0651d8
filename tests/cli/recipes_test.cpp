// Recipes of the documents that another program takes part in: units of systemd, collectors, other formats.
#include <gmock/gmock.h>

#include <filesystem>
#include <regex>

#include "cli/free_fixtures.h"

namespace memkit {
namespace {

using testing::HasSubstr;

TEST(SystemdUnits, AreSound) {
  SKIP_WITHOUT_TOOL("systemd-analyze");
  const TemporaryDir dir;
  const std::string bin = std::filesystem::path(memkit_binary()).parent_path();
  std::vector<std::string> files;
  for (const char* const unit : {"memkit-report.service", "memkit-report.timer"}) {
    const std::string text = read_file(MEMKIT_SOURCE_DIR "/cmd/share/systemd/" + std::string(unit));
    files.push_back(dir.write(unit, std::regex_replace(text, std::regex("@BINDIR@"), bin)));
  }
  const Outcome outcome = run({"verify", "--man=no", files[0], files[1]},
                              {.env = {"SYSTEMD_LOG_LEVEL=warning"}, .program = "systemd-analyze"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_EQ(outcome.err.find("memkit-report"), std::string::npos) << outcome.err;
}

TEST(SystemdUnits, RunWhatThisProgramTakes) {
  const TemporaryDir dir;
  const std::string text = read_file(MEMKIT_SOURCE_DIR "/cmd/share/systemd/memkit-report.service");
  std::smatch command;
  ASSERT_TRUE(std::regex_search(text, command,
                                std::regex("ExecStart=@BINDIR@/memkit (.*)/var/lib/prometheus/node-exporter(.*)")));
  const Outcome outcome = shell("\"$MEMKIT\" " + command[1].str() + dir.path() + command[2].str());
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(read_file(dir.path() + "/memkit.prom"), HasSubstr("\nmemkit_memory_total_bytes "));
}

TEST(Textfile, NodeExporterScrapesIt) {
  SKIP_WITHOUT_TOOL("prometheus-node-exporter");
  SKIP_WITHOUT_TOOL("curl");
  const TemporaryDir dir;
  ASSERT_EQ(run({"report", "--format", "prom", "--output-file", dir.path() + "/memkit.prom"}).status, 0);
  const std::string line = R"(
prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory="$D" \
  --web.listen-address=127.0.0.1:29187 >/dev/null 2>&1 & pid=$!
for i in $(seq 100); do curl -s http://127.0.0.1:29187/metrics -o "$D/out" && break; sleep 0.1; done
kill $pid; wait $pid 2>/dev/null; cat "$D/out")";
  const Outcome outcome = shell(line, {.env = {"D=" + dir.path()}});
  EXPECT_THAT(outcome.out, HasSubstr("memkit_memory_total_bytes "));
  EXPECT_THAT(outcome.out, HasSubstr("node_textfile_scrape_error 0"));
}

/// What the README has between its fences, with this text in it.
std::string readme_line(const std::string& part) {
  for (const std::string& line : lines_of(read_file(MEMKIT_SOURCE_DIR "/README.md"))) {
    if (line.find(part) != std::string::npos) return line;
  }
  ADD_FAILURE() << "the README has no line with " << part;
  return {};
}

/// The README's line puts the fact's script into `dir`; what `rest` of a command line then prints, with memkit in PATH.
Outcome with_fact_in(const TemporaryDir& dir, const std::string& rest) {
  const std::string recipe =
      std::regex_replace(readme_line("/facts.d/"), std::regex("/etc/ansible/facts.d"), dir.path());
  EXPECT_EQ(shell(recipe).status, 0);
  const std::string bin = std::filesystem::path(memkit_binary()).parent_path();
  return shell("PATH=" + bin + ":$PATH " + rest);
}

TEST(Ansible, TheScriptOfTheFactPrintsJson) {
  SKIP_WITHOUT_TOOL("jq");
  const TemporaryDir dir;
  const Outcome outcome = with_fact_in(dir, dir.path() + "/memkit.fact | jq -r .schema");
  EXPECT_EQ(outcome.out, "memkit.report/1\n") << outcome.err;
}

TEST(Ansible, HasTheReportAsAFact) {
  SKIP_WITHOUT_TOOL("ansible");
  SKIP_WITHOUT_TOOL("jq");
  const TemporaryDir dir;
  const Outcome outcome = with_fact_in(
      dir, "ANSIBLE_LOCAL_TEMP=" + dir.path() +
               " ansible localhost -c local -m setup -a 'gather_subset=!all filter=ansible_local fact_path=" +
               dir.path() + "' | sed '1s/.*=> //' | jq -r .ansible_facts.ansible_local.memkit.schema");
  EXPECT_EQ(outcome.out, "memkit.report/1\n") << outcome.err;
}

TEST(Cron, TheLineRuns) {
  const TemporaryDir dir;
  std::string line = readme_line("* * * * * root memkit report");
  line = line.substr(line.find("memkit"), line.find("   #") - line.find("memkit"));
  line = std::regex_replace(line, std::regex("/var/lib/prometheus/node-exporter"), dir.path());
  const std::string bin = std::filesystem::path(memkit_binary()).parent_path();
  EXPECT_EQ(shell("PATH=" + bin + ":$PATH; " + line).status, 0);
  EXPECT_TRUE(std::filesystem::exists(dir.path() + "/memkit.prom"));
}

}  // namespace
}  // namespace memkit
