// Every command where the machine does not give what a program takes for granted: memory, descriptors, /proc, a place
// to write, open streams, peace from signals, processes that live on, clocks that go forward.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/every_command.h"
#include "cli/figures.h"
#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::AnyOf;
using testing::HasSubstr;
using Words = std::vector<std::string>;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

struct Faults : testing::Test {
  const TemporaryDir dir;
  const std::string log = dir.write("log", one_kill());

  /// Fails unless the run ended as one that met a fault may: by itself, and what it says of a failure is one line.
  static void expect_graceful(const Outcome& outcome, const std::string& what) {
    EXPECT_THAT(outcome.status, AnyOf(0, 1)) << what << "\n" << outcome.err;
    if (outcome.status != 0) {
      EXPECT_EQ(lines_of(outcome.err).size(), 1u) << what << "\n" << outcome.err;
    }
  }
};

TEST_F(Faults, AddressSpaceOf64MB) {
  if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer takes terabytes of addresses";
  for (const Words& words : live_commands(log)) {
    const Outcome outcome = shell("ulimit -v 65536; exec " + shell_line(words));
    EXPECT_EQ(outcome.status, run(words).status) << joined(words) << "\n" << outcome.err;
  }
}

TEST_F(Faults, AddressSpaceThatRunsOut) {
  if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer takes terabytes of addresses";
  for (const Words& words : root_commands(kRoot, "5007", log)) {
    for (int kb = 9500; kb < 20000; kb += 750) {
      const Outcome outcome = shell("ulimit -v " + std::to_string(kb) + "; exec " + shell_line(words));
      if (outcome.err.find("loading shared libraries") != std::string::npos) continue;
      expect_graceful(outcome, joined(words) + " in kB: " + std::to_string(kb));
    }
  }
}

TEST_F(Faults, SixteenDescriptors) {
  for (const Words& words : live_commands(log)) {
    const Outcome outcome = shell("ulimit -n 16; exec " + shell_line(words));
    EXPECT_EQ(outcome.status, run(words).status) << joined(words) << "\n" << outcome.err;
  }
  for (Words words : root_commands(kRoot, "5007", log)) {
    if (words.back() != "--json") words.emplace_back("--json");
    const Outcome outcome = shell("ulimit -n 16; exec " + shell_line(words));
    EXPECT_EQ(outcome.out, run(words).out) << joined(words);
  }
}

TEST_F(Faults, NoDescriptorToSpare) {
  if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer opens files of its own";
  for (Words words : root_commands(kRoot, "5007", log)) {
    if (words.back() != "--json") words.emplace_back("--json");
    const json whole = json::parse(run(words).out);
    for (int most = 4; most < 12; ++most) {
      const Outcome outcome = shell("ulimit -n " + std::to_string(most) + "; exec " + shell_line(words));
      if (outcome.status == 127) continue;  // the loader could not open a library
      const std::string what = joined(words) + " with descriptors: " + std::to_string(most);
      expect_graceful(outcome, what);
      const json partial = json::parse(outcome.out, nullptr, false);
      EXPECT_TRUE(partial.is_object()) << what;
      if (outcome.status == 0 && words.front() == "free") {
        EXPECT_THAT(false_figures(whole["memory"], partial["memory"]), testing::IsEmpty()) << what;
      }
    }
  }
}

/// Runs lines of shell with mounts of their own.
struct OwnMounts : Faults {
  void SetUp() override {
    SKIP_UNLESS_ROOT();
    SKIP_WITHOUT_TOOL("unshare");
    if (mounted("true", "true").status != 0) GTEST_SKIP() << "skipped: no mount namespaces here";
  }
  static Outcome mounted(const std::string& mounts, const std::string& line) {
    return shell("exec unshare -m --propagation private sh -c '" + mounts + " || exit 99; " + line + "'");
  }
};

TEST_F(OwnMounts, WithoutProc) {
  if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer reads /proc";
  for (const Words& words : live_commands(log)) {
    std::string line = "\"$MEMKIT\"";
    for (const std::string& word : words) line += " " + word;
    const Outcome outcome = mounted("mount -t tmpfs none /proc", line);
    // What else tells it: a log, the cgroups' own files, /sys/kernel/slab.
    if (words.back() == log || ((words.back() == "cgroup" || words.back() == "slab") && outcome.status == 0)) {
      EXPECT_EQ(outcome.status, 0) << joined(words) << outcome.err;
      continue;
    }
    EXPECT_EQ(outcome.status, 1) << joined(words) << outcome.err;
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << joined(words) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("proc")) << joined(words);
  }
}

