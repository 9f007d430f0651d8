// Reading that fails at any one place, as strace has the kernel answer: no crash, no hang, no figure that is not true.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "cli/figures.h"
#include "cli/free_fixtures.h"
#include "cli/oom_log_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using Words = std::vector<std::string>;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";
// Each place is tried where MEMKIT_EVERY_FAULT is set; else so many of a command, spread over its run.
constexpr std::size_t kPlaces = 7;

/// A call of the program that reads, as strace saw it.
struct Call {
  std::string name;
  int when = 0;  ///< strace's count of calls of this name
};

/// Below strace, which answers for the kernel where `fault` says so.
Outcome traced(const Words& words, const Words& fault, const std::string& log) {
  Words all = {"-f", "-o", log};
  all.insert(all.end(), fault.begin(), fault.end());
  all.push_back(memkit_binary());
  all.insert(all.end(), words.begin(), words.end());
  return run(all, {.program = "strace", .timeout_s = 30});
}

/// Figures that are true of less: what counts the seen, ranks it, or says that it is not all; what nothing known
/// accounts for; a limit of which one source tells what another could not.
bool is_true_of_less(const json& document, const std::string& figure) {
  static const std::regex always(
      "/skipped/.*|/cgroups/[a-z_]*_count:.*|.*/complete: false.*|.*/rank:.*|.*/hidden_limit_bytes:.*"
      "|/(breakdown|where).*(residual|free).*|.*/totals/mappings_count:.*|.*/walked: false.*");
  if (std::regex_match(figure, always)) return true;
  // A process that is left out is counted there.
  const json left_out = document.value("skipped", json::object()).value("processes", json::object());
  if (figure.starts_with("/ranking/victims") && left_out.value("hidden_count", 0) != 0) return true;
  const json victim = document.value("oom", json::object()).value("next_victim", json::object());
  if (figure.starts_with("/oom/next_victim/") && victim.value("unknown_count", 0) != 0) return true;
  static const std::regex sums("/(totals|processes)/[a-z_]*:.*");
  const json& totals = document.contains("totals") ? document["totals"] : document.value("processes", json());
  return std::regex_match(figure, sums) && totals.is_object() && !totals.value("complete", true);
}

/// The commands, on figures that stand still.
struct InjectedFaults : testing::TestWithParam<std::string> {
  void SetUp() override {
    if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer reads files of its own";
    SKIP_WITHOUT_TOOL("strace");
    if (run({"-o", "/dev/null", "true"}, {.program = "strace"}).status != 0) {
      GTEST_SKIP() << "skipped: strace may not trace here";
    }
    words = words_of(GetParam());
    if (words.back() == "--log") {
      words.push_back(dir.write("log", MadeKill{"", 100'000'000, "/system.slice/a.service", "java", 100}.text()));
    } else {
      words.insert(words.end(), {"--root", kRoot});
    }
    words.push_back("--json");
    whole = json::parse(run(words).out);
  }

  /// The calls that read, without those that the loader made before the program began.
  std::vector<Call> calls() const {
    const std::string log = dir.path() + "/calls";
    traced(words, {"-e", "trace=read,openat,openat2,getdents64,newfstatat,readlinkat"}, log);
    std::vector<Call> found;
    std::map<std::string, int> count;
    static const std::regex call(R"(^\d+ +(\w+)\()");
    for (const std::string& line : lines_of(read_file(log))) {
      std::smatch match;
      if (!std::regex_search(line, match, call)) continue;
      const std::string name = match[1];
      const int when = ++count[name];
      if (found.empty() && line.find(kRoot) == std::string::npos && line.find(dir.path()) == std::string::npos)
        continue;
      found.push_back({name, when});
    }
    return found;
  }

  void fail_at(const Call& call, const std::string& error) const {
    const std::string fault = call.name + ":error=" + error + ":when=" + std::to_string(call.when);
    SCOPED_TRACE(joined(words) + " with " + fault);
    const Outcome outcome = traced(words, {"-e", "trace=" + call.name, "-e", "inject=" + fault}, "/dev/null");
    EXPECT_THAT(outcome.status, testing::AnyOf(0, 1, 42)) << outcome.err;
    const json partial = json::parse(outcome.out, nullptr, false);
    ASSERT_TRUE(partial.is_object()) << outcome.out;
    EXPECT_TRUE(partial["schema"] != "memkit.error/1" || outcome.status != 0);
    EXPECT_TRUE(outcome.status == 0 || lines_of(outcome.err).size() == 1) << outcome.err;
    if (partial["schema"] == "memkit.error/1") return;
    for (const std::string& figure : false_figures(whole, partial)) {
      EXPECT_TRUE(is_true_of_less(partial, figure)) << figure;
    }
  }

  const TemporaryDir dir;
  Words words;
  json whole;
};

TEST_P(InjectedFaults, LeaveNoFalseFigure) {
  const std::vector<Call> all = calls();
  ASSERT_GT(all.size(), 2u);
  const bool every = std::getenv("MEMKIT_EVERY_FAULT") != nullptr;
  const std::size_t step = every ? 1 : std::max<std::size_t>(1, all.size() / kPlaces);
  for (const std::string error : {"EIO", "EACCES", "ESRCH", "ENOMEM"}) {
    if (error == "ESRCH" && words.front() != "smem" && words.front() != "pmap") continue;  // said of processes alone
    // Each error at places of its own.
    for (std::size_t i = every ? 0 : error.size() % step; i < all.size(); i += step) fail_at(all[i], error);
  }
}

TEST_P(InjectedFaults, InterruptedReadingGoesOn) {
  for (const Call& call : calls()) {
    if (call.name != "read") continue;
    const std::string fault = "read:error=EINTR:when=" + std::to_string(call.when) + "+3";
    const Outcome outcome = traced(words, {"-e", "trace=read", "-e", "inject=" + fault}, "/dev/null");
    EXPECT_EQ(outcome.status, 0) << fault;
    EXPECT_EQ(json::parse(outcome.out, nullptr, false), whole) << fault;
    break;  // every third read from there on
  }
}

INSTANTIATE_TEST_SUITE_P(Of, InjectedFaults,
                         testing::Values("free", "smem", "pmap 5007", "slab", "psi", "oom", "oom --log", "report"),
                         [](const testing::TestParamInfo<std::string>& command) {
                           return std::regex_replace(command.param, std::regex("[^a-z0-9]+"), "_");
                         });

// --- the comparison itself ---

TEST(FalseFigures, AreThoseThatDiffer) {
  const json whole = {{"a", 1}, {"b", {{"c", 2.5}}}, {"rows", {{{"pid", 1}, {"x", 7}}, {{"pid", 2}, {"x", 8}}}}};
  EXPECT_EQ(false_figures(whole, whole).size(), 0u);
  EXPECT_EQ(false_figures(whole, {{"a", nullptr}, {"rows", json::array()}}).size(), 0u);
  EXPECT_EQ(false_figures(whole, {{"rows", {{{"pid", 2}, {"x", 8}}}}}).size(), 0u) << "a row less";
  EXPECT_EQ(false_figures(whole, {{"a", 0}, {"b", {{"c", 2}}}}).size(), 2u);
  EXPECT_EQ(false_figures(whole, {{"rows", {{{"pid", 2}, {"x", 7}}}}}),
            std::vector<std::string>{"/rows[2]/x: 7, was 8"});
}

}  // namespace
}  // namespace memkit
