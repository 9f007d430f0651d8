#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collect/processes.h"
#include "parse/smaps.h"
#include "source/root.h"

namespace memkit {

/// A file that processes map, whether it has a name left or not, and who does.
struct SharedFile {
  std::string name;                ///< as maps has it: "/memfd:cache", "/dev/shm/x"; " (deleted)" is taken off
  bool deleted = false;            ///< so it was marked; of a memfd and of System V segments that is normal
  std::uint64_t mapped_bytes = 0;  ///< address space: the most that one process maps of it
  /// No more than this is in RAM by these processes' PSS of shared memory; missing where that of one is not known.
  Got<std::uint64_t> held_bytes;
  std::uint64_t processes_count = 0;
  std::uint32_t holder_pid = 0;  ///< of the processes that map it the one that holds most
};

struct SharedFiles {
  std::vector<SharedFile> files;   ///< the largest first
  std::uint64_t read_count = 0;    ///< processes whose mappings were read
  std::uint64_t unread_count = 0;  ///< processes that may hold some, and whose mappings may not be read
};

/// Device numbers of the tmpfs that proc/self/mountinfo shows.
std::vector<std::pair<std::uint32_t, std::uint32_t>> tmpfs_devices(const Root& root);

/// The files of mappings that `accept` takes, by device and inode: proc/PID/maps of each process that has, or may have,
/// shared memory in RAM. That walks no page tables. What a process holds by a descriptor alone is not seen.
SharedFiles collect_shared_files(const Root& root, const std::vector<Process>& processes,
                                 const std::function<bool(const Mapping&)>& accept);

}  // namespace memkit
