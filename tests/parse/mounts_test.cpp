#include <gtest/gtest.h>

#include "parse/mountinfo.h"
#include "parse/swaps.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

using namespace std::literals;

TEST(Swaps, ReadsTheCapturedMachine) {
  const auto areas = parse_swaps(captured("proc/swaps"));
  ASSERT_EQ(areas.size(), 1U);
  EXPECT_EQ(areas[0].name, "/dev/zram0");
  EXPECT_EQ(areas[0].type, "partition");
  EXPECT_EQ(areas[0].size_bytes, 131068U * 1024);
  EXPECT_EQ(areas[0].used_bytes, 19064U * 1024);
  EXPECT_EQ(areas[0].priority, 100);
  EXPECT_FALSE(areas[0].deleted);
}

TEST(Swaps, NamesHoldBlanksAndMayBeDeleted) {
  const auto areas = parse_swaps(by_hand("swaps/4.19"));
  ASSERT_EQ(areas.size(), 3U);
  EXPECT_EQ(areas[0].priority, -2);
  EXPECT_EQ(areas[1].name, "/srv/swap file");
  EXPECT_EQ(areas[1].type, "file");
  EXPECT_FALSE(areas[1].deleted);
  EXPECT_EQ(areas[2].name, "/srv/gone");
  EXPECT_TRUE(areas[2].deleted);
  EXPECT_EQ(areas[2].used_bytes, 12U * 1024);
  const auto plain = parse_swaps("/srv/gone (deleted) file 4 0 -3\n");
  ASSERT_EQ(plain.size(), 1U);
  EXPECT_EQ(plain[0].name, "/srv/gone");
  EXPECT_TRUE(plain[0].deleted);
}

TEST(Swaps, TroubleInTheText) {
  EXPECT_TRUE(parse_swaps("").empty());
  EXPECT_TRUE(parse_swaps("Filename\t\t\t\tType\t\tSize\tUsed\tPriority\n").empty());
  EXPECT_TRUE(parse_swaps("/dev/sda2 partition 100\n\n").empty());
  EXPECT_TRUE(parse_swaps("/dev/sda2 partition 100 50 1").empty()) << "cut";
  const auto areas = parse_swaps("/dev/sda2 partition 100 18446744073709551612 9999999999\r\n\0\0"sv);
  ASSERT_EQ(areas.size(), 1U);
  EXPECT_EQ(areas[0].size_bytes, 100U * 1024);
  EXPECT_EQ(areas[0].used_bytes, Missing::malformed);
  EXPECT_EQ(areas[0].priority, Missing::malformed);
}

TEST(Swaps, NoPrefixInvents) {
  expect_no_invention(captured("proc/swaps"), parse_swaps);
  expect_no_invention(by_hand("swaps/4.19"), parse_swaps);
}

TEST(Mountinfo, ReadsEveryField) {
  const auto mounts = parse_mountinfo(by_hand("mountinfo/hybrid"));
  ASSERT_EQ(mounts.size(), 9U);
  const Mount& cpu = mounts[7];
  EXPECT_EQ(cpu.id, 36U);
  EXPECT_EQ(cpu.parent_id, 29U);
  EXPECT_EQ(cpu.dev_major, 0U);
  EXPECT_EQ(cpu.dev_minor, 31U);
  EXPECT_EQ(cpu.root, "/");
  EXPECT_EQ(cpu.mount_point, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(cpu.options, "rw,nosuid,nodev,noexec,relatime");
  EXPECT_EQ(cpu.optional_fields, "shared:17 master:3 propagate_from:2");
  EXPECT_EQ(cpu.type, "cgroup");
  EXPECT_EQ(cpu.source, "cgroup");
  EXPECT_EQ(cpu.super_options, "rw,cpu,cpuacct");
}

TEST(Mountinfo, NamesAreDecodedAndMayBeEmpty) {
  const Mount mount = parse_mountinfo(by_hand("mountinfo/hybrid")).at(8);
  EXPECT_EQ(mount.mount_point, "/srv/with blank\ttab\\slash");
  EXPECT_EQ(mount.optional_fields, "");
  EXPECT_EQ(mount.type, "tmpfs");
  EXPECT_EQ(mount.source, "");
  EXPECT_EQ(mount.super_options, "rw,size=1024k");
}

TEST(Mountinfo, OptionsAreWholeWords) {
  EXPECT_TRUE(has_mount_option("rw,cpu,memory", "memory"));
  EXPECT_TRUE(has_mount_option("memory", "memory"));
  EXPECT_FALSE(has_mount_option("rw,memory_recursiveprot", "memory"));
  EXPECT_FALSE(has_mount_option("", "memory"));
}

TEST(Mountinfo, FindsTheCapturedCgroups) {
  std::string text = captured("proc/self/mountinfo");
  std::string_view rest = text;
  MountLine line;
  std::string memory;
  std::string unified;
  while (take_mount(rest, line)) {
    if (line.type == "cgroup" && has_mount_option(line.super_options, "memory")) memory = line.mount_point;
    if (line.type == "cgroup2") unified = line.mount_point;
  }
  EXPECT_EQ(memory, "/sys/fs/cgroup/memory");
  EXPECT_EQ(unified, "/sys/fs/cgroup/unified");
}

TEST(Mountinfo, TroubleInTheText) {
  EXPECT_TRUE(parse_mountinfo("").empty());
  EXPECT_TRUE(parse_mountinfo("1 2 0:3 / / rw - proc proc rw").empty()) << "cut";
  EXPECT_TRUE(
      parse_mountinfo("x 2 0:3 / / rw - proc proc rw\n1 2 03 / / rw - p p rw\n1 2 0:3 / / rw shared:1\n\n").empty());
  const auto mounts = parse_mountinfo("junk\n1 2 0:3 / /proc rw - proc proc rw\r\n\0\0"sv);
  ASSERT_EQ(mounts.size(), 1U);
  EXPECT_EQ(mounts[0].super_options, "rw");
}

TEST(Mountinfo, TellsLxcfsOverMeminfo) {
  EXPECT_TRUE(meminfo_is_fuse(by_hand("mountinfo/lxcfs")));
  EXPECT_FALSE(meminfo_is_fuse(by_hand("mountinfo/hybrid")));
  EXPECT_FALSE(meminfo_is_fuse(captured("proc/self/mountinfo")));
  EXPECT_FALSE(meminfo_is_fuse(""));
  EXPECT_FALSE(meminfo_is_fuse("9 1 0:5 /proc/cpuinfo /proc/cpuinfo rw - fuse.lxcfs lxcfs rw\n"));
  EXPECT_FALSE(
      meminfo_is_fuse("9 1 0:5 / /proc/meminfo rw - fuse.lxcfs lxcfs rw\n10 1 0:6 / /proc rw - proc proc rw\n"))
      << "a later mount hides it";
  EXPECT_FALSE(meminfo_is_fuse("9 1 0:5 / /proc/meminfo rw - tmpfs tmpfs rw\n")) << "a bind mount of a plain file";
}

TEST(Mountinfo, NoPrefixInvents) {
  expect_no_invention(by_hand("mountinfo/hybrid"), parse_mountinfo);
  expect_no_invention(by_hand("mountinfo/lxcfs"), parse_mountinfo);
  expect_no_invention(captured("proc/self/mountinfo"), parse_mountinfo);
}

}  // namespace
}  // namespace memkit::test
