#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "collect/processes.h"

namespace memkit::test {

struct Walk {
  std::vector<Process> rows;
  std::unique_ptr<NamePool> names;
  WalkSummary summary;

  [[nodiscard]] const Process& of(std::uint32_t pid) const {
    for (const Process& process : rows) {
      if (process.pid == pid) return process;
    }
    throw std::runtime_error("no row of process " + std::to_string(pid));
  }
  [[nodiscard]] bool has(std::uint32_t pid) const {
    for (const Process& process : rows) {
      if (process.pid == pid) return true;
    }
    return false;
  }
};

inline Walk walk(const Root& root, const WalkPolicy& policy = {}, Got<std::uint64_t> page_size = 4096) {
  Walk walk;
  ProcessList list = read_processes(root, policy, page_size);
  walk.rows = std::move(list.rows);
  walk.names = std::move(list.names);
  walk.summary = list.summary;
  return walk;
}

}  // namespace memkit::test
