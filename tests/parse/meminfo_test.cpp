#include "parse/meminfo.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

using namespace std::literals;
constexpr std::uint64_t kKiB = 1024;

TEST(Meminfo, ReadsTheCapturedMachine) {
  const Meminfo info = parse_meminfo(captured("proc/meminfo"));
  EXPECT_EQ(info.mem_total_bytes, 24684084 * kKiB);
  EXPECT_EQ(info.mem_free_bytes, 23339188 * kKiB);
  EXPECT_EQ(info.mem_available_bytes, 23719476 * kKiB);
  EXPECT_EQ(info.buffers_bytes, 11360 * kKiB);
  EXPECT_EQ(info.cached_bytes, 478772 * kKiB);
  EXPECT_TRUE(info.percpu_bytes && info.sec_page_tables_bytes && info.zswap_bytes && info.balloon_bytes);
  EXPECT_EQ(info.huge_page_size_bytes, 2048 * kKiB);
  EXPECT_EQ(info.quicklists_bytes, Missing::absent);
}

TEST(Meminfo, ReadsEveryLineOfTheCapturedMachine) {
  const std::string text = captured("proc/meminfo");
  const auto slots = std::bit_cast<std::array<Slot, sizeof(Meminfo) / sizeof(Slot)>>(parse_meminfo(text));
  const auto filled = std::count_if(slots.begin(), slots.end(), [](const Slot& slot) { return slot.has_value(); });
  EXPECT_EQ(filled, std::count(text.begin(), text.end(), '\n'));
}

TEST(Meminfo, OldKernelsLackFields) {
  const Meminfo info = parse_meminfo(by_hand("meminfo/2.6.32"));
  EXPECT_EQ(info.mem_total_bytes, 8174008 * kKiB);
  EXPECT_EQ(info.mem_available_bytes, Missing::absent);
  EXPECT_EQ(info.kreclaimable_bytes, Missing::absent);
  EXPECT_EQ(info.vmalloc_total_bytes, 34359738367 * kKiB);
  EXPECT_EQ(info.huge_pages_total, 0U);
  EXPECT_EQ(info.direct_map_2m_bytes, 8382464 * kKiB);
}

TEST(Meminfo, HighmemOf32BitKernels) {
  const Meminfo info = parse_meminfo(by_hand("meminfo/3.18-arm-highmem"));
  EXPECT_EQ(info.high_total_bytes, 1310720 * kKiB);
  EXPECT_EQ(info.low_free_bytes, 489864 * kKiB);
  EXPECT_EQ(info.cma_free_bytes, 61440 * kKiB);
  EXPECT_EQ(info.huge_page_size_bytes, Missing::absent);
}

TEST(Meminfo, KeysThatBeginAlikeAreToldApart) {
  const Meminfo info = parse_meminfo("Active(anon): 2 kB\nActive: 1 kB\nActive(file): 3 kB\n");
  EXPECT_EQ(info.active_bytes, 1 * kKiB);
  EXPECT_EQ(info.active_anon_bytes, 2 * kKiB);
  EXPECT_EQ(info.active_file_bytes, 3 * kKiB);
}

TEST(Meminfo, FiguresThatMakeNoSenseAreMalformed) {
  const Meminfo info = parse_meminfo(
      "MemTotal: x kB\nMemFree: 18446744073709288640 kB\nCached: 99999999999999999999 kB\nBuffers:\n"
      "Dirty: -4 kB\nSlab: 4 MB\nMapped: 9007199254740991 kB\nShmem: 9007199254740992 kB\n");
  EXPECT_EQ(info.mem_total_bytes, Missing::malformed);
  EXPECT_EQ(info.mem_free_bytes, Missing::malformed);
  EXPECT_EQ(info.cached_bytes, Missing::malformed);
  EXPECT_EQ(info.buffers_bytes, Missing::malformed);
  EXPECT_EQ(info.dirty_bytes, Missing::malformed);
  EXPECT_EQ(info.slab_bytes, Missing::malformed);
  EXPECT_EQ(info.mapped_bytes, 9007199254740991 * kKiB);
  EXPECT_EQ(info.shmem_bytes, Missing::malformed) << "no difference of it would fit";
  EXPECT_EQ(info.active_bytes, Missing::absent);
}

