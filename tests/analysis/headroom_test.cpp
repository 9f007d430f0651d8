#include "analysis/headroom.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

constexpr CgroupValue kMax{CgroupValue::kUnlimited};

CgroupLevel level(std::string path, Got<std::uint64_t> current, Got<CgroupValue> max) {
  CgroupLevel made;
  made.path = std::move(path);
  made.current_bytes = current;
  made.max = max;
  return made;
}

CgroupFacts v2(std::vector<CgroupLevel> levels) {
  CgroupFacts facts;
  facts.version = CgroupVersion::v2;
  facts.path = levels.front().path;
  facts.levels = std::move(levels);
  return facts;
}

TEST(Limit, StatesWhatItIs) {
  EXPECT_EQ(to_limit(CgroupValue{1000}, 2000u).state, LimitState::limited);
  EXPECT_EQ(to_limit(CgroupValue{1000}, 2000u).bytes, 1000u);
  EXPECT_EQ(to_limit(CgroupValue{1999}, 2000u).state, LimitState::limited);
  EXPECT_EQ(to_limit(CgroupValue{2000}, 2000u).state, LimitState::unlimited);
  EXPECT_EQ(to_limit(CgroupValue{2000}, Missing::absent).state, LimitState::limited);
  EXPECT_EQ(to_limit(kMax, Missing::absent).state, LimitState::unlimited);
  EXPECT_FALSE(to_limit(kMax, Missing::absent).bytes);
  EXPECT_EQ(to_limit(Missing::denied, 2000u).state, LimitState::unknown);
  EXPECT_EQ(to_limit(CgroupValue{0}, 2000u).bytes, 0u);
  EXPECT_EQ(to_string(LimitState::unknown), "unknown");
}

TEST(Headroom, IsTheSmallestOfTheLevels) {
  const CgroupMemory memory = cgroup_memory(
      v2({level("/a/b", 300u, CgroupValue{1000}), level("/a", 900u, CgroupValue{1100}), level("/", {}, {})}), 10000u);
  EXPECT_EQ(memory.headroom_bytes, 200);
  EXPECT_EQ(memory.binding_path, "/a");
  EXPECT_EQ(memory.effective_limit.bytes, 1100u);
  EXPECT_EQ(memory.limit.bytes, 1000u);
  ASSERT_EQ(memory.levels.size(), 3u);
  EXPECT_EQ(memory.levels[0].headroom_bytes, 700);
  EXPECT_EQ(memory.levels[2].limit.state, LimitState::unlimited);
}

TEST(Headroom, OfEqualLevelsTheNearestBinds) {
  const CgroupMemory memory =
      cgroup_memory(v2({level("/a/b", 300u, CgroupValue{400}), level("/a", 300u, CgroupValue{400})}), 10000u);
  EXPECT_EQ(memory.binding_path, "/a/b");
}

TEST(Headroom, OverTheLimitIsNegative) {
  EXPECT_EQ(cgroup_memory(v2({level("/a", 1200u, CgroupValue{1000})}), 10000u).headroom_bytes, -200);
}

TEST(Headroom, WithoutALimitThereIsNone) {
  const CgroupMemory memory = cgroup_memory(v2({level("/a", 1200u, kMax), level("/", {}, {})}), 10000u);
  EXPECT_FALSE(memory.headroom_bytes);
  EXPECT_EQ(memory.effective_limit.state, LimitState::unlimited);
  EXPECT_TRUE(memory.binding_path.empty());
}

TEST(Headroom, AnUnknownLimitIsNotTakenForNone) {
  const CgroupMemory memory = cgroup_memory(v2({level("/a", 1200u, Missing::denied), level("/", {}, {})}), 10000u);
  EXPECT_FALSE(memory.headroom_bytes);
  EXPECT_EQ(memory.effective_limit.state, LimitState::unknown);
}

TEST(Headroom, AboveANamespaceNothingIsKnown) {
  CgroupFacts facts = v2({level("/", {}, {})});
  facts.namespaced = true;
  const CgroupMemory memory = cgroup_memory(facts, 10000u);
  EXPECT_TRUE(memory.visible_only);
  EXPECT_EQ(memory.levels[0].limit.state, LimitState::unknown);
}

TEST(Headroom, NoFactsNoFigures) {
  const CgroupMemory memory = cgroup_memory(CgroupFacts{}, 10000u);
  EXPECT_FALSE(memory.usage_bytes);
  EXPECT_FALSE(memory.headroom_bytes);
  EXPECT_EQ(memory.effective_limit.state, LimitState::unknown);
}

