// memkit report --format incident: Markdown that an engineer attaches to a ticket.
#include <gmock/gmock.h>

#include <filesystem>

#include "cli/free_fixtures.h"

namespace memkit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";
const std::string kLogs = MEMKIT_SOURCE_DIR "/testdata/oom/";

std::string incident(const std::string& language, const std::string& log, const std::string& root = kRoot,
                     const Given& given = {.env = {"TZ"}}) {
  const Outcome outcome =
      run({"report", "--format", "incident", "--lang", language, "--root", root, "--log", log}, given);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  return outcome.out;
}

std::vector<std::string> headings_of(const std::string& text) {
  std::vector<std::string> headings;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("#")) headings.push_back(line);
  }
  return headings;
}

TEST(Incident, HasTheSectionsOfAJapaneseReport) {
  std::vector<std::string> headings = headings_of(incident("ja", kLogs + "6.1-memcg-v2.log"));
  EXPECT_EQ(headings.front(), "# 障害報告書: hog (PID 118, web.service) (/lab.slice/web.service の上限に到達)");
  headings.erase(headings.begin());
  EXPECT_THAT(headings, ElementsAre("## 発生日時", "## 影響範囲", "## 症状", "## 調査結果", "### 1. メモリ状況",
                                    "### 2. メモリ消費内訳", "### 3. 原因特定", "## 対策", "### 1. 即時対応",
                                    "### 2. 恒久対策", "### 3. 監視強化", "## エビデンス"));
}

TEST(Incident, EveryLanguageHasTheSameSectionsAndNoKeyWithoutText) {
  const std::string log = kLogs + "6.1-memcg-v2.log";
  for (const char* const language : {"en", "ja", "zh"}) {
    const std::string text = incident(language, log);
    EXPECT_EQ(headings_of(text).size(), 13u) << language;
    for (const char* const key :
         {"inc.", "oom-reason.", "oom-verdict.", "severity.", "group.", "why.denied", "why.absent"}) {
      EXPECT_THAT(text, Not(HasSubstr(key))) << language;
    }
  }
}

TEST(Incident, TellsTheEventOfTheLog) {
  const std::string text = incident("en", kLogs + "6.1-memcg-v2.log");
  EXPECT_THAT(text, HasSubstr("- **Where memory ran out**: `/lab.slice/web.service`"));
  EXPECT_THAT(text, HasSubstr("- **Killed**: `hog (PID 118, web.service)`"));
  EXPECT_THAT(text, HasSubstr("- **It held**: anonymous 40.0 MiB, files 0 B, shared 600.0 KiB"));
  EXPECT_THAT(text, HasSubstr("| usage | 40.0 MiB | 100.0 % | exhausted |"));
  EXPECT_THAT(text, HasSubstr("[   12.275061] hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0"));
  EXPECT_THAT(text, HasSubstr("Memory cgroup out of memory: Killed process 118 (hog)"));
  EXPECT_THAT(text, HasSubstr("memkit free --check --cgroup=/lab.slice/web.service"));
}

TEST(Incident, WhatAMachineCannotKnowIsABlank) {
  const std::string japanese = incident("ja", kLogs + "6.1-memcg-v2.log");
  for (const char* const label :
       {"検知者・検知時刻", "復旧日時", "停止時間", "利用者への影響", "添付 (取得データ・グラフ)"}) {
    EXPECT_THAT(japanese, HasSubstr("- **" + std::string(label) + "**: ＿＿＿（要記入）"));
  }
  const TemporaryDir dir;
  const std::string quiet = incident("en", dir.write("log", "[1.0] eth0: up\n"));
  EXPECT_THAT(quiet, HasSubstr("- **Event**: [to be filled in]")) << "no event: when it began is not known";
  EXPECT_THAT(quiet, HasSubstr("no kill in "));
}

TEST(Incident, TimesHaveTheirZone) {
  const std::string log = kLogs + "6.1-memcg-v2-group.short-iso.log";
  const std::string utc = incident("en", log);
  EXPECT_THAT(utc, testing::ContainsRegex("\\*\\*Event\\*\\*: 20..-..-.. ..:..:.. UTC"));
  const std::string tokyo = incident("ja", log, kRoot, {.env = {"TZ=JST-9"}});
  EXPECT_THAT(tokyo, testing::ContainsRegex("20..-..-.. ..:..:.. JST \\(UTC\\+0900\\)"));
  EXPECT_THAT(incident("en", kLogs + "6.1-memcg-v2-group.syslog-bare.log"), HasSubstr("the log names neither"));
}

