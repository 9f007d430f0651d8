#pragma once

#include <cstdint>
#include <vector>

#include "collect/process.h"
#include "source/root.h"

namespace memkit {

/// Sets `same_memory_as_pid` of the rows whose address space another row shows: the pages count in the row that comes
/// first. Tasks that share memory without being threads (CLONE_VM, vfork) are a child and its parent, or siblings of
/// one size; kcmp(2) is asked of those alone. `rows` are by pid. Returns how many it set.
std::uint64_t find_same_memory(const Root& root, std::vector<Process>& rows);

}  // namespace memkit
