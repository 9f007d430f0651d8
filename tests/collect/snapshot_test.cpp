#include "collect/snapshot.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit::test {
namespace {

constexpr auto kAll = static_cast<Want>(~0u);

int unread_error(const Snapshot& snapshot, const std::string& path) {
  for (const Unread& unread : snapshot.unread) {
    if (unread.path == path) return unread.error;
  }
  return 0;
}

TEST(Snapshot, OfTheLiveMachineKnowsHostPageSizeAndClocks) {
  const Snapshot live = collect(Root::live(), Want::meminfo | Want::host);
  EXPECT_EQ(live.source, "live");
  ASSERT_TRUE(live.meminfo);
  EXPECT_GT(live.meminfo->mem_total_bytes.value_or(0), 0u);
  EXPECT_EQ(live.page_size_bytes, static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  char name[256] = {};
  ASSERT_EQ(gethostname(name, sizeof name - 1), 0);
  EXPECT_EQ(live.host.name, std::string(name));
  EXPECT_EQ(live.host.boot_id.value_or("").size(), 36u);
  EXPECT_TRUE(live.host.kernel_release);
  EXPECT_TRUE(live.host.uptime_ms);
  EXPECT_TRUE(live.host.time_ns);
  EXPECT_TRUE(live.host.monotonic_ns);
}

TEST(Snapshot, ReadsNothingThatIsNotWanted) {
  const TempDir dir;
  dir.write("proc/meminfo", "MemTotal: 1000 kB\n");
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::meminfo);
  EXPECT_TRUE(snapshot.meminfo);
  EXPECT_TRUE(snapshot.unread.empty());  // any other file would stand here: the tree has none
}

TEST(Snapshot, OfACaptureTakesNothingFromTheLiveMachine) {
  const TempDir dir;
  dir.write("proc/meminfo", "MemTotal: 1000 kB\n");
  const Snapshot snapshot = collect(Root::at(dir.string()), kAll);
  EXPECT_EQ(snapshot.host.name, Missing::absent);
  EXPECT_EQ(snapshot.host.boot_id, Missing::absent);
  EXPECT_EQ(snapshot.host.kernel_release, Missing::absent);
  EXPECT_EQ(snapshot.host.uptime_ms, Missing::absent);
  EXPECT_EQ(snapshot.host.time_ns, Missing::absent);
  EXPECT_EQ(snapshot.host.monotonic_ns, Missing::absent);
  EXPECT_EQ(snapshot.page_size_bytes, Missing::absent);
  EXPECT_FALSE(snapshot.vmstat);
  EXPECT_FALSE(snapshot.meminfo_is_fuse);
  EXPECT_FALSE(snapshot.pressure.memory);
  EXPECT_EQ(unread_error(snapshot, "proc/vmstat"), ENOENT);
  EXPECT_EQ(unread_error(snapshot, "proc/sys/kernel/random/boot_id"), ENOENT);
}

TEST(Snapshot, HostFallsBackToTheFilesThatReportsCopy) {
  const TempDir dir;
  dir.write("etc/hostname", "web-07\n");
  dir.write("proc/version", "Linux version 5.4.0-97-generic (buildd@lcy02) #110 SMP\n");
  dir.write("proc/uptime", "58046.12 112233.44\n");
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::host);
  EXPECT_EQ(snapshot.host.name, std::string("web-07"));
  EXPECT_EQ(snapshot.host.kernel_release, std::string("5.4.0-97-generic"));
  EXPECT_EQ(snapshot.host.uptime_ms, 58046120u);
  dir.write("proc/sys/kernel/hostname", "web-08\n");
  dir.write("proc/sys/kernel/osrelease", "6.1.0\n");
  const Snapshot both = collect(Root::at(dir.string()), Want::host);
  EXPECT_EQ(both.host.name, std::string("web-08"));
  EXPECT_EQ(both.host.kernel_release, std::string("6.1.0"));
}

