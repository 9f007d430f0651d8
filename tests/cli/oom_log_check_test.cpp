// memkit oom --log --check, and what --state remembers: over rotations, reboots and copies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>

#include "cli/oom_log_fixtures.h"

namespace memkit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

struct OomCheckCli : testing::Test {
  [[nodiscard]] Outcome check(const std::string& log, Words options = {}) const {
    options.insert(options.begin(), {"oom", "--check", dir.write("log", log)});
    return run(options);
  }
  /// The exit status with a memory.
  [[nodiscard]] int next(const std::string& log) const { return check(log, {"--state", state}).status; }
  TemporaryDir dir;
  std::string state = dir.path() + "/state";
  const MadeKill first{utc_stamp("10:00:00"), 100'000'000, "/system.slice/a.service", "x", 7};
  const MadeKill second{utc_stamp("11:00:00"), 3'700'000'000, "/system.slice/a.service", "x", 8};
  const MadeKill third{utc_stamp("12:00:00"), 7'300'000'000, "/system.slice/b.service", "y", 9};
};

TEST_F(OomCheckCli, KillsAreCritical) {
  const Outcome none = check("nothing\n");
  EXPECT_EQ(none.status, 0);
  EXPECT_EQ(none.out, "MEMKIT OOM OK - no new kill | kills=0;;0:0;0;\n");
  const Outcome two = check(first.text() + second.text());
  EXPECT_EQ(two.status, 2);
  EXPECT_EQ(two.out,
            "MEMKIT OOM CRITICAL - 2 events, 2 processes killed; the last: 2026-11-22 11:00:00Z x (cgroup-limit) | "
            "kills=2;;0:0;0;\n");
  EXPECT_EQ(check(first.head()).status, 0) << "no kill is in the log";
}

TEST_F(OomCheckCli, RangesSetOtherLimits) {
  const std::string log = first.text() + second.text() + third.text();
  EXPECT_EQ(check(log, {"-w", "0", "-c", "5"}).status, 1);
  EXPECT_EQ(check(log, {"-w", "3"}).status, 0);
  EXPECT_EQ(check(log, {"-c", "kills=2"}).status, 2);
  EXPECT_EQ(check(log, {"-c", "nonsense=2"}).status, 3);
  EXPECT_EQ(check(log, {"-c", "x"}).status, 3);
}

TEST_F(OomCheckCli, FiltersApply) {
  const std::string log = first.text() + second.text() + third.text();
  EXPECT_THAT(check(log, {"--unit", "^b"}).out, HasSubstr("1 event, 1 process killed"));
  EXPECT_EQ(check(log, {"--name", "z"}).status, 0);
  EXPECT_THAT(check(log, {"--since", "2026-11-22 10:30"}).out, HasSubstr("2 events"));
  EXPECT_EQ(check(log, {"--since", "2026-11-22 12:30"}).status, 0);
}

TEST_F(OomCheckCli, SinceForCron) {
  const auto stamp = [](int ago) {
    const std::time_t then = std::time(nullptr) - ago;
    std::tm clock{};
    gmtime_r(&then, &clock);
    char text[64];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S+00:00 web kernel: ", &clock);
    return std::string(text);
  };
  EXPECT_EQ(check(MadeKill{stamp(600), 1'000'000}.text(), {"--since", "1h"}).status, 2);
  EXPECT_EQ(check(MadeKill{stamp(7200), 1'000'000}.text(), {"--since", "1h"}).status, 0);
}

TEST_F(OomCheckCli, EveryFailureIsUnknown) {
  EXPECT_EQ(run({"oom", "--check", "--log", "/nonexistent"}).status, 3);
  for (const Words& options : std::vector<Words>{
           {"--json"}, {"--tasks"}, {"--summary"}, {"--markdown"}, {"--event", "1"}, {"--since", "x"}, {"-P", "x"}}) {
    const Outcome done = check(first.text(), options);
    EXPECT_EQ(done.status, 3) << joined(options);
    if (options[0] != "--json") {
      EXPECT_THAT(done.out, StartsWith("MEMKIT ")) << joined(options);
    }
  }
}

TEST_F(OomCheckCli, StateTellsWhatIsNew) {
  EXPECT_EQ(next(first.text()), 2);
  EXPECT_EQ(next(first.text()), 0);
  EXPECT_EQ(next(first.text() + second.text()), 2);
  EXPECT_THAT(check(first.text() + second.text() + third.text(), {"--state", state}).out,
              HasSubstr("1 event, 1 process killed; the last: 2026-11-22 12:00:00Z y"));
  EXPECT_EQ(next(first.text() + second.text() + third.text()), 0);
}

TEST_F(OomCheckCli, StateSurvivesRotation) {
  EXPECT_EQ(next(first.text() + second.text()), 2);
  EXPECT_EQ(next(""), 0) << "a new file";
  EXPECT_EQ(next(third.text()), 2);
  EXPECT_EQ(next(third.text()), 0);
  EXPECT_EQ(next(first.text() + second.text() + third.text()), 0) << "the old file again";
}

TEST_F(OomCheckCli, StateKnowsAnEventThatLosesItsFirstLines) {
  std::string log = first.text();
  EXPECT_EQ(next(log), 2);
  // The kernel's buffer drops the oldest line, and the next.
  while (log.find("Killed process") != std::string::npos && log.find('\n') != std::string::npos) {
    log = log.substr(log.find('\n') + 1);
    EXPECT_EQ(next(log), 0) << log;
  }
}

TEST_F(OomCheckCli, StateSeesAnEventThatWasOnlyHalfWrittenBefore) {
  EXPECT_EQ(next(first.head()), 0);
  EXPECT_EQ(next(first.text()), 2);
  EXPECT_EQ(next(first.text()), 0);
}

TEST_F(OomCheckCli, StateSurvivesAReboot) {
  // After a reboot the kernel's clock and the pids begin again.
  const MadeKill before{"", 900'000'000, "/a", "x", 700};
  const MadeKill after{"", 100'000'000, "/a", "x", 700};
  EXPECT_EQ(next(before.text()), 2);
  EXPECT_EQ(next(after.text()), 2) << "an earlier clock is no older event";
  EXPECT_EQ(next(after.text()), 0);
}

TEST_F(OomCheckCli, StateIsOneForEveryWayOfLogging) {
  EXPECT_EQ(next(first.text()), 2);
  MadeKill bare = first;
  bare.stamp = "";
  EXPECT_EQ(next(bare.text()), 0) << "dmesg of what was seen in a file";
  bare.stamp = "Nov 22 10:00:00 web kernel: ";
  EXPECT_EQ(next(bare.text()), 0);
}

TEST_F(OomCheckCli, StateRemembersMoreThanALogHolds) {
  std::string log;
  for (int i = 0; i < 6000; ++i) {
    log += fmt::format(
        "[{:5}.000000] Memory cgroup out of memory: Killed process {} (x) total-vm:4kB, anon-rss:0kB, "
        "file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:4kB oom_score_adj:0\n",
        i, 100 + i);
  }
  EXPECT_THAT(check(log, {"--state", state}).out, HasSubstr("kills=6000;"));
  EXPECT_EQ(next(log), 0);
}

TEST_F(OomCheckCli, StateIsReplacedAtOnce) {
  ASSERT_EQ(next(first.text()), 2);
  const auto inode = [&] {
    struct stat info {};
    EXPECT_EQ(stat(state.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0644u);
    return info.st_ino;
  };
  const std::string old = read_file(state);
  // A hard link keeps the old file: it must stay whole.
  std::filesystem::create_hard_link(state, dir.path() + "/kept");
  const auto before = inode();
  ASSERT_EQ(next(second.text()), 2);
  EXPECT_NE(inode(), before);
  EXPECT_EQ(read_file(dir.path() + "/kept"), old);
  EXPECT_NE(read_file(state), old);
  for (const auto& file : std::filesystem::directory_iterator(dir.path())) {
    const std::string name = file.path().filename();
    EXPECT_TRUE(name == "state" || name == "kept" || name == "log") << name;
  }
}

TEST_F(OomCheckCli, AStateThatCannotBeUsedIsAFailure) {
  dir.write("state", "something else\n");
  Outcome done = check(first.text(), {"--state", state});
  EXPECT_EQ(done.status, 3);
  EXPECT_THAT(done.err, HasSubstr("is no state file of memkit oom: name another, or remove it"));
  EXPECT_EQ(read_file(state), "something else\n") << "it is left alone";
  EXPECT_EQ(check(first.text(), {"--state", dir.path()}).status, 3);
  EXPECT_EQ(check(first.text(), {"--state", "/nonexistent/state"}).status, 3);
  // What was cut or damaged forgets, and does not fail.
  dir.write("state", "memkit-oom-state 1\nnonsense\n12");
  EXPECT_EQ(next(first.text()), 2);
  EXPECT_EQ(next(first.text()), 0);
}

TEST_F(OomCheckCli, NoNameBreaksThePluginsLine) {
  const MadeKill kill{"", 1'000'000, "/a", "x|y\x1b", 7};
  const Outcome done = check(kill.text());
  EXPECT_EQ(std::count(done.out.begin(), done.out.end(), '|'), 1);
  EXPECT_THAT(done.out, AllOf(HasSubstr("x/y\\x1b"), testing::Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace memkit
