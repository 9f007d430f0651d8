// Events of logs written by hand, and what must hold of every log: cut anywhere, with a line lost, mixed with another,
// logged in another way.
#include "support/klog.h"

#include <gtest/gtest.h>

#include <random>

#include "parse/klog/daemon_lines.h"
#include "parse/klog/log_time.h"
#include "parse/klog/oom_lines.h"

namespace memkit::test {
namespace {

using namespace std::literals;

std::string by_hand_log(std::string_view name) { return slurp(testdata() / "klog" / name); }

/// What must hold of every log is tried with a sample, or as a whole where MEMKIT_THOROUGH is set.
bool thorough() {
  static const bool is = std::getenv("MEMKIT_THOROUGH") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  return is;
}

std::vector<std::filesystem::path> all_paths() {
  std::vector<std::filesystem::path> paths = logs_in(testdata() / "klog");
  for (const auto& path : logs_of_corpus()) paths.push_back(path);
  const auto lab = logs_of_lab();
  for (std::size_t i = 0; i < lab.size(); i += thorough() ? 1 : 17) paths.push_back(lab[i]);
  return paths;
}

TEST(Klog, ACgroupThatDiedWhole) {
  const auto events = events_of(by_hand_log("memcg-v2-group.log"), 65536, 2026);
  ASSERT_EQ(events.size(), 1U);
  const OomEvent& event = events[0];
  EXPECT_EQ(event.host, "web-07");
  EXPECT_EQ(event.kernel, "6.12.0-test");
  EXPECT_EQ(event.trigger_pid, 11021U);
  EXPECT_EQ(event.scope(), OomEvent::Scope::memcg);
  EXPECT_EQ(event.oom_memcg, "/system.slice/app.service");
  EXPECT_EQ(event.group_kill, "/system.slice/app.service");
  EXPECT_EQ(event.kills.size(), 3U);
  EXPECT_EQ(event.distinct_kills(), 2U);
  EXPECT_EQ(event.memcg.version(), 2);
  EXPECT_EQ(event.memcg.memory.limit_bytes, 8ULL << 30);
  EXPECT_EQ(event.memcg.stat("anon"), 8482560000U);
  ASSERT_EQ(event.tasks.size(), 2U);
  EXPECT_EQ(event.tasks[1].name, "tmux: server");
  EXPECT_EQ(event.tasks[0].rss_anon_pages, 2067000U);
  EXPECT_EQ(event.page_size_bytes, 4096U);
  ASSERT_EQ(event.echo_count, 3U) << "the restart of another unit is no echo";
  EXPECT_EQ(event.echoes[1].kind, OomEcho::Kind::unit_failed);
  EXPECT_EQ(event.echoes[2].restarts, 3U);
  EXPECT_EQ(event.time.wall_us, 1795370530000000) << "2026-11-22 18:02:10";
  EXPECT_EQ(event.time.sure, LogTime::Sure::no_year);
  EXPECT_EQ(event.time.monotonic_us, 4711100001U);
}

TEST(Klog, AMachineThatRanOut) {
  const auto events = events_of(by_hand_log("global-6.8.log"));
  ASSERT_EQ(events.size(), 1U);
  const OomEvent& event = events[0];
  EXPECT_EQ(event.machine.count("inactive_anon"), 229000U);
  EXPECT_EQ(event.machine.count("free_cma"), 0U);
  ASSERT_EQ(event.machine.zones.size(), 2U);
  const OomZone& dma32 = event.machine.zones[1];
  EXPECT_EQ(dma32.min_bytes, 32100U * 1024);
  EXPECT_EQ(dma32.managed_bytes, 983040U * 1024);
  ASSERT_EQ(dma32.buddy.size(), 11U);
  EXPECT_EQ(dma32.buddy[2].blocks, 250U);
  EXPECT_EQ(dma32.buddy[2].types, "UME");
  EXPECT_EQ(event.machine.zones[0].lowmem_reserve_pages, (std::vector<std::uint64_t>{0, 960, 960, 960}));
  ASSERT_EQ(event.machine.hugepages.size(), 1U);
  EXPECT_EQ(event.machine.hugepages[0].total_pages, 4U);
  EXPECT_EQ(event.machine.swap_total_bytes, 524284U * 1024);
  EXPECT_EQ(event.tasks[0].oom_score_adj, -1000);
  EXPECT_EQ(event.tasks[1].swap_pages, 120000U);
  ASSERT_EQ(event.reaped.size(), 1U);
  EXPECT_TRUE(event.global_oom);
}

TEST(Klog, DaemonsAreOfTheirOwnKind) {
  const auto events = events_of(by_hand_log("daemons.log"));
  ASSERT_EQ(events.size(), 3U) << "a setting is no kill";
  EXPECT_EQ(events[0].kind, OomKind::systemd_oomd);
  EXPECT_EQ(events[0].daemon.pressure_pct, 71.5);
  EXPECT_EQ(events[0].daemon.limit_pct, 60.0);
  EXPECT_EQ(events[0].daemon.duration, "30s");
  EXPECT_EQ(events[0].daemon.candidates, 41U);
  EXPECT_EQ(events[0].daemon.processes_killed, 12U);
  EXPECT_EQ(events[0].time.wall_us, 1795339081000000) << "09:18:01 UTC";
  EXPECT_EQ(events[1].daemon.verb, "Marked");
  EXPECT_EQ(events[1].daemon.cgroup, "/system.slice/big.service");
  EXPECT_EQ(events[1].daemon.swap_used_bytes, 950U);
  EXPECT_EQ(events[2].daemon.name, "Web \"x\" a");
  EXPECT_EQ(events[2].daemon.oom_score, 823);
  EXPECT_EQ(events[2].daemon.oom_score_adj, 300);
  EXPECT_EQ(events[2].daemon.cmdline, "/usr/lib/x --y");
  EXPECT_TRUE(events[2].daemon.escalated);
  EXPECT_EQ(events[2].daemon.exited_after_s, 1.9);
}

TEST(Klog, EarlyoomOfEveryVersion) {
  struct Sample {
    std::string_view line;
    std::uint64_t pid;
    std::string_view name;
  };
  for (const Sample& sample :
       {Sample{"Killing process 5874 bash", 5874, "bash"},
        Sample{"Killing process: bash, pid: 5874, badness: 538, VmRSS: 3160 MiB", 5874, "bash"},
        Sample{"Killing process 'a b' with signal 15, pid: 5874, badness: 538, VmRSS: 1 MiB", 5874, "a b"},
        Sample{"sending SIGKILL to process 7 \"x\": badness 550, VmRSS 7609 MiB", 7, "x"}}) {
    DaemonKill kill;
    ASSERT_TRUE(read_earlyoom_kill(sample.line, true, kill)) << sample.line;
    EXPECT_EQ(kill.pid, sample.pid) << sample.line;
    EXPECT_EQ(kill.name, sample.name) << sample.line;
  }
  DaemonKill kill;
  EXPECT_FALSE(read_earlyoom_kill("sending SIGTERM when mem <= 10 %", true, kill));
  EXPECT_FALSE(read_earlyoom_kill("Killing process 12 of the queue", false, kill));
}

TEST(Klog, NamesOfAnyKind) {
  for (const std::string_view name :
       {"tmux: server"sv, "runc:[2:INIT]"sv, "(sd-pam)"sv, "531"sv, "a) b"sv, "x,pid=1"sv, "é\xff"sv}) {
    const std::string log =
        std::string(name) + " invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=-5\n" +
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/a,b,task=" +
        std::string(name) + ",pid=7,uid=3\nOut of memory: Killed process 7 (" + std::string(name) +
        ") total-vm:4kB, anon-rss:0kB, file-rss:4kB, shmem-rss:0kB, UID:3 pgtables:4kB oom_score_adj:-5\n";
    const auto events = events_of(log);
    ASSERT_EQ(events.size(), 1U) << name;
    EXPECT_EQ(events[0].trigger, name);
    EXPECT_EQ(events[0].chosen_task, name);
    EXPECT_EQ(events[0].task_memcg, "/a,b");
    ASSERT_EQ(events[0].kills.size(), 1U) << name;
    EXPECT_EQ(events[0].kills[0].name, name);
    EXPECT_EQ(events[0].kills[0].oom_score_adj, -5);
  }
}

TEST(Klog, FiguresThatMakeNoSenseAreUnknown) {
  const auto events = events_of(
      "Out of memory: Killed process 18446744073709551615 (x) total-vm:18446744073709551615kB, "
      "anon-rss:99999999999999999999kB, "
      "file-rss:-1kB, shmem-rss:kB, UID:x pgtables:1 oom_score_adj:--\n");
  ASSERT_EQ(events.size(), 1U);
  const OomKill& kill = events[0].kills[0];
  EXPECT_FALSE(kill.total_vm_bytes || kill.anon_rss_bytes || kill.file_rss_bytes || kill.shmem_rss_bytes || kill.uid ||
               kill.pgtables_bytes || kill.oom_score_adj);
}

TEST(Klog, AForgedRecordIsMarked) {
  EXPECT_TRUE(events_of("12,1,5,-;Out of memory: Killed process 7 (x) total-vm:4kB\n")[0].from_user_space);
  EXPECT_FALSE(events_of("4,1,5,-;Out of memory: Killed process 7 (x) total-vm:4kB\n")[0].from_user_space);
}

TEST(Klog, WhatIsNoEvent) {
  for (const std::string_view text :
       {"Nov 22 18:18:01 h app[1]: Out of memory: Killed process 7 (x) total-vm:4kB\n",
        "page allocation failure: order:4\nMem-Info:\nactive_anon:5 inactive_anon:6\n",
        "Nov 22 18:18:01 h systemd[1]: a.service: A process of this unit has been killed by the OOM killer.\n",
        "Killed process 7 (x)\n", "the room is booming\n", "\n\n", "\0\0\0", "{\"log\":\"x"}) {
    EXPECT_TRUE(events_of(text).empty()) << text;
  }
}

TEST(Klog, TimeStamps) {
  const auto wall = [](std::string_view text) {
    LogTime time;
    read_wall_clock(text, 2026, time);
    return time.wall_us ? *time.wall_us / 1'000'000 : 0;
  };
  EXPECT_EQ(wall("Nov 22 18:02:10"), 1795370530);
  EXPECT_EQ(wall("2026-11-22T18:02:10+09:00"), 1795370530 - 9 * 3600);
  EXPECT_EQ(wall("2026-11-22T18:02:10.5Z"), 1795370530);
  EXPECT_EQ(wall("Sun Nov 22 18:02:10 2026"), 1795370530);
  EXPECT_EQ(wall("Sun 2026-11-22 18:02:10 UTC"), 1795370530);
  EXPECT_EQ(wall("апр 28 01:23:30"), 0);
  EXPECT_EQ(wall("Feb 30 01:23:30"), 0);
}

// --- every way of logging ---

/// The kernel's messages of a log in `style`, at a second each; empty lines are left out.
std::string logged(const std::vector<std::string>& messages, std::string_view style) {
  std::string log;
  std::size_t n = 0;
  for (std::string message : messages) {
    if (message.ends_with('\n')) message.pop_back();
    if (message.empty()) continue;
    const std::string us = std::to_string(1000 + n);
    const std::string stamp = "[  100.00" + us + "] ";
    ++n;
    std::string json;
    for (const char c : message) json += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    if (style == "bare") log += message;
    if (style == "dmesg") log += stamp + message;
    if (style == "caller") log += "[  100.00" + us + "][ T4242] " + message;
    if (style == "dmesg-T") log += "[Sun Nov 22 18:18:01 2026] " + message;
    if (style == "dmesg-x") log += "kern  :warn  : " + stamp + message;
    if (style == "priority") log += "<4>" + stamp + message;
    if (style == "kmsg") log += "4," + us + ",10000" + us + ",-;" + message + "\n SUBSYSTEM=x";
    if (style == "syslog") log += "Nov 22 18:18:01 host kernel: " + stamp + message;
    if (style == "rfc5424") log += "<4>1 2026-11-22T18:18:01.003Z host kernel - - - " + stamp + message;
    if (style == "iso") log += "2026-11-22T18:18:01+0100 host kernel: " + message;
    if (style == "dmesg-iso") log += "2026-11-22T18:18:01,123456+01:00 " + message;
    if (style == "crlf") log += stamp + message + "\r";
    if (style == "journal")
      log +=
          R"({"__REALTIME_TIMESTAMP":"1795370530000000","_TRANSPORT":"kernel","SYSLOG_IDENTIFIER":"kernel","MESSAGE":")" +
          json + "\"}";
    if (style == "docker")
      log += R"({"log":"Nov 22 18:18:01 host kernel: )" + json +
             R"(\n","stream":"stdout","time":"2026-11-22T18:18:01.5Z"})";
    if (style == "cri") log += "2026-11-22T18:18:01.123456789Z stdout F " + stamp + message;
    if (style == "export")
      log +=
          "__CURSOR=s=" + us + "\n__REALTIME_TIMESTAMP=1795370530000000\n_TRANSPORT=kernel\nMESSAGE=" + message + "\n";
    log += "\n";
  }
  return log;
}

