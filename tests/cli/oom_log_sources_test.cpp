// memkit oom --log: where a log comes from: files, standard input, trees, journalctl, the running kernel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/oom_log_fixtures.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

const MadeKill kKill{"", 100'000'000, "/system.slice/app.service", "java", 100};

TEST(OomSource, StandardInputAndFilesAreReadAlike) {
  const TemporaryDir dir;
  const std::string log = dir.write("dmesg", kKill.text());
  const std::string expected = run({"oom", "--log", log}).out;
  EXPECT_THAT(expected, StartsWith("#1  100.000000  memory cgroup OOM: /system.slice/app.service hit its limit\n"));
  for (const Words& words : std::vector<Words>{{"oom", "-"}, {"oom", "--log", "-"}, {"oom", "--log=-"}}) {
    EXPECT_EQ(run(words, {.stdin_text = kKill.text()}).out, expected) << joined(words);
  }
  EXPECT_EQ(run({"oom", log}).out, expected);
  EXPECT_EQ(run({"oom", "--log=" + log}).out, expected);
  EXPECT_EQ(run({"oom", "--", log}).out, expected);
}

TEST(OomSource, SeveralFilesAreNumberedThrough) {
  const TemporaryDir dir;
  const std::string first = dir.write("a", kKill.text());
  const std::string second = dir.write("b", MadeKill{"", 200'000'000, "/b", "x", 9}.text());
  EXPECT_EQ(run({"oom", "--log", first, second, "-n", "-o", "event,name"}).out, "1  java\n2  x\n");
  EXPECT_EQ(run({"oom", "--log", first, "-", "-n", "-o", "event,name"},
                {.stdin_text = MadeKill{"", 300'000'000, "/c", "y", 10}.text()})
                .out,
            "1  java\n2  y\n");
}

