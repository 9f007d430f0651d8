// memkit pmap by itself: what it refuses, what it shows of processes that are gone, dying, hidden or of another system.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/pmap_support.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

void expect_usage_error(const Words& words, const std::string& says) {
  const Outcome done = run(words);
  EXPECT_EQ(done.status, 2) << joined(words);
  EXPECT_EQ(done.out, "") << joined(words);
  EXPECT_THAT(done.err, AllOf(StartsWith("memkit pmap: "), HasSubstr(says))) << joined(words);
}

TEST(Pmap, RefusesWhatIsNoProcess) {
  expect_usage_error({"pmap"}, "no process is named: give PID, /proc/PID or --name REGEX");
  expect_usage_error({"pmap", "/proc/self"}, "no process is named");
  for (const char* const word : {"0", "-1x", "1x", "x", " 1", "+1", "0x1", "1.5", "", "2147483648", "4294967297",
                                 "99999999999999999999", "/proc/0", "1\x1b[31m"}) {
    if (word[0] == '-') continue;
    const Outcome done = run({"pmap", word});
    EXPECT_EQ(done.status, 2) << word;
    EXPECT_THAT(done.err, HasSubstr("is no process id")) << word;
    EXPECT_THAT(done.err, Not(HasSubstr("\x1b")));
  }
  for (const char* const range : {"foo", "1,2,3", "0x", "1-2", "10000000000000000"}) {
    expect_usage_error({"pmap", "-A", range, "1"}, "--range takes hexadecimal addresses");
  }
  expect_usage_error({"pmap", "-x", "-d", "1"}, "exclude each other");
  for (const char* const option : {"-c", "-n", "--read-rc", "--create-rc"}) {
    expect_usage_error({"pmap", option, "1"}, "is not offered here: use --output LIST");
  }
}

TEST(Pmap, MissingProcessesAreNamedAndTheOthersShown) {
  const std::string own = std::to_string(getpid());
  const Outcome some = run({"pmap", "-q", own, "2147483646", "2147483647"});
  EXPECT_EQ(some.status, 42);
  EXPECT_THAT(some.out, StartsWith(own + ":   "));
  EXPECT_EQ(some.err, "memkit pmap: no such process: 2147483646, 2147483647\n");
  const Outcome document = run({"pmap", "--json", own, "2147483647"});
  EXPECT_EQ(document.status, 42);
  const json parsed = json::parse(document.out);
  EXPECT_EQ(parsed["processes"].size(), 1u);
  EXPECT_EQ(parsed["skipped"]["missing_pids"], json::array({2147483647}));
}

TEST(Pmap, ANameFindsProcesses) {
  const StoppedProcess sleeper({"sleep", "98765.4321"});
  const Outcome found = run({"pmap", "-q", "--name", "98765[.]4321"});
  EXPECT_EQ(found.status, 0) << found.err;
  EXPECT_THAT(found.out, StartsWith(std::to_string(sleeper.pid()) + ":   sleep 98765.4321\n"))
      << "and not memkit's own";
  const Outcome none = run({"pmap", "--name", "no such [p]rocess at all"});
  EXPECT_EQ(none.status, 42);
  EXPECT_EQ(none.err, "memkit pmap: no process matches --name\n");
}

TEST(Pmap, ColumnsOfOnesChoiceAddUp) {
  const Outcome table = run({"pmap", "--root", kRoot, "-o", "size,RSS,pss,swap,path", "5007"});
  EXPECT_EQ(table.status, 0) << table.err;
  const Words lines = lines_of(table.out);
  ASSERT_GT(lines.size(), 10u);
  EXPECT_EQ(words_of(lines[1]), (Words{"Kbytes", "RSS", "PSS", "Swap", "Path"}));
  const json document = json::parse(run({"pmap", "--json", "--root", kRoot, "5007"}).out)["processes"][0];
  std::uint64_t size = 0;
  std::uint64_t pss = 0;
  for (const json& mapping : document["mappings"]) {
    size += mapping["size_bytes"].get<std::uint64_t>();
    pss += mapping["pss_bytes"].get<std::uint64_t>();
  }
  EXPECT_EQ(document["totals"]["size_bytes"], size);
  EXPECT_EQ(document["totals"]["pss_bytes"], pss);
  EXPECT_EQ(document["totals"]["mappings_count"], document["mappings"].size());
  EXPECT_EQ(lines.size(), document["mappings"].size() + 3);
  const Words totals = words_of(lines.back());
  EXPECT_EQ(totals[0], std::to_string(size / 1024));
  EXPECT_EQ(totals[2], std::to_string(pss / 1024));
  const std::string smaps = read_file(kRoot + "/proc/5007/smaps");
  const std::string maps = run({"pmap", "--root", kRoot, "-qo", "mapping,address", "5007"}).out;
  EXPECT_THAT(maps, HasSubstr("[heap]"));
  EXPECT_EQ(lines_of(maps).size(), document["mappings"].size() + 1);
}

