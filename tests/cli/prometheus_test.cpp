// share/memkit/prometheus against Prometheus itself, and the whole way from three machines to an answer in PromQL.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "analysis/findings/rules.h"
#include "cli/fleet.h"
#include "cli/free_fixtures.h"

namespace memkit {
namespace {

using testing::HasSubstr;

const std::string kShare = MEMKIT_SOURCE_DIR "/cmd/share/prometheus/";

TEST(PrometheusRules, PromtoolFindsThemSound) {
  SKIP_WITHOUT_TOOL("promtool");
  const Outcome outcome = run({"check", "rules", kShare + "memkit.rules.yml"}, {.program = "promtool"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
}

TEST(PrometheusRules, EachAlertOnBothSidesOfItsCondition) {
  SKIP_WITHOUT_TOOL("promtool");
  const Outcome outcome = run({"test", "rules", kShare + "memkit.rules.test.yml"}, {.program = "promtool"});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  const std::string tests = read_file(kShare + "memkit.rules.test.yml");
  for (const std::string& line : lines_of(read_file(kShare + "memkit.rules.yml"))) {
    const std::size_t at = line.find("- alert: ");
    if (at == std::string::npos) continue;
    EXPECT_THAT(tests, HasSubstr("alertname: " + line.substr(at + 9))) << "no test of it";
  }
}

/// Names of metrics that begin with memkit_ in a text.
std::set<std::string> metrics_in(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t at = text.find("memkit_"); at != std::string::npos; at = text.find("memkit_", at + 1)) {
    if (at > 0 && text[at - 1] == ':') continue;  // the name of a recording
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", at);
    names.insert(text.substr(at, end - at));
  }
  return names;
}

TEST(PrometheusRules, NameMetricsThatTheReportWrites) {
  const std::string report =
      run({"report", "--format", "prom", "--root", MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm"}).out;
  std::string expressions;
  for (const std::string& line : lines_of(read_file(kShare + "memkit.rules.yml"))) {
    if (line.find("expr:") != std::string::npos) expressions += line + "\n";
  }
  const std::set<std::string> written = metrics_in(report);
  const std::set<std::string> asked = metrics_in(expressions);
  EXPECT_GE(asked.size(), 5u);
  for (const std::string& name : asked) EXPECT_TRUE(written.contains(name)) << name;
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

/// Three hosts, each with node_exporter and a memkit.prom of its capture, and a Prometheus that scrapes them every
/// second: all on loopback, ended with the test.
class PrometheusFleet : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* const tool : {"prometheus", "prometheus-node-exporter", "promtool"}) {
      if (!has_tool(tool)) GTEST_SKIP() << "skipped: " << tool << " is not installed";
    }
    std::string targets;
    for (const auto& [name, root] : fleet_.roots()) {
      std::filesystem::create_directory(textfiles(name));
      report(name);
      const std::string address = "127.0.0.1:" + std::to_string(free_port());
      start(
          "prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory=" +
          textfiles(name) + " --web.listen-address=" + address);
      targets += "      - targets: ['" + address + "']\n        labels: {instance: '" + name + "'}\n";
    }
    address_ = "127.0.0.1:" + std::to_string(free_port());
    fleet_.folder().write("prometheus.yml",
                          "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: ['" + kShare +
                              "memkit.rules.yml']\nscrape_configs:\n  - job_name: memkit\n    static_configs:\n" +
                              targets);
    start("prometheus --config.file=" + fleet_.dir() + "/prometheus.yml --storage.tsdb.path=" + fleet_.dir() +
          "/tsdb --web.listen-address=" + address_);
  }
  void TearDown() override {
    for (const std::string& pid : pids_) shell("kill " + pid);
    for (const std::string& pid : pids_)
      shell("for i in $(seq 100); do kill -0 " + pid + " 2>/dev/null || break; sleep 0.1; done");
  }

  [[nodiscard]] std::string textfiles(const std::string& host) const { return fleet_.dir() + "/textfile-" + host; }
  void report(const std::string& host) const {
    const Outcome outcome = run({"report", "--format", "prom", "--output-file", textfiles(host) + "/memkit.prom",
                                 "--root", fleet_.roots().at(host)});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }
  /// What PromQL answers, once it says `expected`; else the last answer, after a while.
  [[nodiscard]] std::string ask(const std::string& query, const std::string& expected) const {
    std::string answer;
    for (int tries = 0; tries < 120; ++tries) {
      answer = run({"query", "instant", "http://" + address_, query}, {.program = "promtool"}).out;
      if (answer.find(expected) != std::string::npos) break;
      usleep(500'000);
    }
    return answer;
  }

  Fleet fleet_;

 private:
  void start(const std::string& command) {
    const Outcome outcome = shell("nohup " + command + " >" + fleet_.dir() + "/log." + std::to_string(pids_.size()) +
                                  " 2>&1 </dev/null & echo $!");
    pids_.push_back(outcome.out.substr(0, outcome.out.find('\n')));
  }

  std::string address_;
  std::vector<std::string> pids_;
};

TEST_F(PrometheusFleet, PromqlAnswersWhichHostHasWhichFindingAndWhichUnitGrows) {
  const std::string findings = ask("memkit_finding_severity >= 3", "db-01");
  EXPECT_THAT(findings, HasSubstr("id=\"available-low\", instance=\"db-01\""));
  EXPECT_THAT(ask("count(memkit_memory_total_bytes)", "=> 3"), HasSubstr("=> 3 "));
  EXPECT_THAT(ask("instance:memkit_memory_available:ratio < 0.05", "db-01"), HasSubstr("db-01"));
  // The database of web-02 grows by a gigabyte.
  const std::string current = fleet_.roots().at("web-02") + "/sys/fs/cgroup/lab.slice/db.service/memory.current";
  ASSERT_TRUE(std::filesystem::exists(current));
  EXPECT_THAT(ask("memkit_cgroup_memory_bytes{unit=\"db.service\"}", "db.service"), HasSubstr("db.service"));
  const std::uint64_t grown_bytes = std::stoull(read_file(current)) + (1ULL << 30);
  std::ofstream(current) << grown_bytes << "\n";
  report("web-02");
  const std::string grown = ask("topk(1, delta(memkit_cgroup_memory_bytes{unit!=\"\"}[30s]) > 1e6)", "db.service");
  EXPECT_THAT(grown, HasSubstr("instance=\"web-02\""));
  EXPECT_THAT(grown, HasSubstr("unit=\"db.service\""));
}

}  // namespace
}  // namespace memkit
