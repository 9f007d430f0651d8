#include <gtest/gtest.h>

#include "parse/arcstats.h"
#include "parse/hugepages.h"
#include "parse/passwd.h"
#include "parse/pressure.h"
#include "parse/uptime.h"
#include "parse/zram.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

using namespace std::literals;

TEST(Hugepages, TheFoldersNameIsThePageSize) {
  EXPECT_EQ(parse_hugepages_directory("hugepages-2048kB"), 2097152U);
  EXPECT_EQ(parse_hugepages_directory("hugepages-1048576kB"), 1073741824U);
  for (const std::string_view bad : {"", "hugepages-kB", "hugepages-2048", "hugepages-0kB", "hugepages--1kB", "2048kB",
                                     "hugepages-2048MB", "hugepages-18446744073709551615kB"}) {
    EXPECT_EQ(parse_hugepages_directory(bad), Missing::malformed) << bad;
  }
}

TEST(ZramMmStat, ReadsAllItsLengths) {
  const ZramMmStat nine = parse_zram_mm_stat(captured("sys/block/zram0/mm_stat"));
  EXPECT_EQ(nine.orig_data_size_bytes, 19509248U);
  EXPECT_EQ(nine.compr_data_size_bytes, 1691501U);
  EXPECT_EQ(nine.mem_used_total_bytes, 3194880U);
  EXPECT_EQ(nine.mem_limit_bytes, 0U);
  EXPECT_EQ(nine.same_pages, 768U);
  EXPECT_EQ(nine.huge_pages_since, 4U);
  const ZramMmStat seven = parse_zram_mm_stat("  100  20  30  0  40  5  6\n");
  EXPECT_EQ(seven.pages_compacted, 6U);
  EXPECT_EQ(seven.huge_pages, Missing::absent);
  const ZramMmStat eight = parse_zram_mm_stat("  100  20  30  0  40  5  6 7\n");
  EXPECT_EQ(eight.huge_pages, 7U);
  EXPECT_EQ(eight.huge_pages_since, Missing::absent);
}

TEST(ZramMmStat, TroubleInTheText) {
  EXPECT_EQ(parse_zram_mm_stat("").orig_data_size_bytes, Missing::absent);
  EXPECT_EQ(parse_zram_mm_stat("12").orig_data_size_bytes, Missing::absent) << "cut";
  EXPECT_EQ(parse_zram_mm_stat("x 18446744073709551615 3\n").orig_data_size_bytes, Missing::malformed);
  EXPECT_EQ(parse_zram_mm_stat("x 18446744073709551615 3\n").compr_data_size_bytes, Missing::malformed);
  EXPECT_EQ(parse_zram_mm_stat("1 2 3 4 5 6 7 8 9 10 11\n").huge_pages_since, 9U) << "more columns may come";
  expect_no_invention(captured("sys/block/zram0/mm_stat"), parse_zram_mm_stat);
}

TEST(Arcstats, ReadsByName) {
  const Arcstats stats = parse_arcstats(by_hand("arcstats/0.8"));
  EXPECT_EQ(stats.size_bytes, 4294967296U);
  EXPECT_EQ(stats.c_bytes, 8000000000U);
  EXPECT_EQ(stats.c_min_bytes, 268435456U);
  EXPECT_EQ(stats.c_max_bytes, 17179869184U);
  EXPECT_EQ(stats.hits, 153U);
  EXPECT_EQ(stats.arc_meta_limit_bytes, 12884901888U);
}

TEST(Arcstats, TroubleInTheText) {
  EXPECT_EQ(parse_arcstats("").size_bytes, Missing::absent);
  EXPECT_EQ(parse_arcstats("size 4 5").size_bytes, Missing::absent);
  EXPECT_EQ(parse_arcstats("size 4\n").size_bytes, Missing::malformed);
  EXPECT_EQ(parse_arcstats("size 3 -5\n").size_bytes, Missing::malformed);
  EXPECT_EQ(parse_arcstats("size 4 5\nsize 4 6\n").size_bytes, 5U);
  expect_no_invention(by_hand("arcstats/0.8"), parse_arcstats);
}

TEST(Pressure, ReadsTheCapturedMachine) {
  const Pressure memory = parse_pressure(captured("proc/pressure/memory"));
  EXPECT_EQ(memory.some.avg10_pct, 0.18);
  EXPECT_EQ(memory.some.avg60_pct, 0.08);
  EXPECT_EQ(memory.some.avg300_pct, 0.04);
  EXPECT_EQ(memory.some.total_us, 243512U);
  EXPECT_EQ(memory.full.avg60_pct, 0.03);
  EXPECT_EQ(memory.full.total_us, 186116U);
}

