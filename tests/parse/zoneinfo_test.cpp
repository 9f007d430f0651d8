#include "parse/zoneinfo.h"

#include <gtest/gtest.h>

#include "parse/buddyinfo.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

TEST(Zoneinfo, ReadsTheCapturedMachine) {
  const Zoneinfo info = parse_zoneinfo(captured("proc/zoneinfo"));
  ASSERT_EQ(info.zones.size(), 5U);
  ASSERT_EQ(info.nodes.size(), 1U);
  const Zone& normal = info.zones[2];
  EXPECT_EQ(normal.node, 0U);
  EXPECT_EQ(normal.name, "Normal");
  EXPECT_EQ(normal.free_pages, 286281U);
  EXPECT_EQ(normal.boost_pages, 0U);
  EXPECT_EQ(normal.min_pages, 7517U);
  EXPECT_EQ(normal.low_pages, 9396U);
  EXPECT_EQ(normal.high_pages, 11275U) << "the watermark, not the pagesets' high:";
  EXPECT_EQ(normal.promo_pages, 13154U);
  EXPECT_EQ(normal.spanned_pages, 5505024U);
  EXPECT_EQ(normal.managed_pages, 622592U);
  EXPECT_EQ(normal.pageset_count_pages, 3898U + 17768);
  ASSERT_TRUE(info.zones[0].protection.has_value());
  EXPECT_EQ(info.zones[0].protection->count, 5U);
  EXPECT_EQ(info.zones[0].protection->max_pages(), 5451U);
  EXPECT_EQ(info.zones[4].name, "Device");
  EXPECT_EQ(info.zones[4].pageset_count_pages, Missing::absent) << "no pages, no pagesets";
  EXPECT_TRUE(info.nodes[0].nr_inactive_file && info.nodes[0].nr_kernel_misc_reclaimable);
}

TEST(Zoneinfo, OldKernelsCountByZone) {
  const Zoneinfo info = parse_zoneinfo(by_hand("zoneinfo/2.6.32"));
  ASSERT_EQ(info.zones.size(), 2U);
  EXPECT_TRUE(info.nodes.empty());
  const Zone& dma = info.zones[0];
  EXPECT_EQ(dma.present_pages, 3838U);
  EXPECT_EQ(dma.managed_pages, Missing::absent);
  EXPECT_EQ(dma.boost_pages, Missing::absent);
  EXPECT_EQ(dma.nr_inactive_file, 3U);
  EXPECT_EQ(dma.nr_slab_unreclaimable, 12U);
  EXPECT_EQ(dma.pageset_count_pages, 0U);
  EXPECT_EQ(dma.protection.transform([](const ZoneProtection& p) { return p.max_pages(); }), 8056U);
  EXPECT_EQ(info.zones[1].nr_active_file, 400U);
  EXPECT_EQ(info.zones[1].pageset_count_pages, 183U);
}

TEST(Zoneinfo, NodesAndTheirZonesAreToldApart) {
  const Zoneinfo info = parse_zoneinfo(by_hand("zoneinfo/5.10"));
  ASSERT_EQ(info.zones.size(), 3U);
  ASSERT_EQ(info.nodes.size(), 2U);
  EXPECT_EQ(info.nodes[0].nr_inactive_anon, 11U);
  EXPECT_EQ(info.nodes[0].nr_kernel_misc_reclaimable, 6U);
  EXPECT_EQ(info.nodes[1].node, 1U);
  EXPECT_EQ(info.nodes[1].nr_active_file, 114U);
  EXPECT_EQ(info.nodes[1].nr_anon_pages, Missing::absent);
  EXPECT_EQ(info.zones[0].nr_inactive_anon, 1U);
  EXPECT_EQ(info.zones[0].nr_mlock, 6U);
  EXPECT_EQ(info.zones[0].nr_zspages, 8U);
  EXPECT_EQ(info.zones[0].nr_slab_reclaimable, Missing::absent) << "the node's, since 4.13";
  EXPECT_EQ(info.zones[1].managed_pages, 0U);
  EXPECT_EQ(info.zones[1].pageset_count_pages, Missing::absent);
  EXPECT_EQ(info.zones[2].pageset_count_pages, 44U);
}

TEST(Zoneinfo, PagesetsCountOnlyWhereTheyEnd) {
  const std::string zone = "Node 0, zone Normal\n  pages free 9\n  pagesets\n    cpu: 0\n      count: 5\n";
  EXPECT_EQ(parse_zoneinfo(zone).zones.at(0).pageset_count_pages, Missing::malformed);
  EXPECT_EQ(parse_zoneinfo(zone + "  start_pfn: 1\n").zones.at(0).pageset_count_pages, 5U);
  EXPECT_EQ(parse_zoneinfo(zone + "Node 0, zone Movable\n").zones.at(0).pageset_count_pages, 5U);
  EXPECT_EQ(parse_zoneinfo(zone + "      count: x\n  start_pfn: 1\n").zones.at(0).pageset_count_pages,
            Missing::malformed);
}

