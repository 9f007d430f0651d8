#include "parse/vmstat.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

TEST(Vmstat, ReadsTheCapturedMachine) {
  const Vmstat stat = parse_vmstat(captured("proc/vmstat"));
  EXPECT_EQ(stat.nr_zspages, 780U);
  EXPECT_EQ(stat.pswpout, 23853U);
  EXPECT_EQ(stat.allocstall, 0U);
  EXPECT_EQ(stat.pgscan_anon, 345435U);
  EXPECT_EQ(stat.pgscan_file, 70087U);
  EXPECT_EQ(stat.pgscan_kswapd, 0U) << "a cgroup's limit reclaims without kswapd";
  EXPECT_EQ(stat.pgscan_direct_throttle, 0U);
  EXPECT_EQ(stat.nr_memmap_boot_pages, 98304U);
  EXPECT_EQ(stat.oom_kill, 0U);
  EXPECT_EQ(stat.workingset_refault, Missing::absent);
  EXPECT_TRUE(stat.workingset_refault_anon && stat.nr_unstable && stat.zswpwb && stat.pgalloc && stat.pgskip);
}

TEST(Vmstat, ReadsANode) {
  const Vmstat stat = parse_vmstat(captured("sys/devices/system/node/node0/vmstat"));
  EXPECT_TRUE(stat.nr_free_pages && stat.nr_inactive_file && stat.nr_slab_unreclaimable);
  EXPECT_EQ(stat.pswpin, Missing::absent);
  EXPECT_EQ(stat.allocstall, Missing::absent);
}

// The figures of the files by hand count up by 37 a line.
TEST(Vmstat, CountersByZoneAreSummed) {
  const Vmstat old = parse_vmstat(by_hand("vmstat/4.4"));
  EXPECT_EQ(old.pgalloc, 1702U + 1739 + 1776 + 1813);
  EXPECT_EQ(old.pgrefill, 2035U + 2072 + 2109 + 2146);
  EXPECT_EQ(old.pgsteal_kswapd, 2183U + 2220 + 2257 + 2294);
  EXPECT_EQ(old.pgsteal_direct, 2331U + 2368 + 2405 + 2442);
  EXPECT_EQ(old.pgscan_kswapd, 2479U + 2516 + 2553 + 2590);
  EXPECT_EQ(old.pgscan_direct, 2627U + 2664 + 2701 + 2738);
  EXPECT_EQ(old.pgscan_direct_throttle, 2775U);
  EXPECT_EQ(old.allocstall, 3071U) << "one total, no zones";
  EXPECT_EQ(old.pgsteal, Missing::absent);
  EXPECT_EQ(old.pgskip, Missing::absent);

  const Vmstat newer = parse_vmstat(by_hand("vmstat/4.19"));
  EXPECT_EQ(newer.allocstall, 1998U + 2035 + 2072 + 2109);
  EXPECT_EQ(newer.pgskip, 2146U + 2183 + 2220 + 2257);
  EXPECT_EQ(newer.pgscan_kswapd, 2664U);
  EXPECT_EQ(newer.pgscan_direct, 2701U);
  EXPECT_EQ(newer.pgscan_direct_throttle, 2738U);
  EXPECT_EQ(newer.workingset_refault, 24U * 37);
}

TEST(Vmstat, TheOldestKernelsHaveOneStealByZone) {
  const Vmstat stat = parse_vmstat(by_hand("vmstat/2.6.32"));
  EXPECT_EQ(stat.pgsteal, 1739U + 1776 + 1813 + 1850);
  EXPECT_EQ(stat.kswapd_steal, 2294U);
  EXPECT_EQ(stat.pgsteal_kswapd, Missing::absent);
  EXPECT_EQ(stat.allocstall, 2405U);
}

TEST(Vmstat, ASumLacksNoZone) {
  EXPECT_EQ(parse_vmstat("allocstall_dma 1\nallocstall_normal 2\npgfree 3\n").allocstall, 3U);
  EXPECT_EQ(parse_vmstat("allocstall_dma 1\nallocstall_normal 2\n").allocstall, Missing::malformed);
  EXPECT_EQ(parse_vmstat("allocstall_dma 1\nallocstall_normal x\npgfree 3\n").allocstall, Missing::malformed);
  EXPECT_EQ(parse_vmstat("allocstall_dma 9223372036854775807\nallocstall_normal 1\nunknown 3\n").allocstall,
            Missing::malformed);
  EXPECT_EQ(parse_vmstat("allocstall_dma 1\nunknown 2\n").allocstall, 1U);
}

TEST(Vmstat, OnlyZonesAreZones) {
  const Vmstat stat = parse_vmstat("pgscan_direct_throttle 5\npgscan_direct_weird 7\npgsteal_anon 9\npgfree 1\n");
  EXPECT_EQ(stat.pgscan_direct, Missing::absent);
  EXPECT_EQ(stat.pgsteal, Missing::absent);
  EXPECT_EQ(stat.pgsteal_anon, 9U);
}

TEST(Vmstat, OfARepeatedKeyTheFirstCounts) {
  EXPECT_EQ(parse_vmstat("allocstall 4\nallocstall_dma 1\npgfree 3\n").allocstall, 4U);
  EXPECT_EQ(parse_vmstat("allocstall_dma 1\npgfree 3\nallocstall 4\n").allocstall, 1U);
  EXPECT_EQ(parse_vmstat("allocstall_dma 1\npgfree 3\nallocstall_dma 4\npgfree 5\n").allocstall, 1U);
  EXPECT_EQ(parse_vmstat("pgfree 3\npgfree 5\n").pgfree, 3U);
}

TEST(Vmstat, TroubleInTheText) {
  using namespace std::literals;
  EXPECT_EQ(parse_vmstat("").nr_free_pages, Missing::absent);
  EXPECT_EQ(parse_vmstat("\n\nnr_free_pages 12\n").nr_free_pages, 12U);
  EXPECT_EQ(parse_vmstat("nr_free_pages 12\r\n").nr_free_pages, 12U);
  EXPECT_EQ(parse_vmstat("nr_free_pages 12\n\0\0\0"sv).nr_free_pages, 12U);
  EXPECT_EQ(parse_vmstat("nr_free_pages 12").nr_free_pages, Missing::absent);
  EXPECT_EQ(parse_vmstat("nr_free_pages 18446744073709551612\n").nr_free_pages, Missing::malformed);
  EXPECT_EQ(parse_vmstat("nr_free_pages 18446744073709551616\n").nr_free_pages, Missing::malformed);
  EXPECT_EQ(parse_vmstat("nr_free_pages\n").nr_free_pages, Missing::malformed);
  EXPECT_EQ(parse_vmstat("nr_free_pages12\n").nr_free_pages, Missing::absent);
}

TEST(Vmstat, NoPrefixInvents) {
  expect_no_invention(captured("proc/vmstat"), parse_vmstat);
  expect_no_invention(by_hand("vmstat/2.6.32"), parse_vmstat);
  expect_no_invention(by_hand("vmstat/4.4"), parse_vmstat);
  expect_no_invention(by_hand("vmstat/4.19"), parse_vmstat);
}

}  // namespace
}  // namespace memkit::test
