// Shared memory that no file accounts for: how much it is, what it is, and who holds it.
#include "analysis/shared_memory.h"

#include <gmock/gmock.h>

#include "analysis/findings/machine.h"
#include "collect/shared_files.h"
#include "support/temp_dir.h"

namespace memkit::test {
namespace {

using testing::ElementsAre;

TEST(UnplacedShmem, IsWhatNeitherSegmentsNorMountsHold) {
  Machine machine;
  machine->shmem_bytes = 1000 * kMib;
  EXPECT_EQ(unplaced_shmem(machine.snapshot), 1000 * kMib) << "nothing is known of either";
  ShmSegment segment;
  segment.rss_bytes = 300 * kMib;
  segment.swap_bytes = 500 * kMib;  // which is in no RAM
  machine.snapshot.shm = std::vector<ShmSegment>{segment};
  machine.snapshot.tmpfs = std::vector<TmpfsUse>{{"/dev/shm", 100 * kMib, 0}, {"/run", 50 * kMib, 0}};
  EXPECT_EQ(unplaced_shmem(machine.snapshot), 550 * kMib);
  machine.snapshot.tmpfs->front().used_bytes = 5000 * kMib;  // some of it is in swap
  EXPECT_EQ(unplaced_shmem(machine.snapshot), 0U);
  machine->shmem_bytes = Missing::absent;
  EXPECT_FALSE(unplaced_shmem(machine.snapshot));
}

SharedKind kind_of(std::string_view line) {
  const std::pair<std::uint32_t, std::uint32_t> tmpfs[] = {{0, 25}};
  Mapping mapping;
  EXPECT_TRUE(take_mapping(line, mapping)) << line;
  return shared_kind(mapping, tmpfs);
}

TEST(SharedKind, IsToldByNameAndDevice) {
  EXPECT_EQ(kind_of("7f00-8f00 rw-s 00000000 00:01 5 /memfd:a cache (deleted)\n"), SharedKind::memfd);
  EXPECT_EQ(kind_of("7f00-8f00 rw-s 00000000 00:01 6 /dev/zero (deleted)\n"), SharedKind::anonymous);
  EXPECT_EQ(kind_of("7f00-8f00 rw-s 00000000 00:01 6 [anon_shmem:heap]\n"), SharedKind::anonymous);
  EXPECT_EQ(kind_of("7f00-8f00 rw-s 00000000 00:01 7 /SYSV00001a2b (deleted)\n"), SharedKind::sysv);
  EXPECT_EQ(kind_of("7f00-8f00 rw-s 00000000 00:19 8 /run/x (deleted)\n"), SharedKind::deleted_file);
  EXPECT_EQ(kind_of("7f00-8f00 rw-p 00000000 00:30 8 /dev/shm/x (deleted)\n"), SharedKind::deleted_file)
      << "another mount namespace's";
}

TEST(SharedKind, IsNoneOfWhatHasAPlaceOrIsADevices) {
  EXPECT_EQ(kind_of("7f00-8f00 rw-s 00000000 00:19 8 /dev/shm/x\n"), SharedKind::other);
  EXPECT_EQ(kind_of("7f00-8f00 r-xp 00000000 00:30 8 /usr/lib/x.so (deleted)\n"), SharedKind::other)
      << "btrfs, overlay";
  EXPECT_EQ(kind_of("7f00-8f00 r-xp 00000000 08:01 8 /dev/shm/x (deleted)\n"), SharedKind::other);
  EXPECT_EQ(kind_of("7f00-8f00 rw-s 00000000 00:01 9 /i915 (deleted)\n"), SharedKind::other);
  EXPECT_EQ(kind_of("7f00-8f00 rw-p 00000000 00:00 0\n"), SharedKind::other);
}

/// A process with so much PSS of shared memory.
Process process(std::uint32_t pid, std::uint64_t pss_shmem_bytes) {
  Process made;
  made.pid = pid;
  made.name = "p";
  made.pss_shmem_bytes = pss_shmem_bytes;
  return made;
}

TEST(SharedFiles, AreAddedUpByFileAndNameWhoHoldsMost) {
  const TempDir dir;
  dir.write("proc/5/maps",
            "10000000-14000000 rw-s 00000000 00:01 7 /memfd:a\\012b (deleted)\n"
            "20000000-24000000 rw-s 04000000 00:01 7 /memfd:a\\012b (deleted)\n"
            "30000000-30100000 rw-s 00000000 00:01 8 /memfd:small (deleted)\n");
  dir.write("proc/6/maps", "10000000-14000000 rw-s 00000000 00:01 7 /memfd:a\\012b (deleted)\n");
  dir.write("proc/7/maps", "10000000-14000000 rw-s 00000000 00:01 9 /memfd:unread (deleted)\n");
  const auto any = [](const Mapping&) { return true; };
  const SharedFiles shared = collect_shared_files(
      Root::at(dir.string()), {process(5, 100 * kMib), process(6, 20 * kMib), process(7, 0), process(8, kMib)}, any);
  ASSERT_EQ(shared.files.size(), 2U);
  const SharedFile& largest = shared.files.front();
  EXPECT_EQ(largest.name, "/memfd:a\nb");
  EXPECT_TRUE(largest.deleted);
  EXPECT_EQ(largest.mapped_bytes, 128 * kMib) << "by one process, in two pieces";
  EXPECT_EQ(largest.held_bytes, 120 * kMib) << "no more than they have in RAM";
  EXPECT_EQ(largest.processes_count, 2U);
  EXPECT_EQ(largest.holder_pid, 5U);
  EXPECT_EQ(shared.read_count, 2U) << "7 has none in RAM";
  EXPECT_EQ(shared.unread_count, 1U) << "8 has no maps";
}

TEST(SharedFiles, OfWhomNoShareIsKnownAreHeldByNobodyKnowsHowMuch) {
  const TempDir dir;
  dir.write("proc/5/maps", "10000000-14000000 rw-s 00000000 00:01 7 /memfd:a (deleted)\n");
  Process unknown;
  unknown.pid = 5;
  const SharedFiles shared =
      collect_shared_files(Root::at(dir.string()), {unknown}, [](const Mapping&) { return true; });
  ASSERT_EQ(shared.files.size(), 1U);
  EXPECT_FALSE(shared.files.front().held_bytes);
  EXPECT_EQ(shared.files.front().mapped_bytes, 64 * kMib);
}

TEST(TmpfsDevices, AreThoseOfMountinfo) {
  const TempDir dir;
  dir.write("proc/self/mountinfo",
            "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 22 0:25 / /run rw - tmpfs tmpfs rw\n24 22 0:5 / /dev rw - "
            "devtmpfs x rw\n");
  EXPECT_THAT(tmpfs_devices(Root::at(dir.string())), ElementsAre(std::pair(0U, 25U)));
}

struct WithHolder : Machine {
  explicit WithHolder(const std::string& name) {
    add_process("java", 12, kGib);
    SharedFile file;
    file.name = name;
    file.deleted = true;
    file.mapped_bytes = 2 * kGib;
    file.held_bytes = 2 * kGib;
    file.processes_count = 3;
    file.holder_pid = 12;
    shared.emplace();
    shared->files = {file};
  }
};

TEST(ShmOrphaned, NamesWhoHoldsADeletedFile) {
  WithHolder machine("/dev/shm/x");
  machine.snapshot.shm = std::vector<ShmSegment>{};
  const auto found = machine.finding("shm-orphaned");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->severity, Severity::info);
  EXPECT_EQ(found->text, "shm-orphaned.deleted");
  EXPECT_EQ(std::get<std::string>(found->find("holder")->value), "java (PID 12)");
  EXPECT_THAT(found->next, testing::Contains("memkit pmap 12 --kind"));
  machine.snapshot.shm = Missing::absent;
  EXPECT_TRUE(machine.finding("shm-orphaned")) << "a kernel without System V IPC has tmpfs";
  machine.shared->files.clear();
  EXPECT_FALSE(machine.finding("shm-orphaned"));
}

TEST(ShmOrphaned, IsSilentOfWhatNeverHadAName) {
  for (const char* const name : {"/memfd:x", "/dev/zero", "/SYSV00000000"}) {
    WithHolder machine(name);
    machine.snapshot.shm = std::vector<ShmSegment>{};
    EXPECT_FALSE(machine.finding("shm-orphaned")) << name;
  }
}

TEST(TmpfsHeavy, NamesTheHolderOfSharedMemoryThatHasNoFile) {
  WithHolder machine("/memfd:x");
  machine->mem_available_bytes = 500000 * kKib;
  machine->shmem_bytes = 4000000 * kKib;
  const auto found = machine.finding("tmpfs-heavy");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "tmpfs-heavy.holder");
  EXPECT_EQ(std::get<std::string>(found->find("file")->value), "/memfd:x");
  EXPECT_THAT(found->next, testing::Contains("memkit pmap 12 --kind"));
}

}  // namespace
}  // namespace memkit::test