TEST(CgroupMemory, SharesOfV2) {
  CgroupFacts facts = v2({level("/a", 1000u, CgroupValue{2000})});
  facts.stat = MemoryStat{};
  facts.stat->anon_bytes = 400u;
  facts.stat->file_bytes = 500u;
  facts.stat->shmem_bytes = 120u;
  facts.stat->kernel_bytes = 90u;
  facts.stat->slab_bytes = 50u;
  facts.stat->inactive_file_bytes = 300u;
  facts.events = MemoryEvents{};
  facts.events->oom_kill = 2u;
  facts.events->max = 7u;
  const CgroupMemory memory = cgroup_memory(facts, 10000u);
  EXPECT_EQ(memory.working_set_bytes, 700u);
  EXPECT_EQ(memory.hard_to_reclaim_bytes, 610u);
  EXPECT_EQ(memory.file_bytes, 380u);
  EXPECT_EQ(memory.kernel_bytes, 90u);
  EXPECT_EQ(memory.oom_kills, 2u);
  EXPECT_EQ(memory.limit_hits, 7u);
}

TEST(CgroupMemory, WorkingSetIsNeverNegative) {
  CgroupFacts facts = v2({level("/a", 100u, kMax)});
  facts.stat = MemoryStat{};
  facts.stat->inactive_file_bytes = 101u;
  EXPECT_EQ(cgroup_memory(facts, 10000u).working_set_bytes, 0u);
  facts.stat->inactive_file_bytes = Missing::absent;
  EXPECT_FALSE(cgroup_memory(facts, 10000u).working_set_bytes);
}

TEST(CgroupMemory, KernelShareOfV2BeforeItHadAField) {
  CgroupFacts facts = v2({level("/a", 1000u, kMax)});
  facts.stat = MemoryStat{};
  facts.stat->anon_bytes = 400u;
  facts.stat->slab_reclaimable_bytes = 10u;
  facts.stat->slab_unreclaimable_bytes = 20u;
  facts.stat->kernel_stack_bytes = 5u;
  facts.stat->pagetables_bytes = 3u;
  EXPECT_EQ(cgroup_memory(facts, 10000u).kernel_bytes, 38u);
  EXPECT_EQ(cgroup_memory(facts, 10000u).hard_to_reclaim_bytes, 438u);
}

CgroupFacts v1() {
  CgroupFacts facts = v2({level("/a", 1000u, CgroupValue{2000})});
  facts.version = CgroupVersion::v1;
  facts.stat = MemoryStat{};
  facts.stat->rss_bytes = 1u;
  facts.stat->total_rss_bytes = 400u;
  facts.stat->cache_bytes = 2u;
  facts.stat->total_cache_bytes = 500u;
  facts.stat->total_shmem_bytes = 100u;
  facts.stat->total_inactive_file_bytes = 300u;
  facts.stat->total_swap_bytes = 77u;
  facts.failcnt = 5u;
  return facts;
}

TEST(CgroupMemory, SharesOfV1HoldThoseBelow) {
  CgroupFacts facts = v1();
  CgroupMemory memory = cgroup_memory(facts, 10000u);
  EXPECT_EQ(memory.anon_bytes, 400u);
  EXPECT_EQ(memory.file_bytes, 400u);
  EXPECT_EQ(memory.kernel_bytes, 100u);  // what is left of the usage
  EXPECT_EQ(memory.hard_to_reclaim_bytes, 600u);
  EXPECT_EQ(memory.working_set_bytes, 700u);
  EXPECT_EQ(memory.swap_usage_bytes, 77u);
  EXPECT_EQ(memory.limit_hits, 5u);
  facts.kmem_bytes = 60u;
  EXPECT_EQ(cgroup_memory(facts, 10000u).kernel_bytes, 60u);
}

TEST(CgroupMemory, V1SharesAboveTheUsageLeaveTheKernelsUnknown) {
  CgroupFacts facts = v1();
  facts.stat->total_cache_bytes = 700u;
  EXPECT_FALSE(cgroup_memory(facts, 10000u).kernel_bytes);
}

TEST(CgroupMemory, AHiddenV1LimitIsNamed) {
  CgroupFacts facts = v1();
  facts.stat->hierarchical_memory_limit_bytes = 2000u;
  EXPECT_FALSE(cgroup_memory(facts, 10000u).hidden_limit_bytes);
  facts.stat->hierarchical_memory_limit_bytes = 1999u;
  EXPECT_EQ(cgroup_memory(facts, 10000u).hidden_limit_bytes, 1999u);
  facts.stat->hierarchical_memory_limit_bytes = std::uint64_t{9223372036854771712u};
  EXPECT_FALSE(cgroup_memory(facts, 10000u).hidden_limit_bytes);
}

}  // namespace
}  // namespace memkit::test
