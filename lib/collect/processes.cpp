#include "collect/processes.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <limits>
#include <mutex>
#include <queue>
#include <system_error>
#include <thread>
#include <utility>

#include "collect/pids.h"
#include "collect/same_memory.h"
#include "collect/walker.h"
#include "parse/cgroup_membership.h"

namespace memkit {
namespace {

using Clock = std::chrono::steady_clock;

/// A process before its walk. Sizes are known only where the walk is ordered by them.
struct Candidate {
  std::uint32_t pid = 0;
  bool done = false;  // it needed no place in the order
  Walker::Size size;
  std::unique_ptr<Walker::Met> met;  // held open since its size was read; null: it is met anew

  /// A process of unknown size may be any size: it comes first.
  [[nodiscard]] std::uint64_t most_bytes() const {
    return size.rss_bytes.value_or(std::numeric_limits<std::uint64_t>::max());
  }
};

/// The N largest figures so far: what a process must be able to reach to be among the top.
class TopBound {
 public:
  explicit TopBound(std::size_t top) : top_(top) {}
  void add(const PackedCount& figure) {
    if (top_ == 0 || !figure) return;
    best_.push(*figure);
    if (best_.size() > top_) best_.pop();
  }
  /// Strictly below the N-th best: equals still compete.
  [[nodiscard]] bool excludes(std::uint64_t at_most) const {
    return top_ != 0 && best_.size() == top_ && at_most < best_.top();
  }

 private:
  std::size_t top_;
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> best_;
};

PackedCount figure_of(const Process& process, TopFigure figure) {
  switch (figure) {
    case TopFigure::uss:
      return process.uss_bytes;
    case TopFigure::rss:
      return process.rss_bytes;
    case TopFigure::pss:
      break;
  }
  return process.pss_bytes;
}

/// How many directories of processes may be held open at once: what the limit leaves, since a second look at a process
/// costs a fifth of its reading. What is not held is opened anew.
std::size_t directories_to_hold() {
  constexpr rlim_t kForOthers = 64;  // what the threads, the output and a capture open
  constexpr rlim_t kMost = 4096;     // each pins a directory entry of the kernel's
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur < kMost + kForOthers) {
    rlimit raised = limit;
    raised.rlim_cur = std::min(limit.rlim_max, kMost + kForOthers);
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return limit.rlim_cur > kForOthers ? std::min(limit.rlim_cur - kForOthers, kMost) : 0;
}

/// Room for so many descriptors at once. Once there are threads, each doubling of the table waits for all processors
/// (fs/file.c expand_fdtable: synchronize_rcu), which takes longer than a walk.
void make_room_for_descriptors(std::size_t count) {
  const int last = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, static_cast<int>(count));
  if (last >= 0) close(last);
}

/// One pass over the processes by one thread or several. What the threads share is behind the mutex.
class Scan {
 public:
  Scan(const Root& root, const WalkPolicy& policy, Got<std::uint64_t> page_size, ProcessList& list)
      : root_(root),
        policy_(policy),
        page_size_(page_size),
        possible_cpus_(policy.top != 0 ? root.possible_cpus() : 0),
        list_(list),
        bound_(policy.top) {}

  void run(const std::vector<std::uint32_t>& pids);

 private:
  enum class Decision { walk, skip, stop };

  void order_by_size();
  void walk_all(unsigned worker);
  void visit(Walker& walker, Walker::Met&& met, bool skip_walk);
  [[nodiscard]] bool needs_no_order(const Walker::Met& met, const Walker::Size& size) const;
  Decision decide(const Candidate& candidate);
  void take(Walker::Outcome outcome, const Process& process);
  void count(const Process& process);
  [[nodiscard]] double elapsed_s() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  template <class Work>
  void in_threads(Work work);

  const Root& root_;
  const WalkPolicy& policy_;
  const Got<std::uint64_t> page_size_;
  const unsigned possible_cpus_;  // for the bound of a top; a file is read to know it
  const Clock::time_point start_ = Clock::now();

  std::vector<Candidate> candidates_;
  std::atomic<std::size_t> next_ = 0;

