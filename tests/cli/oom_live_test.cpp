// The kernel as judge: memory runs out in a cgroup of the test's own, and the one whom memkit named beforehand dies.
// Only processes that the test has started are in that cgroup, so that none other can. MEMKIT_OOM_ROUNDS says how often
// (3).
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "cli/memory_cgroup.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMib = std::uint64_t{1} << 20;
constexpr std::uint64_t kLimit = 128 * kMib;

void touch(std::uint64_t bytes) {
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) _exit(3);
  for (std::uint64_t at = 0; at < bytes; at += 4096) static_cast<volatile char*>(memory)[at] = 1;
}

/// A process that does its work, says that it is ready, and does the rest when told to.
class Child {
 public:
  Child(const std::function<void()>& before, const std::function<void()>& after) {
    int ready[2];
    int go[2];
    if (pipe(ready) != 0 || pipe(go) != 0) throw std::runtime_error("pipe failed");
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      close(ready[0]);
      close(go[1]);
      before();
      char byte = 'r';
      if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1) _exit(2);
      after();
      byte = 'd';
      [[maybe_unused]] const ssize_t told = write(ready[1], &byte, 1);
      for (;;) pause();
    }
    close(ready[1]);
    close(go[0]);
    from_ = ready[0];
    to_ = go[1];
  }
  ~Child() {
    if (!dead_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(from_);
    close(to_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Waits until it has done a part; false where it ended before.
  [[nodiscard]] bool wait_for_part() const {
    char byte = 0;
    return read(from_, &byte, 1) == 1;
  }
  void go() const { [[maybe_unused]] const ssize_t told = write(to_, "g", 1); }
  /// Whether it was killed by now.
  bool was_killed() {
    int status = 0;
    if (!dead_ && waitpid(pid_, &status, WNOHANG) == pid_) {
      dead_ = true;
      killed_ = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    return killed_;
  }

 private:
  pid_t pid_ = -1;
  int from_ = -1;
  int to_ = -1;
  bool dead_ = false;
  bool killed_ = false;
};

struct Plan {
  std::uint64_t bytes = 0;
  int adj = 0;
  /// Against the cgroup's limit, which is all that it may have.
  [[nodiscard]] std::uint64_t badness() const { return bytes + static_cast<std::uint64_t>(adj) * (kLimit / 1000); }
};

/// Four candidates, the first two of which are further apart than counters of RSS can be wrong.
std::vector<Plan> draw(std::mt19937& random) {
  constexpr std::uint64_t kApart = 3 * kMib;
  for (;;) {
    std::vector<Plan> plans(4);
    for (Plan& plan : plans) plan = {(10 + random() % 15) * kMib, static_cast<int>(random() % 300)};
    std::vector<std::uint64_t> badness;
    for (const Plan& plan : plans) badness.push_back(plan.badness());
    std::sort(badness.rbegin(), badness.rend());
    if (badness[0] >= badness[1] + kApart) return plans;
  }
}

/// Whom memkit names for the cgroup: 0 where nobody.
pid_t named_victim(const std::string& cgroup) {
  const json ranking = json::parse(run({"oom", "--json"}).out)["ranking"];
  for (const json& victim : ranking["victims"]) {
    if (victim["cgroup"] == cgroup && victim["pid"].is_number()) return victim["pid"].get<pid_t>();
  }
  return 0;
}

/// Fills the cgroup with memory that is nobody's, a file that is not mapped, until little is left.
void fill(const MemoryCgroup& cgroup) {
  constexpr std::uint64_t kLeft = 2 * kMib;
  const int file = memfd_create("filler", 0);
  const std::vector<char> block(64 << 10, 'x');
  while (cgroup.usage() + kLeft < kLimit) {
    if (write(file, block.data(), block.size()) < 0) _exit(4);
  }
}

/// Of those that were killed, by the kernel's log, the first. It may kill another before what the first gives back is
/// counted.
pid_t first_of(std::vector<pid_t> killed) {
  const std::string log = killed.size() > 1 ? shell("dmesg").out : "";
  const auto place = [&](pid_t pid) { return log.rfind("Killed process " + std::to_string(pid) + " "); };
  return *std::min_element(killed.begin(), killed.end(), [&](pid_t a, pid_t b) { return place(a) < place(b); });
}

void one_round(const MemoryCgroup& cgroup, std::mt19937& random) {
  std::vector<std::unique_ptr<Child>> candidates;
  std::string shown;
  for (const Plan& plan : draw(random)) {
    const auto work = [&] {
      if (!write_to("/proc/self/oom_score_adj", std::to_string(plan.adj)) || !cgroup.enter()) _exit(5);
      touch(plan.bytes);
    };
    candidates.push_back(std::make_unique<Child>(work, [] {}));
    ASSERT_TRUE(candidates.back()->wait_for_part());
    shown += std::to_string(candidates.back()->pid()) + ": " + std::to_string(plan.bytes / kMib) + " MiB adj " +
             std::to_string(plan.adj) + "; ";
  }
  SCOPED_TRACE(shown);
  // It asks for more than is left, and for less than any victim gives back.
  const Child asker(
      [&] {
        if (!cgroup.enter()) _exit(5);
        fill(cgroup);
      },
      [] { touch(6 * kMib); });
  ASSERT_TRUE(asker.wait_for_part());
  const pid_t named = named_victim(cgroup.path());
  asker.go();
  ASSERT_TRUE(asker.wait_for_part()) << "the one that asked was killed";
  std::vector<pid_t> killed;
  for (int i = 0; i < 500 && killed.empty(); ++i) {
    usleep(10'000);
    for (const auto& child : candidates) {
      if (child->was_killed()) killed.push_back(child->pid());
    }
  }
  ASSERT_FALSE(killed.empty());
  EXPECT_EQ(first_of(killed), named);
}

TEST(OomLiveKill, TheOneThatIsNamedDies) {
  SKIP_UNLESS_ROOT();
  const MemoryCgroup cgroup(kLimit);
  if (!cgroup.usable()) GTEST_SKIP() << "skipped: no memory cgroup can be made here";
  const char* const rounds = std::getenv("MEMKIT_OOM_ROUNDS");
  const int count = rounds == nullptr ? 3 : std::atoi(rounds);
  std::mt19937 random(20261125);
  for (int round = 0; round < count && !testing::Test::HasFatalFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round + 1));
    one_round(cgroup, random);
  }
}

}  // namespace
}  // namespace memkit
