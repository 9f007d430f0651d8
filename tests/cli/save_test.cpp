#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "support.h"

namespace memkit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// A folder for a capture, which memkit makes itself.
struct Place {
  TemporaryDir above;
  [[nodiscard]] std::string dir() const { return above.path() + "/capture"; }
  [[nodiscard]] bool holds(const std::string& name) const { return fs::exists(dir() + "/" + name); }
};

/// What a report says of the machine, without where it was read and what this program's version is.
json facts_of(const Outcome& outcome) {
  json report = json::parse(outcome.out);
  report.erase("source");
  report["oom"].erase("log");            // of the kernel itself, or the copy of it
  report["skipped"].erase("processes");  // "no permission" becomes "not readable when they were copied"
  return report;
}

TEST(Save, TheCaptureTellsWhatTheLiveSystemTold) {
  const Place place;
  const Outcome live = run({"report", "--json", "--save", place.dir()});
  ASSERT_EQ(live.status, 0) << live.err;
  EXPECT_THAT(live.err, HasSubstr("saved "));
  const Outcome again = run({"report", "--json", "--root", place.dir()});
  ASSERT_EQ(again.status, 0) << again.err;
  json expected = facts_of(live);
  json found = facts_of(again);
  // Command lines are not in a capture unless asked for.
  for (json* const report : {&expected, &found}) {
    for (json& process : (*report)["processes"]["top"]) process.erase("command");
  }
  EXPECT_EQ(json::diff(expected, found), json::array());
}

TEST(Save, TheKernelLogIsInIt) {
  const Place place;
  const std::string log = MEMKIT_SOURCE_DIR "/testdata/oom/6.1-memcg-v2.log";
  const Outcome live = run({"report", "--json", "--save", place.dir(), "--log", log});
  ASSERT_EQ(live.status, 0) << live.err;
  EXPECT_EQ(read_file(place.dir() + "/sos_commands/kernel/dmesg"), read_file(log));
  const json expected = json::parse(live.out)["oom"]["recent"];
  EXPECT_EQ(expected.size(), 1u);
  const Outcome again = run({"report", "--json", "--root", place.dir()});
  EXPECT_EQ(json::parse(again.out)["oom"]["recent"], expected) << again.err;
}

TEST(Save, ACaptureIsTakenOfACaptureToo) {
  const Place first;
  const Place second;
  ASSERT_EQ(run({"report", "--save", first.dir()}).status, 0);
  const Outcome one = run({"report", "--json", "--root", first.dir(), "--save", second.dir()});
  ASSERT_EQ(one.status, 0) << one.err;
  EXPECT_EQ(json::diff(facts_of(run({"report", "--json", "--root", second.dir()})), facts_of(one)), json::array());
}