constexpr std::string_view kStyles[] = {"bare",    "dmesg",  "caller",  "dmesg-T", "dmesg-x",   "priority",
                                        "kmsg",    "syslog", "rfc5424", "iso",     "dmesg-iso", "crlf",
                                        "journal", "docker", "cri",     "export"};

TEST(Klog, EveryWayOfLoggingTellsTheSame) {
  const auto whole = events_of(by_hand_log("global-6.8.log"));
  ASSERT_EQ(whole.size(), 1U);
  std::vector<std::string> messages;
  for (const std::string& line : lines_with_ends(by_hand_log("global-6.8.log"))) {
    const std::size_t stamp = line.find("][ T");
    if (line.find("usb 1-1") == std::string::npos) messages.push_back(line.substr(line.find("] ", stamp + 1) + 2));
  }
  for (const std::string_view style : kStyles) {
    const auto events = events_of(logged(messages, style));
    ASSERT_EQ(events.size(), 1U) << style;
    EXPECT_EQ(LogAgreement(events[0], whole[0]).invented(), "") << style;
    EXPECT_EQ(LogAgreement(whole[0], events[0]).invented(), "") << style << " knows less";
    EXPECT_EQ(events[0].tasks.size(), 2U) << style;
  }
}

/// What the kernel said, a line each.
std::vector<std::string> messages_of(const std::string& log) {
  std::vector<std::string> messages;
  LogLineDecoder decoder;
  const auto add = [&messages](const LogLine& line) {
    if (line.from_kernel()) messages.emplace_back(line.text);
  };
  for (std::string line : lines_with_ends(log)) {
    if (line.ends_with('\n')) line.pop_back();
    decoder.decode(line, add);
  }
  decoder.finish(add);
  return messages;
}

