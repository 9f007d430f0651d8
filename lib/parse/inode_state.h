#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/sys/fs/inode-state: inodes of all filesystems that are in memory. Counts.
/// Source: Documentation/admin-guide/sysctl/fs.rst; fs/inode.c struct inodes_stat_t.
struct InodeState {
  Got<std::uint64_t> inodes;
  Got<std::uint64_t> unused;  ///< in no use: these are given back when memory is asked for
};
InodeState parse_inode_state(std::string_view text);

}  // namespace memkit
