#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "got.h"

namespace memkit {

/// One System V shared memory segment. Of the reader's IPC namespace.
struct ShmSegment {
  std::int64_t shmid = 0;
  std::uint64_t size_bytes = 0;      ///< as it was asked for
  std::uint32_t creator_pid = 0;     ///< cpid
  std::uint32_t last_pid = 0;        ///< lpid: of the last shmat or shmdt
  std::uint64_t attached_count = 0;  ///< nattch: mappings now; 0 = nobody has it
  std::uint32_t uid = 0;             ///< the owner's
  Got<std::uint64_t> rss_bytes;      ///< in RAM (3.2)
  Got<std::uint64_t> swap_bytes;     ///< in swap
};

/// /proc/sysvipc/shm, without its heading. A segment whose line does not parse is left out.
/// Source: ipc/shm.c sysvipc_shm_proc_show; man 5 sysvipc.
std::vector<ShmSegment> parse_sysvipc_shm(std::string_view text);

}  // namespace memkit
