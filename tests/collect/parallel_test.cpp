// Walks by several threads, and processes that share memory or do not stand still.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <map>
#include <set>

#include "analysis/groups.h"
#include "collect/processes.h"
#include "collect/walk.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

using test::TempDir;
using test::Walk;
using test::walk;

std::uint64_t own_page_size() { return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)); }

std::string mapping_text(unsigned at, const std::string& name, unsigned pss_kb) {
  const std::string start = std::to_string(10000000 + at);
  return start + "-" + std::to_string(10000001 + at) + " rw-p 00000000 00:00 0 " + name +
         "\nSize: 4 kB\nRss: " + std::to_string(pss_kb) + " kB\nPss: " + std::to_string(pss_kb) +
         " kB\nPrivate_Clean: 0 kB\nPrivate_Dirty: 1 kB\nSwap: 2 kB\n";
}

/// 40 processes; process p maps /lib/all once, /lib/own-p twice, and /lib/odd where p is odd.
struct Maps : testing::Test {
  Maps() {
    for (unsigned pid = 1; pid <= 40; ++pid) {
      const std::string folder = "proc/" + std::to_string(pid) + "/";
      const std::string own = "/lib/own-" + std::to_string(pid);
      dir.write(folder + "stat", std::to_string(pid) + " (p) S 1 1 1 0 -1 0 10 0 2 0 5 6 0 0 20 0 1 0 4711 8192000 " +
                                     std::to_string(pid) + " 1 1 1 0 0 0\n");
      std::string smaps = mapping_text(0, "/lib/all", pid) + mapping_text(1, own, 3) + mapping_text(2, own, 4);
      if (pid % 2 == 1) smaps += mapping_text(3, "/lib/odd", 1);
      dir.write(folder + "smaps", smaps);
    }
  }
  TempDir dir;
};

TEST_F(Maps, EachThreadSumsForItselfAndTogetherTheyHaveAll) {
  for (const unsigned jobs : {1u, 4u, 64u}) {
    std::vector<MappingGroups> parts(jobs);
    std::vector<std::set<std::uint32_t>> pids(jobs);
    const Walk result = walk(Root::at(dir.string()),
                             {.jobs = jobs, .on_mapping = [&](unsigned worker, const Process& p, const Mapping& m) {
                                ASSERT_LT(worker, jobs);
                                parts[worker].add(p.pid, m.name, m);
                                pids[worker].insert(p.pid);
                              }});
    EXPECT_EQ(result.rows.size(), 40u);
    EXPECT_EQ(result.of(7).maps, Got<std::uint32_t>(4));
    EXPECT_EQ(result.of(7).pss_bytes, Got<std::uint64_t>((7 + 3 + 4 + 1) * 1024));
    std::size_t walked = 0;
    for (const std::set<std::uint32_t>& some : pids) walked += some.size();
    EXPECT_EQ(walked, 40u) << "each process by one thread";
    for (std::size_t i = 1; i < parts.size(); ++i) parts[0].merge(parts[i]);
    const std::vector<MappingGroup> groups = parts[0].groups();
    ASSERT_EQ(groups.size(), 42u);
    EXPECT_EQ(groups[0].name, "/lib/all");
    EXPECT_EQ(groups[0].mappings, 40u);
    EXPECT_EQ(groups[0].processes, 40u);
    EXPECT_EQ(groups[0].sums.pss.value(), Got<std::uint64_t>(40 * 41 / 2 * 1024));
    EXPECT_EQ(groups[1].name, "/lib/odd");
    EXPECT_EQ(groups[1].processes, 20u);
    EXPECT_EQ(groups[2].mappings, 2u);
    EXPECT_EQ(groups[2].processes, 1u);
  }
}

TEST_F(Maps, OnlyMappingsThatAreAcceptedCount) {
  for (const unsigned jobs : {1u, 4u}) {
    const Walk result =
        walk(Root::at(dir.string()),
             {.jobs = jobs, .accept_mapping = [](const Mapping& mapping) { return mapping.name == "/lib/odd"; }});
    ASSERT_EQ(result.rows.size(), 20u) << "processes without any are left out";
    for (const Process& row : result.rows) {
      EXPECT_EQ(row.pid % 2, 1u);
      EXPECT_EQ(row.pss_bytes, Got<std::uint64_t>(1024));
      EXPECT_EQ(row.uss_bytes, Got<std::uint64_t>(1024));
      EXPECT_EQ(row.rss_bytes, Got<std::uint64_t>(1024));
      EXPECT_EQ(row.swap_bytes, Got<std::uint64_t>(2048));
      EXPECT_EQ(row.maps, Got<std::uint32_t>(1));
    }
  }
}

TEST_F(Maps, ThreadsDoNotChangeTheRows) {
  const Walk one = walk(Root::at(dir.string()));
  const Walk many = walk(Root::at(dir.string()), {.jobs = 8});
  ASSERT_EQ(one.rows.size(), many.rows.size());
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_EQ(one.rows[i].pid, many.rows[i].pid);
    EXPECT_EQ(one.rows[i].pss_bytes, many.rows[i].pss_bytes);
    EXPECT_EQ(one.rows[i].name, many.rows[i].name);
    EXPECT_EQ(one.rows[i].command, many.rows[i].command);
  }
}

