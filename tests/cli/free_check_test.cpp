// memkit free --check: the verdict, its exit status, ranges, performance data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

/// `label=value[UOM];[warn];[crit];[min];[max]` of the Monitoring Plugins Development Guidelines.
struct Datum {
  std::string value, unit, warning, critical, least, most;
  bool operator==(const Datum&) const = default;
};

void PrintTo(const Datum& datum, std::ostream* out) {
  *out << datum.value << " " << datum.unit << " warning " << datum.warning << " critical " << datum.critical << " from "
       << datum.least << " to " << datum.most;
}

/// Parsed by the letter of the guidelines; a datum that they do not allow fails the test.
std::map<std::string, Datum> performance(const std::string& line) {
  std::map<std::string, Datum> data;
  const std::size_t bar = line.find(" | ");
  EXPECT_NE(bar, std::string::npos) << line;
  if (bar == std::string::npos) return data;
  EXPECT_EQ(line.find('|', bar + 2), std::string::npos) << line;
  for (const std::string& word : words_of(line.substr(bar + 3))) {
    const std::size_t equals = word.find('=');
    EXPECT_NE(equals, std::string::npos) << word;
    Words fields;
    std::stringstream rest(word.substr(equals + 1));
    for (std::string field; std::getline(rest, field, ';');) fields.push_back(field);
    EXPECT_LE(fields.size(), 5u) << word;
    fields.resize(5);
    const std::size_t unit = fields[0].find_first_not_of("-0123456789.");
    Datum datum{fields[0].substr(0, unit),
                unit == std::string::npos ? "" : fields[0].substr(unit),
                fields[1],
                fields[2],
                fields[3],
                fields[4]};
    EXPECT_FALSE(datum.value.empty()) << word;
    EXPECT_TRUE(data.emplace(word.substr(0, equals), datum).second) << word << " stands twice";
  }
  return data;
}

struct FreeCheck : testing::Test {
  Outcome check(const MeminfoKb& kb, Words options = {}) const {
    dir.write("proc/meminfo", meminfo_text(kb));
    return check_root(std::move(options));
  }
  Outcome check_root(Words options) const {
    options.insert(options.begin(), {"free", "--check", "--root", dir.path()});
    return run(options);
  }
  TemporaryDir dir;
};

TEST_F(FreeCheck, DefaultsAreTenAndFivePerCentAvailable) {
  struct Case {
    std::uint64_t available_kb;
    int status;
    const char* start;
  };
  for (const Case& one : {Case{16000000, 0, "MEMKIT FREE OK - "}, Case{1600000, 0, "MEMKIT FREE OK - "},
                          Case{1599999, 1, "MEMKIT FREE WARNING - "}, Case{800000, 1, "MEMKIT FREE WARNING - "},
                          Case{799999, 2, "MEMKIT FREE CRITICAL - "}, Case{0, 2, "MEMKIT FREE CRITICAL - "}}) {
    const Outcome outcome = check(with(kSixteenGb, "MemAvailable", one.available_kb));
    EXPECT_EQ(outcome.status, one.status) << one.available_kb;
    EXPECT_THAT(outcome.out, StartsWith(one.start));
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(lines_of(outcome.out).size(), 1u);
  }
}

TEST_F(FreeCheck, LineAndPerformanceData) {
  const Outcome outcome = check(kSixteenGb);
  EXPECT_EQ(outcome.out.substr(0, outcome.out.find(" | ")),
            "MEMKIT FREE OK - 7.6 GiB of 15.3 GiB available (50.0 %), swap 976.6 MiB of 3.8 GiB used");
  const std::map<std::string, Datum> expected = {
      {"available", {"8192000000", "B", "1638400000:", "819200000:", "0", "16384000000"}},
      {"used", {"8192000000", "B", "", "", "0", "16384000000"}},
      {"free", {"2048000000", "B", "", "", "0", "16384000000"}},
      {"swap_used", {"1024000000", "B", "", "", "0", "4096000000"}},
  };
  EXPECT_EQ(performance(lines_of(outcome.out).at(0)), expected);
}

TEST_F(FreeCheck, RangesInEveryForm) {
  // 8,192,000,000 bytes are available: 50 %, 7812.5 MiB.
  const std::pair<const char*, int> cases[] = {
      {"50%:", 0},       {"50.1%:", 1},
      {"10", 1},         {"8192000000", 0},
      {"8191999999", 1}, {"7812.5M", 0},
      {"7812M", 1},      {"7G:", 0},
      {"8G:", 1},        {"7.5G:7.7G", 0},
      {"@7.5G:7.7G", 1}, {"~:100%", 0},
      {"~:49%", 1},      {"@~:49%", 0},
      {"@50%", 1},       {"@49.9%", 0},
      {"8388608K", 0},   {"1T", 0},
      {"1T:", 1},        {"0:100%", 0},
      {"~:", 0},         {"8192000000:8192000000", 0},
      {"1e9:", 0},       {"@1e9:", 1},
  };
  for (const auto& [range, status] : cases) {
    EXPECT_EQ(check(kSixteenGb, {"--warning", range}).status, status) << range;
    EXPECT_EQ(check(kSixteenGb, {"--critical=" + std::string(range)}).status, status * 2) << range;
  }
}