TEST(Klog, EveryLogInEveryWayOfLogging) {
  for (const auto& path : all_paths()) {
    // What was told apart by callers, hosts or stamps is no longer: the kernel's own form of the rest is the judge.
    const std::vector<std::string> messages = messages_of(slurp(path));
    const auto whole = events_of(logged(messages, "dmesg"));
    // What a daemon said is no kernel's message.
    if (std::any_of(whole.begin(), whole.end(), [](const OomEvent& event) { return event.kind != OomKind::kernel; }))
      continue;
    for (const std::string_view style : kStyles) {
      SCOPED_TRACE(path.filename().string() + " as " + std::string(style));
      const auto events = events_of(logged(messages, style));
      EXPECT_EQ(events.size(), whole.size());
      EXPECT_EQ(invented_in(events, whole), "");
      // Without any prefix it is not always clear where a message ends.
      if (style != "bare") {
        EXPECT_EQ(invented_in(whole, events), "") << "it knows less";
      }
    }
  }
}

// --- what must hold of every log ---

/// Where a log is cut: at each byte of a short one, else at each end of a line and at random.
std::vector<std::size_t> cuts_of(const std::string& log) {
  std::vector<std::size_t> cuts;
  const std::size_t every_byte = thorough() ? std::size_t{16} << 10 : 1600;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (log.size() <= every_byte || (thorough() && log[i] == '\n')) cuts.push_back(i);
  }
  if (log.size() <= every_byte) return cuts;
  std::mt19937 random(7);
  for (int i = 0; i < (thorough() ? 500 : 4); ++i) cuts.push_back(random() % log.size());
  return cuts;
}

