// A bounded walk (--top) gives what the full one gives, sorted and cut; limits skip and say so.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <random>
#include <set>
#include <tuple>

#include "collect/processes.h"
#include "collect/walk.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

using test::TempDir;
using test::Walk;
using test::walk;

constexpr std::uint64_t kPage = 4096;

std::string stat_line(std::uint32_t pid, char state, unsigned threads, std::uint64_t vsize, std::uint64_t rss_pages) {
  const std::string id = std::to_string(pid);
  return id + " (p" + id + ") " + state + " 1 1 1 0 -1 0 10 0 2 0 5 6 0 0 20 0 " + std::to_string(threads) +
         " 0 4711 " + std::to_string(vsize) + " " + std::to_string(rss_pages) + " 18446744073709551615 1 1 0 0 0\n";
}

std::string rollup(std::uint64_t rss_pages, std::uint64_t pss_pages, std::uint64_t uss_pages) {
  const auto line = [](const char* key, std::uint64_t pages) {
    return std::string(key) + ": " + std::to_string(pages * kPage / 1024) + " kB\n";
  };
  return "00400000-7ffd00000000 ---p 00000000 00:00 0                          [rollup]\n" + line("Rss", rss_pages) +
         line("Pss", pss_pages) + line("Private_Clean", 0) + line("Private_Dirty", uss_pages) + line("Swap", 0);
}

/// A root whose processes change their kind and size at random.
class Population {
 public:
  Population(std::uint32_t count, unsigned seed) : count_(count), random_(seed) {
    for (std::uint32_t pid = 1; pid <= count_; ++pid) change(pid);
  }
  void change_some() {
    for (int i = 0; i < 4; ++i) change(static_cast<std::uint32_t>(pick(1, count_)));
    if (pick(0, 20) == 0) small_ = !small_;
  }
  [[nodiscard]] Root root() const { return Root::at(dir_.string()); }
  std::uint64_t pick(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random_);
  }

 private:
  void change(std::uint32_t pid) {
    const std::string folder = "proc/" + std::to_string(pid) + "/";
    std::filesystem::remove_all(dir_.path() / folder);
    // Few sizes: many ties. Many sizes: many to prune.
    const std::uint64_t rss = small_ ? pick(0, 4) * 100 : pick(0, 3000);
    const std::uint64_t pss = small_ ? rss : pick(0, rss);
    const std::uint64_t uss = small_ ? rss : pick(0, pss);
    const auto threads = static_cast<unsigned>(pick(1, 3));
    // The counter that stat shows may be off by so much: 93 pages on one CPU, 64 for a thread.
    const std::uint64_t slack = rss_slack_pages(1, threads);
    const std::uint64_t shown = std::max(rss + pick(0, 2 * slack), slack) - slack;
    switch (pick(0, 11)) {
      case 0:  // denied: the empty file of a copy
        dir_.write(folder + "stat", stat_line(pid, 'S', threads, 1 << 30, shown));
        dir_.write(folder + "smaps_rollup", "");
        return;
      case 1:  // kernel thread
        dir_.write(folder + "stat", "9 (k) I 2 0 0 0 -1 2097152 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0 1 1 1 0 0 0\n");
        return;
      case 2:  // zombie
        dir_.write(folder + "stat", stat_line(pid, 'Z', 1, 0, 0));
        return;
      case 3:  // the capture has no stat of it: nothing bounds it
        dir_.write(folder + "status", "Name:\tx\nState:\tS\nVmSize:\t900000 kB\nVmRSS:\t1 kB\nThreads:\t1\n");
        break;
      case 4:  // its first thread has ended: its own stat shows no memory
        dir_.write(folder + "stat", stat_line(pid, 'Z', 2, 0, 0));
        dir_.write(folder + "task/" + std::to_string(pid) + "/stat", stat_line(pid, 'Z', 2, 0, 0));
        dir_.write(folder + "task/90001/stat", stat_line(90001, 'S', 2, 1 << 30, shown));
        dir_.write(folder + "task/90001/smaps_rollup", rollup(rss, pss, uss));
        return;
      default:
        dir_.write(folder + "stat", stat_line(pid, 'S', threads, 1 << 30, shown));
    }
    dir_.write(folder + "smaps_rollup", rollup(rss, pss, uss));
  }

  std::uint32_t count_;
  std::mt19937 random_;
  bool small_ = false;
  TempDir dir_;
};

PackedCount figure_of(const Process& process, TopFigure figure) {
  return figure == TopFigure::pss   ? process.pss_bytes
         : figure == TopFigure::uss ? process.uss_bytes
                                    : process.rss_bytes;
}

