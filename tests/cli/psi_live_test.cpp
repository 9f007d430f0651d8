// memkit psi on the running machine: lines, waits, and a cgroup that thrashes within a small limit of its own.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

#define SKIP_WITHOUT_PRESSURE() \
  if (access("/proc/pressure/memory", R_OK) != 0) GTEST_SKIP() << "skipped: this kernel keeps no pressure"

TEST(PsiLines, ComeAtTheirBeats) {
  SKIP_WITHOUT_PRESSURE();
  const Outcome done = run({"psi", "--interval", "0.2", "--count", "5"});
  ASSERT_EQ(done.status, 0) << done.err;
  const Words lines = lines_of(done.out);
  ASSERT_EQ(lines.size(), 6u) << done.out;
  EXPECT_THAT(lines[0], StartsWith("TIME"));
  const double start = seconds_of(words_of(lines[1])[0]);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const Words words = words_of(lines[i]);
    EXPECT_GE(seconds_of(words[0]) - start, 0.2 * static_cast<double>(i - 1) - 0.05) << lines[i];
    EXPECT_THAT(words[1], testing::AnyOf("OK", "WARNING", "CRITICAL"));
    EXPECT_EQ(words[4] == "-", i == 1) << "a share of an interval takes two samples: " << lines[i];
    EXPECT_LE(lines[i].size(), 80u);
  }
}

TEST(PsiLines, AreADocumentEachInJson) {
  SKIP_WITHOUT_PRESSURE();
  const Words lines = lines_of(run({"psi", "--json", "--interval", "0.1", "--count", "2"}).out);
  ASSERT_EQ(lines.size(), 2u);
  const json first = json::parse(lines[0]);
  const json second = json::parse(lines[1]);
  EXPECT_TRUE(first["looked_s"].is_null());
  EXPECT_GE(second["looked_s"].get<double>(), 0.05);
  EXPECT_TRUE(second["pressure"][0]["some"]["now_pct"].is_number());
  EXPECT_GT(seconds_of(second["time"]), seconds_of(first["time"]));
}

TEST(PsiWait, TimesOutWithStatusFour) {
  SKIP_WITHOUT_PRESSURE();
  const Outcome done = run({"psi", "--wait", "-w", "some=100", "--timeout", "0.6"});
  EXPECT_EQ(done.status, 4);
  EXPECT_EQ(done.out, "");
  EXPECT_THAT(done.err, HasSubstr("stayed below the threshold for 0."));
  const json document = json::parse(run({"psi", "--wait", "-w", "some=100", "--timeout", "0.3", "--json"}).out);
  EXPECT_EQ(document["crossed"], false);
  EXPECT_GE(document["waited_s"].get<double>(), 0.3);
}

TEST(PsiWait, EndsWhenPressurePassesTheThreshold) {
  SKIP_WITHOUT_PRESSURE();
  // More that compute than processors: some of them wait for one.
  const std::string line =
      "pids=; for i in $(seq $(($(nproc) + 2))); do timeout 20 sh -c 'while :; do :; done' & pids=\"$pids $!\"; done; "
      "\"$MEMKIT\" psi cpu --wait -w 20 --timeout 15; status=$?; kill $pids; exit $status";
  const Outcome done = shell(line);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("some "));
  EXPECT_THAT(done.out, HasSubstr(" of the last second: passed after "));
}

TEST(PsiWait, CannotWaitForWhatIsNotThere) {
  EXPECT_EQ(run({"psi", "--wait", "--cgroup=/memkit-no-such-cgroup"}).status, 1);
}

