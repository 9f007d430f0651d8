#include "collect/processes.h"

#include <algorithm>
#include <cerrno>
#include <limits>

#include "parse/cmdline.h"
#include "parse/comm.h"
#include "parse/passwd.h"
#include "parse/pid_stat.h"
#include "parse/pid_statm.h"
#include "parse/pid_status.h"
#include "parse/smaps.h"
#include "parse/smaps_rollup.h"
#include "parse/text.h"

namespace memkit {
namespace {

using Bytes = Got<std::uint64_t>;

template <class T>
void fill(Got<T>& slot, const Got<T>& value) {
  if (!slot && value) slot = value;
}

bool is_gone(int error) { return error == ENOENT || error == ESRCH; }
bool is_denied(int error) { return error == EACCES || error == EPERM; }

Bytes pages_to_bytes(const Got<std::uint64_t>& pages, const Bytes& page_size) {
  if (!pages) return pages;
  if (!page_size) return page_size;
  if (*page_size == 0 || *pages > std::numeric_limits<std::uint64_t>::max() / *page_size) return Missing::malformed;
  return *pages * *page_size;
}

/// A count of threads; malformed past what a kernel can have.
Got<std::uint32_t> narrow(const Got<std::uint64_t>& count) {
  if (!count) return count.missing();
  if (*count > std::numeric_limits<std::uint32_t>::max()) return Missing::malformed;
  return static_cast<std::uint32_t>(*count);
}

/// A pid as proc writes it: digits alone, no zero in front.
Got<std::uint32_t> to_pid(std::string_view name) {
  if (name.empty() || name.front() == '0') return Missing::malformed;
  return to_number<std::uint32_t>(name);
}

std::vector<std::uint32_t> pids_of(const std::vector<std::string>& names) {
  std::vector<std::uint32_t> pids;
  pids.reserve(names.size());
  for (const std::string& name : names) {
    if (const auto pid = to_pid(name)) pids.push_back(*pid);
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

enum class Visit { row, vanished, hidden, no_process };

/// Whether anything was learnt of a process but its number.
bool is_known(const Process& process) {
  return process.kind != ProcessKind::user || !process.name.empty() || process.vsz_bytes || process.rss_bytes ||
         process.pss_bytes;
}

/// Reads one process after the other through one buffer.
class Walker {
 public:
  Walker(const Root& root, const WalkPolicy& policy, Bytes page_size)
      : root_(root), policy_(policy), page_size_(page_size), live_(root.is_live()) {}

  Visit visit(std::uint32_t pid, Process& process);

 private:
  int read(const char* file);
  bool read_stat(Process& process);
  void read_status(Process& process);
  void read_sizes(Process& process);
  void read_name_and_command(Process& process);
  bool walk(Process& process);
  int read_counters(SmapsCounters& counters);
  void find_living_thread(std::uint32_t pid);
  [[nodiscard]] bool vanished(int error) const { return live_ && is_gone(error); }

  const Root& root_;
  const WalkPolicy policy_;
  const Bytes page_size_;
  const bool live_;
  bool no_rollup_ = false;  // a kernel before 4.14: not asked again
  Dir dir_;
  std::string thread_;  // "task/TID/" where the process's memory shows there alone
  std::string path_;
  std::string text_;
};

int Walker::read(const char* file) {
  path_.assign(thread_).append(file);
  return dir_.read(path_.c_str(), text_);
}

/// False where the process is gone.
bool Walker::read_stat(Process& process) {
  if (const int error = read("stat"); error != 0) return !vanished(error);
  const PidStat stat = parse_pid_stat(text_);
  if (!stat.comm) return true;
  process.name.assign(*stat.comm);
  if (stat.ppid && *stat.ppid >= 0) process.ppid = static_cast<std::uint32_t>(*stat.ppid);
  process.threads = narrow(stat.num_threads);
  process.starttime_ticks = stat.starttime_ticks;
  const bool ended = stat.state && (*stat.state == 'Z' || *stat.state == 'X');
  const bool no_memory = stat.vsize_bytes && *stat.vsize_bytes == 0;
  if (const auto kernel_thread = stat.is_kernel_thread(); kernel_thread && *kernel_thread) {
    process.kind = ProcessKind::kernel_thread;
  } else if (ended || no_memory) {
    process.kind = ProcessKind::zombie;
  } else {
    process.vsz_bytes = stat.vsize_bytes;
    process.rss_bytes = pages_to_bytes(stat.rss_pages, page_size_);
  }
  return true;
}

/// What stat did not tell, and VmSwap.
void Walker::read_status(Process& process) {
  if (read("status") != 0) return;
  const PidStatus status = parse_pid_status(text_);
  if (process.name.empty() && status.name) process.name.assign(*status.name);
  fill(process.ppid, status.ppid);
  fill(process.uid, status.euid);
  fill(process.threads, narrow(status.threads));
  if (process.kind != ProcessKind::user) return;
  if (status.kthread && *status.kthread == 1) {
    process.kind = ProcessKind::kernel_thread;
  } else if (status.state && (*status.state == 'Z' || *status.state == 'X')) {
    process.kind = ProcessKind::zombie;
  } else if (!process.vsz_bytes && !status.vm_size_bytes && status.threads) {
    // Threads: stands behind the Vm lines, so none was cut off.
    process.kind = ProcessKind::kernel_thread;
  }
  if (process.kind != ProcessKind::user) return;
  fill(process.vsz_bytes, status.vm_size_bytes);
  fill(process.rss_bytes, status.vm_rss_bytes);
  process.swap_bytes = status.vm_swap_bytes;
}

/// A capture may hold statm alone.
void Walker::read_sizes(Process& process) {
  if ((process.vsz_bytes && process.rss_bytes) || !page_size_ || read("statm") != 0) return;
  const PidStatm statm = parse_pid_statm(text_);
  // All zero: a kernel thread or a zombie, which only stat and status tell apart from each other.
  if (statm.size_pages && *statm.size_pages == 0) return;
  fill(process.vsz_bytes, pages_to_bytes(statm.size_pages, page_size_));
  fill(process.rss_bytes, pages_to_bytes(statm.resident_pages, page_size_));
}

/// 0 or an errno; EACCES too for the empty file that a copy without permission leaves.
int Walker::read_counters(SmapsCounters& counters) {
  int rollup_error = ENOENT;
  if (!no_rollup_) {
    rollup_error = read("smaps_rollup");
    if (rollup_error == 0 && !text_.empty()) {
      counters = parse_smaps_rollup(text_);
      return 0;
    }
    if (live_ && rollup_error != ENOENT) return rollup_error == 0 ? ESRCH : rollup_error;
  }
  const int error = read("smaps");
  if (error != 0) return rollup_error == 0 || is_denied(rollup_error) ? EACCES : error;
  if (text_.empty()) return live_ ? ESRCH : EACCES;
  no_rollup_ = live_;
  counters = sum_smaps(text_);
  return 0;
}

/// False where the process is gone.
bool Walker::walk(Process& process) {
  SmapsCounters counters;
  if (const int error = read_counters(counters); error != 0) {
    // A kernel without CONFIG_PROC_PAGE_MONITOR has neither file, for processes that live on.
    if (vanished(error) && (error == ESRCH || read("stat") != 0)) return false;
    const Missing why = is_denied(error) ? Missing::denied : is_gone(error) ? Missing::absent : Missing::malformed;
    process.pss_bytes = why;
    process.uss_bytes = why;
    process.swap_pss_bytes = why;
    return true;
  }
  // Every smaps has Rss; of one that has not, nothing else is to be believed.
  process.pss_bytes = counters.rss_bytes ? counters.pss_bytes : Bytes(Missing::malformed);
  process.uss_bytes = counters.rss_bytes ? counters.uss_bytes() : Bytes(Missing::malformed);
  process.swap_pss_bytes = counters.swap_pss_bytes;
  // One consistent walk: its own RSS, not stat's.
  if (counters.rss_bytes) process.rss_bytes = counters.rss_bytes;
  if (counters.swap_bytes) process.swap_bytes = counters.swap_bytes;
  return true;
}

void Walker::read_name_and_command(Process& process) {
  if (process.name.empty() && read("comm") == 0) {
    if (const auto comm = parse_comm(text_)) process.name.assign(*comm);
  }
  if (!policy_.read_command) return;
  if (process.kind == ProcessKind::user && read("cmdline") == 0) process.command = parse_cmdline(text_).joined();
  if (process.command.empty()) process.command = "[" + process.name + "]";
}

/// The first thread may end (pthread_exit) while others go on: the process's own files then show no memory.
void Walker::find_living_thread(std::uint32_t pid) {
  std::vector<std::string> names;
  if (root_.list("proc/" + std::to_string(pid) + "/task", names) != 0) return;
  for (const std::uint32_t tid : pids_of(names)) {
    thread_ = "task/" + std::to_string(tid) + "/";
    if (tid == pid || read("stat") != 0) continue;
    const PidStat stat = parse_pid_stat(text_);
    if (stat.vsize_bytes && *stat.vsize_bytes != 0) return;
  }
  thread_.clear();
}

Visit Walker::visit(std::uint32_t pid, Process& process) {
  process.pid = pid;
  thread_.clear();
  dir_ = root_.open_dir("proc/" + std::to_string(pid));
  if (!dir_) {
    const int error = errno;
    if (vanished(error)) return Visit::vanished;
    return error == ENOTDIR ? Visit::no_process : Visit::hidden;
  }
  if (const auto owner = dir_.owner()) process.uid = *owner;
  if (!read_stat(process)) return Visit::vanished;
  if (process.kind == ProcessKind::zombie && process.threads && *process.threads > 1) {
    find_living_thread(pid);
    if (!thread_.empty()) {
      const std::string name = process.name;
      process.kind = ProcessKind::user;
      if (!read_stat(process)) return Visit::vanished;
      process.name = name;
    }
  }
  if (!live_) {
    read_status(process);
    if (process.kind == ProcessKind::user) read_sizes(process);
  }
  if (process.kind == ProcessKind::user && policy_.walk_pages && !walk(process)) return Visit::vanished;
  if (live_ && process.kind == ProcessKind::user && !process.swap_bytes) read_status(process);
  read_name_and_command(process);
  return is_known(process) ? Visit::row : Visit::hidden;
}

void count(const Process& process, const WalkPolicy& policy, WalkSummary& summary) {
  ++summary.rows;
  if (process.kind == ProcessKind::kernel_thread) ++summary.kernel_threads;
  if (process.kind == ProcessKind::zombie) ++summary.zombies;
  if (process.kind != ProcessKind::user || !policy.walk_pages || process.pss_bytes) return;
  switch (process.pss_bytes.missing()) {
    case Missing::denied:
    case Missing::hidden:
      ++summary.denied;
      summary.denied_rss_bytes += process.rss_bytes.value_or(0);
      break;
    case Missing::absent:
      ++summary.unwalked;
      break;
    case Missing::malformed:
      ++summary.unreadable;
      break;
  }
}

}  // namespace

WalkSummary visit_processes(const Root& root, const WalkPolicy& policy, Got<std::uint64_t> page_size_bytes,
                            const std::function<void(Process&&)>& sink) {
  WalkSummary summary;
  std::vector<std::string> names;
  summary.list_error = root.list("proc", names);
  const std::vector<std::uint32_t> pids = pids_of(names);
  // Every pid namespace has a process 1.
  summary.others_hidden = root.is_live() && summary.list_error == 0 && (pids.empty() || pids.front() != 1);
  Walker walker(root, policy, page_size_bytes);
  for (const std::uint32_t pid : pids) {
    Process process;
    const Visit outcome = walker.visit(pid, process);
    if (outcome == Visit::no_process) continue;
    ++summary.seen;
    if (outcome == Visit::vanished) ++summary.vanished;
    if (outcome == Visit::hidden) ++summary.hidden;
    if (outcome != Visit::row) continue;
    count(process, policy, summary);
    sink(std::move(process));
  }
  return summary;
}

Users::Users(const Root& root) {
  const FileText passwd = root.read("etc/passwd");
  std::string_view rest = passwd.text;
  PasswdEntry entry;
  while (take_passwd_entry(rest, entry)) names_.emplace_back(entry.uid, entry.name);
  // Of several names of a uid the first counts, as with getpwuid.
  std::stable_sort(names_.begin(), names_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

std::string Users::name(std::uint32_t uid) const {
  const auto found = std::lower_bound(names_.begin(), names_.end(), uid,
                                      [](const auto& entry, std::uint32_t wanted) { return entry.first < wanted; });
  return found != names_.end() && found->first == uid ? found->second : std::to_string(uid);
}

}  // namespace memkit