TEST(Save, OnlyItsOwnerMayRead) {
  const Place place;
  ASSERT_EQ(run({"report", "--save", place.dir()}).status, 0);
  struct stat info {};
  ASSERT_EQ(stat(place.dir().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST(Save, NoEnvironmentAndNoCommandLine) {
  const Place place;
  ASSERT_EQ(shell("SECRET_OF_TEST=hidden-value sh -c '\"$MEMKIT\" report --save " + place.dir() + "; : argument-value'")
                .status,
            0);
  EXPECT_EQ(shell("grep -rlE 'hidden-value|argument-value' " + place.dir()).out, "");
  EXPECT_EQ(shell("find " + place.dir() + " -name cmdline -o -name environ").out, "");
}

TEST(Save, CommandLinesOnRequest) {
  const Place place;
  ASSERT_EQ(run({"report", "--save", place.dir(), "--command-lines"}).status, 0);
  EXPECT_TRUE(place.holds("proc/1/cmdline"));
}

TEST(Save, SmemReadsIt) {
  SKIP_WITHOUT_TOOL("smem");
  SKIP_UNLESS_ROOT();
  const Place place;
  const Outcome outcome =
      shell("sleep 60 & \"$MEMKIT\" report --save " + place.dir() + " --smaps 2>/dev/null >&2; echo $!; kill $!");
  const std::string pid = outcome.out.substr(0, outcome.out.find('\n'));
  const Outcome theirs =
      shell("smem -S " + place.dir() + " -H -c 'pid rss pss uss' | tr -s ' ' | grep '^ *" + pid + " '");
  const Outcome file = shell("awk '/^Rss:/{r+=$2} /^Pss:/{p+=$2} /^Private_/{u+=$2} END{printf \"" + pid +
                             " %d %d %d\", r, p, u}' " + place.dir() + "/proc/" + pid + "/smaps");
  EXPECT_THAT(theirs.out, HasSubstr(file.out)) << theirs.err;
}

TEST(Save, NodeExporterReadsIt) {
  SKIP_WITHOUT_TOOL("prometheus-node-exporter");
  SKIP_WITHOUT_TOOL("curl");
  const Place place;
  ASSERT_EQ(run({"report", "--save", place.dir()}).status, 0);
  const std::string line = R"(
prometheus-node-exporter --path.procfs="$D/proc" --path.sysfs="$D/sys" --collector.disable-defaults --collector.meminfo \
  --collector.vmstat --collector.pressure --web.listen-address=127.0.0.1:29188 >/dev/null 2>&1 & pid=$!
for i in $(seq 100); do curl -s http://127.0.0.1:29188/metrics -o "$D.out" && break; sleep 0.1; done
kill $pid; wait $pid 2>/dev/null; cat "$D.out")";
  const Outcome outcome = shell(line, {.env = {"D=" + place.dir()}});
  const auto value_of = [&](const std::string& metric) {
    const std::size_t at = outcome.out.find("\n" + metric + " ");
    return at == std::string::npos ? -1.0 : std::stod(outcome.out.substr(at + metric.size() + 2));
  };
  // Of the capture, not of the machine that has moved on since.
  const auto in_file = [&](const std::string& file, const std::string& key) {
    const std::string text = "\n" + read_file(place.dir() + file);
    const std::size_t at = text.find("\n" + key);
    return at == std::string::npos ? -2.0 : std::stod(text.substr(at + key.size() + 1));
  };
  EXPECT_EQ(value_of("node_memory_MemAvailable_bytes"), 1024 * in_file("/proc/meminfo", "MemAvailable:"))
      << outcome.err;
  EXPECT_EQ(value_of("node_memory_MemFree_bytes"), 1024 * in_file("/proc/meminfo", "MemFree:"));
  EXPECT_EQ(value_of("node_vmstat_pgfault"), in_file("/proc/vmstat", "pgfault "));
  for (const char* const collector : {"meminfo", "vmstat", "pressure"}) {
    EXPECT_EQ(value_of("node_scrape_collector_success{collector=\"" + std::string(collector) + "\"}"), 1) << collector;
  }
}

TEST(Save, AProcesssFolderIsItsUsers) {
  SKIP_WITHOUT_TOOL("setpriv");
  SKIP_UNLESS_ROOT();
  const Place place;
  const Outcome outcome =
      shell("setpriv --reuid=65534 --regid=65534 --clear-groups sleep 60 & sleep 0.3; \"$MEMKIT\" report --save " +
            place.dir() + " 2>/dev/null >&2; echo $!; kill $!");
  const std::string pid = outcome.out.substr(0, outcome.out.find('\n'));
  struct stat info {};
  ASSERT_EQ(stat((place.dir() + "/proc/" + pid).c_str(), &info), 0) << outcome.err;
  EXPECT_EQ(info.st_uid, 65534U) << "smem asks the folder";
}

TEST(Save, AFolderInUseIsRefused) {
  const TemporaryDir there;
  there.write("something", "");
  const Outcome outcome = run({"report", "--save", there.path()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("it is not empty; name a new folder"));
  EXPECT_EQ(outcome.out, "");
}

TEST(Save, AFullDiskIsAnErrorAndMarksWhatIsThere) {
  SKIP_WITHOUT_TOOL("unshare");
  SKIP_UNLESS_ROOT();
  const TemporaryDir mount;
  const Outcome outcome =
      shell("unshare -m sh -c 'mount -t tmpfs -o size=128k none " + mount.path() + " && { \"$MEMKIT\" report --save " +
            mount.path() + "/c >/dev/null; echo $?; ls " + mount.path() + "/c/memkit; }'");
  EXPECT_EQ(outcome.out.substr(0, 2), "1\n") << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("PARTIAL"));
  EXPECT_THAT(outcome.err, HasSubstr("No space left on device"));
}

TEST(Save, AnInterruptedCaptureIsMarked) {
  SKIP_WITHOUT_TOOL("strace");
  SKIP_WITHOUT_TOOL("timeout");
  const Place place;
  const Outcome outcome =
      shell("timeout -s INT 5 strace -f -o /dev/null -e inject=mkdirat:signal=INT:when=20 \"$MEMKIT\" report --save " +
            place.dir() + " >/dev/null");
  EXPECT_NE(outcome.status, 0);
  EXPECT_TRUE(place.holds("memkit/PARTIAL"));
  EXPECT_FALSE(place.holds("memkit/capture.json"));
  const Outcome read = run({"report", "--root", place.dir()});
  EXPECT_THAT(read.err, HasSubstr("is not whole"));
}

TEST(Save, WhatGoesWithItIsRefusedWithoutIt) {
  EXPECT_EQ(run({"report", "--smaps"}).status, 2);
  EXPECT_EQ(run({"report", "--command-lines"}).status, 2);
  const Place place;
  EXPECT_EQ(run({"report", "--interval", "1", "--save", place.dir()}).status, 2);
  EXPECT_FALSE(fs::exists(place.dir()));
}

}  // namespace
}  // namespace memkit
