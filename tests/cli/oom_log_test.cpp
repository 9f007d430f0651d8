// memkit oom --log: which events are chosen, and how they are shown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/oom_log_fixtures.h"

namespace memkit {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

std::vector<int> event_numbers(const Words& options) {
  Words words{"oom", "--log", "--json"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<int> numbers;
  const json document = json::parse(run(words).out);
  for (const json& event : document["events"]) numbers.push_back(event["event"]);
  return numbers;
}

namespace {

const std::string kByHand = MEMKIT_SOURCE_DIR "/testdata/klog/";
const std::string kLab = MEMKIT_SOURCE_DIR "/testdata/oom/";

/// Four kills of two services on one afternoon.
struct OomLogCli : testing::Test {
  OomLogCli() {
    const MadeKill kills[] = {
        {utc_stamp("15:10:00"), 100'000'000, "/system.slice/app.service", "java", 100},
        {utc_stamp("15:40:00"), 1'900'000'000, "/system.slice/db.service", "postgres", 200},
        {utc_stamp("18:00:00"), 10'300'000'000, "/system.slice/app.service/worker", "ruby", 300},
        {utc_stamp("18:05:00"), 10'600'000'000, "/user.slice/user-1000.slice/session-3.scope", "java", 400},
    };
    for (const MadeKill& kill : kills) text += kill.text();
    log = dir.write("kern.log", text);
  }
  [[nodiscard]] std::vector<int> numbers(Words options) const {
    options.push_back(log);
    return event_numbers(options);
  }
  [[nodiscard]] Outcome oom(Words options) const {
    options.insert(options.begin(), {"oom", "--log"});
    options.push_back(log);
    return run(options);
  }
  TemporaryDir dir;
  std::string text;
  std::string log;
};

// --- which events ---

TEST_F(OomLogCli, FiltersByTime) {
  EXPECT_THAT(numbers({}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(numbers({"--since", "2026-11-22 15:40"}), ElementsAre(2, 3, 4)) << "from that moment on";
  EXPECT_THAT(numbers({"--until", "2026-11-22 15:40"}), ElementsAre(1)) << "before that moment";
  EXPECT_THAT(numbers({"--since", "2026-11-22 15:30", "--until", "2026-11-22T18:01:00Z"}), ElementsAre(2, 3));
  EXPECT_THAT(numbers({"--since", "2026-11-23T03:00:00+09:00"}), ElementsAre(3, 4));
  EXPECT_THAT(numbers({"--since", "@1795370520"}), ElementsAre(4));
  EXPECT_THAT(numbers({"--since", "2026-11-22"}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(numbers({"--since", "2026-11-23"}), IsEmpty());
}

TEST_F(OomLogCli, FiltersByUnitCgroupAndName) {
  EXPECT_THAT(numbers({"--unit", "^app[.]service$"}), ElementsAre(1, 3));
  EXPECT_THAT(numbers({"--cgroup", "^/system[.]slice/app[.]service$"}), ElementsAre(1));
  EXPECT_THAT(numbers({"--cgroup", "user-1000"}), ElementsAre(4));
  EXPECT_THAT(numbers({"--name", "^java$"}), ElementsAre(1, 4));
  EXPECT_THAT(numbers({"--name", "java", "--unit", "app", "--since", "2026-11-22"}), ElementsAre(1));
  EXPECT_THAT(numbers({"--name", "nobody"}), IsEmpty());
  EXPECT_THAT(oom({"--name", "nobody"}).out, StartsWith("no OOM event in "));
}

TEST(OomLog, ANameOfAGroupThatDiedWholeIsFound) {
  const std::string log = kByHand + "memcg-v2-group.log";
  EXPECT_THAT(event_numbers({"--name", "^tmux: server$", log}), ElementsAre(1));
  EXPECT_THAT(event_numbers({"--name", "^tmux$", log}), IsEmpty());
}

/// A kill `ago` seconds ago, stamped by a syslog whose zone is eight hours behind UTC.
std::string stamped_in_the_west(int ago) {
  const std::time_t then = std::time(nullptr) - ago - 8 * 3600;
  std::tm clock{};
  gmtime_r(&then, &clock);
  char stamp[64];
  std::strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S web kernel: ", &clock);
  return MadeKill{stamp, 100'000'000}.text();
}

TEST(OomLog, ATimeAgoIsMeantInTheZoneOfTheStamps) {
  const TemporaryDir dir;
  const std::string log = dir.write("messages", stamped_in_the_west(3600));
  const auto found = [&](const char* since, const char* zone) {
    const Outcome done = run({"oom", "--log", "--since", since, log, "--json"}, {.env = {std::string("TZ=") + zone}});
    return json::parse(done.out)["events"].size();
  };
  EXPECT_EQ(found("2h", "WEST8"), 1u);
  EXPECT_EQ(found("30min", "WEST8"), 0u);
  EXPECT_EQ(found("2h", "UTC0"), 0u) << "a writer in UTC would have meant nine hours ago";
}

TEST(OomLog, WithoutAWallClockTimesLeaveNothingOut) {
  const TemporaryDir dir;
  const std::string log = dir.write("dmesg", MadeKill{"", 100'000'000}.text());
  const Outcome done = run({"oom", "--log", "--since", "2h", log});
  EXPECT_EQ(done.status, 0);
  EXPECT_THAT(done.out, StartsWith("#1  100.000000  "));
  EXPECT_THAT(done.err, HasSubstr("1 events have no wall clock: --since and --until kept them"));
  EXPECT_EQ(json::parse(run({"oom", "--log", "--since", "2h", log, "--json"}).out)["skipped"]["undated_count"], 1);
}

// --- one event, a list ---

TEST_F(OomLogCli, ManyAreAListAndTheStoryOfTheLast) {
  const Outcome done = oom({});
  EXPECT_EQ(done.err, "");
  const Words lines = lines_of(done.out);
  ASSERT_GT(lines.size(), 8u);
  EXPECT_EQ(lines[0], "4 events, 4 processes killed; the last: 2026-11-22 18:05:00Z java");
  EXPECT_EQ(words_of(lines[1])[0], "#");
  EXPECT_THAT(lines[2], AllOf(HasSubstr("2026-11-22 15:10:00Z"), HasSubstr("cgroup-limit"), HasSubstr("app.service")));
  EXPECT_EQ(lines[7], "#4  2026-11-22 18:05:00Z  memory cgroup OOM:");
  for (const std::string& line : lines) EXPECT_LT(line.size(), 80u) << line;
}

TEST_F(OomLogCli, AnEventByItsNumber) {
  EXPECT_THAT(
      oom({"--event", "2"}).out,
      AllOf(StartsWith("#2  2026-11-22 15:40:00Z  memory cgroup OOM: /system.slice/db.service hit its\n    limit\n"),
            HasSubstr("    killed   postgres (PID 200, uid 1000, adj 0): anon 46.9 MiB"),
            HasSubstr("    asked    postgres (PID 200), one page (GFP_KERNEL)"),
            HasSubstr("    limit    64.0 MiB of /system.slice/db.service, 64.0 MiB used"),
            HasSubstr("    why      The cgroup's own limit, not the machine."), HasSubstr("MemoryMax="),
            HasSubstr("    tasks    postgres 46.9 MiB 73 %, sh 1.2 MiB 2 % (2 tasks)"), Not(HasSubstr("#4"))));
  EXPECT_THAT(oom({"--event", "last"}).out, StartsWith("#4 "));
  EXPECT_THAT(oom({"--event", "last", "--name", "ruby"}).out, StartsWith("#3 "));
  const Outcome none = oom({"--event", "5"});
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, HasSubstr("there is no event 5 in "));
  EXPECT_EQ(oom({"--event", "2", "--name", "ruby"}).status, 1) << "it is not among those asked for";
}

TEST_F(OomLogCli, JsonOfOneEventHasThatAlone) {
  EXPECT_THAT(numbers({"--event", "2"}), ElementsAre(2));
  EXPECT_THAT(numbers({"--event", "last"}), ElementsAre(4));
  EXPECT_THAT(numbers({"--tasks"}), ElementsAre(4));
  const Outcome none = oom({"--event", "5", "--json"});
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(json::parse(none.out)["schema"], "memkit.error/1");
}

TEST_F(OomLogCli, JsonHasEveryFigureWithItsUnit) {
  const json doc = json::parse(oom({"--json"}).out);
  EXPECT_EQ(doc["schema"], "memkit.oom/1");
  EXPECT_EQ(doc["source"], "log");
  EXPECT_TRUE(doc["ranking"].is_null());
  EXPECT_EQ(doc["logs"], json::array({log}));
  const json& event = doc["events"][1];
  EXPECT_EQ(event["time"], "2026-11-22T15:40:00Z");
  EXPECT_EQ(event["time_certainty"], "exact");
  EXPECT_EQ(event["monotonic_us"], 1'900'000'000);
  EXPECT_EQ(event["order_bytes"], 4096);
  EXPECT_EQ(event["gfp_decoded"], "GFP_KERNEL");
  EXPECT_EQ(event["oom_memcg"], "/system.slice/db.service");
  EXPECT_EQ(event["kills"][0]["anon_rss_bytes"], 48000 * 1024);
  EXPECT_EQ(event["memcg"]["memory"]["limit_bytes"], 64 << 20);
  EXPECT_EQ(event["memcg"]["version"], 2);
  EXPECT_EQ(event["tasks"][1]["swap_bytes"], 7 * 4096);
  EXPECT_EQ(event["tasks"][1]["adj"], -250);
  EXPECT_EQ(event["story"]["shares"][0]["name"], "postgres");
  EXPECT_EQ(event["story"]["unit"], "db.service");
  EXPECT_TRUE(event["machine"].is_null());
  EXPECT_TRUE(event["daemon"].is_null());
  EXPECT_TRUE(event["repeat_of"].is_null());
  EXPECT_TRUE(event["kills"][0]["anon_rss_bytes"].is_number_integer());
}

TEST(OomLog, JsonHasTheMachineByNodeAndZone) {
  const json event = json::parse(run({"oom", "--log", "--json", kLab + "6.1-cpuset.log"}).out)["events"][0];
  const json& machine = event["machine"];
  ASSERT_EQ(machine["nodes"].size(), 1u) << "the kernel leaves out nodes that the request could not use";
  EXPECT_EQ(machine["nodes"][0]["node"], 1);
  EXPECT_EQ(machine["nodes"][0]["all_unreclaimable"].is_boolean(), true);
  std::vector<std::string> names;
  for (const json& figure : machine["nodes"][0]["figures"]) names.push_back(figure["name"]);
  EXPECT_THAT(names, testing::IsSupersetOf({"active_anon", "isolated(anon)", "mapped", "kernel_stack", "pagetables"}));
  bool normal = false;
  for (const json& zone : machine["zones"]) {
    normal = normal || (zone["node"] == 1 && zone["min_bytes"].is_number() && !zone["buddy"].empty());
  }
  EXPECT_TRUE(normal);
  EXPECT_GT(machine["swap_total_bytes"].is_number() ? 1 : 0, 0);
}

TEST(OomLog, OldMasksAreDecoded) {
  const TemporaryDir dir;
  const std::string log =
      dir.write("messages", "java invoked oom-killer: gfp_mask=0x280da, order=0, oom_score_adj=0\nMem-Info:\n");
  EXPECT_THAT(run({"oom", "--log", log}).out, HasSubstr("one page (GFP_HIGHUSER_MOVABLE|__GFP_ZERO)"));
  const json event = json::parse(run({"oom", "--log", "--json", log}).out)["events"][0];
  EXPECT_EQ(event["gfp_mask"], "0x280da");
  EXPECT_TRUE(event["gfp_flags"].is_null());
  EXPECT_EQ(event["gfp_decoded"], "GFP_HIGHUSER_MOVABLE|__GFP_ZERO");
}

TEST_F(OomLogCli, TheTaskTable) {
  const Words lines = lines_of(oom({"--tasks", "--event", "2"}).out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(words_of(lines[0]), ElementsAre("PID", "UID", "RSS", "Swap", "PgTables", "VSZ", "Adj", "Killed", "Name"));
  EXPECT_THAT(words_of(lines[1])[0], "200") << "the largest first";
  EXPECT_THAT(lines[1], HasSubstr(" killed "));
  EXPECT_THAT(lines[2], AllOf(HasSubstr("-250"), Not(HasSubstr("killed"))));
  EXPECT_EQ(oom({"--tasks", "-n", "-o", "name,rss", "-s", "rss"}).out.substr(0, 2), "sh");
  EXPECT_EQ(oom({"--tasks", "-o", "nonsense"}).status, 2);
  const Outcome none = run({"oom", "--tasks", kLab + "6.1-no-table.log"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("event 1 has no task table: vm.oom_dump_tasks is 0, or it is not in the log"));
}

TEST_F(OomLogCli, AListForAProgram) {
  EXPECT_EQ(oom({"-n", "-o", "event,name"}).out, "1  java\n2  postgres\n3  ruby\n4  java\n");
  EXPECT_EQ(oom({"-n", "-o", "event", "-r"}).out, "4\n3\n2\n1\n");
  EXPECT_EQ(oom({"-n", "-o", "event,name", "-s", "name"}).out, "1  java\n4  java\n2  postgres\n3  ruby\n");
  const Outcome all = oom({"-o", "all"});
  EXPECT_EQ(all.status, 0);
  EXPECT_THAT(all.out, AllOf(HasSubstr("LimitOf"), HasSubstr("/user.slice/user-1000.slice/session-3")));
}

// --- summary ---

TEST_F(OomLogCli, SummaryCountsByUnitCgroupNameAndHour) {
  const std::string out = oom({"--summary"}).out;
  EXPECT_THAT(out, StartsWith("4 events, 4 processes killed;"));
  EXPECT_THAT(out, HasSubstr("KILLS BY UNIT\n       2  app.service\n"));
  EXPECT_THAT(out, HasSubstr("KILLS BY CGROUP\n"));
  EXPECT_THAT(out, HasSubstr("KILLS BY NAME\n       2  java\n"));
  EXPECT_THAT(out, HasSubstr("KILLS BY HOUR\n       2  2026-11-22 15:00\n       2  2026-11-22 18:00\n"));
  EXPECT_THAT(out, Not(HasSubstr("LOOPS")));
  EXPECT_THAT(oom({"--summary", "--name", "java"}).out, AllOf(StartsWith("2 events"), Not(HasSubstr("postgres"))));
  const json summary = json::parse(oom({"--json"}).out)["summary"];
  EXPECT_EQ(summary["killed_count"], 4);
  EXPECT_EQ(summary["by_hour"][0]["name"], "2026-11-22 15:00");
  EXPECT_EQ(summary["by_hour"][0]["kills_count"], 2);
  EXPECT_TRUE(summary["loops"].empty());
}

TEST(OomLog, LoopsAreRecognised) {
  const TemporaryDir dir;
  std::string text;
  const auto kill = [&](const std::string& clock, std::uint64_t second, const std::string& unit, int pid) {
    text += MadeKill{utc_stamp(clock), second * 1'000'000, "/system.slice/" + unit, "worker", pid}.text();
  };
  for (int i = 0; i < 3; ++i) {
    kill(fmt::format("10:{:02}:00", 9 * i), 1000 + 540 * static_cast<std::uint64_t>(i), "loop.service", 10 + i);
    kill(fmt::format("10:{:02}:30", 11 * i), 1030 + 660 * static_cast<std::uint64_t>(i), "slow.service", 20 + i);
  }
  const std::string log = dir.write("log", text);
  const std::string out = run({"oom", "--summary", log}).out;
  EXPECT_THAT(
      out, HasSubstr("LOOPS (killed again and again, at most ten minutes apart)\n       3  loop.service in 1080 s\n"));
  EXPECT_THAT(out, Not(HasSubstr("slow.service in"))) << "eleven minutes apart";
  const json summary = json::parse(run({"oom", "--json", log}).out)["summary"];
  ASSERT_EQ(summary["loops"].size(), 1u);
  EXPECT_EQ(summary["loops"][0]["name"], "loop.service");
  EXPECT_EQ(summary["loops"][0]["kills_count"], 3);
  EXPECT_EQ(summary["loops"][0]["span_s"], 1080);
}

// --- Markdown ---

TEST_F(OomLogCli, Markdown) {
  const std::string all = oom({"--markdown"}).out;
  EXPECT_THAT(all, StartsWith("# OOM events\n\n4 events, 4 processes killed;"));
  EXPECT_THAT(all, HasSubstr("| # | time | reason | killed | PID | name | RSS | unit |\n|---:|"));
  EXPECT_THAT(all,
              HasSubstr("| 2 | 2026-11-22 15:40:00Z | cgroup-limit | 1 | 200 | postgres | 46.9 MiB | db.service |"));
  EXPECT_THAT(all, HasSubstr("## Event 4: memory cgroup OOM: "));
  const std::string one = oom({"--markdown", "--event", "2"}).out;
  EXPECT_THAT(one, AllOf(HasSubstr("## Event 2: "), HasSubstr("- **Killed**: postgres (PID 200"),
                         HasSubstr("- **Confidence**: high"), HasSubstr("| name | processes | RSS | share |"),
                         Not(HasSubstr("| # |"))));
  const std::string summary = oom({"--markdown", "--summary"}).out;
  EXPECT_THAT(summary, AllOf(HasSubstr("| unit | kills |\n|---|---:|\n| app.service | 2 |"), Not(HasSubstr("## "))));
}

TEST(OomLog, NoNameActsInMarkdownOrOnATerminal) {
  const TemporaryDir dir;
  const MadeKill kill{"", 5'000'000, "/a|b`c", "<b>*x*\x01[31m_y", 7};
  const std::string log = dir.write("l|og", kill.text());
  const std::string text = run({"oom", "--log", "--markdown", log}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("\\<b\\>\\*x\\*\\\\x01\\[31m\\_y"), HasSubstr("/a\\|b\\`c"), HasSubstr("l\\|og")));
  for (const Words& view : std::vector<Words>{{}, {"--tasks"}, {"--summary"}, {"--markdown"}, {"-o", "all"}}) {
    Words words{"oom", "--log", log};
    words.insert(words.end(), view.begin(), view.end());
    EXPECT_THAT(run(words).out, Not(HasSubstr("\x01"))) << joined(view);
  }
  EXPECT_EQ(json::parse(run({"oom", "--log", log, "--json"}).out)["events"][0]["chosen_task"], kill.name);
}

// --- the story ---

/// A story without its line breaks.
std::string told(const Words& options) { return joined(words_of(run(options).out)); }

TEST(OomLog, WhatHappenedAfterIsTold) {
  const std::string story = told({"oom", "--log", kByHand + "memcg-v2-group.log"});
  EXPECT_THAT(story, HasSubstr("the whole group died (memory.oom.group), 2 processes"));
  EXPECT_THAT(story, HasSubstr("memory reaped within 0.1 s"));
  EXPECT_THAT(story, HasSubstr("app.service failed"));
  EXPECT_THAT(story, HasSubstr("app.service restarted at"));
  EXPECT_THAT(story, HasSubstr("3 times so far"));
  EXPECT_THAT(story, Not(HasSubstr("other.service")));
  EXPECT_THAT(story, HasSubstr("year guessed, zone unknown"));
  const json event = json::parse(run({"oom", "--log", "--json", kByHand + "memcg-v2-group.log"}).out)["events"][0];
  EXPECT_EQ(event["echo_count"], 3);
  EXPECT_EQ(event["echoes"][1]["kind"], "unit-failed");
  EXPECT_EQ(event["echoes"][2]["restarts_count"], 3);
  EXPECT_THAT(told({"oom", "--log", kLab + "6.1-panic-on-oom.log"}), HasSubstr("the kernel panicked: "));
  EXPECT_THAT(told({"oom", "--log", kLab + "6.1-nothing-killable.log"}), HasSubstr("nothing could be killed"));
}

TEST(OomLog, FreeMemoryThatCouldNotBeHadIsTold) {
  EXPECT_THAT(told({"oom", "--log", kLab + "6.1-kept-free.log"}),
              AllOf(HasSubstr("were free, but kept: node 0 DMA32 had 160.4 MiB, and keeps"),
                    HasSubstr("sysctl vm.min_free_kbytes"), Not(HasSubstr("more RAM"))));
  EXPECT_THAT(told({"oom", "--log", kLab + "6.1-low-zone.log"}),
              AllOf(HasSubstr("one zone ran out of memory"), HasSubstr("239.1 MiB were free in others"),
                    HasSubstr("movablecore="), Not(HasSubstr("numactl"))));
}

TEST(OomLog, SharesByUnitAsFarAsTheyAreKnown) {
  const auto shares = [](const std::string& log) {
    std::map<std::string, int> units;
    const json document = json::parse(run({"oom", "--log", "--json", log}).out);
    for (const json& share : document["events"][0]["story"]["unit_shares"])
      units[share["name"].is_null() ? "" : share["name"].get<std::string>()] = share["processes_count"];
    return units;
  };
  using Units = std::map<std::string, int>;
  EXPECT_EQ(shares(kLab + "6.1-memcg-v2.log"), (Units{{"web.service", 1}})) << "its own limit: all tasks are its";
  EXPECT_EQ(shares(kLab + "6.1-memcg-v2-ancestor.log"), (Units{{"db.service", 1}, {"", 1}}))
      << "of the other it is not known";
  EXPECT_EQ(shares(kLab + "5.10-global.cut-head.log"), Units());
  EXPECT_THAT(told({"oom", "--log", kLab + "6.1-memcg-v2-ancestor.log"}),
              HasSubstr("units db.service 40.0 MiB 63 %, not known 23.8 MiB 37 %"));
}

TEST(OomLog, DaemonsAreEventsOfTheirOwnKind) {
  const std::string log = kByHand + "daemons.log";
  const std::string out = run({"oom", "--log", log, "-n", "-o", "event,kind,reason,killed"}).out;
  EXPECT_THAT(out, MatchesRegex("1  systemd-oomd  daemon +12\n2  systemd-oomd  daemon +1\n3  earlyoom +daemon +1\n"));
  EXPECT_THAT(told({"oom", "--log", log, "--event", "1"}),
              AllOf(HasSubstr("systemd-oomd killed app-web.scope"), HasSubstr("more than 60.0 %"), HasSubstr("for 30s"),
                    HasSubstr("12 processes killed")));
  EXPECT_THAT(told({"oom", "--log", log, "--event", "3"}),
              AllOf(HasSubstr("earlyoom sent SIGTERM"), HasSubstr("SIGTERM was not enough: SIGKILL"),
                    HasSubstr("ended after 1.9 s")));
  const json doc = json::parse(run({"oom", "--log", log, "--json"}).out);
  EXPECT_EQ(doc["events"][0]["daemon"]["candidates_count"], 41);
  EXPECT_EQ(doc["summary"]["killed_count"], 14);
}

TEST(OomLog, HeadlessCutMixedAndForgedEventsSaySo) {
  EXPECT_THAT(told({"oom", "--log", kLab + "5.10-global.cut-head.log"}),
              HasSubstr("its first lines are not in the log"));
  EXPECT_THAT(told({"oom", "--log", kLab + "5.10-global.cut-before-kill.log"}), HasSubstr("no kill is in the log"));
  const TemporaryDir dir;
  const std::string forged = dir.write("kmsg", "12,1,5,-;Out of memory: Killed process 7 (x) total-vm:4kB\n");
  EXPECT_THAT(told({"oom", "--log", forged}), HasSubstr("they can be forged"));
}

TEST(OomLog, CopiesAreLinkedAndNotCounted) {
  const TemporaryDir dir;
  const MadeKill first{utc_stamp("10:00:00"), 100'000'000, "/a", "x", 7};
  const MadeKill second{utc_stamp("11:00:00"), 3'700'000'000, "/a", "x", 8};
  const std::string kern = dir.write("kern.log", first.text() + second.text());
  const std::string syslog = dir.write("syslog", second.text());
  const Outcome done = run({"oom", "--log", kern, syslog});
  EXPECT_THAT(done.out,
              StartsWith("2 events, 2 processes killed; the last: 2026-11-22 11:00:00Z x; 1 more copy of these\n"));
  EXPECT_THAT(done.out, HasSubstr("\n#2 "));
  const json doc = json::parse(run({"oom", "--log", kern, syslog, "--json"}).out);
  ASSERT_EQ(doc["events"].size(), 3u);
  EXPECT_EQ(doc["events"][2]["repeat_of"], 2);
  EXPECT_EQ(doc["summary"]["killed_count"], 2);
  EXPECT_THAT(told({"oom", "--log", kern, syslog, "--event", "3"}),
              HasSubstr("another copy of event 2: not counted again"));
}

// --- wrong usage ---

TEST_F(OomLogCli, WhatCannotBeMeantIsRefused) {
  const std::pair<Words, std::string> wrong[] = {
      {{"--event", "0"}, "--event takes "},
      {{"--event", "x"}, "--event takes "},
      {{"--since", "yesteryear"}, "--since takes a time such as"},
      {{"--until", "25:99"}, "--until takes a time such as"},
      {{"--since", "2026-11-22", "--until", "2026-11-21"}, "--until is not behind --since"},
      {{"--name", "("}, "--name"},
      {{"--state", "x"}, "--state is of --check"},
      {{"-w", "3"}, "--warning and --critical need --check"},
      {{"--summary", "--event", "2"}, "--summary and --event exclude each other"},
      {{"--summary", "--tasks"}, "--summary and --tasks exclude each other"},
      {{"--markdown", "--tasks"}, "--markdown and --tasks exclude each other"},
      {{"--markdown", "--json"}, "--markdown and --json exclude each other"},
      {{"--boot"}, "--boot asks this machine's journal"},
      {{"--root", "/"}, "--root reads the log that is in DIR"},
      {{"-P", "x"}, "--processfilter is of the ranking"},
      {{"--what-if", "1=5"}, "--what-if is of the ranking"},
      {{"-m"}, "--mebi is of the ranking"},
      {{"-", "-"}, "can be read once only"},
      {{"-o", "nonsense"}, "nonsense"},
  };
  for (const auto& [options, complaint] : wrong) {
    const Outcome done = oom(options);
    EXPECT_EQ(done.status, 2) << joined(options);
    EXPECT_THAT(done.err, AllOf(StartsWith("memkit oom: "), HasSubstr(complaint))) << joined(options);
  }
}

}  // namespace
}  // namespace memkit