/// A machine, and a log, with names that are markup.
class HostileIncident : public testing::Test {
 protected:
  HostileIncident() {
    std::filesystem::copy(kRoot, dir_.path() + "/root", std::filesystem::copy_options::recursive);
    dir_.write("root/proc/sys/kernel/hostname", "h</h1><script>`|\n");
    const std::string name = "x](http:x)`|<b";  // comm has at most 15 bytes
    dir_.write("root/proc/77/status", "Name:\t" + name +
                                          "\nUid:\t0\t0\t0\t0\nVmSize:\t99000000 kB\nVmRSS:\t90000000 "
                                          "kB\nThreads:\t1\n");
    dir_.write("root/proc/77/smaps_rollup",
               "0-f ---p 00000000 00:00 0 [rollup]\nRss: 90000000 kB\nPss: 90000000 kB\nPrivate_Dirty: 90000000 kB\n");
    std::string log = read_file(kLogs + "6.1-memcg-v2.log");
    for (const auto& [from, to] : std::map<std::string, std::string>{
             {"(hog)", "(" + name + ")"}, {"hog invoked", "#```~~~ invoked"}, {"web.service", "<img src=x>.service"}}) {
      for (std::size_t at = log.find(from); at != std::string::npos; at = log.find(from, at + to.size()))
        log.replace(at, from.size(), to);
    }
    log_ = dir_.write("log", log);
  }
  [[nodiscard]] std::string text(const std::string& language) const {
    return incident(language, log_, dir_.path() + "/root");
  }

  TemporaryDir dir_;
  std::string log_;
};

TEST_F(HostileIncident, NamesDoNotBecomeMarkup) {
  SKIP_WITHOUT_TOOL("cmark-gfm");
  for (const char* const language : {"en", "ja", "zh"}) {
    const std::string markdown = text(language);
    const Outcome html = run({"--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough"},
                             {.stdin_text = markdown, .program = "cmark-gfm"});
    ASSERT_EQ(html.status, 0) << html.err;
    for (const char* const tag : {"<script", "<img", "<b>", "<a ", "<del"}) {
      EXPECT_THAT(html.out, Not(HasSubstr(tag))) << language;
    }
    const auto count = [&](const std::string& tag) {
      std::size_t found = 0;
      for (std::size_t at = html.out.find(tag); at != std::string::npos; at = html.out.find(tag, at + 1)) ++found;
      return found;
    };
    EXPECT_EQ(count("<h1"), 1u);
    EXPECT_EQ(count("<h2"), 6u);
    EXPECT_EQ(count("<h3"), 6u);
  }
}

TEST_F(HostileIncident, TablesKeepTheirColumns) {
  SKIP_WITHOUT_TOOL("cmark-gfm");
  const Outcome html = run({"-e", "table"}, {.stdin_text = text("en"), .program = "cmark-gfm"});
  std::size_t head = 0;
  std::size_t cells = 0;
  for (const std::string& line : lines_of(html.out)) {
    if (line == "<table>") head = 0;
    if (line.starts_with("<th>") || line.starts_with("<th ")) ++head;
    if (line == "<tr>") cells = 0;
    if (line.starts_with("<td")) ++cells;
    if (line == "</tr>" && cells != 0) {
      EXPECT_EQ(cells, head);
    }
  }
  EXPECT_GT(head, 0u);
  EXPECT_THAT(html.out, HasSubstr("x](http:x)`|&lt;b")) << "and the name is there, whole";
}

TEST_F(HostileIncident, NoByteOfATerminalIsInIt) {
  const std::string log = kLogs + "6.1-memcg-v2-names.log";
  const std::string markdown = incident("en", log);
  EXPECT_EQ(markdown.find('\x1b'), std::string::npos);
}

TEST(Incident, GoesIntoAFile) {
  const TemporaryDir dir;
  const std::string file = dir.path() + "/incident.md";
  const Outcome outcome =
      run({"report", "--format", "incident", "--lang", "zh", "--root", kRoot, "--output-file", file});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(read_file(file), testing::StartsWith("# 故障报告"));
}

}  // namespace
}  // namespace memkit