// --- the live machine

#if defined(__SANITIZE_THREAD__)
#define MEMKIT_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MEMKIT_THREAD_SANITIZER 1
#endif
#endif

int sleep_forever(void*) {
  for (;;) syscall(SYS_pause);
}

TEST(SharedMemoryLive, TasksOfOneAddressSpaceCountOnce) {
#ifdef MEMKIT_THREAD_SANITIZER
  GTEST_SKIP() << "skipped: the sanitizer's runtime does not survive two tasks with one thread's state";
#endif
  int tell[2];
  ASSERT_EQ(pipe(tell), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alignas(16) static std::array<char, 65536> stack;
    const int child = clone(sleep_forever, stack.data() + stack.size(), CLONE_VM | SIGCHLD, nullptr);
    if (write(tell[1], &child, sizeof child) != sizeof child) _exit(1);
    raise(SIGSTOP);
    _exit(0);
  }
  int child = 0;
  ASSERT_EQ(read(tell[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  waitpid(parent, nullptr, WUNTRACED);
  ASSERT_GT(child, 0);
  const auto first = static_cast<std::uint32_t>(parent);
  const auto second = static_cast<std::uint32_t>(child);
  const std::optional<bool> same = Root::live().same_memory(first, second);
  std::vector<Walk> walks;
  for (const unsigned jobs : {1u, 2u}) walks.push_back(walk(Root::live(), {.jobs = jobs}, own_page_size()));
  kill(child, SIGKILL);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  close(tell[0]);
  close(tell[1]);
  if (!same) GTEST_SKIP() << "skipped: kcmp is not permitted here";
  EXPECT_TRUE(*same);
  for (const Walk& result : walks) {
    EXPECT_EQ(result.of(first).same_memory_as_pid, 0u) << "the parent only looks like its own parent";
    EXPECT_EQ(result.of(second).same_memory_as_pid, first);
    EXPECT_GE(result.summary.shared, 1u);
    MemorySums sums;
    sums.add(result.of(first));
    sums.add(result.of(second));
    EXPECT_EQ(sums.rss.value(), Got<std::uint64_t>(result.of(first).rss_bytes));
    EXPECT_EQ(sums.pss.known, 1u);
  }
}

/// Forks children that end at once, as fast as it can.
class Churn {
 public:
  Churn() {
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
      pid_t children[16];
      for (pid_t& child : children) {
        child = fork();
        if (child == 0) _exit(0);
      }
      for (const pid_t child : children) {
        if (child > 0) waitpid(child, nullptr, 0);
      }
    }
  }
  Churn(const Churn&) = delete;
  Churn& operator=(const Churn&) = delete;
  ~Churn() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_ = 0;
};

TEST(ChurnLive, ThreadsAmongProcessesThatDieMakeNoWrongRow) {
  const Churn churn;
  const auto self = static_cast<std::uint32_t>(getpid());
  std::uint64_t vanished = 0;
  for (int scan = 0; scan < 60; ++scan) {
    WalkPolicy policy{.read_exe = true, .read_cgroup = true, .read_maps = true, .jobs = 2};
    if (scan % 3 == 1) policy.top = 5;
    if (scan % 3 == 2) policy.on_mapping = [](unsigned, const Process&, const Mapping&) {};
    const Walk result = walk(Root::live(), policy, own_page_size());
    const WalkSummary& summary = result.summary;
    vanished += summary.vanished;
    ASSERT_EQ(summary.seen, summary.rows + summary.vanished + summary.hidden + summary.pruned);
    ASSERT_EQ(summary.rows, result.rows.size());
    ASSERT_EQ(summary.hidden + summary.unwalked + summary.unreadable, 0u);
    std::set<std::uint32_t> pids;
    for (const Process& process : result.rows) {
      ASSERT_TRUE(pids.insert(process.pid).second) << process.pid << " twice";
      ASSERT_FALSE(process.name.empty());
      if (process.kind != ProcessKind::user) continue;
      ASSERT_TRUE(process.rss_bytes && process.vsz_bytes && process.uid && process.starttime_ticks) << process.pid;
      ASSERT_TRUE(process.pss_bytes || process.pss_bytes.missing() == Missing::denied) << process.pid;
      if (!process.pss_bytes) continue;
      // A walk's own figures belong together. PSS counts a fraction more than whole pages, never 1 KiB.
      ASSERT_LE(*process.uss_bytes, *process.rss_bytes) << process.pid;
      ASSERT_LE(*process.pss_bytes, *process.rss_bytes + 1024) << process.pid;
    }
    ASSERT_TRUE(policy.top != 0 || pids.contains(self));
  }
  EXPECT_GT(vanished, 0u) << "or nothing was tested";
}

}  // namespace
}  // namespace memkit
