#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "collect/snapshot.h"
#include "parse/smaps.h"

namespace memkit {

/// Shmem that is neither in a file of a mounted tmpfs nor in a System V segment: memfds, shared anonymous memory, what
/// GPUs use, files of a tmpfs that this view does not show. Segments and mounts that are not known count as nothing,
/// so that this is rather too much. Missing where Shmem is. The kernel counts pages of huge segments elsewhere.
Got<std::uint64_t> unplaced_shmem(const Snapshot& snapshot);

/// The same in per cent of RAM.
Got<double> unplaced_shmem_pct(const Snapshot& snapshot);

/// What shared memory without a name in a file system is, as far as maps tells.
enum class SharedKind : std::uint8_t {
  other,         ///< none: a file that can be found, a device's memory
  memfd,         ///< memfd_create(2)
  anonymous,     ///< mmap(2) with MAP_SHARED and without a file: "/dev/zero (deleted)"
  sysv,          ///< shmget(2)
  deleted_file,  ///< of a tmpfs, removed while it was in use
};
std::string_view shared_kind_id(SharedKind kind);  ///< "deleted_file"

/// `tmpfs`: device numbers; a name below /dev/shm tells of a tmpfs too.
SharedKind shared_kind(const Mapping& mapping, std::span<const std::pair<std::uint32_t, std::uint32_t>> tmpfs);
/// The same of a name that maps showed, of a mapping that shared_kind() took.
SharedKind shared_kind(std::string_view name);

}  // namespace memkit
