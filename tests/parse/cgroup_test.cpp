#include <gtest/gtest.h>

#include "parse/cgroup_membership.h"
#include "parse/cgroup_value.h"
#include "parse/memory_events.h"
#include "parse/memory_stat.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

using namespace std::literals;
constexpr std::uint64_t kUnlimited = CgroupValue::kUnlimited;

TEST(CgroupMembership, ReadsTheCapturedHybrid) {
  const std::string text = captured_process(kHostilePid, "cgroup");
  const CgroupMembership membership = parse_cgroup_membership(text);
  EXPECT_EQ(membership.memory_v1_path, "/fixture-1"sv);
  EXPECT_EQ(membership.v2_path, "/"sv);
  EXPECT_EQ(membership.systemd_v1_path, "/"sv);
}

TEST(CgroupMembership, PureV2AndPureV1) {
  const CgroupMembership v2 = parse_cgroup_membership("0::/system.slice/a.service\n");
  EXPECT_EQ(v2.v2_path, "/system.slice/a.service"sv);
  EXPECT_EQ(v2.memory_v1_path, Missing::absent);
  const CgroupMembership v1 = parse_cgroup_membership("5:cpuset,memory:/docker/12\n1:name=systemd:/docker/12\n");
  EXPECT_EQ(v1.memory_v1_path, "/docker/12"sv);
  EXPECT_EQ(v1.v2_path, Missing::absent);
}

TEST(CgroupMembership, SplitsAtTheFirstTwoColonsOnly) {
  EXPECT_EQ(parse_cgroup_membership("0::/a:b/c::d\n").v2_path, "/a:b/c::d"sv);
  EXPECT_EQ(parse_cgroup_membership("3:memory:/a:memory:/b\n").memory_v1_path, "/a:memory:/b"sv);
  EXPECT_EQ(parse_cgroup_membership("3:name=memory:/a\n4:memoryx:/b\n").memory_v1_path, Missing::absent);
}

TEST(CgroupMembership, PathsKeepTheirBytes) {
  EXPECT_EQ(parse_cgroup_membership("0::/a\\x2db/c d \n").v2_path, "/a\\x2db/c d "sv);
  EXPECT_EQ(parse_cgroup_membership("0::/../x\n").v2_path, "/../x"sv);
  std::string_view rest = "0::/gone (deleted)\n1:cpu:/\n";
  CgroupLine line;
  ASSERT_TRUE(take_cgroup_line(rest, line));
  EXPECT_EQ(line.path, "/gone");
  EXPECT_TRUE(line.deleted);
  ASSERT_TRUE(take_cgroup_line(rest, line));
  EXPECT_EQ(line.controllers, "cpu");
  EXPECT_EQ(line.hierarchy, 1U);
  EXPECT_FALSE(line.deleted);
  EXPECT_FALSE(take_cgroup_line(rest, line));
}

TEST(CgroupMembership, TroubleInTheText) {
  EXPECT_EQ(parse_cgroup_membership("").v2_path, Missing::absent);
  EXPECT_EQ(parse_cgroup_membership("0::/system.sl").v2_path, Missing::absent) << "cut";
  EXPECT_EQ(parse_cgroup_membership("0:/a\n0\n\nx::/b\n0::c\n").v2_path, Missing::absent);
  EXPECT_EQ(parse_cgroup_membership("0::/a\r\n0::/b\n\0"sv).v2_path, "/a"sv);
}

TEST(CgroupMembership, NoPrefixInvents) {
  const std::string text = captured_process(kHostilePid, "cgroup");
  expect_no_invention(text, parse_cgroup_membership);
}

TEST(CgroupValue, NumbersAndMax) {
  EXPECT_EQ(parse_cgroup_value("1048576\n"), CgroupValue{1048576});
  EXPECT_EQ(parse_cgroup_value("0\n"), CgroupValue{0});
  EXPECT_EQ(parse_cgroup_value("0"), CgroupValue{0});
  EXPECT_EQ(parse_cgroup_value("max\n"), CgroupValue{kUnlimited});
  EXPECT_EQ(parse_cgroup_value("max"), CgroupValue{kUnlimited});
  EXPECT_TRUE(parse_cgroup_value("max\r\n")->unlimited());
}

TEST(CgroupValue, V1PrintsNoLimitAsAboutLongMax) {
  EXPECT_EQ(parse_cgroup_value("9223372036854771712\n"), CgroupValue{kUnlimited}) << "4 KiB pages";
  EXPECT_EQ(parse_cgroup_value("9223372036854710272\n"), CgroupValue{kUnlimited}) << "64 KiB pages";
  EXPECT_EQ(parse_cgroup_value("9223372036854775807\n"), CgroupValue{kUnlimited}) << "before 3.19";
  EXPECT_EQ(parse_cgroup_value("18446744073709551615\n"), CgroupValue{kUnlimited}) << "some before 3.19";
  EXPECT_EQ(parse_cgroup_value("1125899906842624\n"), CgroupValue{1125899906842624}) << "a petabyte is a limit";
  EXPECT_EQ(parse_cgroup_value(captured("sys/fs/cgroup/memory/fixture-1/memory.limit_in_bytes")),
            CgroupValue{33554432});
  EXPECT_EQ(parse_cgroup_value(captured("sys/fs/cgroup/memory/memory.limit_in_bytes")), CgroupValue{kUnlimited});
}

TEST(CgroupValue, TroubleInTheText) {
  EXPECT_EQ(parse_cgroup_value(""), Missing::absent);
  for (const std::string_view bad : {"\n", "ma\n", "-1\n", "1 2\n", "maximum\n", "18446744073709547520\n"}) {
    EXPECT_EQ(parse_cgroup_value(bad), Missing::malformed) << bad;
  }
}

