#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "collect/processes.h"
#include "collect/walk.h"

// The walker on the live machine.
namespace memkit {
namespace {

using test::Walk;
using test::walk;

std::uint64_t own_page_size() { return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)); }

/// A stopped child with known memory, killed at the end.
class StoppedChild {
 public:
  explicit StoppedChild(void (*prepare)()) {
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      prepare();
      raise(SIGSTOP);
      _exit(0);
    }
    int status = 0;
    waitpid(pid_, &status, WUNTRACED);
    stopped_ = WIFSTOPPED(status);
  }
  StoppedChild(const StoppedChild&) = delete;
  StoppedChild& operator=(const StoppedChild&) = delete;
  ~StoppedChild() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  pid_t pid_ = 0;
  bool stopped_ = false;
};

void touch_memory() {
  constexpr std::size_t kSize = std::size_t{8} << 20;
  void* const memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) std::fill_n(static_cast<char*>(memory), kSize, 'x');
}

/// Sums of the kB figures of /proc/PID/smaps, read by other means than the parser's.
struct SmapsSums {
  std::map<std::string, std::uint64_t> kb;
  std::uint64_t mappings = 0;
};
SmapsSums smaps_of(std::uint32_t pid) {
  SmapsSums sums;
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t number = 0;
    words >> key;
    if (key.back() != ':') {
      ++sums.mappings;
    } else if (words >> number) {
      sums.kb[key] += number;
    }
  }
  return sums;
}

TEST(ProcessesLive, AStoppedProcessEqualsTheSumOfItsSmaps) {
  const StoppedChild child(touch_memory);
  ASSERT_TRUE(child.stopped());
  // Others that map or leave the same libraries change its shares: read again until nothing moved meanwhile.
  Walk result;
  SmapsSums smaps = smaps_of(child.pid());
  if (smaps.mappings == 0) GTEST_SKIP() << "this kernel has no smaps";
  bool steady = false;
  for (int i = 0; i < 100 && !steady; ++i) {
    result = walk(Root::live(), {}, own_page_size());
    SmapsSums after = smaps_of(child.pid());
    steady = after.kb == smaps.kb;
    smaps = std::move(after);
  }
  ASSERT_TRUE(steady);
  const Process& process = result.of(child.pid());
  EXPECT_EQ(*process.rss_bytes, smaps.kb.at("Rss:") * 1024);
  EXPECT_EQ(*process.uss_bytes, (smaps.kb.at("Private_Clean:") + smaps.kb.at("Private_Dirty:")) * 1024);
  EXPECT_GE(*process.uss_bytes, std::uint64_t{8} << 20);
  EXPECT_EQ(*process.swap_bytes, smaps.kb.at("Swap:") * 1024);
  // smaps cuts each mapping's PSS to kB; and processes that share a library come and go between the two reads.
  constexpr std::uint64_t kOthers = std::uint64_t{256} << 10;
  EXPECT_GE(*process.pss_bytes + kOthers, smaps.kb.at("Pss:") * 1024);
  EXPECT_LE(*process.pss_bytes, (smaps.kb.at("Pss:") + smaps.mappings) * 1024 + kOthers);
  EXPECT_EQ(process.vsz_bytes.value_or(0) % own_page_size(), 0u);
  EXPECT_EQ(process.uid, Got<std::uint32_t>(geteuid()));
  EXPECT_EQ(process.ppid, Got<std::uint32_t>(static_cast<std::uint32_t>(getpid())));
}

TEST(ProcessesLive, SeesItselfAndNoPageWalkIsEnoughForRss) {
  const Walk result = walk(Root::live(), {.walk_pages = false, .read_command = false}, own_page_size());
  const Process& self = result.of(static_cast<std::uint32_t>(getpid()));
  EXPECT_GT(self.rss_bytes.value_or(0), own_page_size() * 100);
  EXPECT_GE(self.vsz_bytes.value_or(0), self.rss_bytes.value_or(0));
  EXPECT_TRUE(self.swap_bytes);
  EXPECT_FALSE(self.pss_bytes);
  EXPECT_TRUE(self.command.empty());
  EXPECT_EQ(result.summary.without_pages(), 0u) << "what was not asked for is not missing";
  EXPECT_FALSE(result.summary.others_hidden);
}

TEST(ProcessesLive, AProcessWhoseFirstThreadEndedStillHasItsMemory) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    touch_memory();
    std::thread([] { pause(); }).detach();
    syscall(SYS_exit, 0);  // of this thread alone; pthread_exit would unwind through the test framework
  }
  const auto id = static_cast<std::uint32_t>(pid);
  const auto state = [&] {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t end = line.rfind(") ");
    return end == std::string::npos ? '?' : line[end + 2];
  };
  for (int i = 0; i < 5000 && state() != 'Z'; ++i) usleep(1000);
  EXPECT_EQ(state(), 'Z');
  const Walk result = walk(Root::live(), {}, own_page_size());
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  ASSERT_TRUE(result.has(id));
  EXPECT_EQ(result.of(id).kind, ProcessKind::user);
  EXPECT_GE(result.of(id).uss_bytes.value_or(0), std::uint64_t{8} << 20);
}

TEST(ProcessesLive, AZombieIsOne) {
  const pid_t pid = fork();
  if (pid == 0) _exit(0);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  const Walk result = walk(Root::live(), {}, own_page_size());
  waitpid(pid, nullptr, 0);
  EXPECT_EQ(result.of(static_cast<std::uint32_t>(pid)).kind, ProcessKind::zombie);
  EXPECT_GE(result.summary.zombies, 1u);
}

TEST(ProcessesLive, AForeignProcessIsDeniedButItsRssIsKnown) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  const StoppedChild child(touch_memory);
  const std::uint32_t foreign = child.pid();
  const pid_t pid = fork();
  if (pid == 0) {
    // Another user without capabilities: reads all, walks none of root's.
    if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) _exit(2);
    const Walk result = walk(Root::live(), {}, own_page_size());
    const Process& process = result.of(foreign);
    const bool right = process.pss_bytes == Got<std::uint64_t>(Missing::denied) &&
                       process.uss_bytes == Got<std::uint64_t>(Missing::denied) &&
                       process.rss_bytes.value_or(0) >= std::size_t{8} << 20 && process.vsz_bytes &&
                       process.swap_bytes && process.uid == Got<std::uint32_t>(0) && result.summary.denied >= 1 &&
                       result.summary.denied_rss_bytes >= *process.rss_bytes;
    _exit(right ? 0 : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ProcessesLive, ProcessesThatDieInMidScanLeaveNoHalfRow) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      const pid_t child = fork();
      if (child == 0) _exit(0);
      if (child > 0) waitpid(child, nullptr, 0);
    }
  }
  for (int scan = 0; scan < 40; ++scan) {
    const Walk result = walk(Root::live(), {}, own_page_size());
    const WalkSummary& summary = result.summary;
    ASSERT_EQ(summary.seen, summary.rows + summary.vanished + summary.hidden);
    ASSERT_EQ(summary.rows, result.rows.size());
    for (const Process& process : result.rows) {
      if (process.kind != ProcessKind::user) continue;
      ASSERT_TRUE(process.rss_bytes && process.vsz_bytes && process.uid && process.starttime_ticks) << process.pid;
      ASSERT_TRUE(process.pss_bytes || process.pss_bytes.missing() == Missing::denied) << process.pid;
    }
  }
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
}

}  // namespace
}  // namespace memkit
