#include "analysis/slab.h"

#include <gtest/gtest.h>

#include "analysis/slab_judgement.h"
#include "support/fixtures.h"

namespace memkit::test {
namespace {

using Strings = std::vector<std::string>;

constexpr std::uint64_t kMib = 1 << 20;

SlabCache cache(std::string name, std::uint64_t active, std::uint64_t objects, std::uint64_t bytes, std::uint64_t slabs,
                std::uint64_t pages = 1) {
  SlabCache made;
  made.name = std::move(name);
  made.active_objects = active;
  made.objects = objects;
  made.object_bytes = bytes;
  made.objects_per_slab = 4096 * pages / bytes;
  made.pages_per_slab = pages;
  made.active_slabs = slabs;
  made.slabs = slabs;
  return made;
}

SlabFacts facts_of(std::vector<SlabCache> caches) {
  SlabFacts facts;
  facts.slabinfo = Slabinfo{std::move(caches), 0};
  return facts;
}

Snapshot machine(std::uint64_t ram, std::uint64_t sreclaimable, std::uint64_t sunreclaim) {
  Snapshot snapshot;
  snapshot.page_size_bytes = 4096;
  snapshot.meminfo = Meminfo();
  snapshot.meminfo->mem_total_bytes = ram;
  snapshot.meminfo->slab_bytes = sreclaimable + sunreclaim;
  snapshot.meminfo->sreclaimable_bytes = sreclaimable;
  snapshot.meminfo->sunreclaim_bytes = sunreclaim;
  return snapshot;
}

SlabTable table_of(const std::string& slabinfo, SlabCopies copies = SlabCopies::fold) {
  SlabFacts facts;
  facts.slabinfo = parse_slabinfo(slabinfo);
  return slab_table(facts, machine(1024 * kMib, 20 * kMib, 10 * kMib), copies);
}

TEST(SlabClass, IsToldByTheName) {
  const auto name = [](std::string_view cache_name) { return slab_class(cache_name).name; };
  EXPECT_EQ(name("dentry"), "dentry/inode");
  EXPECT_EQ(name("ext4_inode_cache"), "dentry/inode");
  EXPECT_EQ(name("xfs_inode"), "dentry/inode");
  EXPECT_EQ(name("sock_inode_cache"), "network");
  EXPECT_EQ(name("TCPv6"), "network");
  EXPECT_EQ(name("nf_conntrack_ffffffff81f20800"), "network");
  EXPECT_EQ(name("kmalloc-rcl-64"), "kmalloc");
  EXPECT_EQ(name("size-1024(DMA)"), "kmalloc");
  EXPECT_EQ(name("buffer_head"), "buffers");
  EXPECT_EQ(name("anon_vma_chain"), "address space");
  EXPECT_EQ(name("ext4_extent_status"), "ext4");
  EXPECT_EQ(name("nfsd4_files"), "nfs");
  EXPECT_EQ(slab_class("nfsd4_files").kind, SlabKind::filesystem);
  EXPECT_EQ(name("task_struct"), "other");
  EXPECT_EQ(name("kmalloc"), "other");
  EXPECT_EQ(name(""), "other");
}

TEST(SlabTable, OfTheCapturedMachine) {
  SlabFacts facts;
  facts.slabinfo = parse_slabinfo(captured("proc/slabinfo"));
  Snapshot snapshot;
  snapshot.page_size_bytes = 4096;
  snapshot.meminfo = parse_meminfo(captured("proc/meminfo"));
  const SlabTable table = slab_table(facts, snapshot);
  ASSERT_TRUE(table.rows);
  EXPECT_EQ(table.rows->size(), facts.slabinfo->caches.size());
  const SlabRow* const dentry = table.find("dentry");
  ASSERT_NE(dentry, nullptr);
  // dentry            190540 190764    192   21    1 : tunables    0    0    0 : slabdata   9084   9084      0
  EXPECT_EQ(dentry->size_bytes, 9084U * 4096);
  EXPECT_EQ(dentry->waste_bytes, 9084U * 4096 - 190540U * 192);
  EXPECT_NEAR(*dentry->use_pct, 100.0 * 190540 / 190764, 1e-9);
  EXPECT_NEAR(*dentry->slab_pct, 100.0 * 9084 * 4 / 253240, 1e-9);
  EXPECT_EQ(dentry->reclaimable, Missing::absent);
  // The rows and the rest are Slab.
  std::uint64_t sum = 0;
  for (const SlabRow& row : *table.rows) sum += *row.size_bytes;
  EXPECT_EQ(table.caches_bytes, sum);
  EXPECT_EQ(static_cast<std::int64_t>(sum) + *table.rest_bytes, 253240 * 1024);
}

TEST(SlabTable, TotalsAreOfObjectsNotOfSlabs) {
  const SlabTable table = slab_table(facts_of({cache("a", 3, 10, 100, 2), cache("b", 0, 0, 8, 1)}), Snapshot());
  EXPECT_EQ(slab_totals(*table.rows).active_objects, 3U);
  EXPECT_EQ(slab_totals(*table.rows).objects, 10U);
  EXPECT_EQ(slab_totals(*table.rows).slabs, 3U);
  EXPECT_EQ(slab_totals(*table.rows).active_caches, 1U);
  EXPECT_EQ(slab_totals(*table.rows).caches, 2U);
  EXPECT_EQ(slab_totals(*table.rows).active_bytes, 300U);
  EXPECT_EQ(slab_totals(*table.rows).total_bytes, 1000U);
  EXPECT_EQ(slab_totals(*table.rows).least_object_bytes, 8U);
  EXPECT_EQ(slab_totals(*table.rows).mean_object_bytes, 100U);
  EXPECT_EQ(slab_totals(*table.rows).most_object_bytes, 100U);
  const SlabTable none = slab_table(facts_of({}), Snapshot());
  EXPECT_EQ(slab_totals(*none.rows).objects, 0U);
  EXPECT_FALSE(slab_totals(*none.rows).least_object_bytes);
  EXPECT_FALSE(slab_totals(*none.rows).mean_object_bytes);
}

TEST(SlabTable, CopiesOfCgroupsAreFolded) {
  const SlabTable folded = table_of(by_hand("slabinfo/4.9-memcg"));
  ASSERT_EQ(folded.rows->size(), 4U);
  const SlabRow* const dentry = folded.find("dentry");
  ASSERT_NE(dentry, nullptr);
  EXPECT_EQ(dentry->cgroup_copies, 2U);
  EXPECT_EQ(dentry->objects, 30240U + 231 + 42);
  EXPECT_EQ(dentry->active_objects, 30011U + 210 + 42);
  EXPECT_EQ(dentry->size_bytes, (1440U + 11 + 2) * 4096);
  EXPECT_NE(folded.find("gfs2_glock(aspace)"), nullptr) << "brackets of the cache's own";
  EXPECT_EQ(slab_totals(*folded.rows).caches, 4U);

  const SlabTable kept = table_of(by_hand("slabinfo/4.9-memcg"), SlabCopies::keep);
  EXPECT_EQ(kept.rows->size(), 8U);
  EXPECT_EQ(kept.caches_bytes, folded.caches_bytes);
}

TEST(SlabTable, ACopyOfNothingStaysARow) {
  const SlabTable table = slab_table(
      facts_of({cache("filp(7:a)dead", 1, 16, 256, 1), cache("(7:a)", 1, 1, 8, 1), cache("x(a:b)", 1, 1, 8, 1)}),
      Snapshot());
  EXPECT_EQ(table.rows->size(), 3U);
  EXPECT_NE(table.find("filp(7:a)dead"), nullptr);
  const SlabTable dead =
      slab_table(facts_of({cache("filp(7:a)dead", 1, 16, 256, 1), cache("filp", 2, 16, 256, 1)}), {});
  ASSERT_EQ(dead.rows->size(), 1U);
  EXPECT_EQ(dead.rows->front().active_objects, 3U);
}

TEST(SlabTable, NamesThatRepeatAreToldApart) {
  const SlabTable table = table_of(by_hand("slabinfo/5.15-odd-names"));
  Strings ids;
  for (const SlabRow& row : *table.rows) ids.push_back(row.id);
  EXPECT_EQ(ids, (Strings{"mlx5_fs_ftes", "mlx5_fs_ftes#3", "mlx5_fs_ftes#2", "mlx5_fs_ftes#4",
                          "iwl_cmd_pool:0000:04:00.0", "kcopyd job 7 of 9", "request queue : b"}));
  EXPECT_EQ(table.rows->at(1).name, "mlx5_fs_ftes");
  EXPECT_EQ(table.find("mlx5_fs_ftes#2")->active_objects, 8U);
}

TEST(SlabTable, AliasesAreTheOtherNamesOfTheFolder) {
  SlabFacts facts =
      facts_of({cache("kmalloc-64", 1, 64, 64, 1), cache("dentry", 1, 21, 192, 1), cache("new", 1, 1, 8, 1)});
  facts.names = std::vector<SlabName>{{"dentry", "dentry", true},
                                      {"eventpoll_epi", ":0000064", false},
                                      {"iommu_iova", ":0000064", false},
                                      {"kmalloc-64", ":0000064", false}};
  const SlabTable table = slab_table(facts, Snapshot());
  EXPECT_EQ(table.find("kmalloc-64")->aliases, (Strings{"eventpoll_epi", "iommu_iova"}));
  EXPECT_EQ(table.find("kmalloc-64")->reclaimable, false);
  EXPECT_EQ(table.find("dentry")->aliases, Strings());
  EXPECT_EQ(table.find("dentry")->reclaimable, true);
  EXPECT_EQ(table.find("new")->aliases, Missing::absent);
  facts.names = Missing::denied;
  EXPECT_EQ(slab_table(facts, Snapshot()).find("dentry")->reclaimable, Missing::denied);
}

TEST(SlabTable, TroubleInTheFigures) {
  SlabCache huge = cache("huge", std::uint64_t{1} << 62, std::uint64_t{1} << 62, 8, std::uint64_t{1} << 62);
  SlabCache odd = cache("odd", 100, 90, 64, 1);
  SlabCache broken = cache("broken", 1, 1, 8, 1);
  broken.slabs = Missing::malformed;
  const SlabTable table = slab_table(facts_of({huge, odd, broken, huge}), machine(kMib, 0, kMib));
  EXPECT_EQ(table.find("huge")->size_bytes, Missing::malformed) << "past 64 bits";
  EXPECT_EQ(table.find("odd")->waste_bytes, Missing::malformed) << "more in use than there is room for";
  EXPECT_NEAR(*table.find("odd")->use_pct, 100.0 * 100 / 90, 1e-9);
  EXPECT_EQ(table.find("broken")->size_bytes, Missing::malformed);
  EXPECT_EQ(table.caches_bytes, Missing::malformed);
  EXPECT_EQ(table.rest_bytes, Missing::malformed);
  EXPECT_EQ(slab_totals(*table.rows).active_bytes, Missing::malformed);
  EXPECT_EQ(slab_totals(*table.rows).slabs, Missing::malformed);
}

TEST(SlabTable, WithoutSlabinfoMeminfoIsAllThereIs) {
  SlabFacts facts;
  facts.slabinfo = Missing::denied;
  const SlabTable table = slab_table(facts, machine(1024 * kMib, 20 * kMib, 10 * kMib));
  ASSERT_FALSE(table.rows);
  EXPECT_EQ(table.rows.missing(), Missing::denied);
  EXPECT_EQ(table.slab_bytes, 30 * kMib);
  EXPECT_EQ(table.rest_bytes, Missing::denied);
  EXPECT_EQ(table.kind_bytes(SlabKind::network), Missing::denied);
}

TEST(SlabTable, AContainersMeminfoIsNoMeasureOfTheMachinesCaches) {
  Snapshot snapshot = machine(1024 * kMib, 20 * kMib, 10 * kMib);
  snapshot.meminfo_is_fuse = true;
  const SlabTable table = slab_table(facts_of({cache("dentry", 1, 21, 192, 1)}), snapshot);
  EXPECT_EQ(table.slab_bytes, Missing::hidden);
  EXPECT_EQ(table.find("dentry")->ram_pct, Missing::hidden);
  EXPECT_EQ(table.find("dentry")->size_bytes, 4096U);
}

TEST(SlabTable, PageSizeIsToldByWhatFitsIntoASlab) {
  EXPECT_EQ(page_size_of(parse_slabinfo(captured("proc/slabinfo"))), 4096U);
  SlabCache full = cache("kmalloc-8192", 8, 8, 8192, 1, 1);
  full.objects_per_slab = 8;
  EXPECT_EQ(page_size_of(Slabinfo{{full}, 0}), 65536U);
  EXPECT_EQ(page_size_of(Slabinfo{}), Missing::absent);
  SlabCache sparse = full;
  sparse.objects_per_slab = 0;
  EXPECT_EQ(page_size_of(Slabinfo{{sparse}, 0}), Missing::absent);
}

/// A machine of 1 GiB with dentries of 192 bytes, 21 to a page.
SlabFacts dentries(std::uint64_t count, std::uint64_t unused, Got<std::uint64_t> negative) {
  SlabFacts facts = facts_of({cache("dentry", count, count, 192, count / 21)});
  facts.dentry_state = {count, unused, negative};
  facts.vfs_cache_pressure = 100U;
  return facts;
}

SlabJudgement judged(const SlabFacts& facts, const Snapshot& snapshot) {
  return judge_slab(slab_table(facts, snapshot), facts);
}

TEST(SlabJudgement, ALargeCacheIsNoLeak) {
  const SlabFacts facts = dentries(2100000, 2000000, 1600000);  // 391 MiB
  const SlabJudgement judgement = judged(facts, machine(1024 * kMib, 395 * kMib, 20 * kMib));
  EXPECT_EQ(judgement.large_cache, true);
  EXPECT_EQ(judgement.pinned, false);
  EXPECT_EQ(judgement.unreclaimable, false);
  EXPECT_EQ(judgement.negative, true);
  EXPECT_EQ(judgement.never_given_back, false);
  EXPECT_NEAR(*judgement.negative_pct, 76.19, 0.01);
  EXPECT_NEAR(*judgement.dentry_pct, 38.15, 0.01);
}

TEST(SlabJudgement, ACacheThatIsInUseIsPinned) {
  const SlabJudgement judgement = judged(dentries(2100000, 100000, 50000), machine(1024 * kMib, 395 * kMib, 20 * kMib));
  EXPECT_EQ(judgement.large_cache, true);
  EXPECT_EQ(judgement.pinned, true);
  EXPECT_EQ(judgement.negative, false);
}

TEST(SlabJudgement, WhatIsNotReclaimableIsNamed) {
  SlabFacts facts =
      facts_of({cache("dentry", 2100, 2100, 192, 100), cache("nf_conntrack", 1200000, 1200000, 320, 100000),
                cache("kmalloc-64", 64, 64, 64, 1), cache("filp", 16, 16, 256, 2), cache("pid", 1, 1, 64, 3)});
  const SlabTable table = slab_table(facts, machine(1024 * kMib, kMib, 460 * kMib));
  const SlabJudgement judgement = judge_slab(table, facts);
  EXPECT_EQ(judgement.large_cache, false);
  EXPECT_EQ(judgement.unreclaimable, true);
  EXPECT_EQ(judgement.largest_unreclaimable, (std::vector<std::size_t>{1, 4, 3}));
  EXPECT_EQ(judgement.large_kmalloc, true) << "461 MiB, 391 of them in caches";
}

TEST(SlabJudgement, FragmentedIsALargeCacheMostlyEmpty) {
  SlabFacts facts = facts_of({cache("dentry", 21000, 210000, 192, 10000), cache("filp", 1, 16, 256, 1),
                              cache("names_cache", 10, 80000, 4096, 80000)});
  const SlabJudgement judgement = judged(facts, machine(1024 * kMib, 100 * kMib, 300 * kMib));
  EXPECT_EQ(judgement.fragmented, (std::vector<std::size_t>{2, 0}));
}

TEST(SlabJudgement, WhatIsNotKnownIsNotJudged) {
  SlabFacts facts;
  facts.slabinfo = Missing::denied;
  const SlabJudgement judgement = judged(facts, machine(1024 * kMib, 395 * kMib, 20 * kMib));
  EXPECT_EQ(judgement.large_cache, true) << "meminfo tells";
  EXPECT_FALSE(judgement.pinned);
  EXPECT_EQ(judgement.unreclaimable, false);
  EXPECT_FALSE(judgement.negative);
  EXPECT_FALSE(judgement.fragmented);
  EXPECT_FALSE(judgement.large_kmalloc);
  const SlabJudgement nothing = judged(SlabFacts(), Snapshot());
  EXPECT_FALSE(nothing.large_cache);
  EXPECT_FALSE(nothing.unreclaimable);
}

}  // namespace
}  // namespace memkit::test
