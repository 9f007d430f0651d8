#include "collect/walker.h"

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <limits>

#include "collect/pids.h"
#include "parse/cgroup_membership.h"
#include "parse/cmdline.h"
#include "parse/comm.h"
#include "parse/pid_stat.h"
#include "parse/pid_statm.h"
#include "parse/pid_status.h"
#include "parse/smaps.h"
#include "parse/smaps_rollup.h"
#include "parse/text.h"

namespace memkit {
namespace {

template <class Slot, class T>
void fill(Slot& slot, const Got<T>& value) {
  if (!slot && value) slot = value;
}

bool is_gone(int error) { return error == ENOENT || error == ESRCH; }
bool is_denied(int error) { return error == EACCES || error == EPERM; }

Got<std::uint64_t> pages_to_bytes(const Got<std::uint64_t>& pages, const Got<std::uint64_t>& page_size) {
  if (!pages) return pages;
  if (!page_size) return page_size;
  if (*page_size == 0 || *pages > std::numeric_limits<std::uint64_t>::max() / *page_size) return Missing::malformed;
  return *pages * *page_size;
}

/// A file of one number.
template <class T>
Got<T> number_of(std::string_view text) {
  return to_number<T>(trim(take_line(text)));
}

/// Whether anything was learnt of a process but its number.
bool is_known(const Process& process) {
  return process.kind != ProcessKind::user || !process.name.empty() || process.vsz_bytes || process.rss_bytes ||
         process.pss_bytes;
}

void set_page_figures(Process& process, Missing why) {
  for (PackedCount Process::*figure :
       {&Process::pss_bytes, &Process::uss_bytes, &Process::swap_pss_bytes, &Process::pss_anon_bytes,
        &Process::pss_file_bytes, &Process::pss_shmem_bytes, &Process::pss_dirty_bytes, &Process::hugetlb_bytes,
        &Process::locked_bytes, &Process::anon_huge_bytes, &Process::ksm_bytes, &Process::referenced_bytes}) {
    if (!(process.*figure)) process.*figure = why;  // status may have told the huge pages
  }
}

void set_page_figures(Process& process, const SmapsCounters& counters) {
  // Every smaps has Rss; of one that has not, nothing else is to be believed.
  if (!counters.rss_bytes) return set_page_figures(process, Missing::malformed);
  process.pss_bytes = counters.pss_bytes;
  process.uss_bytes = counters.uss_bytes();
  process.swap_pss_bytes = counters.swap_pss_bytes;
  process.pss_anon_bytes = counters.pss_anon_bytes;
  process.pss_file_bytes = counters.pss_file_bytes;
  process.pss_shmem_bytes = counters.pss_shmem_bytes;
  process.pss_dirty_bytes = counters.pss_dirty_bytes;
  process.hugetlb_bytes = sum(counters.shared_hugetlb_bytes, counters.private_hugetlb_bytes);
  process.locked_bytes = counters.locked_bytes;
  process.anon_huge_bytes = counters.anon_huge_pages_bytes;
  process.ksm_bytes = counters.ksm_bytes;
  process.referenced_bytes = counters.referenced_bytes;
  // One consistent walk: its own RSS, not stat's.
  process.rss_bytes = counters.rss_bytes;
  if (counters.swap_bytes) process.swap_bytes = counters.swap_bytes;
}

}  // namespace

bool Walker::vanished(int error) const { return live_ && is_gone(error); }

int Walker::read(const char* file) {
  path_.assign(thread_).append(file);
  constexpr std::size_t kMost = std::size_t{8} << 20;  // maps of 65,530 mappings; the others are far smaller
  return dir_.read(path_.c_str(), text_, kMost);
}

/// False where the process is gone.
bool Walker::read_stat(Process& process) {
  if (const int error = read("stat"); error != 0) return !vanished(error);
  const PidStat stat = parse_pid_stat(text_);
  if (!stat.comm) return true;
  process.name = names_.intern(*stat.comm);
  if (stat.ppid && *stat.ppid >= 0) process.ppid = static_cast<std::uint32_t>(*stat.ppid);
  process.threads = stat.num_threads;
  process.starttime_ticks = stat.starttime_ticks;
  process.startstack_address = stat.startstack_address;
  process.exiting = stat.flags && (*stat.flags & PidStat::kPfExiting) != 0;
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
  if (process.name.empty() && status.name) process.name = names_.intern(*status.name);
  fill(process.ppid, status.ppid);
  fill(process.uid, status.euid);
  fill(process.threads, status.threads);
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
  if (policy_.status_rss && !policy_.walk_pages && status.vm_rss_bytes) process.rss_bytes = status.vm_rss_bytes;
  fill(process.rss_bytes, status.vm_rss_bytes);
  process.page_tables_bytes = status.vm_pmd_bytes ? sum(status.vm_pte_bytes, status.vm_pmd_bytes) : status.vm_pte_bytes;
  process.swap_bytes = status.vm_swap_bytes;
  fill(process.hugetlb_bytes, status.hugetlb_pages_bytes);
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
int Walker::read_counters(Process& process, SmapsCounters& counters) {
  int rollup_error = ENOENT;
  if (!no_rollup_ && !needs_mappings()) {
    rollup_error = read("smaps_rollup");
    if (rollup_error == 0 && !text_.empty()) {
      counters = parse_smaps_rollup(text_);
      return 0;
    }
    if (live_ && rollup_error != ENOENT) return rollup_error == 0 ? ESRCH : rollup_error;
  }
  const int error = read_mappings(process, counters);
  if (error != 0) return rollup_error == 0 || is_denied(rollup_error) ? EACCES : error;
  no_rollup_ = live_ && !needs_mappings();
  return 0;
}

/// smaps, through a window of the buffer: a process may have 65,000 mappings, 45 MB of text.
int Walker::read_mappings(Process& process, SmapsCounters& counters) {
  SmapsSum sum;
  // A vfork's child shows its parent's mappings: they are counted there.
  const bool counts =
      policy_.on_mapping && !(process.ppid && root_.same_memory(process.pid, *process.ppid).value_or(false));
  path_.assign(thread_).append("smaps");
  bool any = false;
  const int error = dir_.read_in_parts(path_.c_str(), text_, [&](std::string_view& rest, bool at_end) {
    any = any || !rest.empty();
    Mapping mapping;
    while (reader_.take(rest, mapping, at_end ? TextEnd::last : TextEnd::more)) {
      if (policy_.accept_mapping && !policy_.accept_mapping(mapping)) continue;
      sum.add(mapping.counters);
      if (counts) policy_.on_mapping(worker_, process, mapping);
    }
    return true;
  });
  if (error != 0) return error;
  if (!any) return live_ ? ESRCH : EACCES;
  counters = sum.total();
  process.maps = static_cast<std::uint32_t>(sum.mappings());
  return 0;
}

/// False where the process is gone.
bool Walker::walk(Process& process) {
  SmapsCounters counters;
  const int error = read_counters(process, counters);
  if (error == 0) {
    set_page_figures(process, counters);
    return true;
  }
  // A kernel without CONFIG_PROC_PAGE_MONITOR has neither file, for processes that live on.
  if (vanished(error) && (error == ESRCH || read("stat") != 0)) return false;
  set_page_figures(process, is_denied(error) ? Missing::denied : is_gone(error) ? Missing::absent : Missing::malformed);
  return true;
}

void Walker::read_name_and_command(Process& process) {
  if (process.name.empty() && read("comm") == 0) {
    if (const auto comm = parse_comm(text_)) process.name = names_.intern(*comm);
  }
  if (!policy_.read_command) return;
  // A command line may have megabytes, and every row is kept.
  constexpr std::size_t kLongest = std::size_t{16} << 10;
  if (process.kind == ProcessKind::user && dir_.read_start((thread_ + "cmdline").c_str(), text_, kLongest) == 0) {
    process.command = names_.keep(parse_cmdline(text_).joined() + (text_.size() == kLongest ? "..." : ""));
  }
  if (process.command.empty()) process.command = names_.intern(std::string("[").append(process.name).append("]"));
}

void Walker::read_extras(Process& process) {
  if (policy_.read_exe && dir_.read_link("exe", text_) == 0) process.exe = names_.intern(text_);
  if (policy_.read_cgroup && read("cgroup") == 0) {
    const CgroupMembership in = parse_cgroup_membership(text_);
    process.cgroup = names_.intern(in.memory_v1_path ? *in.memory_v1_path : in.v2_path.value_or(""));
    process.unit_cgroup = names_.intern(unit_path(in));
  }
  if (policy_.read_oom && read("oom_score") == 0) process.oom_score = number_of<std::uint32_t>(text_);
  if ((policy_.read_oom || policy_.read_oom_adj) && read("oom_score_adj") == 0)
    process.oom_score_adj = number_of<std::int16_t>(text_);
  if (policy_.read_maps && !process.maps && read("maps") == 0) {
    process.maps = static_cast<std::uint32_t>(std::count(text_.begin(), text_.end(), '\n'));
  }
}

/// What stat tells, if need be of the thread that holds the memory; false where the process is gone.
bool Walker::find_memory(Process& process) {
  if (!read_stat(process)) return false;
  if (process.kind == ProcessKind::zombie && process.threads.value_or(0) > 1) {
    thread_ = living_thread(root_, process.pid);
    if (!thread_.empty()) {
      const std::string_view name = process.name;
      const PackedCount started = process.starttime_ticks;
      process.kind = ProcessKind::user;
      if (!read_stat(process)) return false;
      process.name = name;
      process.starttime_ticks = started;
    }
  }
  return true;
}

Walker::Met Walker::meet(std::uint32_t pid) {
  Met met;
  met.process.pid = pid;
  thread_.clear();
  dir_ = root_.open_dir("proc/" + std::to_string(pid));
  if (!dir_) {
    const int error = errno;
    met.outcome = vanished(error) ? Outcome::vanished : error == ENOTDIR ? Outcome::no_process : Outcome::hidden;
    return met;
  }
  if (const auto owner = dir_.owner()) met.process.uid = *owner;
  if (!find_memory(met.process)) met.outcome = Outcome::vanished;
  met.stat_rss_bytes = met.process.rss_bytes;
  if (!live_) {
    read_status(met.process);
    if (met.process.kind == ProcessKind::user) read_sizes(met.process);
  }
  met.dir = std::move(dir_);
  met.thread = thread_;
  return met;
}

Walker::Outcome Walker::visit(Met& met, bool skip_walk) {
  if (met.outcome != Outcome::row) return met.outcome;
  Process& process = met.process;
  dir_ = std::move(met.dir);
  thread_ = std::move(met.thread);
  const bool user = process.kind == ProcessKind::user;
  read_name_and_command(process);
  if (user) read_extras(process);
  if (policy_.accept && !policy_.accept(process)) return Outcome::refused;
  if (user && policy_.walk_pages) {
    if (skip_walk) {
      set_page_figures(process, Missing::skipped);
    } else if (!walk(process)) {
      return Outcome::vanished;
    } else if (policy_.accept_mapping && process.maps && *process.maps == 0) {
      return Outcome::refused;
    }
  }
  if (live_ && user && !process.swap_bytes) read_status(process);
  return is_known(process) ? Outcome::row : Outcome::hidden;
}

Walker::Size Walker::size_of(const Met& met) {
  if (met.outcome != Outcome::row || !met.thread.empty()) return {};
  const std::uint64_t threads = met.process.threads.value_or(0);
  if (met.process.kind != ProcessKind::user) return {std::uint64_t{0}, threads};
  return {met.stat_rss_bytes, threads};
}

}  // namespace memkit
