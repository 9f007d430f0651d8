#include "analysis/slab_growth.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

constexpr std::uint64_t kMib = 1 << 20;

/// What one sample is made of. Caches have one page for each slab, and an object for each page.
struct Sample {
  double at_s = 0;
  std::vector<std::pair<std::string, std::uint64_t>> slabs;
  std::uint64_t sreclaimable_bytes = 0;
  std::uint64_t sunreclaim_bytes = 0;
  DentryState dentries;
};

class Follow {
 public:
  SlabGrowth add(const Sample& sample) {
    SlabFacts facts;
    Slabinfo info;
    for (const auto& [name, slabs] : sample.slabs) {
      SlabCache cache;
      cache.name = name;
      cache.active_objects = cache.objects = cache.active_slabs = cache.slabs = slabs;
      cache.object_bytes = 4096U;
      cache.objects_per_slab = cache.pages_per_slab = 1U;
      info.caches.push_back(cache);
    }
    facts.slabinfo = info;
    facts.dentry_state = sample.dentries;
    Snapshot snapshot;
    snapshot.page_size_bytes = 4096;
    snapshot.host.name = std::string("a");
    snapshot.host.boot_id = std::string("b");
    snapshot.host.monotonic_ns = static_cast<std::int64_t>(sample.at_s * 1e9);
    snapshot.meminfo = Meminfo();
    snapshot.meminfo->sreclaimable_bytes = sample.sreclaimable_bytes;
    snapshot.meminfo->sunreclaim_bytes = sample.sunreclaim_bytes;
    table = slab_table(facts, snapshot);
    return history_.add(table, facts, snapshot);
  }
  SlabTable table;

 private:
  SlabHistory history_;
};

TEST(SlabGrowth, OneSampleHasNone) {
  Follow follow;
  const SlabGrowth growth = follow.add({0, {{"dentry", 100}}, kMib, kMib, {}});
  EXPECT_EQ(growth.samples, 1U);
  EXPECT_FALSE(growth.slab_bytes);
  EXPECT_EQ(growth.nature, SlabGrowthNature::unknown);
  EXPECT_FALSE(follow.table.find("dentry")->growth.growth_bytes);
}

TEST(SlabGrowth, StepsGrowthAndTheLineThroughAllSamples) {
  Follow follow;
  follow.add({10, {{"a", 100}, {"b", 50}}, 0, 0, {}});
  follow.add({12, {{"a", 120}, {"b", 40}}, 0, 0, {}});
  const SlabGrowth growth = follow.add({14, {{"a", 140}, {"b", 60}}, 0, 0, {}});
  EXPECT_EQ(growth.samples, 3U);
  EXPECT_EQ(growth.seconds, 4.0);
  const SlabRowGrowth a = follow.table.find("a")->growth;
  EXPECT_EQ(a.step_bytes, 20 * 4096);
  EXPECT_EQ(a.growth_bytes, 40 * 4096);
  EXPECT_EQ(a.growth_objects, 40);
  EXPECT_NEAR(*a.slope_bytes_per_s, 10 * 4096, 0.01);
  const SlabRowGrowth b = follow.table.find("b")->growth;
  EXPECT_EQ(b.step_bytes, 20 * 4096);
  EXPECT_EQ(b.growth_bytes, 10 * 4096);
  EXPECT_NEAR(*b.slope_bytes_per_s, 2.5 * 4096, 0.01);
}

TEST(SlabGrowth, CachesComeAndGo) {
  Follow follow;
  follow.add({0, {{"old", 30}}, 0, 0, {}});
  follow.add({1, {{"new", 7}}, 0, 0, {}});
  EXPECT_EQ(follow.table.find("new")->growth.growth_bytes, 7 * 4096);
  ASSERT_NE(follow.table.find("old"), nullptr);
  EXPECT_EQ(follow.table.find("old")->size_bytes, 0U);
  EXPECT_EQ(follow.table.find("old")->growth.growth_bytes, -30 * 4096);
}

TEST(SlabGrowth, SmallGrowthIsNone) {
  Follow follow;
  follow.add({0, {{"dentry", 100}}, 10 * kMib, 10 * kMib, {}});
  EXPECT_EQ(follow.add({1, {{"dentry", 100}}, 10 * kMib + 4096, 9 * kMib, {}}).nature, SlabGrowthNature::none);
}

TEST(SlabGrowth, UnusedDentriesAreACacheThatFills) {
  Follow follow;
  follow.add({0, {{"dentry", 1000}}, 10 * kMib, 10 * kMib, {1000U, 900U, 100U}});
  const SlabGrowth growth = follow.add({1, {{"dentry", 11000}}, 50 * kMib, 11 * kMib, {201000U, 200900U, 180100U}});
  EXPECT_EQ(growth.nature, SlabGrowthNature::cache);
  EXPECT_EQ(growth.negative, true);
  EXPECT_EQ(growth.reclaimable_bytes, static_cast<std::int64_t>(40 * kMib));
  EXPECT_EQ(growth.slab_bytes, static_cast<std::int64_t>(41 * kMib));
  EXPECT_EQ(growth.dentries, 200000);
}

TEST(SlabGrowth, DentriesInUseArePinned) {
  Follow follow;
  follow.add({0, {{"dentry", 1000}}, 10 * kMib, 10 * kMib, {1000U, 900U, 100U}});
  const SlabGrowth growth = follow.add({1, {{"dentry", 11000}}, 50 * kMib, 11 * kMib, {201000U, 2000U, 100U}});
  EXPECT_EQ(growth.nature, SlabGrowthNature::pinned);
  EXPECT_EQ(growth.negative, false);
}

TEST(SlabGrowth, TwoSamplesAreNoLeak) {
  Follow follow;
  SlabGrowth growth;
  for (std::uint64_t i = 0; i < 5; ++i) {
    growth = follow.add({static_cast<double>(i), {{"kmalloc-64", i * 1000}}, kMib, 10 * kMib + i * 4 * kMib, {}});
    if (i == 1 || i == 3) {
      EXPECT_EQ(growth.nature, SlabGrowthNature::unreclaimable);
    }
  }
  EXPECT_EQ(growth.nature, SlabGrowthNature::steady);
  growth = follow.add({9, {{"kmalloc-64", 100}}, kMib, 20 * kMib, {}});
  EXPECT_EQ(growth.nature, SlabGrowthNature::unreclaimable) << "it gave some back";
}

}  // namespace
}  // namespace memkit::test
