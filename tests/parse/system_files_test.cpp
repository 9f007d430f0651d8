// Small files of the kernel that tell of shared memory, vmalloc, threads and settings.
#include <gmock/gmock.h>

#include "parse/allocinfo.h"
#include "parse/choice.h"
#include "parse/loadavg.h"
#include "parse/proc_cgroups.h"
#include "parse/sysvipc_shm.h"
#include "parse/vmallocinfo.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit {

bool agrees(const ShmSegment& part, const ShmSegment& whole) {
  return part.shmid == whole.shmid && part.size_bytes == whole.size_bytes && part.creator_pid == whole.creator_pid &&
         part.last_pid == whole.last_pid && part.attached_count == whole.attached_count && part.uid == whole.uid &&
         test::agrees(part.rss_bytes, whole.rss_bytes) && test::agrees(part.swap_bytes, whole.swap_bytes);
}

/// Sums over fewer areas are smaller; none is invented.
bool agrees(const Vmallocinfo& part, const Vmallocinfo& whole) {
  if (part.pages > whole.pages || part.callers.size() > whole.callers.size()) return false;
  return std::all_of(part.callers.begin(), part.callers.end(), [&](const VmallocCaller& caller) {
    return std::any_of(whole.callers.begin(), whole.callers.end(), [&](const VmallocCaller& other) {
      return other.caller == caller.caller && other.pages >= caller.pages && other.areas_count >= caller.areas_count;
    });
  });
}

bool agrees(const CgroupController& part, const CgroupController& whole) {
  return part.name == whole.name && part.hierarchy == whole.hierarchy && part.cgroups_count == whole.cgroups_count &&
         part.enabled == whole.enabled;
}

bool agrees(const Loadavg& part, const Loadavg& whole) {
  return test::agrees(part.load1, whole.load1) && test::agrees(part.load5, whole.load5) &&
         test::agrees(part.load15, whole.load15) && test::agrees(part.runnable_count, whole.runnable_count) &&
         test::agrees(part.threads_count, whole.threads_count);
}

}  // namespace memkit

namespace memkit::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// As ipc/shm.c prints it: of Linux 6.1, and of 2.6.32 (without rss and swap).
constexpr std::string_view kShm =
    "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      "
    "dtime   "
    "   ctime                   rss                  swap\n"
    "         0          3   600               8388608  4711  4712      0   106   106   106   106 1790000000 "
    "1790000001 "
    "1790000000               8388608                  4096\n"
    "-559038737      32769  1666  18446744073709547520     1     1      2     0     0     0     0 1790000000          "
    "0 "
    "1790000000  18446744073709551615                     0\n";

TEST(SysvipcShm, ReadsEachSegment) {
  const std::vector<ShmSegment> segments = parse_sysvipc_shm(kShm);
  ASSERT_THAT(segments, SizeIs(2));
  EXPECT_EQ(segments[0].shmid, 3);
  EXPECT_EQ(segments[0].size_bytes, 8388608u);
  EXPECT_EQ(segments[0].creator_pid, 4711u);
  EXPECT_EQ(segments[0].last_pid, 4712u);
  EXPECT_EQ(segments[0].attached_count, 0u);
  EXPECT_EQ(segments[0].uid, 106u);
  EXPECT_EQ(segments[0].rss_bytes, 8388608u);
  EXPECT_EQ(segments[0].swap_bytes, 4096u);
  EXPECT_EQ(segments[1].attached_count, 2u);
  EXPECT_EQ(segments[1].rss_bytes, Missing::malformed) << "underflown";
  expect_no_invention(kShm, parse_sysvipc_shm);
}

TEST(SysvipcShm, OldKernelsTellNoRss) {
  const auto segments = parse_sysvipc_shm(
      "       key      shmid perms       size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      "
      "ctime\n"
      "         1     262144   600     393216  2345  2345      2     0     0     0     0 1300000000          0 "
      "1300000000\n");
  ASSERT_THAT(segments, SizeIs(1));
  EXPECT_EQ(segments[0].rss_bytes, Missing::absent);
}

TEST(SysvipcShm, TroubleInTheText) {
  EXPECT_THAT(parse_sysvipc_shm(""), IsEmpty());
  EXPECT_THAT(parse_sysvipc_shm("1 2 3\n"), IsEmpty());
  EXPECT_THAT(parse_sysvipc_shm("0 1 600 99999999999999999999 1 1 0 0\n"), IsEmpty());
}

TEST(Vmallocinfo, AddsUpTheAreasOfACaller) {
  const Vmallocinfo info = parse_vmallocinfo(
      "0xffffc90000000000-0xffffc90000005000   20480 kernel_clone+0x94/0x3e0 pages=4 vmalloc N0=4\n"
      "0xffffc90000008000-0xffffc9000000d000   20480 kernel_clone+0x94/0x3e0 pages=4 vmalloc N0=4\n"
      "0xffffc90000005000-0xffffc90000007000    8192 acpi_os_map_iomem+0x1bc/0x1e0 phys=0x00000000000a0000 ioremap\n"
      "0xffffc90000010000-0xffffc90001010000 16781312 gpu_alloc+0x1/0x2 [nvidia] pages=4096 vmalloc vpages N0=4096\n"
      "0xffffc90002000000-0xffffc90002002000    8192 unpurged vm_area\n"
      "0xffffc90003000000-0xffffc90003002000    8192 pages=1 vmalloc\n");
  EXPECT_EQ(info.pages, 4105u);
  ASSERT_THAT(info.callers, SizeIs(5));
  EXPECT_EQ(info.callers[0].caller, "gpu_alloc [nvidia]");
  EXPECT_EQ(info.callers[0].pages, 4096u);
  EXPECT_EQ(info.callers[1].caller, "kernel_clone");
  EXPECT_EQ(info.callers[1].pages, 8u);
  EXPECT_EQ(info.callers[1].areas_count, 2u);
}

