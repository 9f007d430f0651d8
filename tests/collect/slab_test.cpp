#include "collect/slab.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit::test {
namespace {

/// A folder of /sys/kernel/slab as SLUB has it, with the debugging files.
void write_cache(const TempDir& dir, const std::string& name, const std::string& objects, const std::string& reclaim) {
  const std::string folder = "sys/kernel/slab/" + name + "/";
  dir.write(folder + "objects", objects);
  dir.write(folder + "total_objects", "84 N0=84\n");
  dir.write(folder + "slab_size", "192\n");
  dir.write(folder + "objs_per_slab", "42\n");
  dir.write(folder + "slabs", "2 N0=2\n");
  dir.write(folder + "order", "1\n");
  dir.write(folder + "reclaim_account", reclaim);
}

TEST(CollectSlab, OfTheCapturedMachine) {
  const Root root = Root::at((testdata() / "roots/6.18-x86_64-vm").string());
  const SlabFacts facts = collect_slab(root, SlabWant::states);
  ASSERT_TRUE(facts.slabinfo);
  EXPECT_EQ(facts.slabinfo->caches.size(), 236U);
  EXPECT_EQ(facts.dentry_state.dentries, 190408U);
  ASSERT_FALSE(facts.names);
  EXPECT_EQ(facts.names.missing(), Missing::skipped);
}

TEST(CollectSlab, MergedCachesAreLinksToOneFolder) {
  const TempDir dir;
  dir.write("proc/slabinfo", "slabinfo - version: 2.1\n");
  write_cache(dir, "dentry", "80 N0=80\n", "1\n");
  write_cache(dir, ":A-0000192", "80\n", "0\n");
  write_cache(dir, ":aA-0000256", "80\n", "1\n");
  const auto slab = dir.path() / "sys/kernel/slab";
  std::filesystem::create_symlink(":A-0000192", slab / "filp");
  std::filesystem::create_symlink(":A-0000192", slab / "cred");
  std::filesystem::create_symlink(":aA-0000256", slab / "kmalloc-rcl-256");
  const SlabFacts facts = collect_slab(Root::at(dir.string()), SlabWant::names);
  ASSERT_TRUE(facts.names);
  ASSERT_EQ(facts.names->size(), 4U);
  EXPECT_EQ(facts.names->at(0).name, "cred");
  EXPECT_EQ(facts.names->at(0).folder, ":A-0000192");
  EXPECT_EQ(facts.names->at(0).reclaimable, false);
  EXPECT_EQ(facts.names->at(1).folder, "dentry");
  EXPECT_EQ(facts.names->at(1).reclaimable, true);
  EXPECT_EQ(facts.names->at(3).reclaimable, true);
}

TEST(CollectSlab, WithoutSlabinfoSysfsTellsTheSame) {
  const TempDir dir;
  write_cache(dir, "dentry", "80 N0=80\n", "1\n");
  write_cache(dir, ":A-0000192", "70\n", "0\n");
  std::filesystem::create_symlink(":A-0000192", dir.path() / "sys/kernel/slab/filp");
  std::filesystem::create_symlink(":A-0000192", dir.path() / "sys/kernel/slab/cred");
  const SlabFacts facts = collect_slab(Root::at(dir.string()), SlabWant::caches);
  ASSERT_TRUE(facts.slabinfo);
  ASSERT_EQ(facts.slabinfo->caches.size(), 2U) << "a merged cache counts once";
  EXPECT_EQ(facts.slabinfo->caches[0].name, "cred");
  EXPECT_EQ(facts.slabinfo->caches[0].active_objects, 70U);
  EXPECT_EQ(facts.slabinfo->caches[1].name, "dentry");
  EXPECT_EQ(facts.slabinfo->caches[1].objects, 84U);
  EXPECT_EQ(facts.slabinfo->caches[1].object_bytes, 192U);
  EXPECT_EQ(facts.slabinfo->caches[1].pages_per_slab, 2U);
  EXPECT_EQ(facts.slabinfo->caches[1].slabs, 2U);
  ASSERT_EQ(facts.unread.size(), 1U);
  EXPECT_EQ(facts.unread[0].path, "proc/slabinfo");
  EXPECT_EQ(facts.unread[0].error, ENOENT);
}

TEST(CollectSlab, NothingThereIsNothingKnown) {
  const TempDir dir;
  dir.write("proc/slabinfo", "");
  dir.write("sys/kernel/slab/dentry/order", "99\n");
  dir.write("sys/kernel/slab/dentry/slabs", "1\n");
  const SlabFacts facts = collect_slab(Root::at(dir.string()), SlabWant::names);
  EXPECT_FALSE(facts.slabinfo);
  EXPECT_EQ(facts.unread.front().error, kEmptyFile);
  EXPECT_EQ(facts.dentry_state.dentries, Missing::absent);
  EXPECT_EQ(facts.vfs_cache_pressure, Missing::absent);
  ASSERT_TRUE(facts.names);
  EXPECT_EQ(facts.names->front().reclaimable, Missing::absent);
}

}  // namespace
}  // namespace memkit::test