TEST_F(OwnMounts, NothingCanBeWritten) {
  const std::string target = dir.path() + "/out";
  for (const Words& words : live_commands(log)) {
    std::string line = "exec \"$MEMKIT\"";
    for (const std::string& word : words) line += " " + word;
    EXPECT_EQ(mounted("mount -o remount,bind,ro /", line).status, run(words).status) << joined(words);
  }
  for (const std::string& line : {"report --save " + target, "report --format prom --output-file " + target,
                                  "oom --log " + log + " --check --state " + target}) {
    const Outcome outcome = mounted("mount -o remount,bind,ro /", "exec \"$MEMKIT\" " + line);
    if (outcome.status == 99) GTEST_SKIP() << "skipped: the root cannot be made read-only: " << outcome.err;
    EXPECT_NE(outcome.status, 0) << line;
    EXPECT_THAT(outcome.err, HasSubstr("Read-only file system")) << line;
    EXPECT_FALSE(std::filesystem::exists(target));
  }
}

TEST_F(Faults, StreamsThatAreClosed) {
  for (const Words& words : root_commands(kRoot, "5007", log)) {
    const std::string line = shell_line(words);
    const Outcome expected = run(words);
    EXPECT_EQ(shell("exec " + line + " <&-").out, expected.out) << line;
    EXPECT_EQ(shell("exec " + line + " 2>&-").out, expected.out) << line;
    for (const std::string closed : {" >&-", " <&- >&-", " <&- >&- 2>&-"}) {
      EXPECT_EQ(shell("exec " + line + closed).status, 1) << line << closed;
    }
    EXPECT_EQ(run(words, {.stdout_to = "/dev/full"}).status, 1) << line;
  }
}

/// strace delivers a signal at a certain read, which no timing can.
struct Signals : Faults {
  void SetUp() override {
    if (sanitized()) GTEST_SKIP() << "skipped: the sanitizer reads files of its own";
    SKIP_WITHOUT_TOOL("strace");
    if (run({"-o", "/dev/null", "true"}, {.program = "strace"}).status != 0) {
      GTEST_SKIP() << "skipped: strace may not trace here";
    }
  }
  static Outcome struck(const std::string& signal, int when, Words words) {
    words.insert(words.begin(), {"-f", "-o", "/dev/null", "-e", "trace=read", "-e",
                                 "inject=read:signal=" + signal + ":when=" + std::to_string(when), memkit_binary()});
    return run(words, {.program = "strace"});
  }
};

TEST_F(Signals, InMidRun) {
  for (const Words& words : root_commands(kRoot, "5007", log)) {
    const Outcome expected = run(words);
    constexpr int kBehindTheLoader = 8;
    EXPECT_EQ(struck("SIGPIPE", kBehindTheLoader, words).out, expected.out) << joined(words);
    for (const auto& [name, number] : {std::pair("SIGINT", SIGINT), std::pair("SIGTERM", SIGTERM)}) {
      const Outcome outcome = struck(name, kBehindTheLoader, words);
      // Killed with nothing printed, or (a run of few reads) whole.
      if (outcome.status == 0) {
        EXPECT_EQ(outcome.out, expected.out) << joined(words);
      } else {
        EXPECT_EQ(outcome.status, -number) << joined(words);
        EXPECT_EQ(outcome.out, "") << joined(words);
      }
    }
  }
}

TEST_F(Signals, LeaveNoHalfFileBehind) {
  const std::string target = dir.write("memkit.prom", "before\n");
  const std::string capture = dir.path() + "/capture";
  EXPECT_EQ(struck("SIGTERM", 40, {"report", "--root", kRoot, "--format", "prom", "--output-file", target}).status,
            -SIGTERM);
  EXPECT_EQ(read_file(target), "before\n");
  EXPECT_EQ(struck("SIGTERM", 40, {"report", "--save", capture}).status, -SIGTERM);
  EXPECT_TRUE(std::filesystem::exists(capture + "/memkit/PARTIAL"));
  EXPECT_THAT(run({"free", "--root", capture}).err, HasSubstr("is not whole"));
}

TEST_F(Faults, SignalsEndARunThatRepeats) {
  SKIP_WITHOUT_TOOL("timeout");
  for (const std::string signal : {"INT", "TERM"}) {
    for (const std::string command : {"free -s 0.05 --json", "psi --interval 0.05 --json",
                                      "slab --interval 0.05 --json", "report --interval 0.05 --json",
                                      "pmap --track --interval 0.05 --json $$", "psi --by cgroup --interval 0.05"}) {
      const Outcome outcome =
          shell("exec timeout --preserve-status -k 20 -s " + signal + " 0.4 \"$MEMKIT\" " + command);
      EXPECT_THAT(outcome.status, AnyOf(0, 128 + SIGINT, 128 + SIGTERM, -SIGINT, -SIGTERM)) << command << outcome.err;
      if (command.find("--json") == std::string::npos) continue;
      for (const std::string& line : lines_of(outcome.out)) EXPECT_TRUE(json::accept(line)) << command << "\n" << line;
    }
  }
}

