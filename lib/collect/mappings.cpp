#include "collect/mappings.h"

#include <algorithm>
#include <cerrno>

#include "collect/pids.h"
#include "parse/cmdline.h"
#include "parse/comm.h"
#include "parse/pid_stat.h"
#include "parse/smaps_reader.h"
#include "parse/task_syscall.h"

namespace memkit {
namespace {

bool says_gone(int error) { return error == ENOENT || error == ESRCH || error == ENOTDIR; }

}  // namespace

MappedProcess::MappedProcess(const Root& root, std::uint32_t pid)
    : root_(root), pid_(pid), live_(root.processes_are_live()) {
  const std::string place = "proc/" + std::to_string(pid);
  dir_ = root.open_dir(place);
  if (!dir_) {
    error_ = errno;
    return;
  }
  identify();
  if (kind_ == ProcessKind::zombie) {
    thread_ = living_thread(root, pid);
    if (!thread_.empty()) kind_ = ProcessKind::user;
  }
  // A command line may have megabytes.
  constexpr std::size_t kLongest = std::size_t{16} << 10;
  if (kind_ == ProcessKind::user && dir_.read_start((thread_ + "cmdline").c_str(), text_, kLongest) == 0) {
    command_ = parse_cmdline(text_).joined();
    if (text_.size() == kLongest) command_ += "...";
  }
  if (command_.empty()) command_.append("[").append(name_).append("]");
}

bool MappedProcess::is_gone() const { return says_gone(error_); }

int MappedProcess::read(const std::string& file) { return dir_.read((thread_ + file).c_str(), text_); }

void MappedProcess::identify() {
  const int error = read("stat");
  if (live_ && says_gone(error)) {
    error_ = error;
    return;
  }
  const PidStat stat = error == 0 ? parse_pid_stat(text_) : PidStat();
  if (!stat.comm) {
    if (read("comm") == 0) name_ = parse_comm(text_).value_or("");
    return;
  }
  name_ = *stat.comm;
  starttime_ticks_ = stat.starttime_ticks;
  startstack_ = stat.startstack_address;
  const bool no_memory = stat.vsize_bytes && *stat.vsize_bytes == 0;
  const bool ended = stat.state && (*stat.state == 'Z' || *stat.state == 'X');
  const Got<bool> kernel_thread = stat.is_kernel_thread();
  if (kernel_thread && *kernel_thread) {
    kind_ = ProcessKind::kernel_thread;
  } else if (no_memory || ended) {
    kind_ = ProcessKind::zombie;
  }
}

PidStatus MappedProcess::status() { return read("status") == 0 ? parse_pid_status(text_) : PidStatus(); }

std::vector<std::uint64_t> MappedProcess::stack_pointers(bool& some_unknown) {
  constexpr std::size_t kMostThreads = 4096;
  std::vector<std::uint64_t> found;
  const PidList threads = list_pids(root_, "proc/" + std::to_string(pid_) + "/task");
  some_unknown = threads.pids.empty() || threads.pids.size() > kMostThreads;
  for (std::size_t i = 0; i < std::min(threads.pids.size(), kMostThreads); ++i) {
    const std::string file = "task/" + std::to_string(threads.pids[i]) + "/syscall";
    const Got<std::uint64_t> pointer =
        dir_.read(file.c_str(), text_) == 0 ? parse_stack_pointer(text_) : Got<std::uint64_t>(Missing::absent);
    if (pointer) found.push_back(*pointer);
    some_unknown = some_unknown || !pointer;
  }
  std::sort(found.begin(), found.end());
  return found;
}

int MappedProcess::visit_file(const std::string& file, const std::function<void(const Mapping&)>& each,
                              std::uint64_t last, MappingsRead& result) {
  MappingReader reader;
  return dir_.read_in_parts((thread_ + file).c_str(), text_, [&](std::string_view& rest, bool at_end) {
    Mapping mapping;
    while (reader.take(rest, mapping, at_end ? TextEnd::last : TextEnd::more)) {
      ++result.mappings;
      each(mapping);
      if (mapping.start > last) return false;
    }
    return true;
  });
}

int MappedProcess::read_file(const std::string& file, std::string& into) const {
  return dir_.read((thread_ + file).c_str(), into);
}

int MappedProcess::read_start(const std::string& file, std::string& into, std::size_t most) const {
  return dir_.read_start((thread_ + file).c_str(), into, most);
}

MappedProcess::Condition MappedProcess::condition() {
  const int error = read("stat");
  if (says_gone(error)) return Condition::ended;
  if (error != 0) return Condition::same;
  const PidStat stat = parse_pid_stat(text_);
  if (stat.state && (*stat.state == 'Z' || *stat.state == 'X')) return Condition::ended;
  // Its memory goes before it is a zombie, and with that the address below.
  if (stat.flags && (*stat.flags & PidStat::kPfExiting) != 0) return Condition::ended;
  // Its addresses are random, and change with each program.
  const bool both_known = stat.startstack_address.value_or(0) > 1 && startstack_.value_or(0) > 1;
  return both_known && stat.startstack_address != startstack_ ? Condition::other_program : Condition::same;
}

MappingsRead MappedProcess::visit(bool pages, const std::function<void(const Mapping&)>& each, std::uint64_t last) {
  MappingsRead result;
  if (kind_ != ProcessKind::user) return result;
  const auto note = [&](const Mapping& mapping) {
    result.has_pages = result.has_pages || mapping.counters.rss_bytes;
    each(mapping);
  };
  const char* const files[] = {pages ? "smaps" : "maps", pages ? "maps" : "smaps"};
  bool empty_copy = false;
  for (const char* const file : files) {
    result.error = visit_file(file, note, last, result);
    // An empty file is what a copy without permission leaves.
    empty_copy = empty_copy || (result.error == 0 && result.mappings == 0 && !live_);
    if (result.mappings != 0 || (result.error != ENOENT && !empty_copy)) break;
  }
  if (result.mappings == 0 && empty_copy) result.error = EACCES;
  if (live_) {
    // The kernel ends a file of mappings early where their memory goes away between two reads.
    result.ended = (result.error == 0 && result.mappings == 0) || condition() != Condition::same;
    if (result.ended) result.error = 0;
  }
  return result;
}

}  // namespace memkit
