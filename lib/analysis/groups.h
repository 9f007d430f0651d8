#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collect/process.h"
#include "parse/smaps.h"

namespace memkit {

/// A sum over rows of which some may be unknown: what is known of it, and how many are not in it.
struct PartialSum {
  std::uint64_t bytes = 0;
  std::uint64_t known = 0;
  std::uint64_t unknown = 0;

  void add(const Got<std::uint64_t>& value) {
    if (!value) {
      ++unknown;
      return;
    }
    ++known;
    bytes += *value;
  }
  void add(const PartialSum& other) {
    bytes += other.bytes;
    known += other.known;
    unknown += other.unknown;
  }
  /// Missing where nothing of it is known.
  [[nodiscard]] Got<std::uint64_t> value() const {
    if (known == 0 && unknown != 0) return Missing::absent;
    return bytes;
  }
};

/// What several processes, or mappings, hold together.
struct MemorySums {
  PartialSum swap;
  PartialSum uss;
  PartialSum pss;
  PartialSum rss;
  PartialSum vsz;

  void add(const Process& process);
  void add(const Mapping& mapping);
  void add(const MemorySums& other);
};

/// Processes that have a key (user, unit, container …) in common.
struct ProcessGroup {
  std::string_view key;
  std::uint64_t processes = 0;
  MemorySums sums;
};

/// Processes by key, in the order in which the keys first came. The keys outlive the groups.
class ProcessGroups {
 public:
  void add(std::string_view key, const Process& process);
  [[nodiscard]] const std::vector<ProcessGroup>& groups() const { return groups_; }

 private:
  std::vector<ProcessGroup> groups_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

/// Mappings of one name over all processes.
struct MappingGroup {
  std::string_view name;
  std::uint64_t mappings = 0;
  std::uint64_t processes = 0;
  MemorySums sums;
};

/// Mappings by name; one for each thread that walks, merged at the end.
class MappingGroups {
 public:
  /// `pid` tells processes apart: a thread brings all mappings of one before the next.
  void add(std::uint32_t pid, std::string_view name, const Mapping& mapping);
  void merge(const MappingGroups& other);
  [[nodiscard]] std::vector<MappingGroup> groups() const;

 private:
  struct Entry {
    MappingGroup group;
    std::uint32_t last_pid = 0;
  };
  std::unordered_map<std::string, Entry> entries_;
};

/// A process among its parents and children.
struct TreeNode {
  const Process* process = nullptr;
  std::size_t row = 0;  ///< of the list that the tree was made of
  unsigned depth = 0;   ///< 0: no parent in the list
  MemorySums subtree;   ///< itself and all below it
  std::uint64_t descendants = 0;
};

/// The processes as a forest, each parent before its children, siblings by falling PSS of their subtree. Parents that
/// are not in the list, and circles (made-up captures), leave a process at the top.
std::vector<TreeNode> process_tree(const std::vector<const Process*>& processes);

}  // namespace memkit