/// Processes that are born and die all the time, some twenty at once.
class Storm {
 public:
  Storm() {
    born_ = static_cast<std::atomic<long>*>(
        mmap(nullptr, sizeof(std::atomic<long>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    new (born_) std::atomic<long>(0);
    pid_ = fork();
    if (pid_ == 0) blow();
  }
  ~Storm() {
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    munmap(born_, sizeof(std::atomic<long>));
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;
  [[nodiscard]] long born() const { return *born_; }

 private:
  [[noreturn]] void blow() const {
    setpgid(0, 0);
    constexpr std::size_t kAtOnce = 20;
    pid_t children[kAtOnce] = {};
    for (std::size_t i = 0;; i = (i + 1) % kAtOnce) {
      if (children[i] > 0) {
        kill(children[i], SIGKILL);
        waitpid(children[i], nullptr, 0);
      }
      children[i] = fork();
      if (children[i] == 0) {
        for (;;) pause();
      }
      ++*born_;
    }
  }
  std::atomic<long>* born_;
  pid_t pid_;
};

TEST_F(Faults, ProcessesThatForkAndDieMeanwhile) {
  const Storm storm;
  const json own = json::parse(run({"smem", "--json", "-P", "^memkit_cli_tests$"}).out);
  constexpr long kProcesses = 10'000;
  constexpr int kMostRounds = 6;
  for (int round = 0; round < kMostRounds && (round < 2 || storm.born() < kProcesses); ++round) {
    for (Words words : live_commands(log)) {
      const bool with_json = round % 2 == 0 && words.back() != "--json";
      if (with_json) words.emplace_back("--json");
      const Outcome outcome = run(words);
      EXPECT_EQ(outcome.status, words.front() == "slab" ? run(words).status : 0) << joined(words) << outcome.err;
      if (!with_json) continue;
      const json document = json::parse(outcome.out, nullptr, false);
      ASSERT_TRUE(document.is_object()) << joined(words);
      if (words.front() != "smem") continue;
      bool found = false;
      for (const json& process : document["processes"]) {
        if (process["pid"] != getpid()) continue;
        found = true;
        EXPECT_GT(process["pss_bytes"], 0);
        EXPECT_GE(process["rss_bytes"], process["pss_bytes"]);
      }
      EXPECT_TRUE(found) << "the process that lives on";
    }
  }
  EXPECT_GT(storm.born(), 100);
}

TEST_F(Faults, ClocksOfAnotherNamespace) {
  SKIP_WITHOUT_TOOL("unshare");
  const std::string prefix = "exec unshare -T --boottime 2000000000 --monotonic 2000000000 -f ";
  if (shell(prefix + "true").status != 0) GTEST_SKIP() << "skipped: no time namespaces here";
  for (const Words& words : live_commands(log)) {
    EXPECT_EQ(shell(prefix + shell_line(words)).status, run(words).status) << joined(words);
  }
  const json processes = json::parse(shell(prefix + "\"$MEMKIT\" smem --json").out)["processes"];
  ASSERT_FALSE(processes.empty());
  for (const json& process : processes) {
    EXPECT_TRUE(process["start_time_s"].is_null() || process["start_time_s"] >= 0) << process;
  }
}

TEST_F(Faults, ClocksThatJump) {
  // The clock of a capture that stands before, at and far behind the kill of its log, and one that makes no sense.
  std::filesystem::copy(kRoot, dir.path() + "/root", std::filesystem::copy_options::recursive);
  for (const std::string time : {"0", "1000000000", "-9223372036854775808", "9223372036854775807", "\"now\""}) {
    dir.write("root/memkit/capture.json", R"({"schema": "memkit.capture/1", "time_ns": )" + time +
                                              R"(, "monotonic_ns": 5, "ticks_per_s": 100, "page_size_bytes": 4096})");
    for (const std::string uptime :
         {"0.00 0.00\n", "99999999999999999999.99 1.0\n", "-5.00 0\n", "1884.97 3000.11\n"}) {
      dir.write("root/proc/uptime", uptime);
      for (const std::string command : {"report", "smem", "oom"}) {
        const Outcome outcome = run({command, "--json", "--root", dir.path() + "/root"});
        EXPECT_EQ(outcome.status, 0) << command << outcome.err;
        const json document = json::parse(outcome.out, nullptr, false);
        ASSERT_TRUE(document.is_object()) << command;
        EXPECT_TRUE(document["uptime_s"].is_null() || document["uptime_s"] >= 0) << uptime;
      }
    }
  }
}

TEST_F(Faults, ALogWhoseClockGoesBack) {
  const std::string text = MadeKill{utc_stamp("18:02:10"), 5'000'000'000, "/a", "first", 10}.text() +
                           MadeKill{utc_stamp("17:00:00"), 5'000'900'000, "/b", "second", 20}.text() +
                           MadeKill{utc_stamp("23:59:59"), 7'000'000, "/c", "third", 30}.text();
  const Outcome outcome = run({"oom", "--log", "-", "--json"}, {.stdin_text = text});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const json events = json::parse(outcome.out)["events"];
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0]["time"], "2026-11-22T18:02:10Z");
  EXPECT_EQ(events[1]["time"], "2026-11-22T17:00:00Z");
  EXPECT_EQ(events[2]["time"], "2026-11-22T23:59:59Z");
}

}  // namespace
}  // namespace memkit
