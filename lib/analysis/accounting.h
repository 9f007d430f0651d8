#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/view.h"
#include "collect/snapshot.h"
#include "parse/got.h"

namespace memkit {

/// What becomes of a part when new work asks for memory.
enum class Reclaim : std::uint8_t {
  no,      ///< stays until its owner lets go (anonymous memory may go to swap)
  partly,  ///< some of it: what is clean, unused or unpinned
  yes,     ///< given back on demand
  idle,    ///< reserved for one use and not in use: an administrator can give it back
  free,    ///< not in use
};
std::string_view to_string(Reclaim reclaim);

/// One kind of memory.
struct AccountPart {
  std::string_view id;     ///< stable snake_case name, for JSON
  std::string_view label;  ///< for people: "page cache (files)"
  Got<std::uint64_t> bytes;
  Got<double> share_pct;  ///< of MemTotal
  Reclaim reclaim = Reclaim::no;
  std::string_view owner;             ///< who holds it, in a word or two
  std::vector<AccountPart> of_which;  ///< overlap this part and each other: never summed
};

/// ZFS's cache, which the kernel counts as used. It lies in slab and in pages that no field names, so it is a
/// figure beside the parts and never one of them.
struct ArcCredit {
  Got<std::uint64_t> size_bytes;
  Got<std::uint64_t> reclaimable_bytes;  ///< size - c_min, floor 0; absent where it must not be credited
  std::string_view why_not;              ///< where there is an ARC and no credit: why; else empty
};
ArcCredit arc_credit(const Snapshot& snapshot);

/// Where all RAM is. Where `residual_bytes` is there, the parts and it sum to `total_bytes` exactly.
struct Accounting {
  Got<std::uint64_t> total_bytes;    ///< MemTotal
  std::vector<AccountPart> parts;    ///< in an order to read; what this kernel has no field for is no part
  Got<std::int64_t> residual_bytes;  ///< what no field names; negative: overcounted (Percpu's boot chunk, drift)
  Got<double> residual_share_pct;    ///< of MemTotal, signed
  std::string_view residual_why;     ///< where there is no residual: why; else empty
  MeminfoView view = MeminfoView::machine;
  ArcCredit arc;
};

/// The accounting of RAM: memory that overlaps other memory is counted once. Needs meminfo; vmstat, zoneinfo,
/// hugepages and swaps (zram) make it sharper, mounts tells lxcfs.
/// Source: Documentation/filesystems/proc.rst "meminfo"; mm/show_mem.c; fs/proc/meminfo.c.
Accounting account(const Snapshot& snapshot);

}  // namespace memkit
