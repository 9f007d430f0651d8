#include "collect/same_memory.h"

#include <algorithm>
#include <utility>

namespace memkit {
namespace {

Process* find(std::vector<Process>& rows, std::uint32_t pid) {
  const auto found =
      std::lower_bound(rows.begin(), rows.end(), pid, [](const Process& row, std::uint32_t p) { return row.pid < p; });
  return found != rows.end() && found->pid == pid && found->kind == ProcessKind::user ? &*found : nullptr;
}

bool shares(const Root& root, Process& row, const Process* other) {
  if (other == nullptr || other->pid == row.pid) return false;
  // Where the stack began tells most apart for nothing: it belongs to the address space, and each program has its own.
  const PackedCount stack = row.startstack_address;
  if (stack && other->startstack_address && stack != other->startstack_address) return false;
  if (!root.same_memory(row.pid, other->pid).value_or(false)) return false;
  row.same_memory_as_pid = other->pid;
  return true;
}

std::pair<std::uint32_t, std::uint64_t> parent_and_size(const Process* row) { return {*row->ppid, *row->vsz_bytes}; }

}  // namespace

std::uint64_t find_same_memory(const Root& root, std::vector<Process>& rows) {
  std::vector<Process*> shared;
  std::vector<Process*> siblings;  // whose memory is not their parent's
  for (Process& row : rows) {
    if (row.kind != ProcessKind::user || !row.vsz_bytes || !row.ppid) continue;
    (shares(root, row, find(rows, *row.ppid)) ? shared : siblings).push_back(&row);
  }
  std::stable_sort(siblings.begin(), siblings.end(),
                   [](const Process* a, const Process* b) { return parent_and_size(a) < parent_and_size(b); });
  const Process* first = nullptr;
  for (Process* const row : siblings) {
    if (first == nullptr || parent_and_size(first) != parent_and_size(row)) {
      first = row;
    } else if (shares(root, *row, first)) {
      shared.push_back(row);
    }
  }
  // A child's parent may itself show its sibling's memory.
  for (Process* const row : shared) {
    for (std::size_t steps = 0; steps < shared.size(); ++steps) {  // a capture may have its parents in a circle
      const Process* const of = find(rows, row->same_memory_as_pid);
      if (of == nullptr || of->same_memory_as_pid == 0) break;
      row->same_memory_as_pid = of->same_memory_as_pid;
    }
  }
  return shared.size();
}

}  // namespace memkit
