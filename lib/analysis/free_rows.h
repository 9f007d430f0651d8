#pragma once

#include <cstdint>
#include <vector>

#include "collect/snapshot.h"
#include "parse/got.h"
#include "parse/meminfo.h"

namespace memkit {

/// One row of free(1), in bytes. What the kernel does not say is missing (procps prints 0 for it).
struct FreeRow {
  Got<std::uint64_t> total_bytes;
  Got<std::uint64_t> used_bytes;
  Got<std::uint64_t> free_bytes;
  Got<std::uint64_t> shared_bytes;
  Got<std::uint64_t> buffers_bytes;
  Got<std::uint64_t> cache_bytes;       ///< Cached + SReclaimable
  Got<std::uint64_t> buff_cache_bytes;  ///< buffers + cache
  Got<std::uint64_t> available_bytes;
};

/// The Comm row of `free -v`.
struct CommitRow {
  Got<std::uint64_t> limit_bytes;
  Got<std::uint64_t> committed_bytes;
  Got<std::int64_t> free_bytes;  ///< negative where more was promised than the limit
};

/// The rows of procps-ng 4's free, figure for figure.
/// Source: procps-ng man free(1); library/meminfo.c of procps-ng 4.0.2, by comparison with the program.
struct FreeRows {
  FreeRow memory;
  FreeRow low;    ///< total, used, free; all of memory where the kernel has no highmem
  FreeRow high;   ///< total, used, free; zeroes where the kernel has no highmem
  FreeRow swap;   ///< total, used, free
  FreeRow total;  ///< memory and swap: total, used, free
  CommitRow commit;
};
FreeRows free_rows(const Meminfo& meminfo);

/// One NUMA node in the columns of free. The node files have no Buffers, Cached or MemAvailable:
/// cache is FilePages - SwapCached + SReclaimable (buffers in it), available an estimate of ours by
/// MemAvailable's formula with the node's own watermarks; missing where zoneinfo or the page size is not known.
struct NodeRow {
  std::uint32_t node = 0;
  FreeRow row;
};
std::vector<NodeRow> node_rows(const Snapshot& snapshot);

}  // namespace memkit