TEST(Pmap, AddsColumnsToThoseOfTheExtendedFormat) {
  const Words lines = lines_of(run({"pmap", "--root", kRoot, "-o", "+swap", "5007"}).out);
  EXPECT_EQ(words_of(lines[1]), (Words{"Address", "Kbytes", "RSS", "Dirty", "Mode", "Mapping", "Swap"}));
}

TEST(Pmap, OfMapsAloneShowsSizesAndNames) {
  const TemporaryDir root;
  root.write("proc/meminfo", "MemTotal: 1 kB\n");
  root.write("proc/77/maps", "1000-3000 rw-p 00000000 00:00 0 [heap]\n4000-5000 r-xp 00000000 08:01 9 /a/b\n");
  const Outcome extended = run({"pmap", "-x", "--root", root.path(), "77"});
  EXPECT_EQ(extended.status, 0) << extended.err;
  EXPECT_EQ(extended.out,
            "77:   []\n"
            "Address           Kbytes     RSS   Dirty Mode  Mapping\n"
            "0000000000001000       8       -       - rw--- [heap]\n"
            "0000000000004000       4       -       - r-x-- b\n"
            "---------------- ------- ------- ------- \n"
            "total kB              12       -       -\n");
  const json document = json::parse(run({"pmap", "--json", "--root", root.path(), "77"}).out)["processes"][0];
  EXPECT_EQ(document["walked"], false);
  EXPECT_EQ(document["mappings"][0]["size_bytes"], 8192);
  EXPECT_EQ(document["mappings"][0]["rss_bytes"], nullptr);
  EXPECT_EQ(document["totals"]["rss_bytes"], nullptr);
  EXPECT_THAT(run({"pmap", "-X", "--root", root.path(), "77"}).out,
              HasSubstr("\n00001000 rw-p 00000000  00:00     0    8 [heap]\n"));
}

TEST(Pmap, OfACopyWithoutPermissionSaysSo) {
  const TemporaryDir root;
  root.write("proc/77/smaps", "");
  root.write("proc/77/maps", "");
  const Outcome denied = run({"pmap", "-x", "--root", root.path(), "77"});
  EXPECT_EQ(denied.status, 1);
  EXPECT_EQ(denied.out, "");
  EXPECT_THAT(denied.err, HasSubstr("cannot read the mappings of process 77 (): not readable when they were copied"));
  const Outcome gone = run({"pmap", "--root", root.path(), "78"});
  EXPECT_EQ(gone.status, 42);
}

TEST(Pmap, WithoutPermissionNamesTheProcessAndTheWayOut) {
  SKIP_UNLESS_ROOT();
  const StoppedProcess sleeper({"sleep", "100"});
  const std::string pid = std::to_string(sleeper.pid());
  const Outcome denied = shell("exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$MEMKIT\" pmap -x " + pid);
  if (denied.err.find("setpriv") != std::string::npos) GTEST_SKIP() << "skipped: " << denied.err;
  EXPECT_EQ(denied.status, 1);
  EXPECT_EQ(denied.out, "");
  EXPECT_EQ(denied.err, "memkit pmap: cannot read the mappings of process " + pid +
                            " (sleep): no permission: run as its user or as root, or setcap cap_sys_ptrace+ep\n");
  const json document =
      json::parse(shell("exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$MEMKIT\" pmap --json " + pid).out);
  EXPECT_EQ(document["skipped"]["unread_pids"], json::array({sleeper.pid()}));
  EXPECT_GT(document["processes"][0]["memory"]["rss_bytes"].get<std::uint64_t>(), 0u) << "status is for all to read";
}

TEST(Pmap, AZombieHasNoMemory) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  const Outcome zombie = run({"pmap", "-x", std::to_string(child)});
  waitpid(child, nullptr, 0);
  EXPECT_EQ(zombie.status, 0);
  EXPECT_THAT(zombie.out, HasSubstr("total kB               0       0       0"));
  EXPECT_THAT(zombie.err, HasSubstr("has ended: it has no memory of its own"));
}

