#include "parse/slabinfo.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "parse/dentry_state.h"
#include "parse/inode_state.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

using namespace std::literals;

std::vector<std::string> names_of(const Slabinfo& info) {
  std::vector<std::string> names;
  for (const SlabCache& cache : info.caches) names.push_back(cache.name);
  return names;
}

/// A line as kernels print it, with the first counts and the last as given.
std::string line(const std::string& name, const std::string& active, const std::string& objects,
                 const std::string& slabs) {
  return name + " " + active + " " + objects + " 64 64 1 : tunables 0 0 0 : slabdata 1 " + slabs + " 0\n";
}

TEST(Slabinfo, ReadsTheCapturedMachine) {
  const Slabinfo info = parse_slabinfo(captured("proc/slabinfo"));
  EXPECT_EQ(info.caches.size(), 236U);
  EXPECT_EQ(info.unread_lines, 0U);
  // dentry            190540 190764    192   21    1 : tunables    0    0    0 : slabdata   9084   9084      0
  const auto dentry = std::find_if(info.caches.begin(), info.caches.end(),
                                   [](const SlabCache& cache) { return cache.name == "dentry"; });
  ASSERT_NE(dentry, info.caches.end());
  EXPECT_EQ(dentry->object_bytes, 192U);
  EXPECT_EQ(dentry->objects_per_slab, 21U);
  EXPECT_EQ(dentry->pages_per_slab, 1U);
  EXPECT_EQ(dentry->active_objects, 190540U);
  EXPECT_EQ(dentry->objects, 190764U);
  EXPECT_EQ(dentry->active_slabs, 9084U);
  EXPECT_EQ(dentry->slabs, 9084U);
}

TEST(Slabinfo, StatisticsBehindTheFiguresAreLeftAlone) {
  const Slabinfo info = parse_slabinfo(by_hand("slabinfo/2.6.32-slab-statistics"));
  ASSERT_EQ(info.caches.size(), 5U);
  EXPECT_EQ(info.unread_lines, 0U);
  EXPECT_EQ(info.caches[1].name, "dentry");
  EXPECT_EQ(info.caches[1].active_objects, 80115U);
  EXPECT_EQ(info.caches[1].objects, 81240U);
  EXPECT_EQ(info.caches[1].active_slabs, 4062U);
  EXPECT_EQ(info.caches[1].slabs, 4062U);
  EXPECT_EQ(info.caches[2].name, "size-1024(DMA)");
}

TEST(Slabinfo, VersionTwo) {
  const Slabinfo info = parse_slabinfo(by_hand("slabinfo/2.0"));
  EXPECT_EQ(names_of(info), (std::vector<std::string>{"ext3_inode_cache", "dentry_cache", "size-4096"}));
  EXPECT_EQ(info.caches[2].object_bytes, 4096U);
}

TEST(Slabinfo, NamesMayRepeatAndHoldAnything) {
  const Slabinfo info = parse_slabinfo(by_hand("slabinfo/5.15-odd-names"));
  EXPECT_EQ(names_of(info),
            (std::vector<std::string>{"mlx5_fs_ftes", "mlx5_fs_ftes", "mlx5_fs_ftes#2", "mlx5_fs_ftes",
                                      "iwl_cmd_pool:0000:04:00.0", "kcopyd job 7 of 9", "request queue : b"}));
  EXPECT_EQ(info.caches[5].active_objects, 10U);
  EXPECT_EQ(info.caches[5].objects, 20U);
  EXPECT_EQ(parse_slabinfo(by_hand("slabinfo/4.9-memcg")).caches[1].name, "dentry(127:web (1).service)");
}

TEST(Slabinfo, TheHeadingMayBeMissing) {
  const Slabinfo info = parse_slabinfo(line("dentry", "5", "64", "1") + line("filp", "1", "2", "3"));
  EXPECT_EQ(names_of(info), (std::vector<std::string>{"dentry", "filp"}));
  EXPECT_EQ(info.unread_lines, 0U);
}

TEST(Slabinfo, CountsPastThirtyTwoBits) {
  const Slabinfo info = parse_slabinfo(line("dentry", "4294967296", "4294967360", "67108865") +
                                       line("filp", "9223372036854775807", "9223372036854775808", "1") +
                                       line("negative", "18446744073709551614", "99999999999999999999", "x"));
  ASSERT_EQ(info.caches.size(), 3U);
  EXPECT_EQ(info.caches[0].active_objects, 4294967296U);
  EXPECT_EQ(info.caches[0].objects, 4294967360U);
  EXPECT_EQ(info.caches[0].slabs, 67108865U);
  EXPECT_EQ(info.caches[1].active_objects, 9223372036854775807U);
  EXPECT_EQ(info.caches[1].objects, Missing::malformed) << "a negative count printed unsigned";
  EXPECT_EQ(info.caches[2].active_objects, Missing::malformed);
  EXPECT_EQ(info.caches[2].objects, Missing::malformed);
  EXPECT_EQ(info.caches[2].slabs, Missing::malformed);
  EXPECT_EQ(info.caches[2].object_bytes, 64U);
}