TEST(OomSource, CompressedLogsComeThroughAPipe) {
  SKIP_WITHOUT_TOOL("gzip");
  const TemporaryDir dir;
  const std::string log = dir.write("kern.log", kKill.text());
  EXPECT_EQ(
      shell("gzip -k " + log + " && zcat " + log + ".gz | \"$MEMKIT\" oom --log - -n -o name --event last | head -1")
          .out.substr(0, 3),
      "#1 ");
  const Outcome refused = run({"oom", "--log", log + ".gz"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("is compressed: zcat FILE | memkit oom --log -"));
}

TEST(OomSource, WhatCannotBeReadIsNamed) {
  const TemporaryDir dir;
  const Outcome missing = run({"oom", "--log", "/nonexistent/log"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("cannot read '/nonexistent/log': No such file or directory"));
  EXPECT_THAT(run({"oom", "--log", dir.path()}).err, HasSubstr("it is a folder; --root reads one"));
  EXPECT_EQ(json::parse(run({"oom", "--log", "--json", "/nonexistent/log"}).out, nullptr, false).is_discarded(), false);
  const Outcome empty = run({"oom", "--log", dir.write("empty", "")});
  EXPECT_EQ(empty.status, 0);
  EXPECT_THAT(empty.out, StartsWith("no OOM event in "));
}

// --- the journal ---

/// A record of journalctl -o json.
std::string record(std::int64_t us, std::uint64_t monotonic_us, const std::string& message,
                   const std::string& ident = "kernel") {
  json fields = {{"__REALTIME_TIMESTAMP", std::to_string(us)},
                 {"SYSLOG_IDENTIFIER", ident},
                 {"_HOSTNAME", "web"},
                 {"_BOOT_ID", "0123456789abcdef0123456789abcdef"},
                 {"MESSAGE", message}};
  if (ident == "kernel") fields["_SOURCE_MONOTONIC_TIMESTAMP"] = std::to_string(monotonic_us);
  fields["_TRANSPORT"] = ident == "kernel" ? "kernel" : "syslog";
  return fields.dump() + "\n";
}

constexpr std::int64_t kThenUs = 1'795'370'530'000'000;  // 2026-11-22 18:02:10

std::string journal() {
  std::string text;
  for (const std::string& line : lines_of(kKill.text()))
    text += record(kThenUs, 100'000'000, line.substr(line.find("] ") + 2));
  text += record(kThenUs + 1'000'000, 0, "app.service: A process of this unit has been killed by the OOM killer.",
                 "systemd");
  text += record(kThenUs + 2'000'000, 0, "app.service: Failed with result 'oom-kill'.", "systemd");
  text +=
      record(kThenUs + 60'000'000, 0,
             "Killed /system.slice/big.service due to memory pressure for /system.slice being 71.50% > 60.00% for > "
             "30s with reclaim activity",
             "systemd-oomd");
  return text;
}

TEST(OomSource, JournalJson) {
  const json doc = json::parse(run({"oom", "--log", "-", "--json"}, {.stdin_text = journal()}).out);
  ASSERT_EQ(doc["events"].size(), 2u);
  const json& event = doc["events"][0];
  EXPECT_EQ(event["time"], "2026-11-22T18:02:10Z");
  EXPECT_EQ(event["time_certainty"], "exact");
  EXPECT_EQ(event["monotonic_us"], 100'000'000);
  EXPECT_EQ(event["host"], "web");
  EXPECT_EQ(event["boot_id"], "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(event["tasks_count"], 2);
  EXPECT_EQ(event["echo_count"], 2);
  EXPECT_EQ(doc["events"][1]["kind"], "systemd-oomd");
  EXPECT_EQ(doc["events"][1]["time"], "2026-11-22T18:03:10Z");
}

/// A journalctl of the test's own, which notes how it was called and prints what the test wants.
struct OomJournal : testing::Test {
  OomJournal() {
    dir.write("journal", journal());
    const std::string program = dir.write("journalctl", "#!/bin/sh\nprintf '%s\\n' \"$@\" > '" + dir.path() +
                                                            "/words'\ncat '" + dir.path() + "/journal'\n");
    chmod(program.c_str(), 0755);
  }
  [[nodiscard]] Outcome oom(Words options) const {
    options.insert(options.begin(), "oom");
    return run(options, {.env = {"PATH=" + dir.path() + ":" + std::getenv("PATH")}});
  }
  [[nodiscard]] Words words() const { return lines_of(read_file(dir.path() + "/words")); }
  TemporaryDir dir;
};

TEST_F(OomJournal, IsAskedForABootOrATime) {
  EXPECT_THAT(oom({"--boot", "-n", "-o", "name"}).out, StartsWith("java\n"));
  EXPECT_THAT(words(),
              testing::IsSupersetOf({"--boot", "json", "_TRANSPORT=kernel", "SYSLOG_IDENTIFIER=systemd-oomd"}));
  EXPECT_EQ(oom({"--boot=-1"}).status, 0);
  EXPECT_THAT(words(), testing::Contains("--boot=-1"));
  EXPECT_THAT(oom({"--since", "@1795370530", "--until", "@1795370540", "-n", "-o", "name"}).out, StartsWith("#1 "));
  EXPECT_THAT(words(), testing::IsSupersetOf({"--since=@1795370530", "--until=@1795370540"}));
}

TEST_F(OomJournal, IsNotAskedOfAFileOrATree) {
  const std::string log = dir.write("log", kKill.text());
  EXPECT_EQ(oom({"--since", "2h", log}).status, 0);
  dir.write("root/dmesg", kKill.text());
  EXPECT_EQ(oom({"--log", "--since", "2h", "--root", dir.path() + "/root"}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/words"));
}

TEST_F(OomJournal, ThatIsNotThereIsAFailureWithAWayOut) {
  const Outcome done = run({"oom", "--boot"}, {.env = {"PATH=/nonexistent"}});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, AllOf(HasSubstr("cannot run journalctl"), HasSubstr("--log FILE")));
  EXPECT_EQ(run({"oom", "--check", "--since", "1h"}, {.env = {"PATH=/nonexistent"}}).status, 3);
}

TEST_F(OomJournal, FailingIsAFailure) {
  dir.write("journalctl", "#!/bin/sh\nexit 1\n");
  EXPECT_EQ(oom({"--boot"}).status, 1);
}

// --- trees ---

TEST(OomSource, TheLogOfATree) {
  for (const char* place : {"dmesg", "vmcore-dmesg.txt", "var/log/messages", "var/log/kern.log", "var/log/syslog",
                            "sos_commands/kernel/dmesg", "sos_commands/logs/journalctl_--no-pager_--boot",
                            "var/crash/127.0.0.1-2026-11-22-18:18:01/vmcore-dmesg.txt"}) {
    const TemporaryDir dir;
    dir.write(place, kKill.text());
    const Outcome done = run({"oom", "--log", "--root", dir.path()});
    EXPECT_EQ(done.status, 0) << place << done.err;
    EXPECT_THAT(done.out, StartsWith("#1  100.000000  memory cgroup OOM")) << place;
    const json doc = json::parse(run({"oom", "--log", "--json", "--root", dir.path()}).out);
    EXPECT_EQ(doc["logs"], json::array({place}));
    EXPECT_EQ(doc["source"], dir.path());
  }
}

TEST(OomSource, OfATreeTheFirstLogWithAnEventIsTold) {
  const TemporaryDir dir;
  dir.write("var/log/messages", "Nov 22 18:02:10 web systemd[1]: Started a thing.\n");
  dir.write("dmesg", kKill.text());
  dir.write("vmcore-dmesg.txt", MadeKill{"", 9'000'000, "/b", "x", 5}.text());
  const json doc = json::parse(run({"oom", "--log", "--json", "--root", dir.path()}).out);
  EXPECT_EQ(doc["logs"], json::array({"var/log/messages", "dmesg"}));
  EXPECT_EQ(doc["events"].size(), 1u);
  EXPECT_EQ(doc["events"][0]["chosen_task"], "java");
}

TEST(OomSource, NothingOutsideATreeIsRead) {
  const TemporaryDir dir;
  const TemporaryDir elsewhere;
  const std::string target = elsewhere.write("messages", kKill.text());
  std::filesystem::create_directories(dir.path() + "/var/log");
  std::filesystem::create_symlink(target, dir.path() + "/var/log/messages");
  const Outcome done = run({"oom", "--log", "--root", dir.path()});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.err, HasSubstr("no kernel log in --root '" + dir.path() + "'"));
  dir.write("dmesg", MadeKill{"", 9'000'000, "/b", "x", 5}.text());
  EXPECT_EQ(run({"oom", "--log", "--root", dir.path(), "-n", "-o", "name"}).out.substr(0, 2), "#1");
}

TEST(OomSource, TheRunningKernel) {
  const Outcome done = run({"oom", "--log"});
  if (done.status != 0) {
    EXPECT_THAT(done.err, AllOf(HasSubstr("cannot read the kernel's log"), HasSubstr("--log FILE")));
    GTEST_SKIP() << "skipped: the kernel's log may not be read here";
  }
  const json doc = json::parse(run({"oom", "--log", "--json"}).out);
  EXPECT_EQ(doc["source"], "live");
  EXPECT_EQ(doc["logs"], json::array({"/dev/kmsg"}));
}

}  // namespace
}  // namespace memkit