TEST(Vmallocinfo, OfACaptureAndCutAnywhere) {
  const std::string text = captured("proc/vmallocinfo");
  const Vmallocinfo info = parse_vmallocinfo(text);
  EXPECT_GT(info.pages, 0u);
  std::uint64_t sum = 0;
  for (const VmallocCaller& caller : info.callers) sum += caller.pages;
  EXPECT_EQ(sum, info.pages);
  expect_no_invention(std::string_view(text).substr(0, 3000), parse_vmallocinfo, 7);
}

TEST(Vmallocinfo, TroubleInTheText) {
  EXPECT_THAT(parse_vmallocinfo("").callers, IsEmpty());
  EXPECT_THAT(parse_vmallocinfo("0x1-0x2 many f+0x1\nnonsense\n").callers, IsEmpty());
  const Vmallocinfo huge = parse_vmallocinfo("0x1-0x2 1 f+1 pages=18446744073709551615\n0x1-0x2 1 f+1 pages=2\n");
  EXPECT_EQ(huge.pages, UINT64_MAX) << "no overflow";
}

constexpr std::string_view kAllocinfo =
    "allocinfo - version: 1.0\n#     <size>  <calls> <tag info>\n"
    "           0        0 init/main.c:1 func:a\n"
    "     4194304      512 mm/slub.c:2354 func:alloc_slab_page\n"
    "    12582912       12 drivers/net/x/main.c:77 [x] func:x_ring_alloc\n"
    "      405504       99 fs/proc/inode.c:60 func:proc_alloc_inode\n";

TEST(Allocinfo, KeepsTheLargest) {
  const std::vector<AllocSite> sites = parse_allocinfo(kAllocinfo, 2);
  ASSERT_THAT(sites, SizeIs(2));
  EXPECT_EQ(sites[0].bytes, 12582912u);
  EXPECT_EQ(sites[0].calls_count, 12u);
  EXPECT_EQ(sites[0].tag, "drivers/net/x/main.c:77 [x] func:x_ring_alloc");
  EXPECT_EQ(sites[1].bytes, 4194304u);
  EXPECT_THAT(parse_allocinfo(kAllocinfo, 0), IsEmpty());
  EXPECT_THAT(parse_allocinfo("", 3), IsEmpty());
  EXPECT_THAT(parse_allocinfo("18446744073709551615 1 a\n1 -1 b\nx 1 c\n", 3), IsEmpty());
  const auto whole = parse_allocinfo(kAllocinfo, 99);
  for (std::size_t size = 0; size < kAllocinfo.size(); ++size) {
    for (const AllocSite& site : parse_allocinfo(kAllocinfo.substr(0, size), 99)) {
      EXPECT_TRUE(std::any_of(whole.begin(), whole.end(), [&](const AllocSite& other) {
        return other.tag == site.tag && other.bytes == site.bytes && other.calls_count == site.calls_count;
      })) << size;
    }
  }
}

TEST(Loadavg, ReadsLoadsAndThreads) {
  const Loadavg loadavg = parse_loadavg("0.20 1.18 12.12 1/804 11206\n");
  EXPECT_EQ(loadavg.load1, 0.2);
  EXPECT_EQ(loadavg.load15, 12.12);
  EXPECT_EQ(loadavg.runnable_count, 1u);
  EXPECT_EQ(loadavg.threads_count, 804u);
  EXPECT_EQ(parse_loadavg("").threads_count, Missing::absent);
  EXPECT_EQ(parse_loadavg("0.1 x 0.1 804 1\n").threads_count, Missing::malformed);
  EXPECT_EQ(parse_loadavg("0.1 x 0.1 804 1\n").load5, Missing::malformed);
  EXPECT_EQ(parse_loadavg("0.1 0.1 0.1 1/80").threads_count, Missing::absent) << "cut";
  expect_no_invention("0.20 1.18 12.12 1/804 11206\n", parse_loadavg);
}

TEST(ProcCgroups, ReadsEachController) {
  constexpr std::string_view kText =
      "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpuset\t3\t1\t1\nmemory\t4\t2200\t1\nnet_cls\t0\t1\t0\n";
  const auto controllers = parse_proc_cgroups(kText);
  ASSERT_THAT(controllers, SizeIs(3));
  EXPECT_EQ(controllers[1].name, "memory");
  EXPECT_EQ(controllers[1].hierarchy, 4u);
  EXPECT_EQ(controllers[1].cgroups_count, 2200u);
  EXPECT_TRUE(controllers[1].enabled);
  EXPECT_FALSE(controllers[2].enabled);
  EXPECT_THAT(parse_proc_cgroups("memory 1\nmemory x 1 1\n"), IsEmpty());
  expect_no_invention(kText, parse_proc_cgroups);
}

TEST(Choice, IsWhatStandsInBrackets) {
  EXPECT_EQ(*parse_choice("always [madvise] never\n"), "madvise");
  EXPECT_EQ(*parse_choice("[always] madvise never"), "always");
  EXPECT_EQ(*parse_choice("lzo-rle lzo lz4 [zstd] deflate \n"), "zstd");
  EXPECT_EQ(parse_choice(""), Missing::absent);
  EXPECT_EQ(parse_choice("always"), Missing::malformed);
  EXPECT_EQ(parse_choice("a [] b"), Missing::malformed);
  EXPECT_EQ(parse_choice("a [b"), Missing::malformed) << "cut";
}

}  // namespace
}  // namespace memkit::test
