#include "analysis/available.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "parse/meminfo.h"
#include "parse/zoneinfo.h"
#include "support/fixtures.h"
#include "support/roots.h"

namespace memkit::test {
namespace {

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kPage = 4096;
constexpr auto kWant = Want::meminfo | Want::vmstat | Want::zoneinfo | Want::arcstats | Want::mounts;

Zone zone(std::uint64_t managed, std::uint64_t low, std::uint64_t high, std::uint64_t protection, std::uint64_t boost) {
  Zone made;
  made.name = "Normal";
  made.managed_pages = managed;
  made.low_pages = low;
  made.high_pages = high;
  made.boost_pages = boost;
  ZoneProtection pages;
  pages.pages[0] = protection;
  pages.count = 1;
  made.protection = pages;
  return made;
}

/// Reserve 1500 + 40 pages, low watermarks 100 + 60 + 32 pages.
Snapshot machine() {
  Snapshot snapshot;
  snapshot.page_size_bytes = kPage;
  snapshot.meminfo = parse_meminfo(
      "MemTotal: 1000000 kB\nMemFree: 400000 kB\nActive(file): 40000 kB\nInactive(file): 60000 kB\n"
      "KReclaimable: 1000 kB\nSReclaimable: 900 kB\n");
  snapshot.zoneinfo = Zoneinfo{};
  snapshot.zoneinfo->zones = {
      zone(240000, 100, 700, 1000, 200),  // high counts without its boost: 500 + 1000
      zone(40, 60, 200, 1000, 0),         // no more than it has
      zone(0, 32, 32, 0, 0),              // reserves nothing, and its low watermark counts all the same
  };
  return snapshot;
}

constexpr std::uint64_t kReserveKb = (1500 + 40) * 4;
constexpr std::uint64_t kLowKb = (100 + 60 + 32) * 4;
constexpr std::uint64_t kByReserveKb = 400000 - kReserveKb + (100000 - kLowKb) + (1000 - 500);
constexpr std::uint64_t kByLowKb = 400000 - kLowKb + (100000 - kLowKb) + (1000 - 500);

TEST(RebuildAvailable, KeepsEveryTerm) {
  Snapshot snapshot = machine();
  snapshot.meminfo->mem_available_bytes = kByReserveKb * kKib;
  const AvailableRebuilt rebuilt = rebuild_available(snapshot);
  ASSERT_EQ(rebuilt.how, AvailableRebuilt::How::reserve) << rebuilt.why;
  const AvailableFormula* const best = rebuilt.best();
  ASSERT_NE(best, nullptr);
  EXPECT_EQ(best->kept_free_bytes, kReserveKb * kKib);
  EXPECT_EQ(best->pagecache_bytes, 100000 * kKib);
  EXPECT_EQ(best->pagecache_kept_bytes, kLowKb * kKib);
  EXPECT_EQ(best->reclaimable_bytes, 1000 * kKib);
  EXPECT_EQ(best->reclaimable_kept_bytes, 500 * kKib);  // half is less than the low watermarks
  EXPECT_EQ(best->result_bytes, kByReserveKb * kKib);
  EXPECT_EQ(best->difference_bytes, 0);
  ASSERT_EQ(rebuilt.zones.size(), 3u);
  EXPECT_EQ(rebuilt.zones[0].high_bytes, 500 * kPage);
  EXPECT_EQ(rebuilt.zones[0].reserve_bytes, 1500 * kPage);
  EXPECT_EQ(rebuilt.zones[1].reserve_bytes, 40 * kPage);
}

TEST(RebuildAvailable, TakesTheFormulaThatHolds) {
  Snapshot snapshot = machine();
  snapshot.meminfo->mem_available_bytes = kByLowKb * kKib;
  EXPECT_EQ(rebuild_available(snapshot).how, AvailableRebuilt::How::low_watermarks);
  snapshot.meminfo->mem_available_bytes = (kByReserveKb + 1) * kKib;
  const AvailableRebuilt off = rebuild_available(snapshot);
  EXPECT_EQ(off.how, AvailableRebuilt::How::none);
  EXPECT_FALSE(off.why.empty());
  ASSERT_NE(off.best(), nullptr);
  EXPECT_EQ(off.best()->difference_bytes, -1024);
}

TEST(RebuildAvailable, SReclaimableStandsInOnKernelsWithoutKReclaimable) {
  Snapshot snapshot = machine();
  snapshot.meminfo->kreclaimable_bytes = Missing::absent;
  const AvailableRebuilt rebuilt = rebuild_available(snapshot);
  ASSERT_TRUE(rebuilt.by_reserve);
  EXPECT_EQ(rebuilt.by_reserve->reclaimable_bytes, 900 * kKib);
}

TEST(RebuildAvailable, SaysWhatIsMissing) {
  EXPECT_FALSE(rebuild_available(Snapshot{}).why.empty());
  for (int missing = 0; missing < 5; ++missing) {
    Snapshot snapshot = machine();
    snapshot.meminfo->mem_available_bytes = kByReserveKb * kKib;
    if (missing == 0) snapshot.zoneinfo = Missing::denied;
    if (missing == 1) snapshot.page_size_bytes = Missing::absent;
    if (missing == 2) snapshot.meminfo->inactive_file_bytes = Missing::absent;
    if (missing == 3) snapshot.zoneinfo->zones[1].low_pages = Missing::malformed;
    if (missing == 4) snapshot.meminfo_is_fuse = true;
    const AvailableRebuilt rebuilt = rebuild_available(snapshot);
    EXPECT_EQ(rebuilt.how, AvailableRebuilt::How::none) << missing;
    EXPECT_FALSE(rebuilt.why.empty()) << missing;
    EXPECT_EQ(rebuilt.best(), nullptr) << missing;
  }
}

TEST(RebuildAvailable, WithoutMemAvailableThereIsNoDifference) {
  const AvailableRebuilt rebuilt = rebuild_available(machine());
  EXPECT_EQ(rebuilt.how, AvailableRebuilt::How::none);
  ASSERT_TRUE(rebuilt.by_reserve);
  EXPECT_FALSE(rebuilt.by_reserve->difference_bytes);
  EXPECT_EQ(rebuilt.best(), &*rebuilt.by_low_watermarks) << "kernels that old reckon so";
}

TEST(AvailableFormula, NeverFallsBelowZero) {
  EXPECT_EQ(available_formula(100, 0, 0, 101, 50).result_bytes, 0u);
  EXPECT_EQ(available_formula(101, 0, 0, 100, 50).result_bytes, 1u);
  EXPECT_EQ(available_formula(0, 100, 0, 0, 50).pagecache_kept_bytes, 50u);
  EXPECT_EQ(available_formula(0, 99, 0, 0, 50).pagecache_kept_bytes, 49u);
  EXPECT_EQ(available_formula(0, 101, 0, 0, 50).pagecache_kept_bytes, 50u);
}

TEST(RebuildAvailable, ExactOnThisMachine) {
  // Figures move between the two files: one still moment in a few seconds is enough.
  AvailableRebuilt rebuilt;
  for (int attempt = 0; attempt < 40; ++attempt) {
    const Snapshot live = collect(Root::live(), kWant);
    if (!live.zoneinfo || meminfo_view(live) != MeminfoView::machine || !live.meminfo ||
        !live.meminfo->mem_available_bytes) {
      GTEST_SKIP() << "no view of a whole machine with MemAvailable and zoneinfo";
    }
    rebuilt = rebuild_available(live);
    if (rebuilt.how != AvailableRebuilt::How::none) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ASSERT_NE(rebuilt.best(), nullptr);
  EXPECT_NE(rebuilt.how, AvailableRebuilt::How::none) << *rebuilt.best()->difference_bytes << " bytes off";
}

TEST(RebuildAvailable, ExactOnTheCapturedMachine) {
  const Snapshot snapshot = collect(Root::at((testdata() / "roots/6.18-x86_64-vm").string()), kWant);
  const AvailableRebuilt rebuilt = rebuild_available(snapshot);
  EXPECT_EQ(rebuilt.how, AvailableRebuilt::How::reserve)
      << rebuilt.why << (rebuilt.best() != nullptr ? *rebuilt.best()->difference_bytes : 0);
}

TEST(RebuildAvailable, ExactOnEveryCaptureOfOneMachine) {
  if (corpus().empty()) GTEST_SKIP() << "the corpus of foreign captures is not there";
  int by_reserve = 0;
  int by_low = 0;
  for (const std::string& root : roots_below(corpus() / "roots")) {
    const Snapshot snapshot = collect(Root::at(root), kWant);
    const AvailableRebuilt rebuilt = rebuild_available(snapshot);
    if (!rebuilt.by_reserve || !snapshot.meminfo->mem_available_bytes) continue;
    EXPECT_NE(rebuilt.how, AvailableRebuilt::How::none) << root << " " << *rebuilt.best()->difference_bytes;
    by_reserve += rebuilt.how == AvailableRebuilt::How::reserve ? 1 : 0;
    by_low += rebuilt.how == AvailableRebuilt::How::low_watermarks ? 1 : 0;
  }
  EXPECT_GE(by_reserve, 3);
  EXPECT_EQ(by_low, 2);
}

TEST(Available, IsMemAvailableWhereItCanBe) {
  Snapshot snapshot = machine();
  snapshot.meminfo->mem_available_bytes = 1000000 * kKib;
  EXPECT_EQ(available(snapshot).bytes, 1000000 * kKib);
  EXPECT_EQ(available(snapshot).from, Available::From::meminfo);
  snapshot.meminfo->mem_available_bytes = 1000001 * kKib;  // containers
  EXPECT_EQ(available(snapshot).bytes, 400000 * kKib);
  EXPECT_EQ(available(snapshot).from, Available::From::free);
  snapshot.meminfo->mem_available_bytes = std::uint64_t{0};
  EXPECT_EQ(available(snapshot).bytes, 0u);
}

TEST(Available, IsEstimatedWhereTheKernelPrintsNone) {
  Snapshot snapshot = machine();
  EXPECT_EQ(available(snapshot).bytes, kByLowKb * kKib);
  EXPECT_EQ(available(snapshot).from, Available::From::estimate);
  snapshot.zoneinfo = Missing::absent;
  EXPECT_EQ(available(snapshot).bytes, 501000 * kKib);
  snapshot.meminfo->active_file_bytes = 900000 * kKib;
  EXPECT_EQ(available(snapshot).bytes, 1000000 * kKib);  // no more than there is
  snapshot.meminfo->active_file_bytes = Missing::absent;
  EXPECT_FALSE(available(snapshot).bytes);
  EXPECT_EQ(available(snapshot).from, Available::From::none);
}

TEST(Health, BothSidesOfEachThreshold) {
  EXPECT_EQ(health_of(100), Health::ok);
  EXPECT_EQ(health_of(20), Health::ok);
  EXPECT_EQ(health_of(19.99), Health::noted);
  EXPECT_EQ(health_of(10), Health::noted);
  EXPECT_EQ(health_of(9.99), Health::warning);
  EXPECT_EQ(health_of(5), Health::warning);
  EXPECT_EQ(health_of(4.99), Health::critical);
  EXPECT_EQ(health_of(0), Health::critical);
}

TEST(Health, JudgesAvailableWithTheArcCredit) {
  Snapshot snapshot = machine();
  snapshot.meminfo->mem_available_bytes = 49000 * kKib;
  EXPECT_EQ(health(snapshot).health, Health::critical);
  EXPECT_DOUBLE_EQ(health(snapshot).usable_pct.value_or(0), 4.9);
  snapshot.arcstats = Arcstats{};
  snapshot.arcstats->size_bytes = 500000 * kKib;
  snapshot.arcstats->c_min_bytes = 100000 * kKib;
  const HealthVerdict credited = health(snapshot);
  EXPECT_EQ(credited.health, Health::ok);
  EXPECT_EQ(credited.usable_bytes, 449000 * kKib);
  EXPECT_EQ(credited.available.bytes, 49000 * kKib);
  snapshot.meminfo_is_fuse = true;
  EXPECT_EQ(health(snapshot).health, Health::critical);
}

TEST(Health, NeverSaysThatMoreThanEverythingIsUsable) {
  Snapshot snapshot = machine();
  snapshot.meminfo->mem_available_bytes = 900000 * kKib;
  snapshot.arcstats = Arcstats{};
  snapshot.arcstats->size_bytes = 500000 * kKib;
  snapshot.arcstats->c_min_bytes = std::uint64_t{0};
  EXPECT_DOUBLE_EQ(health(snapshot).usable_pct.value_or(0), 100);
}

TEST(Health, IsUnknownWithoutItsInputs) {
  EXPECT_EQ(health(Snapshot{}).health, Health::unknown);
  EXPECT_FALSE(health(Snapshot{}).why_unknown.empty());
  Snapshot snapshot = machine();
  snapshot.meminfo->mem_total_bytes = std::uint64_t{0};
  EXPECT_EQ(health(snapshot).health, Health::unknown);
  snapshot = machine();
  snapshot.meminfo->mem_free_bytes = Missing::absent;
  EXPECT_EQ(health(snapshot).health, Health::unknown);
  EXPECT_EQ(to_string(Health::unknown), "unknown");
  EXPECT_EQ(to_string(Health::critical), "critical");
}

}  // namespace
}  // namespace memkit::test
