// The rules of kernel memory, shared memory, zones and settings: both sides of each threshold, and false alarms.
#include <gmock/gmock.h>

#include "analysis/findings/machine.h"

namespace memkit::test {
namespace {

using testing::Contains;

constexpr std::uint64_t kTotal = 10000000 * kKib;  // of Machine
constexpr auto kNothing = std::nullopt;

std::uint64_t pct(double share) { return static_cast<std::uint64_t>(share / 100 * static_cast<double>(kTotal)); }

std::string text(const std::optional<Finding>& finding, std::string_view key) {
  return std::get<std::string>(finding->find(key)->value);
}

TEST(VmallocHeavy, WarnsAtFivePerCentWithoutStacks) {
  Machine machine;
  machine->kernel_stack_bytes = pct(0.5);
  machine->vmalloc_used_bytes = pct(5.4);
  EXPECT_EQ(machine.severity("vmalloc-heavy"), kNothing);
  machine->vmalloc_used_bytes = pct(5.6);
  EXPECT_EQ(machine.severity("vmalloc-heavy"), Severity::warning);
  EXPECT_EQ(machine.finding("vmalloc-heavy")->text, "vmalloc-heavy");
  machine.snapshot.vmallocinfo = Vmallocinfo{1000, {{"gpu_alloc [gpu]", 900, 3}, {"x", 100, 1}}};
  EXPECT_EQ(text(machine.finding("vmalloc-heavy"), "caller"), "gpu_alloc [gpu]");
}

TEST(KernelStacks, WarnsAtOnePerCentOrNearTheLimitOfThreads) {
  Machine machine;
  machine->kernel_stack_bytes = pct(0.99);
  EXPECT_EQ(machine.severity("kernel-stacks"), kNothing);
  machine->kernel_stack_bytes = pct(1.01);
  EXPECT_EQ(machine.severity("kernel-stacks"), Severity::warning);
  machine->kernel_stack_bytes = pct(0.1);
  Settings& settings = machine.snapshot.settings;
  settings.loadavg = Loadavg{};
  settings.loadavg->threads_count = 800;
  settings.threads_max = 100000;
  EXPECT_EQ(machine.severity("kernel-stacks"), kNothing);
  settings.pid_max = 1000;
  EXPECT_EQ(machine.finding("kernel-stacks")->text, "kernel-stacks.threads");
  settings.loadavg->threads_count = 799;
  EXPECT_EQ(machine.severity("kernel-stacks"), kNothing);
}

TEST(KernelStacks, WarnNearAControlGroupsLimitOfTasks) {
  Machine machine;
  machine.survey.pids = {{"/app.slice", "sys/fs/cgroup/pids/app.slice", 79, 100}};
  EXPECT_EQ(machine.severity("kernel-stacks"), kNothing);
  machine.survey.pids[0].current_count = 80;
  const auto found = machine.finding("kernel-stacks");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->severity, Severity::warning);
  EXPECT_EQ(found->text, "kernel-stacks.cgroup");
  EXPECT_EQ(text(found, "cgroup"), "/app.slice");
  EXPECT_THAT(found->next, Contains("grep . /sys/fs/cgroup/pids/app.slice/pids.*"));
  machine->kernel_stack_bytes = pct(2);
  EXPECT_EQ(machine.finding("kernel-stacks")->text, "kernel-stacks") << "the whole machine's goes first";
}

TEST(PercpuHeavy, IsInformationFromTwoPerCent) {
  Machine machine;
  machine->percpu_bytes = pct(1.99);
  EXPECT_EQ(machine.severity("percpu-heavy"), kNothing);
  machine->percpu_bytes = pct(2.01);
  EXPECT_EQ(machine.severity("percpu-heavy"), Severity::info);
}

TEST(DyingCgroups, AreInformationAboveAThousand) {
  Machine machine;
  machine.snapshot.dying_cgroups.v2 = CgroupStat{};
  machine.snapshot.dying_cgroups.v2->nr_dying_descendants = 1000;
  EXPECT_EQ(machine.severity("dying-cgroups"), kNothing);
  machine.snapshot.dying_cgroups.v2->nr_dying_descendants = 1001;
  EXPECT_EQ(machine.severity("dying-cgroups"), Severity::info);
}

TEST(DyingCgroups, OfV1AreThoseThatNoDirectoryShows) {
  Machine machine;
  machine.survey.walk.version = CgroupVersion::v1;
  machine.survey.walk.visited = 200;
  machine.snapshot.dying_cgroups.controllers = std::vector<CgroupController>{{"memory", 4, 1200, true}};
  EXPECT_EQ(machine.severity("dying-cgroups"), kNothing);
  machine.survey.walk.visited = 199;
  EXPECT_EQ(machine.severity("dying-cgroups"), Severity::info);
  machine.survey.walk.unlisted = 1;
  EXPECT_EQ(machine.severity("dying-cgroups"), kNothing) << "some may not be seen";
}

TEST(HardwareCorrupted, WarnsOfAny) {
  Machine machine;
  EXPECT_EQ(machine.severity("hardware-corrupted"), kNothing);
  machine->hardware_corrupted_bytes = 4 * kKib;
  EXPECT_EQ(machine.severity("hardware-corrupted"), Severity::warning);
}

TEST(TmpfsHeavy, WarnsOfFilesAtTwentyPerCent) {
  Machine machine;
  machine->shmem_bytes = pct(40);
  EXPECT_EQ(machine.severity("tmpfs-heavy"), kNothing) << "a database's shared buffers";
  machine.snapshot.tmpfs = std::vector<TmpfsUse>{{"/dev/shm", pct(1), 0}, {"/tmp/it's", pct(18.9), 0}};
  EXPECT_EQ(machine.severity("tmpfs-heavy"), kNothing);
  (*machine.snapshot.tmpfs.operator->())[0].used_bytes = pct(1.2);
  const auto found = machine.finding("tmpfs-heavy");
  EXPECT_EQ(found->severity, Severity::warning);
  EXPECT_EQ(text(found, "mount"), "/tmp/it's");
  EXPECT_THAT(found->next, Contains("du -xah '/tmp/it'\\''s' | sort -h | tail")) << "to be pasted";
  machine->shmem_bytes = pct(19);
  EXPECT_EQ(machine.severity("tmpfs-heavy"), kNothing) << "the rest lies in swap";
}

TEST(TmpfsHeavy, WarnsOfSharedMemoryWhereMemoryIsShort) {
  Machine machine;
  machine->mem_available_bytes = pct(9);
  machine->shmem_bytes = pct(19.9);
  EXPECT_EQ(machine.severity("tmpfs-heavy"), kNothing);
  machine->shmem_bytes = pct(20.1);
  EXPECT_EQ(machine.finding("tmpfs-heavy")->text, "tmpfs-heavy.shmem");
  EXPECT_EQ(machine.diagnose().findings.front().id, "tmpfs-heavy");
}

TEST(ShmOrphaned, IsInformationAndAWarningAboveFivePerCent) {
  Machine machine;
  ShmSegment segment;
  segment.shmid = 7;
  segment.size_bytes = pct(50);
  segment.rss_bytes = pct(4.9);
  segment.swap_bytes = 0;
  segment.attached_count = 1;
  machine.snapshot.shm = std::vector<ShmSegment>{segment};
  EXPECT_EQ(machine.severity("shm-orphaned"), kNothing) << "somebody has it";
  segment.attached_count = 0;
  machine.snapshot.shm = std::vector<ShmSegment>{segment};
  EXPECT_EQ(machine.severity("shm-orphaned"), Severity::info);
  EXPECT_THAT(machine.finding("shm-orphaned")->next, Contains("ipcrm -m 7"));
  segment.rss_bytes = pct(5.1);
  machine.snapshot.shm = std::vector<ShmSegment>{segment};
  EXPECT_EQ(machine.severity("shm-orphaned"), Severity::warning);
  segment.rss_bytes = 0;
  machine.snapshot.shm = std::vector<ShmSegment>{segment};
  EXPECT_EQ(machine.severity("shm-orphaned"), kNothing) << "never touched";
}

HugepagePool pool(std::uint64_t nr, std::uint64_t free, std::uint64_t resv) {
  HugepagePool made;
  made.page_size_bytes = 2048 * kKib;
  made.nr = nr;
  made.free = free;
  made.resv = resv;
  made.surplus = 0;
  return made;
}

TEST(HugepagesIdle, WarnsAtFivePerCentThatNobodyReserved) {
  Machine machine;
  const std::uint64_t five = pct(5) / (2048 * kKib) + 1;
  machine.snapshot.hugepages = {pool(five + 100, five + 10, 20)};
  EXPECT_EQ(machine.severity("hugepages-idle"), kNothing);
  machine.snapshot.hugepages = {pool(five + 100, five + 10, 10)};
  EXPECT_EQ(machine.severity("hugepages-idle"), Severity::warning);
  EXPECT_EQ(machine.finding("hugepages-idle")->confidence, Confidence::high);
  machine.snapshot.hugepages = {pool(five + 10, five + 10, 10)};
  EXPECT_EQ(machine.finding("hugepages-idle")->confidence, Confidence::medium) << "the database may not run yet";
}

TEST(HugepagesShort, IsInformationWhereNoneIsLeft) {
  Machine machine;
  machine.snapshot.hugepages = {pool(0, 0, 0)};
  EXPECT_EQ(machine.severity("hugepages-short"), kNothing);
  machine.snapshot.hugepages = {pool(10, 4, 3)};
  EXPECT_EQ(machine.severity("hugepages-short"), kNothing);
  machine.snapshot.hugepages = {pool(10, 4, 4)};
  EXPECT_EQ(machine.finding("hugepages-short")->text, "hugepages-short");
  machine.snapshot.hugepages = {pool(10, 4, 3)};
  machine.snapshot.hugepages[0].surplus = 1;
  EXPECT_EQ(machine.finding("hugepages-short")->text, "hugepages-short.surplus");
}

TEST(MemoryLocked, IsInformationAndAWarningWhereMemoryIsShort) {
  Machine machine;
  machine->mlocked_bytes = machine->unevictable_bytes = pct(20);
  EXPECT_EQ(machine.severity("memory-locked"), kNothing);
  machine->mlocked_bytes = machine->unevictable_bytes = pct(20.1);
  EXPECT_EQ(machine.severity("memory-locked"), Severity::info);
  Process& process = machine.add_process("mlocker", 97, pct(20));
  process.locked_bytes = pct(20);
  machine->mem_available_bytes = pct(3);
  const Diagnosis diagnosis = machine.diagnose();
  EXPECT_EQ(diagnosis.findings.front().id, "memory-locked");
  EXPECT_EQ(diagnosis.findings.front().severity, Severity::critical) << "of what it explains";
  EXPECT_EQ(text(machine.finding("memory-locked"), "locker"), "mlocker (PID 97)");
}

TEST(ThpBloat, NeedsHugePagesThatAreNotUsed) {
  Machine machine;
  machine->anon_huge_pages_bytes = *machine->anon_pages_bytes / 2;
  Process& process = machine.add_process("sparse", 9, pct(20));
  process.anon_huge_bytes = pct(20);
  process.referenced_bytes = pct(9.9);
  EXPECT_EQ(machine.severity("thp-bloat"), kNothing);
  machine->anon_huge_pages_bytes = *machine->anon_pages_bytes / 2 + 4 * kKib;
  EXPECT_EQ(machine.severity("thp-bloat"), Severity::info);
  machine.processes[0].referenced_bytes = pct(10);
  EXPECT_EQ(machine.severity("thp-bloat"), kNothing);
}

TEST(ZramPoor, NeedsEnoughToTellFrom) {
  Machine machine;
  ZramDevice device{"zram0", {}};
  device.mm_stat.orig_data_size_bytes = 149 * kMib;
  device.mm_stat.mem_used_total_bytes = 100 * kMib;
  machine.snapshot.zram = {device};
  EXPECT_EQ(machine.severity("zram-poor"), Severity::info);
  device.mm_stat.orig_data_size_bytes = 150 * kMib;
  machine.snapshot.zram = {device};
  EXPECT_EQ(machine.severity("zram-poor"), kNothing);
  device.mm_stat.orig_data_size_bytes = device.mm_stat.mem_used_total_bytes = 63 * kMib;
  machine.snapshot.zram = {device};
  EXPECT_EQ(machine.severity("zram-poor"), kNothing);
}

TEST(ZswapPoor, ComparesWhatIsStoredWithWhatItTakes) {
  Machine machine;
  machine->zswapped_bytes = 149 * kMib;
  machine->zswap_bytes = 100 * kMib;
  EXPECT_EQ(machine.severity("zswap-poor"), Severity::info);
  machine->zswapped_bytes = 150 * kMib;
  EXPECT_EQ(machine.severity("zswap-poor"), kNothing);
}

Zone zone(std::string name, std::uint64_t managed, std::uint64_t free) {
  Zone made;
  made.name = std::move(name);
  made.managed_pages = managed;
  made.free_pages = free;
  made.min_pages = 1000;
  made.low_pages = 2000;
  return made;
}

TEST(ZoneMarks, LowIsInformationAndMinCritical) {
  Machine machine;
  machine.snapshot.zoneinfo =
      Zoneinfo{{zone("DMA", 4000, 1), zone("DMA32", 100000, 1), zone("Normal", 2000000, 2000)}, {}};
  EXPECT_EQ(machine.severity("zone-below-low"), kNothing) << "small zones do not count";
  machine.snapshot.zoneinfo->zones[2].free_pages = 1999;
  EXPECT_EQ(machine.severity("zone-below-low"), Severity::info);
  EXPECT_EQ(machine.severity("zone-below-min"), kNothing);
  machine.snapshot.zoneinfo->zones[2].free_pages = 999;
  EXPECT_EQ(machine.severity("zone-below-min"), Severity::critical);
  EXPECT_EQ(text(machine.finding("zone-below-min"), "zone"), "Normal");
}

TEST(MinFreeOdd, IsFarFromWhatTheKernelWouldTake) {
  Machine machine;
  Got<std::uint64_t>& set = machine.snapshot.settings.min_free_bytes;
  // sqrt(10,000,000 * 16) kB; with huge pages up to 11 pageblocks for each of two zones.
  constexpr std::uint64_t kLeast = 12649 * kKib;
  constexpr std::uint64_t kMost = 2 * 11 * 2 * kMib;
  for (const std::uint64_t usual : {kLeast, kMost, 2 * kMost}) {
    set = usual;
    EXPECT_EQ(machine.severity("min-free-odd"), kNothing) << usual;
  }
  set = kLeast / 2 - 16 * kKib;
  EXPECT_EQ(machine.finding("min-free-odd")->text, "min-free-odd.low");
  set = kMost * 4 + kMib;
  EXPECT_EQ(machine.severity("min-free-odd"), Severity::info);
  set = pct(5.1);
  EXPECT_EQ(machine.severity("min-free-odd"), Severity::warning);
}

TEST(Fragmented, NeedsSmallPiecesAndCompaction) {
  Machine machine;
  BuddyZone normal;
  normal.name = "Normal";
  normal.orders = 11;
  normal.free_blocks[0] = 952;
  normal.free_blocks[4] = 3;  // 48 pages: 95.2 % are small
  machine.snapshot.buddyinfo = Buddyinfo{{normal}};
  EXPECT_EQ(machine.not_judged("fragmented"), LackWhy::one_sample);
  machine.delta.emplace();
  machine.delta->reclaim.compact_stall.count = 0;
  EXPECT_EQ(machine.severity("fragmented"), kNothing) << "nobody asks for larger ones";
  machine.delta->reclaim.compact_fail.count = 1;
  EXPECT_EQ(machine.severity("fragmented"), Severity::warning);
  machine.snapshot.buddyinfo->zones[0].free_blocks[0] = 800;
  EXPECT_EQ(machine.severity("fragmented"), kNothing);
  machine.snapshot.buddyinfo->zones[0].free_blocks[0] = 9520;
  machine.snapshot.buddyinfo->zones[0].name = "DMA32";
  EXPECT_EQ(machine.severity("fragmented"), kNothing);
  Zone small;
  small.name = "DMA32";
  small.managed_pages = 100'000;
  machine.snapshot.zoneinfo = Zoneinfo{{small}, {}};
  EXPECT_EQ(machine.severity("fragmented"), Severity::warning) << "all that a small machine has";
  machine.snapshot.pressure.memory->full.avg10_pct = 1.1;
  machine.snapshot.pressure.memory->full.avg60_pct = 0.24;
  const Diagnosis diagnosis = machine.diagnose();
  EXPECT_EQ(diagnosis.findings.front().id, "fragmented");
  EXPECT_EQ(diagnosis.find("psi-full")->explained_by, "fragmented") << "who compacts waits";
}

NodeFacts node(std::uint32_t number, double free_pct, double cache_pct) {
  NodeFacts facts;
  facts.node = number;
  facts.meminfo.mem_total_bytes = kTotal / 2;
  facts.meminfo.mem_free_bytes = pct(free_pct) / 2;
  facts.meminfo.active_file_bytes = pct(cache_pct) / 2;
  facts.meminfo.inactive_file_bytes = facts.meminfo.sreclaimable_bytes = 0;
  return facts;
}

TEST(NumaImbalance, WarnsOfANodeThatIsFullWhileAnotherIsNot) {
  Machine machine;
  machine.snapshot.nodes = {node(0, 10, 0)};
  EXPECT_EQ(machine.severity("numa-imbalance"), kNothing) << "one node";
  machine.snapshot.nodes = {node(0, 9.9, 0), node(1, 19.7, 0)};
  EXPECT_EQ(machine.severity("numa-imbalance"), kNothing);
  machine.snapshot.nodes = {node(0, 9.9, 0), node(1, 20, 0)};
  EXPECT_EQ(machine.severity("numa-imbalance"), Severity::warning);
  machine.snapshot.nodes = {node(0, 10.1, 0), node(1, 50, 0)};
  EXPECT_EQ(machine.severity("numa-imbalance"), kNothing);
  machine.snapshot.nodes = {node(0, 2, 30), node(1, 50, 0)};
  EXPECT_EQ(machine.severity("numa-imbalance"), Severity::info) << "cache, which gives way";
}

TEST(OvercommitLimit, IsCriticalInModeTwoAlone) {
  Machine machine;
  machine->committed_as_bytes = pct(90);
  machine->commit_limit_bytes = pct(100);
  for (const std::uint64_t mode : {0U, 1U}) {
    machine.snapshot.settings.overcommit_memory = mode;
    EXPECT_EQ(machine.severity("overcommit-limit"), kNothing) << mode;
  }
  machine.snapshot.settings.overcommit_memory = 2;
  EXPECT_EQ(machine.severity("overcommit-limit"), Severity::critical);
  machine->committed_as_bytes = pct(89.9);
  EXPECT_EQ(machine.severity("overcommit-limit"), kNothing);
}

TEST(SwappinessOdd, IsZeroWithSwapOrOverAHundredWithoutCompression) {
  Machine machine;
  Got<std::uint64_t>& set = machine.snapshot.settings.swappiness;
  for (const std::uint64_t usual : {1U, 60U, 100U}) {
    set = usual;
    EXPECT_EQ(machine.severity("swappiness-odd"), kNothing) << usual;
  }
  set = 101;
  EXPECT_EQ(machine.finding("swappiness-odd")->text, "swappiness-odd.high");
  machine.snapshot.zram = {ZramDevice{"zram0", {}}};
  EXPECT_EQ(machine.severity("swappiness-odd"), kNothing);
  set = 0;
  EXPECT_EQ(machine.finding("swappiness-odd")->text, "swappiness-odd");
  machine->swap_total_bytes = machine->swap_free_bytes = 0;
  EXPECT_EQ(machine.severity("swappiness-odd"), kNothing);
}

}  // namespace
}  // namespace memkit::test
