#pragma once

#include <cstddef>
#include <vector>

#include "analysis/slab.h"

namespace memkit {

/// Where a figure of kernel memory begins to be worth a word. The one table.
struct SlabThresholds {
  double large_pct = 30;          ///< Slab of RAM
  double unreclaimable_pct = 10;  ///< SUnreclaim of RAM
  double pinned_below_pct = 25;   ///< unused of all dentries: below, the cache is held by those who use it
  double negative_pct = 50;       ///< negative of all dentries
  double dentry_pct = 5;          ///< the dentry cache of RAM, for negative ones to matter
  double use_below_pct = 50;      ///< active of a cache's objects
  double waste_pct = 1;           ///< what such a cache wastes, of RAM
  double large_kmalloc_pct = 2;   ///< Slab without caches, of RAM
};
inline constexpr SlabThresholds kSlabThresholds;

/// What one sample says of kernel memory. One sample never tells a leak: growth does, see slab_growth.h. Each answer is
/// missing where a figure that it rests on is.
struct SlabJudgement {
  Got<double> slab_pct;         ///< of RAM
  Got<double> reclaimable_pct;  ///< SReclaimable of Slab
  Got<double> sunreclaim_pct;   ///< of RAM
  Got<std::uint64_t> dentry_inode_bytes;
  Got<double> dentry_inode_pct;   ///< of Slab
  Got<double> dentry_pct;         ///< the dentry cache alone, of RAM
  Got<double> unused_pct;         ///< of dentries
  Got<double> negative_pct;       ///< of dentries
  Got<double> large_kmalloc_pct;  ///< of RAM

  Got<bool> large_cache;       ///< Slab is large, and at least half of it is reclaimable: a cache, not a leak
  Got<bool> pinned;            ///< it is mostly dentries and inodes, and few of them are unused: they do not give way
  Got<bool> unreclaimable;     ///< SUnreclaim is large
  Got<bool> negative;          ///< most dentries stand for names that do not exist, and they take much
  Got<bool> large_kmalloc;     ///< much is in no cache
  Got<bool> never_given_back;  ///< vm.vfs_cache_pressure is 0: dentries and inodes stay until memory has run out
  Got<std::vector<std::size_t>> fragmented;  ///< rows of caches that are mostly empty and large, largest waste first
  /// Rows of the largest caches that are not reclaimable, as far as that is known, largest first; at most three.
  std::vector<std::size_t> largest_unreclaimable;
};
SlabJudgement judge_slab(const SlabTable& table, const SlabFacts& facts);

/// Whether a cache is one whose memory is given back: by /sys/kernel/slab, else told by its name.
bool slab_gives_way(const SlabRow& row);

}  // namespace memkit
