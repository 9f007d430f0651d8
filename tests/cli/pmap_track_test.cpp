// memkit pmap --track, on programs that grow in known ways and log what they hold.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/memory_cgroup.h"
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

/// A track of a program that grows, as JSON: samples, and the summary as the last.
struct Track {
  std::vector<json> samples;
  json summary;
  Words log;

  [[nodiscard]] json figure(const std::string& id) const {
    for (const json& one : summary["figures"]) {
      if (one["figure"] == id) return one;
    }
    return {};
  }
};

Track track(const Words& program_words, const Words& options) {
  TestProgram program(program_words);
  const std::string first = program.line();  // its start is over
  Words words{"pmap", "--track", "--json", program.pid_text()};
  words.insert(words.end(), options.begin(), options.end());
  const Outcome done = run(words);
  EXPECT_EQ(done.status, 0) << done.err;
  Track result;
  for (const std::string& line : lines_of(done.out)) result.samples.push_back(json::parse(line));
  result.summary = result.samples.back();
  result.samples.pop_back();
  kill(program.pid(), SIGKILL);  // it outlives the track, however long that takes: what it does then is of no interest
  result.log = program.lines_until("");
  result.log.insert(result.log.begin(), first);
  return result;
}

/// Bytes a second that the program logged ("MILLISECONDS BYTES"), at the moments of the samples alone: a busy machine
/// holds the program up, too, and what it does before and behind the track is not in the track's slope. The median
/// of the slopes between all pairs, reckoned here anew.
double logged_slope(const Track& track) {
  std::vector<std::pair<double, double>> points;
  for (const json& sample : track.samples) {
    const double when = seconds_of(sample["time"]) * 1000;
    double held = 0;
    for (const std::string& line : track.log) {
      const Words words = words_of(line);
      if (words.size() == 2 && std::stod(words[0]) <= when) held = std::stod(words[1]);
    }
    points.emplace_back(when / 1000, held);
  }
  std::vector<double> slopes;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j)
      slopes.push_back((points[j].second - points[i].second) / (points[j].first - points[i].first));
  }
  std::sort(slopes.begin(), slopes.end());
  return slopes.at(slopes.size() / 2);
}

TEST(PmapTrack, ALeakHasTheSlopeThatItLogs) {
  const Track leak = track({"grow", "leak", "512", "25", "1000"}, {"--interval", "0.06", "--count", "22"});
  ASSERT_EQ(leak.samples.size(), 22u);
  EXPECT_EQ(leak.summary["shape"], "growing") << leak.summary;
  EXPECT_EQ(leak.summary["end"], "count");
  EXPECT_THAT(leak.summary["verdict"].get<std::string>(),
              AllOf(HasSubstr("A leak is likely"), HasSubstr("22 samples")));
  const double logged = logged_slope(leak);
  ASSERT_GT(logged, 0);
  for (const char* const id : {"footprint", "rss", "uss", "anonymous"}) {
    EXPECT_NEAR(leak.figure(id)["slope_bytes_per_s"].get<double>(), logged, 0.1 * logged) << id;
  }
  EXPECT_LE(leak.figure("rss")["slope_low_bytes_per_s"], leak.figure("rss")["slope_bytes_per_s"]);
  EXPECT_GE(leak.figure("rss")["slope_high_bytes_per_s"], leak.figure("rss")["slope_bytes_per_s"]);
  EXPECT_EQ(leak.figure("heap")["shape"], "steady");
  ASSERT_FALSE(leak.summary["changed"].empty());
  EXPECT_EQ(leak.summary["changed"][0]["group"], "[anonymous]") << leak.summary["changed"];
  EXPECT_GT(leak.summary["limit"]["headroom_bytes"].get<double>(), 0);
  EXPECT_NEAR(leak.summary["limit"]["reached_in_s"].get<double>(),
              leak.summary["limit"]["headroom_bytes"].get<double>() /
                  leak.figure("footprint")["slope_bytes_per_s"].get<double>(),
              1);
}