/// The N largest, unknown ones last, ties by pid: what `smem -rs FIGURE` shows first.
using Top = std::vector<std::tuple<std::uint32_t, PackedCount, PackedCount, PackedCount>>;
Top top_of(std::vector<Process> rows, TopFigure figure, std::size_t count) {
  std::erase_if(rows, [](const Process& row) { return row.kind != ProcessKind::user; });
  std::stable_sort(rows.begin(), rows.end(), [&](const Process& a, const Process& b) {
    const PackedCount x = figure_of(a, figure);
    const PackedCount y = figure_of(b, figure);
    if (!x || !y) return x && !y;
    return *x > *y;
  });
  Top top;
  for (std::size_t i = 0; i < std::min(count, rows.size()); ++i) {
    top.emplace_back(rows[i].pid, figure_of(rows[i], figure), rows[i].rss_bytes, rows[i].uss_bytes);
  }
  return top;
}

TEST(Top, EqualsTheFullScanSortedAndCut) {
  std::uint64_t pruned = 0;
  for (const unsigned seed : {1u, 2u, 3u}) {
    Population population(seed == 3 ? 3 : 24, seed);
    for (int round = 0; round < 800; ++round) {
      population.change_some();
      const Root root = population.root();
      const auto figure = static_cast<TopFigure>(population.pick(0, 2));
      const std::size_t count = population.pick(1, 8);
      const Walk full = walk(root, {}, kPage);
      const unsigned jobs = round % 2 == 0 ? 1 : 4;
      const Walk bounded = walk(root, {.jobs = jobs, .top = count, .top_figure = figure}, kPage);
      ASSERT_EQ(top_of(bounded.rows, figure, count), top_of(full.rows, figure, count))
          << "seed " << seed << ", round " << round << ", top " << count << " by " << static_cast<int>(figure) << ", "
          << jobs << " threads, " << bounded.summary.pruned << " pruned";
      ASSERT_EQ(bounded.summary.seen, full.summary.seen);
      ASSERT_EQ(bounded.summary.rows + bounded.summary.pruned, full.summary.rows);
      pruned += bounded.summary.pruned;
    }
  }
  EXPECT_GT(pruned, 2500u) << "or nothing was tested";
}

TEST(Top, WithoutAPageSizeNothingIsLeftOut) {
  Population population(20, 7);
  const Walk bounded = walk(population.root(), {.top = 1}, Missing::absent);
  EXPECT_EQ(bounded.summary.pruned, 0u);
}

TEST(Top, SlackIsTheLargerOfBothKernelsErrors) {
  EXPECT_EQ(rss_slack_pages(1, 1), 3u * 31);
  EXPECT_EQ(rss_slack_pages(1, 2), 128u) << "64 a thread, before 6.2";
  EXPECT_EQ(rss_slack_pages(2, 1), 3u * 2 * 31);
  EXPECT_EQ(rss_slack_pages(16, 0), 3u * 16 * 31);
  EXPECT_EQ(rss_slack_pages(17, 0), 3u * 17 * 33) << "a batch of twice the CPUs";
  EXPECT_EQ(rss_slack_pages(256, 10), 3u * 256 * 511);
  EXPECT_EQ(rss_slack_pages(2, 1000), 64000u);
}

/// Processes 1 to 5 of 1,000 to 5,000 pages.
struct Limits : testing::Test {
  Limits() {
    for (std::uint32_t pid = 1; pid <= 5; ++pid) {
      const std::string folder = "proc/" + std::to_string(pid) + "/";
      dir.write(folder + "stat", stat_line(pid, 'S', 1, 1 << 30, 1000 * pid));
      dir.write(folder + "smaps_rollup", rollup(1000 * pid, 500 * pid, 100 * pid));
    }
  }
  [[nodiscard]] Walk scan(const WalkPolicy& policy) const { return walk(Root::at(dir.string()), policy, kPage); }
  TempDir dir;
};

TEST_F(Limits, LargerThanMaxRssIsNotWalkedAndMarked) {
  for (const unsigned jobs : {1u, 4u}) {
    const Walk result = scan({.jobs = jobs, .max_rss_bytes = 3000 * kPage});
    ASSERT_EQ(result.rows.size(), 5u);
    for (const Process& row : result.rows) {
      EXPECT_EQ(row.rss_bytes, Got<std::uint64_t>(row.pid * 1000 * kPage));
      EXPECT_EQ(row.pss_bytes.has_value(), row.pid <= 3) << row.pid;
      if (row.pid > 3) {
        EXPECT_EQ(row.pss_bytes, Got<std::uint64_t>(Missing::skipped));
        EXPECT_EQ(row.uss_bytes, Got<std::uint64_t>(Missing::skipped));
        EXPECT_EQ(row.hugetlb_bytes, Got<std::uint64_t>(Missing::skipped));
      }
    }
    EXPECT_EQ(result.summary.skipped, 2u);
    EXPECT_EQ(result.summary.skipped_rss_bytes, 9000 * kPage);
    EXPECT_EQ(result.summary.walked, 3u);
    EXPECT_EQ(result.summary.without_pages(), 2u);
  }
}

