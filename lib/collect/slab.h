#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collect/snapshot.h"
#include "parse/dentry_state.h"
#include "parse/inode_state.h"
#include "parse/slabinfo.h"

namespace memkit {

/// What /sys/kernel/slab says of one name. SLUB merges caches of like objects: slabinfo has the merged cache once, by
/// one of its names, and the others are links to the same folder.
struct SlabName {
  std::string name;
  std::string folder;     ///< ":0000192" of a merged cache, which may have one name only; else the name itself
  Got<bool> reclaimable;  ///< counted in SReclaimable: reclaim_account, or the letter in a merged cache's folder name
};

struct SlabFacts {
  /// /proc/slabinfo; where it may not be read and /sys/kernel/slab may, what that has of it.
  Got<Slabinfo> slabinfo;
  Got<std::vector<SlabName>> names;  ///< of /sys/kernel/slab, sorted by name; skipped unless wanted
  DentryState dentry_state;
  InodeState inode_state;
  Got<std::uint64_t> vfs_cache_pressure;  ///< vm.vfs_cache_pressure, 100 is usual; 0 never gives dentries back
  std::vector<Unread> unread;
};

enum class SlabWant : std::uint8_t {
  caches,  ///< slabinfo alone
  states,  ///< and the states of dentries and inodes
  names,   ///< and the aliases of merged caches: a file or a link for each cache
};

/// Never throws for a file that is not there or may not be read.
SlabFacts collect_slab(const Root& root, SlabWant want);

}  // namespace memkit