TEST(Meminfo, BlankLinesUnknownKeysAndOrderDoNotMatter) {
  const Meminfo info = parse_meminfo("\n\nNew_Field: 77 kB\n\nMemFree: 2 kB\n: 5 kB\nMemTotal: 1 kB\njunk\n");
  EXPECT_EQ(info.mem_total_bytes, 1 * kKiB);
  EXPECT_EQ(info.mem_free_bytes, 2 * kKiB);
}

TEST(Meminfo, OfARepeatedKeyTheFirstCounts) {
  EXPECT_EQ(parse_meminfo("MemTotal: 1 kB\nMemTotal: 2 kB\n").mem_total_bytes, 1 * kKiB);
  EXPECT_EQ(parse_meminfo("MemTotal: x kB\nMemTotal: 2 kB\n").mem_total_bytes, Missing::malformed);
}

TEST(Meminfo, CarriageReturnsAndPaddingDoNotMatter) {
  EXPECT_EQ(parse_meminfo("MemTotal:  7 kB\r\nHugePages_Total: 3\r\n").mem_total_bytes, 7 * kKiB);
  EXPECT_EQ(parse_meminfo("MemTotal:  7 kB\r\nHugePages_Total: 3\r\n").huge_pages_total, 3U);
  EXPECT_EQ(parse_meminfo("MemTotal:  7 kB\n\0\0\0\0"sv).mem_total_bytes, 7 * kKiB);
}

TEST(Meminfo, EmptyTextIsAllAbsent) {
  EXPECT_EQ(parse_meminfo("").mem_total_bytes, Missing::absent);
  EXPECT_EQ(parse_meminfo("\0\0"sv).mem_total_bytes, Missing::absent);
  EXPECT_EQ(parse_meminfo("\n").mem_total_bytes, Missing::absent);
}

TEST(Meminfo, ALineThatIsCutIsNotRead) {
  EXPECT_EQ(parse_meminfo("MemTotal: 12").mem_total_bytes, Missing::absent);
  EXPECT_EQ(parse_meminfo("MemTotal: 12 k").mem_total_bytes, Missing::absent);
  EXPECT_EQ(parse_meminfo("MemTotal: 12 kB\n").mem_total_bytes, 12 * kKiB);
}

TEST(Meminfo, ReadsANode) {
  const Meminfo info = parse_node_meminfo(by_hand("meminfo/node-5.10"));
  EXPECT_EQ(info.mem_total_bytes, 16513088 * kKiB);
  EXPECT_EQ(info.mem_used_bytes, 8392988 * kKiB);
  EXPECT_EQ(info.inactive_anon_bytes, 1820012 * kKiB);
  EXPECT_EQ(info.huge_pages_total, 128U);
  EXPECT_EQ(info.huge_pages_rsvd, Missing::absent);
  const Meminfo live = parse_node_meminfo(captured("sys/devices/system/node/node0/meminfo"));
  EXPECT_TRUE(live.mem_total_bytes.has_value());
  EXPECT_EQ(*live.mem_total_bytes - *live.mem_free_bytes, live.mem_used_bytes.value_or(0));
}

TEST(Meminfo, ANodesPrefixMayBeMissingOrOther) {
  EXPECT_EQ(parse_node_meminfo("\nNode 63 MemTotal:  5 kB\n").mem_total_bytes, 5 * kKiB);
  EXPECT_EQ(parse_node_meminfo("MemTotal:  5 kB\n").mem_total_bytes, 5 * kKiB);
  EXPECT_EQ(parse_node_meminfo("Memory node 0 MemTotal:  5 kB\nno colon\n").mem_total_bytes, 5 * kKiB);
}

TEST(Meminfo, NoPrefixInvents) {
  expect_no_invention(captured("proc/meminfo"), parse_meminfo);
  expect_no_invention(by_hand("meminfo/2.6.32"), parse_meminfo);
  expect_no_invention(by_hand("meminfo/3.18-arm-highmem"), parse_meminfo);
  expect_no_invention(by_hand("meminfo/node-5.10"), parse_node_meminfo);
  expect_no_invention(captured("sys/devices/system/node/node0/meminfo"), parse_node_meminfo);
}

}  // namespace
}  // namespace memkit::test