/// A memory cgroup with a small limit, and where it has pressure the v2 cgroup of the same path.
class SmallCgroup {
 public:
  explicit SmallCgroup(const std::string& limit) : name_("/memkit-test-" + std::to_string(getpid())) {
    const bool v1 = access("/sys/fs/cgroup/memory/memory.limit_in_bytes", W_OK) == 0;
    if (v1) {
      make("/sys/fs/cgroup/memory");
      limited_ = !directories_.empty() && write(directories_.back() + "/memory.limit_in_bytes", limit);
    }
    const std::string v2 = v1 ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
    if (access((v2 + "/memory.pressure").c_str(), R_OK) == 0) make(v2);
    if (!v1 && !directories_.empty()) limited_ = write(directories_.back() + "/memory.max", limit);
    has_pressure_ = !directories_.empty() && access((directories_.back() + "/memory.pressure").c_str(), R_OK) == 0;
  }
  ~SmallCgroup() {
    for (const std::string& directory : directories_) {
      for (int tries = 0; rmdir(directory.c_str()) != 0 && tries < 50; ++tries) usleep(20'000);
    }
  }
  SmallCgroup(const SmallCgroup&) = delete;
  SmallCgroup& operator=(const SmallCgroup&) = delete;

  [[nodiscard]] bool usable() const { return limited_ && has_pressure_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Moves the calling process in.
  [[nodiscard]] bool enter() const {
    return std::all_of(directories_.begin(), directories_.end(),
                       [](const std::string& directory) { return write(directory + "/cgroup.procs", "0"); });
  }

 private:
  static bool write(const std::string& file, const std::string& text) {
    std::ofstream out(file);
    out << text << std::flush;
    return out.good();
  }
  void make(const std::string& mount) {
    const std::string directory = mount + name_;
    if (mkdir(directory.c_str(), 0755) == 0) directories_.push_back(directory);
  }

  std::string name_;
  std::vector<std::string> directories_;
  bool limited_ = false;
  bool has_pressure_ = false;
};

constexpr std::size_t kFileBytes = std::size_t{48} << 20;

/// A file on a disk of which no page is cached.
bool write_cold_file(const std::string& path) {
  std::ofstream(path, std::ios::binary) << std::string(kFileBytes, 'x');
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = fd >= 0 && fsync(fd) == 0 && posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0;
  if (fd >= 0) close(fd);
  return done;
}

/// Reads every page of the file again and again, within the cgroup; never returns.
[[noreturn]] void thrash(const SmallCgroup& cgroup, const std::string& path) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  void* const map = fd < 0 ? MAP_FAILED : mmap(nullptr, kFileBytes, PROT_READ, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED || !cgroup.enter()) _exit(1);
  const auto* const pages = static_cast<const volatile char*>(map);
  for (;;) {
    for (std::size_t at = 0; at < kFileBytes; at += 4096) (void)pages[at];
  }
}

TEST(PsiThrash, WithinASmallCgroupIsFoundAndNamed) {
  SKIP_WITHOUT_PRESSURE();
  const TemporaryDir dir;
  struct statfs disk {};
  ASSERT_EQ(statfs(dir.path().c_str(), &disk), 0);
  if (disk.f_type == TMPFS_MAGIC) GTEST_SKIP() << "skipped: temporary files are in memory here";
  const SmallCgroup cgroup("12M");
  if (!cgroup.usable()) GTEST_SKIP() << "skipped: no memory cgroup with pressure can be made here";
  const std::string file = dir.path() + "/cold";
  ASSERT_TRUE(write_cold_file(file));
  const pid_t child = fork();
  if (child == 0) thrash(cgroup, file);
  ASSERT_GT(child, 0);

  // All at once: each looks for a second.
  Outcome machine, own, ranked, waited;
  std::thread threads[] = {
      std::thread([&] {
        machine = run({"psi", "--json", "--look", "1"});
      }),
      std::thread([&] {
        own = run({"psi", "--json", "--look", "1", "--cgroup=" + cgroup.name()});
      }),
      std::thread([&] {
        ranked = run({"psi", "--json", "--by", "cgroup", "--interval", "1", "--count", "1"});
      }),
      std::thread([&] {
        waited = run({"psi", "--wait", "-w", "some=0.5", "--timeout", "10", "--cgroup=" + cgroup.name()});
      }),
  };
  for (std::thread& thread : threads) thread.join();
  kill(child, SIGKILL);
  int how = 0;
  waitpid(child, &how, 0);
  ASSERT_TRUE(WIFSIGNALED(how)) << "the program that thrashes could not";

  const json own_document = json::parse(own.out);
  const json& reclaim = own_document["cgroup_reclaim"];
  const double stall = own_document["pressure"][0]["full"]["now_pct"];
  EXPECT_GT(stall, 0.5) << "one task: all of them wait";
  EXPECT_GT(reclaim["refault_file_pages"].get<std::uint64_t>(), 1000u);
  EXPECT_EQ(reclaim["pattern"] == "file_thrashing", stall > 5) << reclaim << stall;

  const json machine_document = json::parse(machine.out);
  EXPECT_GT(machine_document["pressure"][0]["some"]["now_pct"].get<double>(), 0.5);
  EXPECT_EQ(machine_document["reclaim"]["pattern"], "cgroup_limit") << machine_document["reclaim"];
  EXPECT_GT(machine_document["reclaim"]["scanned_cgroup_pages"].get<std::uint64_t>(), 5000u);

  const json cgroups = json::parse(ranked.out)["cgroups"];
  const auto first = std::find_if(cgroups.begin(), cgroups.end(), [](const json& row) { return row["cgroup"] != "/"; });
  ASSERT_NE(first, cgroups.end());
  EXPECT_EQ((*first)["cgroup"], cgroup.name());
  EXPECT_EQ(waited.status, 0) << waited.out << waited.err;
}

}  // namespace
}  // namespace memkit