TEST(PmapTrack, ALimitOfTheCgroupIsMetBeforeRamIs) {
  SKIP_UNLESS_ROOT();
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 30;
  const MemoryCgroup cgroup(kLimit);
  if (!cgroup.usable()) GTEST_SKIP() << "skipped: no memory cgroup can be made here";
  TestProgram program({"grow", "leak", "256", "25", "1000"});
  ASSERT_TRUE(cgroup.add(program.pid()));
  const Outcome done = run({"pmap", "--track", "--json", "--interval", "0.06", "--count", "15", program.pid_text()});
  ASSERT_EQ(done.status, 0) << done.err;
  const json limit = json::parse(lines_of(done.out).back())["limit"];
  EXPECT_TRUE(limit["name"].get<std::string>().ends_with(cgroup.path())) << limit;
  EXPECT_EQ(limit["limit_bytes"], kLimit);
  EXPECT_LT(limit["headroom_bytes"], kLimit);
  EXPECT_GT(limit["reached_in_s"].get<double>(), 0);
}

TEST(PmapTrack, AWarmUpThatLevelsOffIsNoLeak) {
  const Track level = track({"grow", "level", "1024", "40", "1000"}, {"--interval", "0.06", "--count", "30"});
  EXPECT_EQ(level.summary["shape"], "levelling") << level.summary;
  EXPECT_THAT(level.summary["verdict"].get<std::string>(), AllOf(HasSubstr("levels off"), Not(HasSubstr("likely"))));
}

TEST(PmapTrack, ASawtoothIsNoLeak) {
  const Track sawtooth = track({"grow", "sawtooth", "1024", "25", "2000"}, {"--interval", "0.04", "--count", "45"});
  EXPECT_EQ(sawtooth.summary["shape"], "sawtooth") << sawtooth.summary;
  EXPECT_THAT(sawtooth.summary["verdict"].get<std::string>(), Not(HasSubstr("leak")));
}

TEST(PmapTrack, ASteadyProcessIsSteady) {
  const Track steady = track({"grow", "steady", "4096", "50", "1000"}, {"--interval", "0.02", "--count", "15"});
  EXPECT_EQ(steady.summary["shape"], "steady") << steady.summary;
}

TEST(PmapTrack, FewSamplesGiveNoVerdict) {
  const Track few = track({"grow", "leak", "1024", "20", "1000"}, {"--interval", "0.04", "--count", "8"});
  EXPECT_EQ(few.summary["shape"], "too_few");
  EXPECT_THAT(few.summary["verdict"].get<std::string>(), StartsWith("none, on fewer than 12 samples"));
  EXPECT_EQ(few.summary["least_samples_count"], 12);
}

TEST(PmapTrack, TheEndOfTheProcessIsNoticed) {
  TestProgram program({"grow", "leak", "64", "20", "20"});
  const Outcome done = run({"pmap", "--track", "--interval", "0.05", program.pid_text()});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("\nThe process ended.\n"));
  EXPECT_THAT(done.out, HasSubstr("Which mappings grew is not known"));
  EXPECT_THAT(done.out, AllOf(HasSubstr("\nVerdict: "), StartsWith(program.pid_text() + ":   ")));
}

TEST(PmapTrack, AnotherProgramIsNoticed) {
  const Outcome done = shell(
      "sh -c 'sleep 0.4; exec sleep 20' & t=$!; sleep 0.1; \"$MEMKIT\" pmap --track --interval 0.1 $t; echo $?; kill "
      "$t");
  EXPECT_THAT(done.out, HasSubstr("The process began another program (execve)"));
  EXPECT_THAT(done.out, EndsWith("0\n"));
}

TEST(PmapTrack, AReusedNumberIsNoticed) {
  SKIP_UNLESS_ROOT();
  const Outcome done = shell(
      "exec unshare -pf --mount-proc sh -c 'sleep 100 & t=$!; \"$MEMKIT\" pmap --track --interval 0.4 $t & m=$!; "
      "sleep 0.6; kill $t; wait $t; echo $((t - 1)) > /proc/sys/kernel/ns_last_pid; sleep 100 & u=$!; wait $m; "
      "echo same $((t == u)); kill $u'");
  if (done.out.find("same 1") == std::string::npos) GTEST_SKIP() << "skipped: no number was given again: " << done.err;
  EXPECT_THAT(done.out, HasSubstr("its number belongs to another one by now"));
}