TEST(Pmap, AKernelThreadHasNoMemory) {
  if (!read_file("/proc/2/comm").starts_with("kthreadd")) GTEST_SKIP() << "skipped: no kernel thread is to be seen";
  for (const char* const format : {"", "-x", "-d", "-X", "--kind"}) {
    const Outcome thread = run(*format == 0 ? Words{"pmap", "2"} : Words{"pmap", format, "2"});
    EXPECT_EQ(thread.status, 0) << format;
    EXPECT_THAT(thread.err, HasSubstr("process 2 is a kernel thread: it has no memory of its own")) << format;
  }
  const json process = json::parse(run({"pmap", "--json", "2"}).out)["processes"][0];
  EXPECT_EQ(process["kind"], "kernel_thread");
  EXPECT_EQ(process["mappings"], json::array());
  EXPECT_EQ(process["complete"], true);
}

TEST(Pmap, WhatAnOptionLeavesOutIsNotComplete) {
  const auto complete = [](const Words& more) {
    Words words{"pmap", "--json", "--root", kRoot, "5007"};
    words.insert(words.end(), more.begin(), more.end());
    return json::parse(run(words).out)["processes"][0]["complete"].get<bool>();
  };
  EXPECT_TRUE(complete({}));
  EXPECT_TRUE(complete({"--top", "100000"}));
  EXPECT_TRUE(complete({"-A", "0,"}));
  EXPECT_FALSE(complete({"--top", "3"}));
  EXPECT_FALSE(complete({"-A", ",1000"}));
  EXPECT_FALSE(complete({"-A", "7f0000000000,"}));
}

TEST(Pmap, HostileNamesStayInTheirLine) {
  const TemporaryDir root;
  root.write("proc/77/stat", "77 (a\x1b) R\n) S 1 77 77 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 5 8192 2 0\n");
  root.write("proc/77/cmdline", std::string("a\nb\0\x1b[31m\0\xff", 11));
  root.write("proc/77/maps", "1000-3000 rw-p 00000000 00:00 0 /x/\\012y\x1b[31m\xc2\x9b\n");
  for (const Words& format : std::vector<Words>{{"-x"}, {"-d"}, {"-X"}, {"-q"}, {"-o", "all"}}) {
    Words words{"pmap", "--root", root.path(), "77"};
    words.insert(words.end(), format.begin(), format.end());
    const Outcome done = run(words);
    EXPECT_EQ(done.status, 0) << done.err;
    EXPECT_THAT(done.out, StartsWith("77:   a\\nb \\x1b[31m \\xff\n"));
    EXPECT_THAT(done.out, AllOf(HasSubstr("y\\x1b[31m"), Not(HasSubstr("\x1b")), Not(HasSubstr("\xc2\x9b"))));
  }
  const json document = json::parse(run({"pmap", "--json", "--root", root.path(), "77"}).out)["processes"][0];
  EXPECT_EQ(document["mappings"][0]["path"], "/x/\ny\x1b[31m\xc2\x9b");
}

TEST(Pmap, ASizeNoKernelHasIsNoFigure) {
  const TemporaryDir root;
  root.write("proc/77/smaps",
             "1000-3000 rw-p 00000000 00:00 0 \nRss: 18446744073709551612 kB\nShared_Dirty: 1 kB\nPrivate_Dirty: 2 kB\n"
             "4000-5000 rw-p 00000000 00:00 0 \nRss: 4 kB\nShared_Dirty: x kB\nPrivate_Dirty: 2 kB\n");
  const Words lines = lines_of(run({"pmap", "-x", "--root", root.path(), "77"}).out);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[2], "0000000000001000       8       -       3 rw---   [ anon ]");
  EXPECT_EQ(lines[3], "0000000000004000       4       4       - rw---   [ anon ]");
}

/// A program that begins another one, or ends, while it is read, again and again.
TEST(Pmap, OfProcessesThatEndOrExecInMidReadIsNeverWrong) {
  int ended = 0;
  for (int i = 0; i < 40; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      usleep(static_cast<useconds_t>(i) * 100);
      if (i % 2 == 0) execlp("true", "true", nullptr);
      _exit(0);
    }
    const Outcome done = run({"pmap", "--json", std::to_string(child)});
    waitpid(child, nullptr, 0);
    ASSERT_THAT(done.status, testing::AnyOf(0, 42)) << done.err;
    const json document = json::parse(done.out, nullptr, false);
    ASSERT_FALSE(document.is_discarded());
    for (const json& process : document["processes"]) {
      const bool complete = process["complete"].get<bool>();
      ended += complete ? 0 : 1;
      if (complete && process["kind"] == "user") {
        // Every address space has a stack, at its end.
        bool stack = false;
        for (const json& mapping : process["mappings"]) stack = stack || mapping["path"] == "[stack]";
        EXPECT_TRUE(stack) << document["skipped"];
      }
      EXPECT_EQ(complete, document["skipped"]["ended_pids"].empty());
    }
  }
  EXPECT_LE(ended, 40);
}

}  // namespace
}  // namespace memkit