  std::mutex mutex_;
  ProcessList& list_;
  TopBound bound_;
  double walk_s_ = 0;  // of all threads together, for the estimate
  std::uint64_t walked_bytes_ = 0;
};

/// Calls work(worker) in `jobs` threads, this one included. Where no thread can be had, fewer do it all. What one of
/// them throws (memory may be short) is thrown here, once all have ended.
template <class Work>
void Scan::in_threads(Work work) {
  next_ = 0;
  std::exception_ptr failure;
  const auto guarded = [&](unsigned worker) {
    try {
      work(worker);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure = std::current_exception();
      next_ = candidates_.size();  // nothing more to do for anybody
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(policy_.jobs);
  for (unsigned worker = 1; worker < policy_.jobs; ++worker) {
    try {
      threads.emplace_back(guarded, worker);
    } catch (const std::system_error&) {
      break;
    }
  }
  guarded(0);
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

/// Whether a process may as well be visited when it is met: its walk is shorter than a second look at it.
bool Scan::needs_no_order(const Walker::Met& met, const Walker::Size& size) const {
  constexpr std::uint64_t kSmall = std::uint64_t{16} << 20;
  if (met.outcome != Walker::Outcome::row) return true;
  if (policy_.top != 0 || policy_.budget_s || policy_.max_rss_bytes) return false;
  return size.rss_bytes && *size.rss_bytes <= kSmall;
}

/// Largest first: no thread is left with the giant at the end, and the top is found early.
void Scan::order_by_size() {
  const std::size_t most_held = directories_to_hold();
  make_room_for_descriptors(std::min(candidates_.size(), most_held));
  std::atomic<std::size_t> held = 0;
  in_threads([&](unsigned worker) {
    Walker walker(root_, policy_, page_size_, *list_.names, worker);
    for (std::size_t i = next_++; i < candidates_.size(); i = next_++) {
      Candidate& candidate = candidates_[i];
      Walker::Met met = walker.meet(candidate.pid);
      candidate.size = Walker::size_of(met);
      candidate.done = needs_no_order(met, candidate.size);
      if (candidate.done) {
        visit(walker, std::move(met), false);
      } else if (held++ < most_held) {
        candidate.met = std::make_unique<Walker::Met>(std::move(met));
      }
    }
  });
  std::erase_if(candidates_, [](const Candidate& candidate) { return candidate.done; });
  std::stable_sort(candidates_.begin(), candidates_.end(),
                   [](const Candidate& a, const Candidate& b) { return a.most_bytes() > b.most_bytes(); });
}

/// Whether a process is to be walked. Where sizes bound the top, they come in falling order: behind the first that
/// cannot be among it none can.
Scan::Decision Scan::decide(const Candidate& candidate) {
  const std::uint64_t rss = candidate.size.rss_bytes.value_or(0);
  // What is not known may be anything: a limit that somebody set for safety's sake is to hold.
  if (!candidate.size.rss_bytes && (policy_.max_rss_bytes || policy_.budget_s)) return Decision::skip;
  if (policy_.max_rss_bytes && rss > *policy_.max_rss_bytes) return Decision::skip;
  if (policy_.budget_s) {
    // Reports speak of 15 to 70 ns a page of 4 KiB; what this run has met counts from 64 MiB on.
    constexpr double kUsualSecondsPerByte = 70e-9 / 4096;
    constexpr std::uint64_t kEnough = std::uint64_t{64} << 20;
    const double per_byte =
        walked_bytes_ >= kEnough ? walk_s_ / static_cast<double>(walked_bytes_) : kUsualSecondsPerByte;
    if (elapsed_s() + static_cast<double>(rss) * per_byte > *policy_.budget_s) return Decision::skip;
  }
  if (policy_.top != 0 && page_size_ && candidate.size.rss_bytes) {
    const std::uint64_t slack = rss_slack_pages(possible_cpus_, candidate.size.threads) * *page_size_;
    if (bound_.excludes(rss + slack)) return Decision::stop;
  }
  return Decision::walk;
}

void Scan::walk_all(unsigned worker) {
  Walker walker(root_, policy_, page_size_, *list_.names, worker);
  for (std::size_t i = next_++; i < candidates_.size(); i = next_++) {
    Decision decision = Decision::walk;
    {
      const std::lock_guard lock(mutex_);
      decision = decide(candidates_[i]);
      if (decision == Decision::stop) {
        ++list_.summary.pruned;
        ++list_.summary.seen;
        continue;
      }
    }
    Candidate& candidate = candidates_[i];
    visit(walker, candidate.met ? std::move(*candidate.met) : walker.meet(candidate.pid), decision == Decision::skip);
    candidate.met.reset();
  }
}

void Scan::visit(Walker& walker, Walker::Met&& met, bool skip_walk) {
  const Clock::time_point begin = Clock::now();
  const Walker::Outcome outcome = walker.visit(met, skip_walk);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const std::lock_guard lock(mutex_);
  if (outcome == Walker::Outcome::row && met.process.pss_bytes) {
    walk_s_ += seconds;
    walked_bytes_ += met.process.rss_bytes.value_or(0);
  }
  take(outcome, met.process);
}

void Scan::take(Walker::Outcome outcome, const Process& process) {
  if (outcome == Walker::Outcome::no_process) return;
  ++list_.summary.seen;
  if (outcome == Walker::Outcome::vanished) {
    ++list_.summary.vanished;
    root_.forget("proc/" + std::to_string(process.pid));
  }
  if (outcome == Walker::Outcome::hidden) ++list_.summary.hidden;
  if (outcome != Walker::Outcome::row) return;
  count(process);
  bound_.add(figure_of(process, policy_.top_figure));
  list_.rows.push_back(process);
}

void Scan::count(const Process& process) {
  ++list_.summary.rows;
  if (process.kind == ProcessKind::kernel_thread) ++list_.summary.kernel_threads;
  if (process.kind == ProcessKind::zombie) ++list_.summary.zombies;
  if (process.kind != ProcessKind::user || !policy_.walk_pages) return;
  if (process.pss_bytes) {
    ++list_.summary.walked;
    return;
  }
  const std::uint64_t rss = process.rss_bytes.value_or(0);
  switch (process.pss_bytes.missing()) {
    case Missing::denied:
    case Missing::hidden:
      ++list_.summary.denied;
      list_.summary.denied_rss_bytes += rss;
      break;
    case Missing::skipped:
      ++list_.summary.skipped;
      list_.summary.skipped_rss_bytes += rss;
      break;
    case Missing::absent:
      ++list_.summary.unwalked;
      break;
    case Missing::malformed:
      ++list_.summary.unreadable;
      break;
  }
}

void Scan::run(const std::vector<std::uint32_t>& pids) {
  candidates_.reserve(pids.size());
  for (const std::uint32_t pid : pids) candidates_.push_back({pid, false, {}, nullptr});
  list_.rows.reserve(pids.size());
  const bool ordered =
      policy_.walk_pages && (policy_.jobs > 1 || policy_.top != 0 || policy_.budget_s || policy_.max_rss_bytes);
  if (ordered) order_by_size();
  const auto largest = std::find_if(candidates_.begin(), candidates_.end(),
                                    [](const Candidate& candidate) { return candidate.size.rss_bytes.has_value(); });
  if (ordered && policy_.on_largest && largest != candidates_.end()) {
    policy_.on_largest(largest->pid, *largest->size.rss_bytes);
  }
  in_threads([this](unsigned worker) { walk_all(worker); });
  std::sort(list_.rows.begin(), list_.rows.end(), [](const Process& a, const Process& b) { return a.pid < b.pid; });
}

}  // namespace

std::uint64_t rss_slack_pages(unsigned cpus, std::uint64_t threads) {
  constexpr std::uint64_t kCountersOfRss = 3;    // anonymous, file, shmem
  constexpr std::uint64_t kEventsOfThread = 64;  // TASK_RSS_EVENTS_THRESH
  const std::uint64_t batch = std::max<std::uint64_t>(32, std::uint64_t{2} * cpus);
  return std::max(kCountersOfRss * cpus * (batch - 1), kEventsOfThread * threads);
}

std::string_view NamePool::intern(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return *names_.emplace(name).first;
}

std::string_view NamePool::keep(std::string_view text) {
  if (text.empty()) return {};
  const std::lock_guard lock(mutex_);
  char* const kept = static_cast<char*>(texts_.allocate(text.size(), 1));
  text.copy(kept, text.size());
  return {kept, text.size()};
}

ProcessList read_processes(const Root& root, const WalkPolicy& policy, Got<std::uint64_t> page_size_bytes) {
  ProcessList list;
  list.names = std::make_unique<NamePool>();
  const PidList pids = list_pids(root, "proc");
  list.summary.list_error = pids.error;
  // Every pid namespace has a process 1.
  list.summary.others_hidden =
      root.processes_are_live() && pids.error == 0 && (pids.pids.empty() || pids.pids.front() != 1);
  Scan(root, policy, page_size_bytes, list).run(pids.pids);
  list.summary.shared = find_same_memory(root, list.rows);
  return list;
}

void read_unit_cgroup(const Root& root, NamePool& names, Process& process) {
  std::string text;
  if (!process.unit_cgroup.empty() || root.read("proc/" + std::to_string(process.pid) + "/cgroup", text) != 0) return;
  process.unit_cgroup = names.intern(unit_path(parse_cgroup_membership(text)));
}

void read_command(const Root& root, NamePool& names, Process& process) {
  if (!process.command.empty()) return;
  const WalkPolicy policy{.walk_pages = false};
  Walker walker(root, policy, Missing::absent, names, 0);
  Walker::Met met = walker.meet(process.pid);
  const bool found = walker.visit(met, true) == Walker::Outcome::row;
  const bool same = found && met.process.starttime_ticks == process.starttime_ticks;
  process.command = same ? met.process.command : process.name;
}

}  // namespace memkit