TEST(PmapTrack, ASignalStillPrintsTheSummary) {
  TestProgram program({"grow", "steady", "4096", "50", "200"});
  ASSERT_NE(program.line(), "");
  const char* const after_s = sanitized() ? "3" : "0.5";  // which starts slowly
  for (const char* const signal : {"INT", "TERM"}) {
    const Outcome done = run({"-s", signal, "--preserve-status", after_s, memkit_binary(), "pmap", "--track",
                              "--interval", "0.02", program.pid_text()},
                             {.program = "timeout"});
    EXPECT_EQ(done.status, 0) << signal << done.err;
    EXPECT_THAT(done.out, HasSubstr("\nVerdict: steady")) << signal;
  }
}

TEST(PmapTrack, CsvHasOneHeadingAndTheSummaryStaysApart) {
  TestProgram program({"grow", "steady", "4096", "50", "200"});
  ASSERT_NE(program.line(), "");
  const Outcome done =
      run({"pmap", "--track", "--format", "csv", "--interval", "0.02", "--duration", "0.2", program.pid_text()});
  EXPECT_EQ(done.status, 0);
  const Words lines = lines_of(done.out);
  ASSERT_GE(lines.size(), 3u);
  EXPECT_EQ(
      lines[0],
      "time,elapsed_s,vsz_bytes,rss_bytes,pss_bytes,uss_bytes,heap_bytes,heap_rss_bytes,anonymous_bytes,swap_bytes");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_THAT(lines[i], testing::MatchesRegex("20[-0-9]+T[0-9:.]+Z,[0-9.]+(,[0-9]*)+"));
    EXPECT_EQ(std::count(lines[i].begin(), lines[i].end(), ','), 9) << lines[i];
    EXPECT_GT(std::stoull(lines[i].substr(lines[i].find(',', 40) + 1)), 0u);
  }
  EXPECT_THAT(done.err, AllOf(HasSubstr("memkit pmap: RSS and swap "), HasSubstr("memkit pmap: Verdict: ")));
}

TEST(PmapTrack, ABudgetStopsTheWalksAndNotTheSamples) {
  const Track bounded =
      track({"grow", "steady", "4096", "50", "1000"}, {"--interval", "0.02", "--count", "6", "--budget", "0.00001"});
  ASSERT_EQ(bounded.samples.size(), 6u);
  EXPECT_EQ(bounded.samples.back()["pss_bytes"], nullptr);
  EXPECT_GT(bounded.samples.back()["rss_bytes"].get<std::uint64_t>(), 0u);
  EXPECT_GT(bounded.samples.back()["vsz_bytes"].get<std::uint64_t>(), 0u);
  EXPECT_GE(bounded.summary["skipped_count"], 5);
}

TEST(PmapTrack, OptionsThatMakeNoSenseAreRefused) {
  const std::string own = std::to_string(getpid());
  const std::pair<Words, std::string> cases[] = {
      {{"pmap", "--count", "3", own}, "--count goes with --track alone"},
      {{"pmap", "--budget", "3", own}, "--budget goes with --track alone"},
      {{"pmap", "--track", own, "1"}, "--track follows one process, not several"},
      {{"pmap", "--track", "--json", "--format", "csv", own}, "--json is --format jsonl"},
      {{"pmap", "--track", "--root", MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm", "5007"},
       "--root is a capture"},
      {{"pmap", "--track", "--kind", own}, "exclude each other"},
  };
  for (const auto& [words, says] : cases) {
    const Outcome done = run(words);
    EXPECT_EQ(done.status, 2) << joined(words);
    EXPECT_THAT(done.err, HasSubstr(says)) << joined(words);
  }
  EXPECT_EQ(run({"pmap", "--track", "2147483647"}).status, 42);
}

}  // namespace
}  // namespace memkit