TEST(Snapshot, AnEmptyFileCouldNotBeReadAndIsNotAbsent) {
  const TempDir dir;
  dir.write("proc/meminfo", "");
  dir.write("proc/vmstat", std::string(4096, '\0'));
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::meminfo | Want::vmstat);
  EXPECT_EQ(snapshot.meminfo.missing(), Missing::malformed);
  EXPECT_FALSE(snapshot.meminfo);
  EXPECT_FALSE(snapshot.vmstat);
  EXPECT_EQ(unread_error(snapshot, "proc/meminfo"), kEmptyFile);
  EXPECT_EQ(unread_error(snapshot, "proc/vmstat"), kEmptyFile);
  EXPECT_NE(unread_text(kEmptyFile).find("empty"), std::string::npos);
}

TEST(Snapshot, AFolderInPlaceOfAFileIsMalformed) {
  const TempDir dir;
  dir.write("proc/meminfo/x", "");
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::meminfo);
  EXPECT_FALSE(snapshot.meminfo);
  EXPECT_EQ(snapshot.meminfo.missing(), Missing::malformed);
  EXPECT_EQ(unread_error(snapshot, "proc/meminfo"), EISDIR);
}

TEST(Snapshot, NodesAreInOrderOfTheirNumbers) {
  const TempDir dir;
  for (const char* node : {"10", "2", "0"}) {
    dir.write("sys/devices/system/node/node" + std::string(node) + "/meminfo",
              "Node " + std::string(node) + " MemTotal: " + node + "000 kB\n");
  }
  dir.write("sys/devices/system/node/online", "0,2,10\n");
  dir.write("sys/devices/system/node/nodex/meminfo", "MemTotal: 7 kB\n");
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::nodes);
  ASSERT_EQ(snapshot.nodes.size(), 3u);
  EXPECT_EQ(snapshot.nodes[1].node, 2u);
  EXPECT_EQ(snapshot.nodes[2].node, 10u);
  EXPECT_EQ(snapshot.nodes[2].meminfo.mem_total_bytes, 10000u * 1024);
}

TEST(Snapshot, HugepagePoolsOfEachSize) {
  const TempDir dir;
  const std::string base = "sys/kernel/mm/hugepages/";
  dir.write(base + "hugepages-1048576kB/nr_hugepages", "2\n");
  dir.write(base + "hugepages-2048kB/nr_hugepages", "10\n");
  dir.write(base + "hugepages-2048kB/free_hugepages", "4\n");
  dir.write(base + "hugepages-2048kB/resv_hugepages", "1\n");
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::hugepages);
  ASSERT_EQ(snapshot.hugepages.size(), 2u);
  EXPECT_EQ(snapshot.hugepages[0].page_size_bytes, 2048u * 1024);
  EXPECT_EQ(snapshot.hugepages[0].free, 4u);
  EXPECT_EQ(snapshot.hugepages[0].surplus, Missing::absent);
  EXPECT_EQ(snapshot.hugepages[1].nr, 2u);
}

TEST(Snapshot, ZramDevicesAndTheZpoolOfZswap) {
  const TempDir dir;
  dir.write("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/zram0 partition 1000 10 100\n");
  dir.write("sys/block/zram0/mm_stat", "40960 1000 8192 0 8192 0 0 0 0\n");
  dir.write("sys/block/zram1/disksize", "0\n");
  dir.write("sys/module/zswap/parameters/zpool", "zbud\n");
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::swaps);
  ASSERT_EQ(snapshot.zram.size(), 1u);
  EXPECT_EQ(snapshot.zram[0].name, "zram0");
  EXPECT_EQ(snapshot.zram[0].mm_stat.mem_used_total_bytes, 8192u);
  EXPECT_EQ(snapshot.zswap_zpool, std::string("zbud"));
  ASSERT_TRUE(snapshot.swaps);
  EXPECT_EQ(snapshot.swaps->size(), 1u);
}

