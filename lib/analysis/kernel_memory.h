#pragma once

#include <cstdint>

#include "collect/snapshot.h"
#include "parse/got.h"
#include "parse/meminfo.h"

/// Terms of the accounting that need more than one field. All in bytes; absent where this kernel has no field
/// for it, or where the page size is not known and the field counts pages.
namespace memkit {

/// KReclaimable less the slab in it (4.20).
Got<std::uint64_t> other_reclaimable(const Meminfo& meminfo);

/// vmalloc'ed pages that are not kernel stacks. With CONFIG_VMAP_STACK (the default) VmallocUsed holds the stacks;
/// where it is smaller than KernelStack it cannot, and all of it counts. Absent on kernels that print 0 (about 4.4
/// to 5.2), or an address span in place of pages (before 4.4, told by VmallocChunk).
Got<std::uint64_t> vmalloc_without_stacks(const Meminfo& meminfo);

/// struct pages allocated after boot, which MemTotal counts (nr_memmap_pages); those of the boot are outside it.
Got<std::uint64_t> memmap(const Snapshot& snapshot);

/// Free pages on per-CPU lists, which MemFree leaves out.
Got<std::uint64_t> pcp_free(const Snapshot& snapshot);

/// Huge pages of all sizes. used = total - free; reserved = promised and not yet touched; idle = free - reserved.
struct Hugepages {
  Got<std::uint64_t> total_bytes;
  Got<std::uint64_t> used_bytes;
  Got<std::uint64_t> reserved_bytes;
  Got<std::uint64_t> idle_bytes;
};
Hugepages hugepages(const Snapshot& snapshot);

/// RAM that holds compressed swap. nr_zspages covers zram and a zswap that uses zsmalloc; another zswap is added.
/// zram's own figure (mm_stat) stands in only where nr_zspages is missing, and is shown as a share of the whole.
struct CompressedSwap {
  Got<std::uint64_t> total_bytes;
  Got<std::uint64_t> zram_bytes;
  Got<std::uint64_t> zswap_bytes;
};
CompressedSwap compressed_swap(const Snapshot& snapshot);

/// Pages in a balloon, as far as MemTotal counts them. Drivers that lower MemTotal leave a hole between zoneinfo's
/// present and managed pages that holds the balloon; without zoneinfo it cannot be told, and is left out.
Got<std::uint64_t> balloon(const Snapshot& snapshot);

}  // namespace memkit