TEST(Klog, NoCutInventsAnything) {
  std::size_t cuts = 0;
  for (const auto& path : all_paths()) {
    SCOPED_TRACE(path.filename().string());
    const std::string log = slurp(path);
    const auto whole = events_of(log);
    for (const std::size_t cut : cuts_of(log)) {
      ++cuts;
      const auto part = events_of(std::string_view(log).substr(0, cut));
      ASSERT_EQ(invented_in(part, whole), "")
          << "cut after: " << log.substr(cut < 80 ? 0 : cut - 80, std::min<std::size_t>(cut, 80));
      ASSERT_LE(part.size(), whole.size())
          << "cut after: " << log.substr(cut < 80 ? 0 : cut - 80, std::min<std::size_t>(cut, 80));
    }
  }
  RecordProperty("cuts", static_cast<int>(cuts));
}

TEST(Klog, ALostLineInventsNothing) {
  std::size_t dropped = 0;
  for (const auto& path : all_paths()) {
    SCOPED_TRACE(path.filename().string());
    const std::string log = slurp(path);
    const auto whole = events_of(log);
    const std::vector<std::string> lines = lines_with_ends(log);
    const std::size_t step = std::max<std::size_t>(1, lines.size() / (thorough() ? 1500 : 6));
    for (std::size_t lost = 0; lost < lines.size(); lost += step) {
      ++dropped;
      std::string rest;
      rest.reserve(log.size());
      for (std::size_t i = 0; i < lines.size(); ++i) rest += i == lost ? "" : lines[i];
      ASSERT_EQ(invented_in(events_of(rest), whole), "") << "without: " << lines[lost];
    }
  }
  RecordProperty("dropped", static_cast<int>(dropped));
}