TEST(Zoneinfo, TroubleInTheText) {
  EXPECT_TRUE(parse_zoneinfo("").zones.empty());
  EXPECT_TRUE(parse_zoneinfo("Node x, zone DMA\n  pages free 1\n").zones.empty());
  EXPECT_TRUE(parse_zoneinfo("Node 99999999999, zone DMA\n").zones.empty());
  EXPECT_TRUE(parse_zoneinfo("  pages free 1\n  min 2\n").zones.empty());
  const Zone zone = parse_zoneinfo(
                        "Node 7, zone DMA\r\n\r\n  pages free 18446744073709551615\r\n  min 2\r\n"
                        "  unknown 3\r\n  min 4\r\n  low\r\n  protection: (1, 2\r\n")
                        .zones.at(0);
  EXPECT_EQ(zone.node, 7U);
  EXPECT_EQ(zone.free_pages, Missing::malformed);
  EXPECT_EQ(zone.min_pages, 2U);
  EXPECT_EQ(zone.low_pages, Missing::malformed);
  EXPECT_EQ(zone.protection, Missing::malformed);
  const auto protection = [](std::string_view list) {
    return parse_zoneinfo("Node 0, zone DMA\n  protection: " + std::string(list) + "\n").zones.at(0).protection;
  };
  EXPECT_EQ(protection("(1, x)"), Missing::malformed);
  EXPECT_EQ(protection("(1, 2, 3, 4, 5, 6, 7, 8, 9)"), Missing::malformed);
  EXPECT_EQ(protection("()").transform([](const ZoneProtection& p) { return p.max_pages(); }), 0U);
}

TEST(Zoneinfo, NoPrefixInvents) {
  expect_no_invention(captured("proc/zoneinfo"), parse_zoneinfo);
  expect_no_invention(by_hand("zoneinfo/2.6.32"), parse_zoneinfo);
  expect_no_invention(by_hand("zoneinfo/5.10"), parse_zoneinfo);
}

TEST(Buddyinfo, ReadsZonesByOrder) {
  const Buddyinfo info = parse_buddyinfo(by_hand("buddyinfo/4.19-two-nodes"));
  ASSERT_EQ(info.zones.size(), 4U);
  EXPECT_EQ(info.zones[3].node, 1U);
  EXPECT_EQ(info.zones[3].name, "Normal");
  EXPECT_EQ(info.zones[3].orders, 11U);
  EXPECT_EQ(info.zones[3].free_blocks[10], 44U);
  EXPECT_EQ(info.zones[0].free_pages(), 1U + 4 + 2 * 16 + 32 + 64 + 256 + 512 + 3 * 1024);
}

TEST(Buddyinfo, AgreesWithTheCapturedZones) {
  const Buddyinfo info = parse_buddyinfo(captured("proc/buddyinfo"));
  ASSERT_EQ(info.zones.size(), 3U);
  EXPECT_EQ(info.zones[0].free_pages(), parse_zoneinfo(captured("proc/zoneinfo")).zones[0].free_pages);
}

TEST(Buddyinfo, LinesThatMakeNoSenseAreLeftOut) {
  EXPECT_TRUE(parse_buddyinfo("").zones.empty());
  EXPECT_TRUE(parse_buddyinfo("Node 0, zone DMA\nNode 0, zone DMA 1 x 3\nNode 0 zone DMA 1\njunk\n").zones.empty());
  EXPECT_TRUE(parse_buddyinfo("Node 0, zone DMA 1 2 3").zones.empty()) << "cut";
  std::string wide = "Node 0, zone DMA";
  for (int i = 0; i < 33; ++i) wide += " 1";
  EXPECT_TRUE(parse_buddyinfo(wide + "\n").zones.empty());
  const auto huge = parse_buddyinfo("Node 0, zone DMA 9223372036854775807 9223372036854775807\n");
  EXPECT_EQ(huge.zones.at(0).free_pages(), Missing::malformed);
}

TEST(Buddyinfo, NoPrefixInvents) {
  expect_no_invention(captured("proc/buddyinfo"), parse_buddyinfo);
  expect_no_invention(by_hand("buddyinfo/4.19-two-nodes"), parse_buddyinfo);
}

}  // namespace
}  // namespace memkit::test
