#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collect/slab.h"
#include "collect/snapshot.h"
#include "parse/got.h"

namespace memkit {

/// What the objects of a cache are for, told by its name.
enum class SlabKind : std::uint8_t {
  dentry_inode,   ///< names and files that were looked up: given back when memory is asked for
  network,        ///< sockets, packets, connection tracking, routes
  buffers,        ///< block I/O, and the index of the page cache
  kmalloc,        ///< of any use, by size
  address_space,  ///< mappings of processes, page tables
  filesystem,     ///< what one filesystem has besides inodes
  other,
  large_kmalloc,  ///< no cache: above two pages kmalloc takes pages that only meminfo's SUnreclaim counts
};
std::string_view to_string(SlabKind kind);

struct SlabClass {
  SlabKind kind = SlabKind::other;
  std::string_view name;  ///< "network"; of a filesystem's own caches "ext4", "nfs"
};
SlabClass slab_class(std::string_view cache_name);

/// How a cache changed over the samples before: see slab_growth.h. Missing in a single sample.
struct SlabRowGrowth {
  Got<std::int64_t> step_bytes;    ///< since the sample before
  Got<std::int64_t> growth_bytes;  ///< since the first one
  Got<std::int64_t> growth_objects;
  Got<double> slope_bytes_per_s;  ///< of the straight line nearest to all samples
};

/// A cache. Sizes of slabs are an upper limit under SLUB, which takes smaller slabs where memory is broken up.
struct SlabRow {
  std::string name;
  std::string id;  ///< `name`, or "name#2" of one that came before
  SlabClass of;
  Got<std::uint64_t> objects;
  Got<std::uint64_t> active_objects;
  Got<std::uint64_t> object_bytes;
  Got<std::uint64_t> objects_per_slab;
  Got<std::uint64_t> pages_per_slab;
  Got<std::uint64_t> slabs;
  Got<std::uint64_t> active_slabs;
  Got<std::uint64_t> size_bytes;   ///< slabs * pages of each
  Got<std::uint64_t> waste_bytes;  ///< size less the objects in use: a lower limit, since SLUB counts idle ones of
                                   ///< per-CPU slabs as in use
  Got<double> use_pct;             ///< active of all objects; 0 where there are none, as slabtop has it
  Got<double> slab_pct;            ///< share of meminfo's Slab
  Got<double> ram_pct;             ///< share of MemTotal
  Got<bool> reclaimable;           ///< counted in SReclaimable
  Got<std::vector<std::string>> aliases;  ///< other caches that were merged into it
  std::string aliases_text;               ///< the same, a comma between them
  std::uint64_t cgroup_copies = 0;        ///< "name(7:cgroup)" of kernels before 5.9 that were added to it
  SlabRowGrowth growth;
};

/// The head of slabtop, of caches alone: the row of large kmalloc is none. A sum is missing where a figure in it is,
/// and malformed past 64 bits.
struct SlabTotals {
  Got<std::uint64_t> active_objects = 0;
  Got<std::uint64_t> objects = 0;
  Got<std::uint64_t> active_slabs = 0;
  Got<std::uint64_t> slabs = 0;
  std::uint64_t active_caches = 0;  ///< that have objects
  std::uint64_t caches = 0;
  Got<std::uint64_t> active_bytes = 0;  ///< of objects, not of slabs
  Got<std::uint64_t> total_bytes = 0;   ///< of objects, not of slabs
  Got<std::uint64_t> least_object_bytes;
  Got<std::uint64_t> mean_object_bytes;  ///< cut to whole bytes; 0 where there are caches and no objects
  Got<std::uint64_t> most_object_bytes;
};

SlabTotals slab_totals(std::span<const SlabRow> rows);

enum class SlabCopies : std::uint8_t {
  fold,  ///< cgroups' copies are added to the cache that they are copies of
  keep,
};

/// All caches of one sample, checked against meminfo.
struct SlabTable {
  Got<std::uint64_t> page_size_bytes;  ///< told from slabinfo itself where the snapshot does not know it
  Got<std::vector<SlabRow>> rows;      ///< in the order of slabinfo; missing where that is
  Got<std::uint64_t> caches_bytes;     ///< sum of size_bytes; missing where one of them is
  Got<std::uint64_t> mem_total_bytes;
  Got<std::uint64_t> slab_bytes;  ///< meminfo's; SReclaimable + SUnreclaim where it has no Slab
  Got<std::uint64_t> sreclaimable_bytes;
  Got<std::uint64_t> sunreclaim_bytes;
  /// Slab - caches. Above 0: large kmalloc. Below: memory moved between the two reads, or SLUB's slabs are smaller
  /// than slabinfo says.
  Got<std::int64_t> rest_bytes;

  [[nodiscard]] Got<std::uint64_t> large_kmalloc_bytes() const;
  /// The sum over the caches of a kind; missing where slabinfo is, or a size in it.
  [[nodiscard]] Got<std::uint64_t> kind_bytes(SlabKind kind) const;
  /// The row of that id, nullptr where there is none.
  [[nodiscard]] const SlabRow* find(std::string_view id) const;
};
/// Needs meminfo, and vmstat with it for the page size of a capture.
SlabTable slab_table(const SlabFacts& facts, const Snapshot& snapshot, SlabCopies copies = SlabCopies::fold);

/// The least page size at which the objects of all caches fit into their slabs; missing where no cache tells. Slabs
/// are filled to far more than half, so at half of it at least one would not fit.
Got<std::uint64_t> page_size_of(const Slabinfo& slabinfo);

}  // namespace memkit