/// Whether two logs of the lab, "6.1-x.crlf.log" and "6.1-x.cut-head.log", are of one event: together they know more of
/// it.
bool of_one_event(const std::string& a, const std::string& b) {
  const auto of = [](const std::string& name) { return name.substr(0, name.find('.', name.find('-') + 1)); };
  return of(a) == of(b);
}

TEST(Klog, TwoLogsInOneInventNothing) {
  struct Log {
    std::string name;
    std::vector<std::string> lines;
    std::vector<OomEvent> events;
  };
  std::vector<Log> logs;
  std::size_t own = 0;
  for (const auto& path : all_paths()) {
    const std::string text = slurp(path);
    // Lines that a mailer broke have no prefix: among another log's nothing tells whose they are.
    if (text.size() > 40000 || path.string().find("mailwrapped") != std::string::npos) continue;
    logs.push_back({path.filename(), lines_with_ends(text), events_of(text)});
    own += path.string().find("klog") != std::string::npos ? 1 : 0;
  }
  std::size_t pairs = 0;
  for (std::size_t a = 0; a < logs.size(); ++a) {
    for (std::size_t b = 0; b < logs.size(); ++b) {
      const bool chosen = (a < own && b < own) || thorough() || (a * 31 + b) % 110 == 0;
      if (a == b || !chosen || of_one_event(logs[a].name, logs[b].name)) continue;
      ++pairs;
      const std::vector<std::string>& first = logs[a].lines;
      const std::vector<std::string>& second = logs[b].lines;
      std::string mixed;
      for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) mixed += first[i];
        if (i < second.size()) mixed += second[i];
      }
      std::vector<OomEvent> both = logs[a].events;
      both.insert(both.end(), logs[b].events.begin(), logs[b].events.end());
      EXPECT_EQ(invented_in(events_of(mixed), both), "") << "of: " << logs[a].name << " and " << logs[b].name;
    }
  }
  RecordProperty("pairs", static_cast<int>(pairs));
}

