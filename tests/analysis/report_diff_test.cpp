#include "analysis/report_diff.h"

#include <gmock/gmock.h>

namespace memkit {
namespace {

using testing::ElementsAre;

ReportDocument report(const std::string& boot) {
  ReportDocument document;
  document.host = std::string("web-01");
  document.boot_id = boot;
  document.status = "ok";
  document.memory.complete = document.processes.complete = document.cgroups.complete = true;
  return document;
}

std::vector<std::string> text_of(const std::vector<SizeChange>& changes) {
  std::vector<std::string> lines;
  for (const SizeChange& change : changes) {
    lines.push_back(change.name + " " + std::string(to_string(change.state)) + " " +
                    (change.change_bytes ? std::to_string(*change.change_bytes) : "?"));
  }
  return lines;
}

TEST(ReportDiff, TheLargestChangesComeFirst) {
  ReportDocument before = report("a");
  ReportDocument after = report("a");
  before.cgroups.items = {{"/grew", 10}, {"/shrank", 100}, {"/same", 5}, {"/gone", 30}};
  after.cgroups.items = {{"/grew", 30}, {"/shrank", 10}, {"/same", 5}, {"/new", 30}};
  EXPECT_THAT(text_of(diff_reports(before, after).cgroups),
              ElementsAre("/shrank both -90", "/new new 30", "/gone gone -30", "/grew both 20", "/same both 0"));
}

TEST(ReportDiff, WhatIsNotListedIsNotGone) {
  ReportDocument before = report("a");
  ReportDocument after = report("a");
  before.cgroups.items = {{"/a", 10}};
  after.cgroups.items = {{"/b", 10}};
  before.cgroups.complete = after.cgroups.complete = false;
  EXPECT_THAT(text_of(diff_reports(before, after).cgroups), ElementsAre("/a only_before ?", "/b only_after ?"));
}

TEST(ReportDiff, ProcessesOfOneBootAreTheSameByPidAndName) {
  ReportDocument before = report("a");
  ReportDocument after = report("a");
  before.processes.items = {{7, "java", 100, 200}, {8, "java", 50, 60}};
  after.processes.items = {{7, "java", 150, 200}, {8, "bash", 5, 6}};
  const ReportDiff diff = diff_reports(before, after);
  EXPECT_FALSE(diff.processes_by_name);
  EXPECT_THAT(text_of(diff.processes), ElementsAre("java both 50", "java gone -50", "bash new 5"));
  EXPECT_EQ(diff.processes[0].pid, 7u);
  EXPECT_EQ(diff.processes[1].pid, 8u);
}

TEST(ReportDiff, ProcessesOfTwoBootsAreSummedUpByName) {
  ReportDocument before = report("a");
  ReportDocument after = report("b");
  before.processes.items = {{7, "java", 100, 200}, {8, "java", 50, 60}};
  after.processes.items = {{9, "java", 170, 200}};
  const ReportDiff diff = diff_reports(before, after);
  EXPECT_TRUE(diff.processes_by_name);
  EXPECT_THAT(text_of(diff.processes), ElementsAre("java both 20"));
  after.boot_id = Missing::absent;
  EXPECT_TRUE(diff_reports(before, after).processes_by_name) << "not known to be one boot";
}

TEST(ReportDiff, RssStandsInWherePssIsNotKnownOnBothSides) {
  ReportDocument before = report("a");
  ReportDocument after = report("a");
  before.processes.items = {{7, "java", 100, 200}};
  after.processes.items = {{7, "java", Missing::denied, 260}};
  const ReportDiff diff = diff_reports(before, after);
  EXPECT_TRUE(diff.processes_by_rss);
  EXPECT_THAT(text_of(diff.processes), ElementsAre("java both 60"));
}

TEST(ReportDiff, FindingsAreNewGoneWorseOrBetter) {
  ReportDocument before = report("a");
  ReportDocument after = report("a");
  before.findings = {{"psi-some", "critical", ""},
                     {"swap-full", "info", ""},
                     {"no-swap", "info", ""},
                     {"memcg-oom", "warning", ""},
                     {"anon-growth", "warning", ""}};
  after.findings = {{"available-low", "critical", ""},
                    {"swap-full", "critical", ""},
                    {"psi-some", "warning", ""},
                    {"no-swap", "info", ""}};
  after.not_judged = {"anon-growth"};
  std::vector<std::string> found;
  for (const FindingChange& change : diff_reports(before, after).findings)
    found.push_back(change.id + " " + std::string(to_string(change.state)));
  EXPECT_THAT(found, ElementsAre("available-low new", "swap-full worse", "psi-some better", "no-swap same",
                                 "memcg-oom gone", "anon-growth not_judged"));
}

TEST(ReportDiff, TimeApartIsByWallClockElseByUptime) {
  ReportDocument before = report("a");
  ReportDocument after = report("a");
  before.uptime_s = 100.0;
  after.uptime_s = 160.5;
  EXPECT_EQ(diff_reports(before, after).elapsed_s, 60.5);
  after.boot_id = std::string("b");
  EXPECT_FALSE(diff_reports(before, after).elapsed_s) << "of another boot";
  before.time = std::string("2026-11-22T18:18:01.500Z");
  after.time = std::string("2026-11-22T18:17:01.500Z");
  EXPECT_EQ(diff_reports(before, after).elapsed_s, -60.0);
}

TEST(ReportDiff, NoDifferenceOverflows) {
  ReportDocument before = report("a");
  ReportDocument after = report("a");
  before.available_bytes = INT64_MIN;
  after.available_bytes = INT64_MAX;
  EXPECT_FALSE(diff_reports(before, after).available.change_bytes);
}

TEST(ReportDocument, OfWhatIsNoneThereIsNone) {
  for (const char* const text : {"", "{}", "[1]", "null", "{\"schema\":\"memkit.slab/1\"}", "{\"schema\":7}", "{"}) {
    EXPECT_FALSE(parse_report_document(text)) << text;
  }
  const auto odd = parse_report_document(
      R"({"schema":"memkit.report/1","where":7,"processes":{"top":[1,{"pid":-1,"name":[]}]},"findings":[null]})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->processes.items.size(), 2u);
  EXPECT_FALSE(odd->processes.complete);
}

}  // namespace
}  // namespace memkit