TEST(Slabinfo, TroubleInTheText) {
  EXPECT_TRUE(parse_slabinfo("").caches.empty());
  EXPECT_TRUE(parse_slabinfo("\0\0\0"sv).caches.empty());
  EXPECT_EQ(parse_slabinfo("slabinfo - version: 2.1\n# name <active_objs>\n\n").unread_lines, 0U);
  // 2.4 kernels: no tunables, another order.
  EXPECT_EQ(parse_slabinfo("slabinfo - version: 1.1\nkmem_cache 59 78 100 2 2 1\n").unread_lines, 1U);
  for (const std::string_view bad :
       {"dentry 1 2 3 4 : tunables 0 0 0 : slabdata 1 1 0\n", "1 2 3 4 5 : tunables 0 0 0 : slabdata 1 1 0\n",
        "dentry 1 2 3 4 5 : tunables 0 0 0\n", "dentry 1 2 3 4 5 : tunables 0 0 0 : slabdata 1\n",
        " : tunables  : slabdata \n", "permission denied\n", "dentry 1 2 3 4 5 : slabdata 1 1 0 : tunables 0 0 0\n"}) {
    EXPECT_TRUE(parse_slabinfo(bad).caches.empty()) << bad;
    EXPECT_EQ(parse_slabinfo(bad).unread_lines, 1U) << bad;
  }
  EXPECT_TRUE(parse_slabinfo("dentry 1 2 3 4 5 : tunables 0 0 0 : slabdata 1 1 0").caches.empty()) << "cut";
}

TEST(Slabinfo, NothingIsInventedWhereTheTextIsCut) {
  for (const char* name :
       {"slabinfo/2.6.32-slab-statistics", "slabinfo/2.0", "slabinfo/4.9-memcg", "slabinfo/5.15-odd-names"}) {
    expect_no_invention(by_hand(name), parse_slabinfo);
  }
  expect_no_invention(captured("proc/slabinfo"), parse_slabinfo, 97);
}

TEST(DentryState, ReadsTheCapturedMachine) {
  const DentryState state = parse_dentry_state(captured("proc/sys/fs/dentry-state"));
  EXPECT_EQ(state.dentries, 190408U);
  EXPECT_EQ(state.unused, 188886U);
  EXPECT_EQ(state.negative, 50002U);
}

TEST(DentryState, BeforeFivePointZeroNothingCountsNegativeOnes) {
  const DentryState state = parse_dentry_state("68211\t51028\t45\t0\t0\t0\n");
  EXPECT_EQ(state.unused, 51028U);
  EXPECT_EQ(state.negative, Missing::absent);
}

TEST(DentryState, TroubleInTheText) {
  EXPECT_EQ(parse_dentry_state("").dentries, Missing::absent);
  EXPECT_EQ(parse_dentry_state("5").dentries, Missing::absent) << "cut";
  EXPECT_EQ(parse_dentry_state("-5 18446744073709551615 45 0 9 0\n").dentries, Missing::malformed);
  EXPECT_EQ(parse_dentry_state("-5 18446744073709551615 45 0 9 0\n").unused, Missing::malformed);
  EXPECT_EQ(parse_dentry_state("-5 18446744073709551615 45 0 9 0\n").negative, 9U);
  EXPECT_EQ(parse_dentry_state("4294967296 1 45 0 9 0\n").dentries, 4294967296U);
  expect_no_invention(captured("proc/sys/fs/dentry-state"), parse_dentry_state);
}

TEST(InodeState, ReadsTheFirstTwo) {
  const InodeState state = parse_inode_state("70794\t1200\t0\t0\t0\t0\t0\n");
  EXPECT_EQ(state.inodes, 70794U);
  EXPECT_EQ(state.unused, 1200U);
  EXPECT_EQ(parse_inode_state("").inodes, Missing::absent);
  EXPECT_EQ(parse_inode_state("x 3\n").inodes, Missing::malformed);
  EXPECT_EQ(parse_inode_state("x 3\n").unused, 3U);
  expect_no_invention("70794\t1200\t0\t0\t0\t0\t0\n", parse_inode_state);
}

}  // namespace
}  // namespace memkit::test
