#include "analysis/free_rows.h"

#include <gtest/gtest.h>

#include <string>

#include "parse/meminfo.h"
#include "support/fixtures.h"

namespace memkit::test {
namespace {

constexpr std::uint64_t kKib = 1024;

/// The figures below are those that free of procps-ng 4.0.2 prints when this text lies over /proc/meminfo.
Meminfo base() {
  return parse_meminfo(
      "MemTotal: 24684084 kB\nMemFree: 23900496 kB\nMemAvailable: 24188148 kB\nBuffers: 2460 kB\nCached: 369508 kB\n"
      "SwapTotal: 5000 kB\nSwapFree: 2000 kB\nShmem: 8872 kB\nSReclaimable: 219964 kB\n"
      "CommitLimit: 12342040 kB\nCommitted_AS: 64568 kB\n");
}

TEST(FreeRows, AreThoseOfProcps) {
  const FreeRows rows = free_rows(base());
  EXPECT_EQ(rows.memory.total_bytes, 24684084 * kKib);
  EXPECT_EQ(rows.memory.used_bytes, 495936 * kKib);
  EXPECT_EQ(rows.memory.free_bytes, 23900496 * kKib);
  EXPECT_EQ(rows.memory.shared_bytes, 8872 * kKib);
  EXPECT_EQ(rows.memory.buffers_bytes, 2460 * kKib);
  EXPECT_EQ(rows.memory.cache_bytes, 589472 * kKib);
  EXPECT_EQ(rows.memory.buff_cache_bytes, 591932 * kKib);
  EXPECT_EQ(rows.memory.available_bytes, 24188148 * kKib);
  EXPECT_EQ(rows.swap.total_bytes, 5000 * kKib);
  EXPECT_EQ(rows.swap.used_bytes, 3000 * kKib);
  EXPECT_EQ(rows.swap.free_bytes, 2000 * kKib);
  EXPECT_EQ(rows.total.total_bytes, 24689084 * kKib);
  EXPECT_EQ(rows.total.used_bytes, 498936 * kKib);
  EXPECT_EQ(rows.total.free_bytes, 23902496 * kKib);
  EXPECT_EQ(rows.commit.limit_bytes, 12342040 * kKib);
  EXPECT_EQ(rows.commit.committed_bytes, 64568 * kKib);
  EXPECT_EQ(rows.commit.free_bytes, std::int64_t{12277472} * 1024);
}

TEST(FreeRows, WithoutHighmemAllMemoryIsLow) {
  const FreeRows rows = free_rows(base());
  EXPECT_EQ(rows.low.total_bytes, 24684084 * kKib);
  EXPECT_EQ(rows.low.used_bytes, 783588 * kKib);
  EXPECT_EQ(rows.low.free_bytes, 23900496 * kKib);
  EXPECT_EQ(rows.high.total_bytes, 0u);
  EXPECT_EQ(rows.high.used_bytes, 0u);
  EXPECT_EQ(rows.high.free_bytes, 0u);
}

TEST(FreeRows, HighmemOf32Bit) {
  Meminfo m = base();
  m.high_total_bytes = 3000000 * kKib;
  m.high_free_bytes = 1000000 * kKib;
  m.low_total_bytes = 800000 * kKib;
  m.low_free_bytes = 300000 * kKib;
  const FreeRows rows = free_rows(m);
  EXPECT_EQ(rows.low.used_bytes, 500000 * kKib);
  EXPECT_EQ(rows.high.used_bytes, 2000000 * kKib);
  m.low_free_bytes = 900000 * kKib;
  EXPECT_EQ(free_rows(m).low.used_bytes, 0u);
}

TEST(FreeRows, AvailableThatCannotBeIsFree) {
  for (const Got<std::uint64_t> odd : {Got<std::uint64_t>(99999999 * kKib), Got<std::uint64_t>(Missing::absent),
                                       Got<std::uint64_t>(Missing::malformed)}) {
    Meminfo m = base();
    m.mem_available_bytes = odd;
    EXPECT_EQ(free_rows(m).memory.available_bytes, 23900496 * kKib);
    EXPECT_EQ(free_rows(m).memory.used_bytes, 783588 * kKib);
  }
  Meminfo m = base();
  m.mem_available_bytes = m.mem_total_bytes;
  EXPECT_EQ(free_rows(m).memory.used_bytes, 0u);
}

TEST(FreeRows, NothingAvailableIsAFigure) {
  Meminfo m = base();
  m.mem_available_bytes = std::uint64_t{0};
  EXPECT_EQ(free_rows(m).memory.available_bytes, 0u);
  EXPECT_EQ(free_rows(m).memory.used_bytes, 24684084 * kKib);
}

TEST(FreeRows, UsedIsNeverNegative) {
  Meminfo m = base();
  m.mem_free_bytes = 99999999 * kKib;
  EXPECT_EQ(free_rows(m).memory.used_bytes, 495936 * kKib);
  m.mem_available_bytes = Missing::absent;
  EXPECT_EQ(free_rows(m).memory.used_bytes, Missing::malformed);  // procps prints -75315915
  EXPECT_EQ(free_rows(m).low.used_bytes, 0u);
}

TEST(FreeRows, SwapUsedIsNeverNegative) {
  Meminfo m = base();
  m.swap_free_bytes = 6000 * kKib;
  EXPECT_EQ(free_rows(m).swap.used_bytes, 0u);
  EXPECT_EQ(free_rows(m).swap.free_bytes, 6000 * kKib);
}

TEST(FreeRows, CommitFreeIsSigned) {
  Meminfo m = base();
  m.committed_as_bytes = 99999999 * kKib;
  EXPECT_EQ(free_rows(m).commit.free_bytes, std::int64_t{-87657959} * 1024);
  m.commit_limit_bytes = Missing::absent;
  EXPECT_EQ(free_rows(m).commit.free_bytes, Missing::absent);
}

TEST(FreeRows, AFieldThatOldKernelsLackAddsNothing) {
  Meminfo m = base();
  m.sreclaimable_bytes = Missing::absent;
  EXPECT_EQ(free_rows(m).memory.cache_bytes, 369508 * kKib);
  m.shmem_bytes = Missing::absent;
  EXPECT_EQ(free_rows(m).memory.shared_bytes, Missing::absent);
  m.swap_total_bytes = m.swap_free_bytes = Missing::absent;
  EXPECT_EQ(free_rows(m).swap.used_bytes, Missing::absent);
  EXPECT_EQ(free_rows(m).total.total_bytes, 24684084 * kKib);
}

TEST(FreeRows, AnUnderflowSpoilsWhatItGoesInto) {
  Meminfo m = base();
  m.cached_bytes = Missing::malformed;
  EXPECT_EQ(free_rows(m).memory.cache_bytes, Missing::malformed);
  EXPECT_EQ(free_rows(m).memory.buff_cache_bytes, Missing::malformed);
  EXPECT_EQ(free_rows(m).memory.used_bytes, 495936 * kKib);
}

TEST(FreeRows, OfAnEmptyFileAreAllMissing) {
  const FreeRows rows = free_rows({});
  EXPECT_FALSE(rows.memory.total_bytes);
  EXPECT_FALSE(rows.memory.used_bytes);
  EXPECT_FALSE(rows.memory.available_bytes);
  EXPECT_FALSE(rows.total.total_bytes);
  EXPECT_FALSE(rows.low.total_bytes);
}

Snapshot two_nodes() {
  Snapshot snapshot;
  snapshot.page_size_bytes = std::uint64_t{4096};
  for (const std::uint32_t node : {0u, 1u}) {
    NodeFacts facts;
    facts.node = node;
    facts.meminfo = parse_node_meminfo(
        "Node 0 MemTotal: 1000000 kB\nNode 0 MemFree: 400000 kB\nNode 0 MemUsed: 600000 kB\n"
        "Node 0 SwapCached: 100 kB\nNode 0 Active(file): 40000 kB\nNode 0 Inactive(file): 60000 kB\n"
        "Node 0 FilePages: 150100 kB\nNode 0 Shmem: 50000 kB\nNode 0 SReclaimable: 9000 kB\n");
    snapshot.nodes.push_back(facts);
  }
  return snapshot;
}

TEST(NodeRows, FillTheColumnsOfFree) {
  const std::vector<NodeRow> rows = node_rows(two_nodes());
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].node, 1u);
  const FreeRow& row = rows[0].row;
  EXPECT_EQ(row.cache_bytes, 159000 * kKib);
  EXPECT_EQ(row.shared_bytes, 50000 * kKib);
  EXPECT_EQ(row.available_bytes, Missing::absent) << "without watermarks it would be too much";
  EXPECT_EQ(row.used_bytes, 600000 * kKib) << "total - free";
}

TEST(NodeRows, UseTheNodesOwnWatermarks) {
  Snapshot snapshot = two_nodes();
  Zone zone;
  zone.node = 1;
  zone.managed_pages = 250000;
  zone.low_pages = 500;
  zone.high_pages = 1000;
  snapshot.zoneinfo = Zoneinfo{};
  snapshot.zoneinfo->zones = {zone};
  const std::vector<NodeRow> rows = node_rows(snapshot);
  EXPECT_EQ(rows[0].row.available_bytes, 509000 * kKib);
  EXPECT_EQ(rows[1].row.available_bytes, (509000 - 4000 - 2000 - 2000) * kKib);
}

TEST(NodeRows, ANodeWithoutMemoryHasNoFigures) {
  Snapshot snapshot;
  snapshot.nodes.push_back({3, {}, {}});
  const std::vector<NodeRow> rows = node_rows(snapshot);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_FALSE(rows[0].row.total_bytes);
  EXPECT_FALSE(rows[0].row.available_bytes);
}

}  // namespace
}  // namespace memkit::test
