#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/sys/fs/dentry-state: the cache of names that were looked up. Counts.
/// Source: Documentation/admin-guide/sysctl/fs.rst; fs/dcache.c struct dentry_stat_t.
struct DentryState {
  Got<std::uint64_t> dentries;
  Got<std::uint64_t> unused;  ///< held by nobody: these are given back when memory is asked for
  /// Unused ones of names that do not exist (5.0). Absent where the file has 0: kernels before 5.0 print that
  /// whatever there is, and one that counts them has some soon after its start.
  Got<std::uint64_t> negative;
};
DentryState parse_dentry_state(std::string_view text);

}  // namespace memkit