TEST(MemoryStat, ReadsTheCapturedV1) {
  const MemoryStat stat = parse_memory_stat(captured("sys/fs/cgroup/memory/fixture-1/memory.stat"));
  EXPECT_EQ(stat.cache_bytes, 29396992U);
  EXPECT_EQ(stat.rss_bytes, 3215360U);
  EXPECT_EQ(stat.shmem_bytes, 29351936U);
  EXPECT_EQ(stat.swap_bytes, 19193856U);
  EXPECT_EQ(stat.swapcached_bytes, 327680U);
  EXPECT_EQ(stat.hierarchical_memory_limit_bytes, 33554432U);
  EXPECT_EQ(stat.hierarchical_memsw_limit_bytes, kUnlimited);
  EXPECT_EQ(stat.total_inactive_anon_bytes, 32456704U);
  EXPECT_EQ(stat.total_swapcached_bytes, 327680U);
  EXPECT_EQ(stat.total_workingset_refault_anon, 556U);
  EXPECT_EQ(stat.anon_bytes, Missing::absent) << "v2's word";
}

// The figures of the files by hand count up by 37 a line.
TEST(MemoryStat, ReadsV2) {
  const MemoryStat stat = parse_memory_stat(by_hand("memory_stat/v2-6.1"));
  EXPECT_EQ(stat.anon_bytes, 37U);
  EXPECT_EQ(stat.file_bytes, 2U * 37);
  EXPECT_EQ(stat.kernel_bytes, 3U * 37);
  EXPECT_EQ(stat.shmem_thp_bytes, 19U * 37);
  EXPECT_EQ(stat.slab_bytes, 27U * 37);
  EXPECT_EQ(stat.pgscan, 35U * 37);
  EXPECT_EQ(stat.pgsteal_direct, 40U * 37);
  EXPECT_EQ(stat.thp_collapse_alloc, 51U * 37);
  EXPECT_EQ(stat.cache_bytes, Missing::absent);
}

TEST(MemoryStat, ReadsOldV1) {
  const MemoryStat stat = parse_memory_stat(by_hand("memory_stat/v1-4.4"));
  EXPECT_EQ(stat.cache_bytes, 37U);
  EXPECT_EQ(stat.total_unevictable_bytes, 34U * 37);
  EXPECT_EQ(stat.hierarchical_memory_limit_bytes, 536870912U);
  EXPECT_EQ(stat.hierarchical_memsw_limit_bytes, kUnlimited);
  EXPECT_EQ(stat.shmem_bytes, Missing::absent);
}

TEST(MemoryStat, LimitsOfTheOldestKernels) {
  const MemoryStat stat =
      parse_memory_stat("hierarchical_memory_limit 18446744073709551615\nhierarchical_memsw_limit x\ntotal_cache 5\n");
  EXPECT_EQ(stat.hierarchical_memory_limit_bytes, kUnlimited);
  EXPECT_EQ(stat.hierarchical_memsw_limit_bytes, Missing::malformed);
  EXPECT_EQ(stat.total_cache_bytes, 5U);
  EXPECT_EQ(parse_memory_stat("hierarchical_memory_limit\n").hierarchical_memory_limit_bytes, Missing::malformed);
}

TEST(MemoryStat, TroubleInTheText) {
  EXPECT_EQ(parse_memory_stat("").anon_bytes, Missing::absent);
  EXPECT_EQ(parse_memory_stat("anon 5").anon_bytes, Missing::absent);
  EXPECT_EQ(parse_memory_stat("anon 18446744073709547520\n").anon_bytes, Missing::malformed);
  EXPECT_EQ(parse_memory_stat("\nnew_key 1\nanon 5\nanon 6\n\0\0"sv).anon_bytes, 5U);
}

TEST(MemoryStat, NoPrefixInvents) {
  expect_no_invention(captured("sys/fs/cgroup/memory/fixture-1/memory.stat"), parse_memory_stat);
  expect_no_invention(by_hand("memory_stat/v2-6.1"), parse_memory_stat);
  expect_no_invention(by_hand("memory_stat/v1-4.4"), parse_memory_stat);
}

TEST(MemoryEvents, V2AndV1) {
  const std::string_view v2 = "low 1\nhigh 20\nmax 300\noom 4\noom_kill 5\noom_group_kill 6\n";
  const MemoryEvents events = parse_memory_events(v2);
  EXPECT_EQ(events.low, 1U);
  EXPECT_EQ(events.max, 300U);
  EXPECT_EQ(events.oom_kill, 5U);
  EXPECT_EQ(events.oom_group_kill, 6U);
  EXPECT_EQ(events.under_oom, Missing::absent);
  expect_no_invention(v2, parse_memory_events);
  const MemoryEvents v1 = parse_memory_events(captured("sys/fs/cgroup/memory/fixture-1/memory.oom_control"));
  EXPECT_EQ(v1.oom_kill_disable, 0U);
  EXPECT_EQ(v1.under_oom, 0U);
  EXPECT_EQ(v1.oom_kill, 0U);
  EXPECT_EQ(v1.high, Missing::absent);
}

TEST(CgroupStat, DyingDescendants) {
  const CgroupStat stat = parse_cgroup_stat("nr_descendants 12\nnr_subsys_memory 4\nnr_dying_descendants 3\n");
  EXPECT_EQ(stat.nr_descendants, 12U);
  EXPECT_EQ(stat.nr_dying_descendants, 3U);
  EXPECT_TRUE(parse_cgroup_stat(captured("sys/fs/cgroup/unified/cgroup.stat")).nr_dying_descendants.has_value());
  EXPECT_EQ(parse_cgroup_stat("nr_descendants 1").nr_descendants, Missing::absent);
}

}  // namespace
}  // namespace memkit::test
