// memkit report: what the kernel log tells of kills, and who would be next.
#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";
const std::string kLog = MEMKIT_SOURCE_DIR "/testdata/oom/6.1-memcg-v2.log";

json oom_of(std::vector<std::string> more, const Given& given = {}) {
  more.insert(more.begin(), {"report", "--json"});
  const Outcome outcome = run(more, given);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return json::parse(outcome.out)["oom"];
}

TEST(ReportOom, ANamedLogIsReadInPlaceOfTheSystems) {
  const json oom = oom_of({"--root", kRoot, "--log", kLog});
  EXPECT_EQ(oom["log"], kLog);
  EXPECT_EQ(oom["events_count"], 1);
  EXPECT_EQ(oom["recent"][0]["name"], "hog");
  EXPECT_EQ(oom["recent"][0]["reason"], "cgroup-limit");
  EXPECT_EQ(oom["recent"][0]["limit_of"], "/lab.slice/web.service");
  json piped = oom_of({"--root", kRoot, "--log", "-"}, {.stdin_text = read_file(kLog)});
  EXPECT_EQ(piped["log"], "standard input");
  piped["log"] = kLog;
  EXPECT_EQ(piped, oom);
  EXPECT_EQ(run({"report", "--log", "/nowhere/log"}).status, 1);
}

TEST(ReportOom, AProcessThatIsNotKnownMightBeTheNext) {
  namespace fs = std::filesystem;
  EXPECT_EQ(oom_of({"--root", kRoot})["next_victim"]["unknown_count"], 0);
  EXPECT_THAT(run({"report", "--root", kRoot}).out, Not(HasSubstr("more: unknown")));
  TemporaryDir dir;
  fs::copy(kRoot, dir.path() + "/root", fs::copy_options::recursive);
  fs::remove(dir.path() + "/root/proc/5007/oom_score_adj");
  const json victim = oom_of({"--root", dir.path() + "/root"})["next_victim"];
  EXPECT_EQ(victim["pid"], 5008);
  EXPECT_EQ(victim["unknown_count"], 1);
  const std::vector<std::string> told = words_of(run({"report", "--root", dir.path() + "/root"}).out);
  const auto at = std::find(told.begin(), told.end(), "(figures");
  ASSERT_NE(at, told.end());
  EXPECT_EQ(std::vector<std::string>(at, at + 5),
            (std::vector<std::string>{"(figures", "of", "1", "more:", "unknown)"}));
}

TEST(ReportOom, TheTextTellsWhomAndWhy) {
  const std::string text = run({"report", "--root", kRoot, "--log", kLog}).out;
  EXPECT_THAT(text, HasSubstr("ago: hog (PID 118, web.service); limit of\n            /lab.slice/web.service reached"));
  EXPECT_THAT(text, HasSubstr("next victim now: "));
  const std::string japanese = run({"report", "--root", kRoot, "--log", kLog, "--lang", "ja"}).out;
  EXPECT_THAT(japanese, HasSubstr("/lab.slice/web.service の上限"));
  EXPECT_THAT(japanese, Not(HasSubstr("limit of")));
}

TEST(ReportOom, ATreeHasItsLogWithIt) {
  const TemporaryDir dir;
  std::filesystem::copy(kRoot, dir.path() + "/root", std::filesystem::copy_options::recursive);
  const std::string root = dir.path() + "/root";
  EXPECT_EQ(oom_of({"--root", root})["log"], nullptr);
  EXPECT_EQ(oom_of({"--root", root})["events_count"], nullptr) << "unknown is not none";
  dir.write("root/sos_commands/kernel/dmesg", read_file(kLog));
  const json oom = oom_of({"--root", root});
  EXPECT_EQ(oom["log"], "sos_commands/kernel/dmesg");
  EXPECT_EQ(oom["recent"][0]["pid"], 118);
  EXPECT_GT(oom["last_age_s"], 0.0);
}

TEST(ReportOom, TheAgeOfTheLastKillIsHeldAgainstTheUptimeOfTheTree) {
  const TemporaryDir dir;
  std::filesystem::copy(kRoot, dir.path() + "/root", std::filesystem::copy_options::recursive);
  const auto severity = [&](const std::string& uptime) {
    dir.write("root/proc/uptime", uptime + " 0.00\n");
    const Outcome outcome = run({"report", "--json", "--root", dir.path() + "/root", "--log", kLog});
    const json report = json::parse(outcome.out);
    for (const json& finding : report["findings"]) {
      if (finding["id"] == "oom-recent") return finding["severity"].get<std::string>();
    }
    return std::string("none");
  };
  EXPECT_EQ(severity("3612.00"), "critical") << "killed 12.275 s after boot, up for 3599.7 s since";
  EXPECT_EQ(severity("3613.00"), "info");
}

TEST(ReportOom, TheNextVictimIsTheOneThatOomRanksFirst) {
  const json victim = oom_of({"--root", kRoot})["next_victim"];
  const json ranking = json::parse(run({"oom", "--json", "--root", kRoot}).out)["ranking"];
  EXPECT_EQ(victim["pid"], ranking["victims"][0]["pid"]);
  EXPECT_EQ(victim["name"], ranking["victims"][0]["name"]);
  EXPECT_EQ(victim["oom_score_adj"], ranking["processes"][0]["oom_score_adj"]);
}

TEST(ReportOom, TheNextVictimOnThisMachine) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t volunteer = fork();
  if (volunteer == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::ofstream("/proc/self/oom_score_adj") << "1000" << std::flush;
    [[maybe_unused]] const ssize_t told = write(ready[1], "r", 1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  const json victim = oom_of({})["next_victim"];
  const json ranking = json::parse(run({"oom", "--json"}).out)["ranking"];
  kill(volunteer, SIGKILL);
  waitpid(volunteer, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  EXPECT_EQ(victim["pid"], volunteer) << victim;
  EXPECT_EQ(ranking["victims"][0]["pid"], volunteer) << ranking["victims"][0];
}

TEST(ReportOom, HostileNamesStayInTheirLine) {
  const std::string log = MEMKIT_SOURCE_DIR "/testdata/oom/6.1-memcg-v2-names.log";
  const std::string text = run({"report", "--root", kRoot, "--log", log}).out;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  std::size_t victims = 0;
  for (std::size_t at = text.find("(PID "); at != std::string::npos; at = text.find("(PID ", at + 1)) ++victims;
  EXPECT_GE(victims, 1u);
}

}  // namespace
}  // namespace memkit
