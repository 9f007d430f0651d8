#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/accounting.h"
#include "collect/processes.h"

namespace memkit {

/// A line of "where is the memory": parts of the accounting that belong together.
struct MemoryGroup {
  std::string_view id;      ///< stable, for JSON
  std::string_view label;   ///< for people
  std::string_view note;    ///< what it is, or whether it gives way
  Got<std::int64_t> bytes;  ///< negative: the residual, where fields overlap
  Got<double> share_pct;    ///< of MemTotal
};

/// The accounting in at most ten lines that sum to MemTotal as its parts do. Groups that hold nothing are left out.
std::vector<MemoryGroup> memory_groups(const Accounting& accounting);

/// What all processes hold together, and the largest of them.
struct TopProcesses {
  std::uint64_t count = 0;        ///< processes with memory
  std::uint64_t without_pss = 0;  ///< of them: PSS, USS unknown, so that the sums are not complete
  Got<std::uint64_t> pss_bytes;
  Got<std::uint64_t> uss_bytes;
  Got<std::uint64_t> rss_bytes;
  Got<std::uint64_t> swap_bytes;
  Got<std::uint64_t> locked_bytes;
  std::uint64_t threads = 0;
  /// Places in the list of processes, the largest first. Of an unknown PSS by RSS, behind all others; of the others
  /// only those that hold any.
  std::vector<std::size_t> by_pss;
  std::vector<std::size_t> by_swap;
  std::vector<std::size_t> by_locked;
  std::vector<std::size_t> by_threads;
};

/// `limit`: length of each list.
TopProcesses top_processes(std::span<const Process> processes, std::size_t limit);

}  // namespace memkit
