#include "output/plugin.h"

#include <gtest/gtest.h>

#include "source/errors.h"
#include "support/fixtures.h"

namespace memkit {
namespace {

TEST(PluginRange, EveryForm) {
  struct Case {
    const char* range;
    double value;
    bool alerts;
  };
  // The examples of the Monitoring Plugins Development Guidelines, and the bounds themselves.
  for (const Case& one :
       {Case{"10", -1, true},      {"10", 0, false},     {"10", 10, false},        {"10", 11, true},
        {"10:", 9, true},          {"10:", 10, false},   {"~:10", 11, true},       {"~:10", -100, false},
        {"10:20", 9, true},        {"10:20", 15, false}, {"10:20", 21, true},      {"@10:20", 9, false},
        {"@10:20", 10, true},      {"@10:20", 20, true}, {"@10:20", 21, false},    {"0", 0, false},
        {"0", 0.1, true},          {"@0", 0, true},      {"~:", 5, false},         {"@~:", 5, true},
        {"1K", 1024, false},       {"1K", 1025, true},   {"1.5M:", 1572863, true}, {"1G", 1073741824, false},
        {"1T:", 1073741824, true}, {"-5:5", -5, false},  {"-5:-1", 0, true},       {"10%", 20, false},
        {"10%", 21, true},         {"90%:", 179, true},  {"10%:50", 20, false}}) {
    EXPECT_EQ(alerts(parse_range(one.range), one.value, 200.0), one.alerts) << one.range << " of " << one.value;
  }
}

TEST(PluginRange, AShareOfWhatIsNotKnownIsNotKnown) {
  EXPECT_FALSE(alerts(parse_range("10%:"), 5, Missing::denied));
  EXPECT_EQ(alerts(parse_range("10:"), 5, Missing::denied), true) << "no share";
  EXPECT_EQ(alerts(parse_range("~:"), 5, Missing::denied), false);
}

TEST(PluginRange, WhatIsNoneIsRefused) {
  for (const char* text :
       {"",    ":",     "@",     "@:",  "a", "1a",  "1:b", "b:1", "5:1", "10%:5%", "1:2:3", "1 ",  " 1", "nan",
        "inf", "-inf:", "1e999", "5%%", "%", "5KK", "5k",  "~",   "@~",  "0x10",   "+5",    "1,5", "--5"}) {
    EXPECT_THROW(parse_range(text), UsageError) << text;
  }
}

TEST(PluginRange, RefusalQuotesWithoutActing) {
  try {
    parse_range("\x1b[2J\n");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_EQ(std::string(error.what()).substr(0, 13), "'\\x1b[2J\\n' i");
  }
}

Watched figure(std::string_view name, Got<double> value, Got<double> total = 100.0) {
  Watched watched;
  watched.name = name;
  watched.unit = "B";
  watched.value = value;
  watched.total = total;
  return watched;
}

TEST(Plugin, TheWorstCounts) {
  std::vector<Watched> figures = {figure("a", 5.0), figure("b", 50.0)};
  EXPECT_EQ(judge(figures), PluginStatus::ok);
  figures[0].warning = {parse_range("10:")};
  EXPECT_EQ(judge(figures), PluginStatus::warning);
  figures[1].critical = {parse_range("40")};
  EXPECT_EQ(judge(figures), PluginStatus::critical);
  figures[1].critical = {parse_range("60")};
  EXPECT_EQ(judge(figures), PluginStatus::warning);
}

TEST(Plugin, SilenceIsNotOk) {
  std::vector<Watched> figures = {figure("a", Missing::denied), figure("b", 50.0)};
  EXPECT_EQ(judge(figures), PluginStatus::ok) << "nobody watches a";
  figures[0].warning = {parse_range("10:")};
  EXPECT_EQ(judge(figures), PluginStatus::unknown);
  figures[1].warning = {parse_range("40")};
  EXPECT_EQ(judge(figures), PluginStatus::warning) << "an alarm outweighs it";
}

TEST(Plugin, NamedRanges) {
  std::vector<Watched> figures = {figure("available", 5.0), figure("used", 5.0)};
  add_range(figures, "available", "10:", &Watched::warning);
  add_range(figures, "available", "used=3", &Watched::critical);
  EXPECT_EQ(figures[0].warning.size(), 1u);
  EXPECT_EQ(figures[0].critical.size(), 0u);
  EXPECT_EQ(figures[1].critical.size(), 1u);
  EXPECT_THROW(add_range(figures, "available", "nope=3", &Watched::critical), UsageError);
  EXPECT_THROW(add_range(figures, "available", "used=", &Watched::critical), UsageError);
}

TEST(Plugin, PerformanceData) {
  std::vector<Watched> figures = {figure("available", 8192000000.0, 16384000000.0), figure("none", Missing::absent),
                                  figure("free", 1.5, Missing::absent)};
  figures[0].warning = {parse_range("10%:")};
  figures[0].critical = {parse_range("@~:1K")};
  figures[2].warning = {parse_range("10%:")};
  EXPECT_EQ(performance_data(figures), "available=8192000000B;1638400000:;@~:1024;0;16384000000 free=1.5B;;;0;");
}

TEST(Plugin, Words) {
  EXPECT_EQ(plugin_word(PluginStatus::ok), "OK");
  EXPECT_EQ(plugin_word(PluginStatus::unknown), "UNKNOWN");
}

}  // namespace
}  // namespace memkit
