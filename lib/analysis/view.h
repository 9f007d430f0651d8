#pragma once

#include <cstdint>
#include <string_view>

#include "collect/snapshot.h"

namespace memkit {

/// Whose memory meminfo speaks of. In a container with lxcfs, and in captures taken in one, meminfo is the
/// container's while vmstat, zoneinfo and arcstats are the host's: their figures must not be added up.
enum class MeminfoView : std::uint8_t {
  machine,  ///< nothing speaks against it: meminfo is of the machine that vmstat and zoneinfo describe
  lxcfs,    ///< a FUSE file system lies over /proc/meminfo (mountinfo)
  mixed,    ///< MemTotal is far from zoneinfo's managed pages, or meminfo disagrees with vmstat
};

MeminfoView meminfo_view(const Snapshot& snapshot);

/// One sentence on a view that is not the machine's; empty for `machine`.
std::string_view explain(MeminfoView view);

}  // namespace memkit