TEST(Klog, AKillBetweenAHeaderAndItsDumpIsAnothers) {
  const std::string header =
      "[   10.000001] hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=5\n";
  const std::string cpu = "[   10.000002] CPU: 0 PID: 9 Comm: hog Not tainted 6.1.0-50 #1\n";
  const std::string rest =
      "[   10.000003] memory: usage 40960kB, limit 40960kB, failcnt 7\n"
      "[   10.000004] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,"
      "task_memcg=/a,task=hog,pid=9,uid=0\n"
      "[   10.000005] Memory cgroup out of memory: Killed process 9 (hog) total-vm:8kB, anon-rss:4kB, file-rss:0kB\n";
  // Of another log, whose head was lost, half a minute later
  const std::string chosen =
      "[   40.000001] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
      "task_memcg=/b,task=sleep,pid=77,uid=3\n";
  const std::string killed =
      "[   40.000002] Out of memory: Killed process 77 (sleep) total-vm:800kB, anon-rss:400kB, file-rss:0kB\n";
  for (const std::string& mixed : {header + chosen + cpu + killed + rest, header + chosen + killed + cpu + rest,
                                   header + killed + cpu + rest, chosen + header + killed + cpu + rest}) {
    SCOPED_TRACE(mixed);
    auto events = events_of(mixed);
    ASSERT_EQ(events.size(), 2U);
    if (!events[0].header_seen) std::swap(events[0], events[1]);
    EXPECT_EQ(events[0].trigger_pid, 9U);
    EXPECT_EQ(events[0].oom_memcg, "/a");
    EXPECT_EQ(events[0].memcg.memory.limit_bytes, 40U << 20);
    ASSERT_EQ(events[0].kills.size(), 1U);
    EXPECT_EQ(events[0].kills[0].pid, 9U);
    EXPECT_FALSE(events[1].header_seen);
    EXPECT_EQ(events[1].trigger, "");
    EXPECT_EQ(events[1].time.text.substr(0, 3), "40.");
    ASSERT_EQ(events[1].kills.size(), 1U);
    EXPECT_EQ(events[1].kills[0].pid, 77U);
  }
  // A log that was searched for words has no dump: there, what follows a header is its kill.
  const auto searched = events_of(header + chosen + killed);
  ASSERT_EQ(searched.size(), 1U);
  EXPECT_EQ(searched[0].trigger, "hog");
  EXPECT_EQ(searched[0].chosen_pid, 77U);
}

TEST(Klog, PiecesOfAnySizeTellTheSame) {
  const std::string log = by_hand_log("memcg-v2-group.log");
  const auto whole = events_of(log);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    const auto events = events_of(log, piece);
    ASSERT_EQ(events.size(), whole.size());
    EXPECT_EQ(LogAgreement(whole[0], events[0]).invented(), "");
  }
}

TEST(Klog, EventsAreFoundAmongMegabytesOfOtherLines) {
  std::string noise;
  for (int i = 0; i < 20000; ++i)
    noise += "Nov 22 17:18:01 web-07 sshd[77]: Accepted publickey for root from 10.0.0.1 port 22\n";
  const std::string event = by_hand_log("memcg-v2-group.log");
  const auto whole = events_of(event);
  const auto events = events_of(noise + event + noise + std::string(100000, 'x') + "Killed process\n" +
                                event.substr(event.find('\n') + 1));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(LogAgreement(whole[0], events[0]).invented(), "");
  EXPECT_FALSE(events[1].header_seen);
  EXPECT_EQ(events[1].tasks.size(), 2U) << "lines before the first that is recognised belong to it";
  EXPECT_EQ(events[1].memcg.memory.limit_bytes, 8ULL << 30);
}

}  // namespace
}  // namespace memkit::test