TEST_F(FreeCheck, NamedFiguresAreWatchedBesideTheUsualOne) {
  EXPECT_EQ(check(kSixteenGb, {"--warning", "swap_used=24%"}).status, 1) << "a quarter is used";
  EXPECT_EQ(check(kSixteenGb, {"--warning", "swap_used=25%"}).status, 0);
  EXPECT_EQ(check(kSixteenGb, {"--warning", "swap_used=1%", "--critical", "used=40%"}).status, 2);
  EXPECT_EQ(check(kSixteenGb, {"--critical", "free=12.5%:"}).status, 0);
  EXPECT_EQ(check(kSixteenGb, {"--critical", "free=12.6%:"}).status, 2);
  const MeminfoKb short_of_memory = with(kSixteenGb, "MemAvailable", 100);
  EXPECT_EQ(check(short_of_memory, {"--critical", "swap_used=90%"}).status, 2) << "5% available still counts";
  EXPECT_EQ(check(short_of_memory, {"--critical", "available=~:", "--warning", "~:"}).status, 0) << "switched off";
  EXPECT_EQ(check(kSixteenGb, {"--warning", "99%:", "--warning", "10%:"}).status, 1) << "all ranges count";
  EXPECT_EQ(performance(check(kSixteenGb, {"--warning", "swap_used=50%"}).out).at("swap_used").warning, "0:2048000000");
}

TEST_F(FreeCheck, WhatIsNotKnownIsUnknownUnlessSomethingAlarms) {
  const MeminfoKb no_swap_lines = without(without(kSixteenGb, "SwapTotal"), "SwapFree");
  EXPECT_EQ(check(no_swap_lines).status, 0) << "nobody asked for swap";
  const Outcome unknown = check(no_swap_lines, {"--warning", "swap_used=50%"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_THAT(unknown.out, StartsWith("MEMKIT FREE UNKNOWN - "));
  EXPECT_EQ(performance(lines_of(unknown.out).at(0)).count("swap_used"), 0u) << "no figure, no datum";
  EXPECT_EQ(check(with(no_swap_lines, "MemAvailable", 1), {"--warning", "swap_used=50%"}).status, 2);
  const MeminfoKb nothing = {{"MemTotal", 16000000}};
  const Outcome no_figures = check(nothing);
  EXPECT_EQ(no_figures.status, 3);
  EXPECT_THAT(no_figures.out, HasSubstr("MEMKIT FREE UNKNOWN - - of 15.3 GiB available (-)"));
}

TEST_F(FreeCheck, NoSwapIsNoAlarmOnSharesOfIt) {
  const MeminfoKb no_swap = with(with(kSixteenGb, "SwapTotal", 0), "SwapFree", 0);
  EXPECT_EQ(check(no_swap, {"--warning", "swap_used=50%", "--critical", "swap_used=80%"}).status, 0);
}

TEST_F(FreeCheck, EveryFailureIsUnknown) {
  const std::vector<Words> bad = {
      {"--warning", "ten"},    {"--warning", ""},       {"--warning", ":"},      {"--warning", "@"},
      {"--warning", "20:10"},  {"--warning", "5%%"},    {"--warning", "nan"},    {"--warning", "inf:"},
      {"--warning", "10Q:"},   {"--warning", "1:2:3"},  {"--warning", "10%:5%"}, {"--critical", "oops=1"},
      {"--critical", "=1"},    {"--critical", "used="}, {"--critical"},          {"--critical", "1 0"},
      {"--interval", "1"},     {"--count", "1"},        {"--nonsense"},          {"extra"},
      {"--critical", "--10:"}, {"--color", "blue"},     {"--warning", "1|2"},    {"--warning", "x\ny"},
  };
  for (const Words& words : bad) {
    const Outcome outcome = check(kSixteenGb, words);
    EXPECT_EQ(outcome.status, 3) << joined(words);
    EXPECT_THAT(outcome.out, StartsWith("MEMKIT UNKNOWN - ")) << joined(words);
    EXPECT_THAT(outcome.out, Not(HasSubstr("|"))) << "no performance data";
    EXPECT_EQ(lines_of(outcome.out).size(), 1u) << outcome.out;
    EXPECT_EQ(lines_of(outcome.err).size(), 1u) << outcome.err;
  }
}

TEST_F(FreeCheck, ARootThatCannotBeReadIsUnknown) {
  const Outcome empty = check_root({});
  EXPECT_EQ(empty.status, 3);
  EXPECT_THAT(empty.out, StartsWith("MEMKIT UNKNOWN - cannot read proc/meminfo"));
  EXPECT_EQ(lines_of(empty.err).size(), 1u);
  const Outcome missing = run({"free", "--check", "--root", dir.path() + "/missing"});
  EXPECT_EQ(missing.status, 3);
  EXPECT_THAT(missing.out, StartsWith("MEMKIT UNKNOWN - cannot open --root"));
}

TEST_F(FreeCheck, HelpAndVersionAreNoFailures) {
  EXPECT_EQ(run({"free", "--check", "--help"}).status, 0);
  EXPECT_EQ(run({"free", "--check", "--version"}).status, 0);
}

TEST_F(FreeCheck, RangesNeedIt) {
  for (const char* option : {"--warning", "--critical"}) {
    const Outcome outcome = run({"free", option, "10%:"});
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, HasSubstr("--check"));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST_F(FreeCheck, JsonIsRefusedAsJson) {
  const Outcome outcome = check(kSixteenGb, {"--json"});
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.out, HasSubstr("\"schema\":\"memkit.error/1\""));
  EXPECT_THAT(outcome.out, HasSubstr("\"exit_status\":3"));
}

TEST_F(FreeCheck, OfTheLiveMachine) {
  const Outcome outcome = run({"free", "--check", "--warning", "~:", "--critical", "~:"});
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_EQ(performance(lines_of(outcome.out).at(0)).size(), 4u);
}

}  // namespace
}  // namespace memkit
