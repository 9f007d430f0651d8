// memkit report: who holds shared memory that is in no file and no segment.
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kFivePctKb = 800000;  // of kSixteenGb

class SharedMemory : public testing::Test {
 protected:
  void SetUp() override {
    dir_.write("proc/vmstat", "nr_anon_pages 1125000\nnr_mapped 175000\n");
    add(7, "java", 900000, "10000000-50000000 rw-s 00000000 00:01 70 /memfd:cache (deleted)\n");
    add(8, "nginx", 50000,
        "10000000-50000000 rw-s 00000000 00:01 70 /memfd:cache (deleted)\n"
        "60000000-60100000 rw-s 00000000 00:20 80 /dev/shm/gone (deleted)\n");
  }
  void shmem(std::uint64_t kb) { dir_.write("proc/meminfo", meminfo_text(with(kSixteenGb, "Shmem", kb))); }
  void add(int pid, const std::string& name, std::uint64_t pss_shmem_kb, const std::string& maps) {
    const std::string proc = "proc/" + std::to_string(pid) + "/";
    const std::string kb = std::to_string(pss_shmem_kb);
    dir_.write(proc + "stat", std::to_string(pid) + " (" + name +
                                  ") S 1 1 1 0 -1 0 10 0 2 0 5 6 0 0 20 0 1 0 4711 1024000000 250 1 1 1\n");
    dir_.write(proc + "smaps_rollup", "00400000-7fff000 ---p 00000000 00:00 0 [rollup]\nRss: " + kb +
                                          " kB\nPss: " + kb + " kB\nPss_Anon: 0 kB\nPss_File: 0 kB\nPss_Shmem: " + kb +
                                          " kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: " + kb + " kB\nSwap: 0 kB\n");
    dir_.write(proc + "maps", maps);
  }
  [[nodiscard]] json document() const { return json::parse(run({"report", "--json", "--root", dir_.path()}).out); }
  [[nodiscard]] json shared() const { return document()["shared_memory"]; }
  TemporaryDir dir_;
};

TEST_F(SharedMemory, IsLookedForAboveFivePerCentAlone) {
  shmem(kFivePctKb);
  EXPECT_TRUE(shared().is_null());
  EXPECT_THAT(run({"report", "--root", dir_.path()}).out, Not(HasSubstr("memfd")));
  shmem(kFivePctKb + 1);
  const json found = shared();
  ASSERT_EQ(found["files"].size(), 2U) << found;
  EXPECT_EQ(found["unplaced_bytes"], (kFivePctKb + 1) * kKib);
  const json& largest = found["files"][0];
  EXPECT_EQ(largest["name"], "/memfd:cache");
  EXPECT_EQ(largest["kind"], "memfd");
  EXPECT_EQ(largest["processes_count"], 2);
  EXPECT_EQ(largest["holder_pid"], 7);
  EXPECT_EQ(largest["holder_name"], "java");
  EXPECT_EQ(found["files"][1]["kind"], "deleted_file");
  const std::string text = run({"report", "--root", dir_.path()}).out;
  EXPECT_THAT(text, HasSubstr("/memfd:cache  of java (PID 7) and 1 more"));
}

TEST_F(SharedMemory, InSegmentsCountsForThem) {
  shmem(kFivePctKb + 300);
  const std::string head =
      "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      "
      "dtime "
      "     ctime                   rss                  swap\n";
  const auto segment = [&](std::uint64_t bytes) {
    dir_.write("proc/sysvipc/shm",
               head + " 0 5 600 " + std::to_string(bytes) + " 7 7 1 0 0 0 0 1 0 1 " + std::to_string(bytes) + " 0\n");
  };
  segment(200 * kKib);
  EXPECT_FALSE(shared().is_null());
  segment(300 * kKib);
  EXPECT_TRUE(shared().is_null());
}

TEST_F(SharedMemory, ThatIsADeletedFileIsAFinding) {
  shmem(kFivePctKb + 1);
  const json report = document();
  for (const json& finding : report["findings"]) {
    if (finding["id"] != "shm-orphaned") continue;
    EXPECT_EQ(finding["severity"], "info");
    EXPECT_THAT(finding["text"].get<std::string>(), HasSubstr("/dev/shm/gone is deleted and still mapped"));
    EXPECT_THAT(finding["text"].get<std::string>(), HasSubstr("nginx (PID 8)"));
    return;
  }
  FAIL() << "not found";
}

TEST_F(SharedMemory, OfWhatMayNotBeReadIsCounted) {
  shmem(kFivePctKb + 1);
  add(9, "other", 70000, "");
  std::filesystem::remove(dir_.path() + "/proc/9/maps");
  EXPECT_EQ(shared()["unread_processes_count"], 1);
  EXPECT_THAT(run({"report", "--root", dir_.path()}).out, HasSubstr("Processes whose mappings may not be read: 1."));
}

/// A memfd of 5.5 % of RAM in a child, for as long as this lives.
class HeldMemfd {
 public:
  explicit HeldMemfd(std::uint64_t bytes) {
    int ready[2];
    if (pipe(ready) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      const int file = memfd_create("held by test", 0);
      if (file < 0 || ftruncate(file, static_cast<off_t>(bytes)) != 0) _exit(1);
      void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (memory == MAP_FAILED) _exit(1);
      std::memset(memory, 1, bytes);
      if (write(ready[1], "x", 1) != 1) _exit(1);
      for (;;) pause();
    }
    close(ready[1]);
    char byte = 0;
    ready_ = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
  }
  ~HeldMemfd() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  HeldMemfd(const HeldMemfd&) = delete;
  HeldMemfd& operator=(const HeldMemfd&) = delete;
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  bool ready_ = false;
};

TEST(SharedMemoryLive, TheHolderOfAMemfdIsNamed) {
  constexpr std::uint64_t kMost = std::uint64_t{1536} << 20;
  constexpr std::uint64_t kSpare = std::uint64_t{8} << 30;
  const json before = json::parse(run({"free", "--json"}).out);
  const std::uint64_t total = before["memory"]["total_bytes"];
  const std::uint64_t needed = total / 1000 * 55;
  if (needed > kMost) GTEST_SKIP() << "skipped: 5 % of this machine's RAM is too much to take";
  if (before["memory"]["available_bytes"] < kSpare) GTEST_SKIP() << "skipped: less than 8 GiB is available";
  const HeldMemfd held(needed);
  ASSERT_TRUE(held.ready());
  const TemporaryDir dir;
  const std::string capture = dir.path() + "/capture";
  const json shared = json::parse(run({"report", "--json", "--save", capture}).out)["shared_memory"];
  ASSERT_FALSE(shared.is_null());
  bool named = false;
  for (const json& file : shared["files"]) {
    if (file["name"] != "/memfd:held by test") continue;
    named = true;
    EXPECT_EQ(file["holder_pid"], held.pid());
    EXPECT_EQ(file["mapped_bytes"], (needed + 4095) / 4096 * 4096);
    const json& most = file["held_at_most_bytes"];
    EXPECT_TRUE(most.is_null() || most >= needed / 4096 * 4096) << most;
  }
  EXPECT_TRUE(named) << shared;
  EXPECT_EQ(json::parse(run({"report", "--json", "--root", capture}).out)["shared_memory"], shared);
}

}  // namespace
}  // namespace memkit
