#pragma once

#include "collect/reader.h"

namespace memkit {

/// The part of collect() for settings, shared memory, free blocks, merging and the kernel's own allocations.
void collect_system(Reader& reader, Want want, Snapshot& snapshot);

/// Where tmpfs is mounted and can be seen, one mount of each: no later mount lies over it.
std::vector<std::string> visible_tmpfs(std::string_view mountinfo);

}  // namespace memkit
