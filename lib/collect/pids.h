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

}  // namespace memkit