TEST_F(Limits, ABudgetOfNothingWalksNothing) {
  const Walk result = scan({.budget_s = 0.0});
  EXPECT_EQ(result.summary.skipped, 5u);
  EXPECT_EQ(result.summary.skipped_rss_bytes, 15000 * kPage);
  EXPECT_EQ(result.summary.walked, 0u);
  for (const Process& row : result.rows) EXPECT_TRUE(row.rss_bytes) << row.pid;
}

TEST_F(Limits, ABudgetSkipsTheGiantAndWalksTheRest) {
  dir.write("proc/9/stat", stat_line(9, 'S', 1, 1 << 30, std::uint64_t{1} << 36));  // 256 TB: hours
  dir.write("proc/9/smaps_rollup", rollup(1, 1, 1));
  const Walk result = scan({.budget_s = 100.0});
  EXPECT_EQ(result.summary.skipped, 1u);
  EXPECT_EQ(result.of(9).pss_bytes, Got<std::uint64_t>(Missing::skipped));
  EXPECT_EQ(result.summary.walked, 5u);
  EXPECT_EQ(scan({.budget_s = 1e9}).summary.skipped, 0u);
}

TEST_F(Limits, TheLargestIsToldBeforeAnyWalk) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> told;
  std::uint64_t visited = 0;
  WalkPolicy policy{.accept = [&](const Process&) { return ++visited != 0; },
                    .on_largest =
                        [&](std::uint32_t pid, std::uint64_t rss) {
                          EXPECT_EQ(visited, 0u);
                          told.emplace_back(pid, rss);
                        }};
  policy.top = 1;
  (void)scan(policy);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], std::make_pair(5u, 5000 * kPage));
}

TEST_F(Limits, RefusedProcessesAreNeitherRowsNorCandidatesForTheTop) {
  for (const unsigned jobs : {1u, 3u}) {
    const Walk result = scan({.jobs = jobs, .accept = [](const Process& row) { return row.pid != 5; }, .top = 1});
    EXPECT_FALSE(result.has(5));
    EXPECT_EQ(top_of(result.rows, TopFigure::pss, 1), (Top{{4, 2000 * kPage, 4000 * kPage, 400 * kPage}}));
    EXPECT_GT(result.summary.pruned, 0u);
  }
}

// --- the live machine

/// Stopped children, the i-th with (i + 1) * 2 MB of its own.
class Children {
 public:
  explicit Children(int count) {
    for (int i = 0; i < count; ++i) {
      const pid_t pid = fork();
      if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const std::size_t size = static_cast<std::size_t>(i + 1) << 21;
        void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory != MAP_FAILED) std::fill_n(static_cast<char*>(memory), size, 'x');
        raise(SIGSTOP);
        _exit(0);
      }
      int status = 0;
      waitpid(pid, &status, WUNTRACED);
      pids_.push_back(static_cast<std::uint32_t>(pid));
    }
  }
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children() {
    for (const std::uint32_t pid : pids_) {
      kill(static_cast<pid_t>(pid), SIGKILL);
      waitpid(static_cast<pid_t>(pid), nullptr, 0);
    }
  }
  [[nodiscard]] const std::vector<std::uint32_t>& pids() const { return pids_; }

 private:
  std::vector<std::uint32_t> pids_;
};

TEST(TopLive, OfStoppedProcessesEqualsTheFullScan) {
  const Children children(12);
  const std::set<std::uint32_t> ours(children.pids().begin(), children.pids().end());
  const auto accept = [&](const Process& process) { return ours.contains(process.pid); };
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::vector<std::uint32_t> largest(children.pids().rbegin(), children.pids().rend());
  for (const TopFigure figure : {TopFigure::pss, TopFigure::uss, TopFigure::rss}) {
    const Walk full = walk(Root::live(), {.accept = accept}, page);
    ASSERT_EQ(full.rows.size(), 12u);
    for (const unsigned jobs : {1u, 4u}) {
      for (const std::size_t count : {1u, 3u, 12u, 50u}) {
        const Walk bounded =
            walk(Root::live(), {.jobs = jobs, .accept = accept, .top = count, .top_figure = figure}, page);
        const Top top = top_of(bounded.rows, figure, count);
        ASSERT_EQ(top.size(), std::min<std::size_t>(count, 12));
        for (std::size_t i = 0; i < top.size(); ++i) {
          EXPECT_EQ(std::get<0>(top[i]), largest[i]);
          // What stands still keeps its memory; a page becomes private where its parent, this test, writes to its own.
          EXPECT_NEAR(static_cast<double>(*std::get<3>(top[i])), static_cast<double>(*full.of(largest[i]).uss_bytes),
                      16.0 * static_cast<double>(page));
        }
      }
    }
  }
}

}  // namespace
}  // namespace memkit
