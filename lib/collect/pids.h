#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "source/root.h"

namespace memkit {

/// Names of a directory that are process (or thread) numbers, ascending.
struct PidList {
  std::vector<std::uint32_t> pids;
  int error = 0;  ///< errno: the directory could not be listed
};
PidList list_pids(const Root& root, const std::string& path);

/// The first thread of a process may end (pthread_exit) while others go on: the process's own files then show no
/// memory. "task/TID/" of a thread that shows it, to put before the names of files; empty where there is none.
std::string living_thread(const Root& root, std::uint32_t pid);

}  // namespace memkit