TEST(Snapshot, TmpfsOfACaptureIsWhatItNoted) {
  constexpr std::uint64_t kTmpfsMagic = 0x01021994;
  const TempDir dir;
  dir.write("proc/self/mountinfo",
            "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:25 / /run rw - tmpfs tmpfs rw\n24 22 0:26 / /tmp rw - tmpfs "
            "x rw\n");
  EXPECT_EQ(collect(Root::at(dir.string()), Want::tmpfs).tmpfs.missing(), Missing::absent) << "a copy has none";
  Capture capture;
  capture.filesystems["run"] = {1000, 300, kTmpfsMagic};
  dir.write(std::string(kCaptureFile), capture_text(capture));
  const Snapshot snapshot = collect(Root::at(dir.string()), Want::tmpfs);
  ASSERT_TRUE(snapshot.tmpfs);
  ASSERT_EQ(snapshot.tmpfs->size(), 1U) << "/tmp could not be asked when it was taken";
  EXPECT_EQ(snapshot.tmpfs->front().mount_point, "/run");
  EXPECT_EQ(snapshot.tmpfs->front().used_bytes, 300U);
}

TEST(Snapshot, LxcfsIsSeenInTheMountsOfInitWhereSelfIsNotCopied) {
  const TempDir dir;
  dir.write("proc/1/mountinfo", "50 40 0:45 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n");
  EXPECT_EQ(collect(Root::at(dir.string()), Want::mounts).meminfo_is_fuse, true);
  dir.write("proc/self/mountinfo", "22 27 0:21 / /proc rw - proc proc rw\n");
  EXPECT_EQ(collect(Root::at(dir.string()), Want::mounts).meminfo_is_fuse, false);
}

struct PageSizeCase {
  std::uint64_t anon_kb, anon_pages, mapped_kb, mapped_pages, huge_kb;
  Got<std::uint64_t> expected;
};

TEST(PageSize, IsToldWhereBothRatiosAgree) {
  const PageSizeCase cases[] = {
      {4000, 1000, 400, 100, 0, 4096u},
      {64000, 1000, 6400, 100, 0, 65536u},
      {16000, 1000, 1600, 100, 0, 16384u},
      {3870, 1000, 399, 100, 0, 4096u},                // read some seconds apart
      {4390, 1000, 439, 100, 0, 4096u},                // just within a tenth
      {4500, 1000, 400, 100, 0, Missing::malformed},   // just beyond it
      {4000, 1000, 6400, 100, 0, Missing::malformed},  // 4 KiB and 64 KiB
      {242, 1000, 36, 100, 0, Missing::malformed},     // a container's meminfo, its host's vmstat
      {90731, 1000, 400, 100, 86731, 4096u},           // before 4.8: huge pages are not in nr_anon_pages
      {0, 1000, 400, 100, 0, Missing::absent},
      {4000, 1000, 400, 0, 0, Missing::absent},
      {4000, 1000, 4, 1, 0, Missing::absent},  // one page proves nothing
  };
  for (const PageSizeCase& one : cases) {
    Meminfo meminfo;
    meminfo.anon_pages_bytes = one.anon_kb * 1024;
    meminfo.mapped_bytes = one.mapped_kb * 1024;
    meminfo.anon_huge_pages_bytes = one.huge_kb * 1024;
    Vmstat vmstat;
    vmstat.nr_anon_pages = one.anon_pages;
    vmstat.nr_mapped = one.mapped_pages;
    EXPECT_EQ(page_size_of(meminfo, vmstat), one.expected) << one.anon_kb << " kB of " << one.anon_pages;
  }
  EXPECT_EQ(page_size_of({}, {}), Missing::absent);
}

TEST(PageSize, OfTheCapturedMachine) {
  const Snapshot snapshot =
      collect(Root::at((testdata() / "roots/6.18-x86_64-vm").string()), Want::meminfo | Want::vmstat);
  EXPECT_EQ(snapshot.page_size_bytes, 4096u);
}

TEST(MissingFor, TellsAbsentFromDeniedFromBroken) {
  EXPECT_EQ(missing_for(ENOENT), Missing::absent);
  EXPECT_EQ(missing_for(EACCES), Missing::denied);
  EXPECT_EQ(missing_for(EPERM), Missing::denied);
  EXPECT_EQ(missing_for(ENOTSUP), Missing::malformed);
  EXPECT_EQ(missing_for(EFBIG), Missing::malformed);
  EXPECT_EQ(missing_for(kEmptyFile), Missing::malformed);
}

}  // namespace
}  // namespace memkit::test