TEST(Pressure, LinesMayBeMissing) {
  const Pressure cpu = parse_pressure("some avg10=1.00 avg60=20.50 avg300=100.00 total=7\n");
  EXPECT_EQ(cpu.some.avg300_pct, 100.0);
  EXPECT_EQ(cpu.full.avg10_pct, Missing::absent);
  const Pressure irq = parse_pressure("full avg10=0.00 avg60=0.00 avg300=0.00 total=8494\n");
  EXPECT_EQ(irq.some.total_us, Missing::absent);
  EXPECT_EQ(irq.full.total_us, 8494U);
}

TEST(Pressure, TheFormBeforeTheMainline) {
  const Pressure memory = parse_pressure("aggr 316016073\nsome 0.10 0.03 0.05\nfull 4.00 5.03 6.05\n");
  EXPECT_EQ(memory.some.avg10_pct, 0.1);
  EXPECT_EQ(memory.some.avg300_pct, 0.05);
  EXPECT_EQ(memory.some.total_us, Missing::absent);
  EXPECT_EQ(memory.full.avg60_pct, 5.03);
}

TEST(Pressure, TroubleInTheText) {
  EXPECT_EQ(parse_pressure("").some.avg10_pct, Missing::absent);
  EXPECT_EQ(parse_pressure("avg10=1.00 total=5\n").some.avg10_pct, Missing::absent) << "of no line";
  EXPECT_EQ(parse_pressure("some total=5").some.total_us, Missing::absent) << "cut";
  const Pressure bad = parse_pressure("some avg10=nan avg60=-1.00 avg300=1.5x total=18446744073709551615\n");
  EXPECT_EQ(bad.some.avg10_pct, Missing::malformed);
  EXPECT_EQ(bad.some.avg60_pct, Missing::malformed);
  EXPECT_EQ(bad.some.avg300_pct, Missing::malformed);
  EXPECT_EQ(bad.some.total_us, Missing::malformed);
  EXPECT_EQ(parse_pressure("some avg10=1.00 avg10=2.00\r\n\nsome avg10=3.00 new=4\n").some.avg10_pct, 1.0);
  const Pressure old = parse_pressure("some x 0.03 0.05\n");
  EXPECT_EQ(old.some.avg10_pct, Missing::malformed);
  EXPECT_EQ(old.some.avg60_pct, 0.03) << "a bad first average does not shift the others";
}

TEST(Pressure, NoPrefixInvents) {
  expect_no_invention(captured("proc/pressure/memory"), parse_pressure);
  expect_no_invention("aggr 316016073\nsome 0.10 0.03 0.05\nfull 4.00 5.03 6.05\n", parse_pressure);
}

TEST(Uptime, ReadsHundredthsAsMilliseconds) {
  const Uptime uptime = parse_uptime(captured("proc/uptime"));
  EXPECT_EQ(uptime.uptime_ms, 1884970U);
  EXPECT_EQ(uptime.idle_ms, 2905890U);
  EXPECT_EQ(parse_uptime("").uptime_ms, Missing::absent);
  EXPECT_EQ(parse_uptime("12.3").uptime_ms, Missing::malformed);
  EXPECT_EQ(parse_uptime("99999999999999999999.00 1.00\n").uptime_ms, Missing::malformed);
  expect_no_invention(captured("proc/uptime"), parse_uptime);
}

TEST(Passwd, FindsTheFirstNameOfAUid) {
  constexpr std::string_view kText =
      "# users\nroot:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:\n+::::::\n-bad:x:5:5::/:\n:x:6:6::/:\nbroken:x\n"
      "big:x:4294967296:1::/:\nneg:x:-1:1::/:\nlast:x:1000:1000";
  EXPECT_EQ(find_user_name(kText, 0), "root"sv);
  EXPECT_EQ(find_user_name(kText, 1000), "last"sv) << "the ':' behind the uid proves it whole";
  EXPECT_EQ(find_user_name("cut:x:10", 10), Missing::absent);
  for (const std::uint32_t none : {1U, 5U, 6U, 4294967295U}) EXPECT_EQ(find_user_name(kText, none), Missing::absent);
  EXPECT_EQ(find_user_name("", 0), Missing::absent);
  std::string_view rest = kText;
  PasswdEntry entry;
  int users = 0;
  while (take_passwd_entry(rest, entry)) ++users;
  EXPECT_EQ(users, 3);
}

}  // namespace
}  // namespace memkit::test
