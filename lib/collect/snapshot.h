#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parse/allocinfo.h"
#include "parse/arcstats.h"
#include "parse/buddyinfo.h"
#include "parse/got.h"
#include "parse/hugepages.h"
#include "parse/loadavg.h"
#include "parse/meminfo.h"
#include "parse/memory_events.h"
#include "parse/pressure.h"
#include "parse/proc_cgroups.h"
#include "parse/swaps.h"
#include "parse/sysvipc_shm.h"
#include "parse/vmallocinfo.h"
#include "parse/vmstat.h"
#include "parse/zoneinfo.h"
#include "parse/zram.h"
#include "source/root.h"

namespace memkit {

/// Facts that a command asks for. Each costs the files that its comment names, no more.
enum class Want : unsigned {
  meminfo = 1u << 0,     ///< proc/meminfo
  host = 1u << 1,        ///< host name, boot id, uptime, kernel release: the JSON envelope
  vmstat = 1u << 2,      ///< proc/vmstat
  zoneinfo = 1u << 3,    ///< proc/zoneinfo
  nodes = 1u << 4,       ///< sys/devices/system/node/node*/{meminfo,vmstat}
  hugepages = 1u << 5,   ///< sys/kernel/mm/hugepages/*
  swaps = 1u << 6,       ///< proc/swaps, sys/block/zram*/mm_stat, sys/module/zswap/parameters/zpool
  pressure = 1u << 7,    ///< proc/pressure/{cpu,io,memory,irq}
  arcstats = 1u << 8,    ///< proc/spl/kstat/zfs/arcstats
  mounts = 1u << 9,      ///< proc/self/mountinfo: is meminfo another view than vmstat's
  settings = 1u << 10,   ///< proc/sys/vm/{overcommit_memory,swappiness,min_free_kbytes}, proc/sys/kernel/{threads-max,
                         ///< pid_max}, proc/loadavg, sys/kernel/mm/transparent_hugepage/enabled
  sysvipc = 1u << 11,    ///< proc/sysvipc/shm
  buddyinfo = 1u << 12,  ///< proc/buddyinfo
  tmpfs = 1u << 13,      ///< proc/self/mountinfo, statfs(2) of each tmpfs; live, or noted by a capture
  ksm = 1u << 14,        ///< sys/kernel/mm/ksm/{run,pages_shared,pages_sharing}
  vmallocinfo = 1u << 15,    ///< proc/vmallocinfo: megabytes on a large machine
  allocinfo = 1u << 16,      ///< proc/allocinfo: the same
  dying_cgroups = 1u << 17,  ///< cgroup.stat of the v2 tree's top, proc/cgroups
};
constexpr Want operator|(Want a, Want b) {
  return static_cast<Want>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool wants(Want all, Want one) { return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0; }

/// A file that was asked for and could not be read, with the errno that says why.
struct Unread {
  std::string path;
  int error = 0;
};

/// Which machine, and when. Of a capture: what the capture says; the time and the uptime stay unknown where it
/// does not say.
struct Host {
  Got<std::string> name;            ///< proc/sys/kernel/hostname, else etc/hostname
  Got<std::string> boot_id;         ///< proc/sys/kernel/random/boot_id
  Got<std::string> kernel_release;  ///< proc/sys/kernel/osrelease, else from proc/version
  Got<std::uint64_t> uptime_ms;     ///< proc/uptime
  Got<std::int64_t> time_ns;        ///< wall clock of the sample, since the epoch, UTC
  Got<std::int64_t> monotonic_ns;   ///< CLOCK_MONOTONIC, for rates; live, or noted by a capture
};

/// One NUMA node. Nodes without memory have no figures.
struct NodeFacts {
  std::uint32_t node = 0;
  Meminfo meminfo;
  Vmstat vmstat;
};

/// One size of huge pages, of the whole machine. Pages of that size.
struct HugepagePool {
  std::uint64_t page_size_bytes = 0;
  Got<std::uint64_t> nr;
  Got<std::uint64_t> free;
  Got<std::uint64_t> resv;
  Got<std::uint64_t> surplus;
};

struct ZramDevice {
  std::string name;  ///< "zram0"
  ZramMmStat mm_stat;
};

struct PressureFacts {
  Got<Pressure> cpu;
  Got<Pressure> io;
  Got<Pressure> memory;
  Got<Pressure> irq;
};

/// Settings, and counts that settings limit.
struct Settings {
  Got<std::uint64_t> overcommit_memory;  ///< 0 heuristic, 1 always, 2 never: CommitLimit is one
  Got<std::uint64_t> swappiness;
  Got<std::uint64_t> min_free_bytes;
  Got<std::uint64_t> threads_max;
  Got<std::uint64_t> pid_max;
  Got<Loadavg> loadavg;
  Got<std::string> thp_enabled;  ///< "always", "madvise", "never"
};

/// A mounted tmpfs, once, however often it is mounted.
struct TmpfsUse {
  std::string mount_point;
  std::uint64_t used_bytes = 0;   ///< in RAM or in swap
  std::uint64_t total_bytes = 0;  ///< its limit
};

/// Same-page merging.
struct KsmFacts {
  Got<std::uint64_t> run;            ///< 1: on
  Got<std::uint64_t> pages_shared;   ///< kept
  Got<std::uint64_t> pages_sharing;  ///< saved
};

/// Removed cgroups that live on, held by pages that are still charged to them.
struct DyingCgroups {
  Got<CgroupStat> v2;  ///< of the v2 tree's top
  Got<std::vector<CgroupController>> controllers;
};

/// The system's facts at one moment, each as its file gave it. What was not wanted, or could not be read, is
/// missing; `unread` says why. Processes are never held here: see processes.h.
struct Snapshot {
  std::string source;  ///< "live", or the directory of --root
  Want wanted{};
  Host host;
  /// Of a capture: told from meminfo against vmstat (both must be wanted). Absent where there is nothing to tell
  /// it from, malformed where the two disagree: they are not of one machine, or not of one moment.
  Got<std::uint64_t> page_size_bytes;
  Got<Meminfo> meminfo;
  Got<Vmstat> vmstat;
  Got<Zoneinfo> zoneinfo;
  std::vector<NodeFacts> nodes;
  std::vector<HugepagePool> hugepages;
  Got<std::vector<SwapArea>> swaps;
  std::vector<ZramDevice> zram;
  Got<std::string> zswap_zpool;  ///< "zsmalloc", "zbud", "z3fold"; absent on kernels that only have zsmalloc
  PressureFacts pressure;
  Got<Arcstats> arcstats;
  /// lxcfs lies over proc/meminfo: meminfo is the container's, vmstat and zoneinfo are the host's.
  Got<bool> meminfo_is_fuse;
  Settings settings;
  Got<std::vector<ShmSegment>> shm;
  Got<Buddyinfo> buddyinfo;
  Got<std::vector<TmpfsUse>> tmpfs;  ///< those that can be seen; absent of a capture
  KsmFacts ksm;
  Got<Vmallocinfo> vmallocinfo;
  Got<std::vector<AllocSite>> allocinfo;
  DyingCgroups dying_cgroups;
  std::vector<Unread> unread;
};

/// Reads what is wanted. Never throws for a file that is not there or may not be read.
Snapshot collect(const Root& root, Want want);

/// What an errno says of a value: absent, denied, or malformed (EFBIG, ENOTSUP: something else lies there).
Missing missing_for(int error);

/// What `unread` holds for a file that is there and empty, as tools leave behind that copied it without
/// permission. No kernel file that memkit asks for is empty.
inline constexpr int kEmptyFile = -1;

/// "could not be read when it was copied: empty", or the errno's text.
std::string unread_text(int error);

/// The page size that meminfo and vmstat of one moment agree on: see Snapshot::page_size_bytes.
Got<std::uint64_t> page_size_of(const Meminfo& meminfo, const Vmstat& vmstat);

}  // namespace memkit
