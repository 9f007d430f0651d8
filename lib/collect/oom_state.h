#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collect/cgroup_tree.h"
#include "collect/processes.h"
#include "collect/snapshot.h"
#include "parse/cgroup_value.h"
#include "parse/got.h"
#include "source/root.h"

namespace memkit {

/// A memory cgroup that has a say when memory runs out: it has a limit, or it dies whole. v1's names as v2's.
/// Source: Documentation/admin-guide/cgroup-v2.rst; .../cgroup-v1/memory.rst.
struct OomCgroup {
  std::string path;  ///< below the mount point, "/" is the highest
  Got<std::uint64_t> current_bytes;
  Got<CgroupValue> max;
  Got<CgroupValue> swap_max;         ///< v2 memory.swap.max
  Got<CgroupValue> memsw_max;        ///< v1 memory.memsw.limit_in_bytes: memory and swap together
  Got<std::uint64_t> swappiness;     ///< v1 memory.swappiness; v2 goes by vm.swappiness
  Got<std::uint64_t> oom_group;      ///< v2 memory.oom.group: 1 = dies whole (4.19)
  Got<bool> hierarchical;            ///< v1 memory.use_hierarchy: the limit is also on those below
  Got<std::uint64_t> kill_disabled;  ///< v1 oom_control's oom_kill_disable: 1 = tasks wait, none is killed
};

/// A process with memory, and where its memory is charged.
struct OomProcess {
  Process process;
  std::string_view cgroup;  ///< below the mount point of the memory hierarchy; empty: not known
};

/// What the OOM killer goes by, read at one moment.
struct OomState {
  Snapshot snapshot;  ///< host, meminfo; of a capture vmstat too, for the page size
  bool live = false;
  std::vector<OomProcess> processes;  ///< by pid, without kernel threads and zombies
  std::unique_ptr<NamePool> names;    ///< of the views in `processes`
  WalkSummary summary;
  std::uint64_t unweighed = 0;  ///< processes that collect_candidates() left out because a figure of them is missing
  CgroupVersion cgroup_version = CgroupVersion::none;  ///< of the hierarchy that limits memory
  std::vector<OomCgroup> cgroups;                      ///< by path
  std::uint64_t cgroups_unread = 0;                    ///< that may not be looked into
  Got<std::uint64_t> swappiness;                       ///< vm.swappiness
  Got<std::uint64_t> panic_on_oom;
  Got<std::uint64_t> kill_allocating_task;
  /// Whether the pid namespace is the machine's own (live): in a container's, processes outside are not seen.
  Got<bool> whole_machine;
};

/// The same for the machine alone, of processes that have been read already (with WalkPolicy::read_oom_adj): the `most`
/// that the killer would weigh heaviest, with their page tables and cgroups, which are read. Limited cgroups are left
/// out. Names go to `list`, which has to live as long.
OomState collect_candidates(const Root& root, const Snapshot& snapshot, const ProcessList& list, std::size_t most);

/// Never throws for what is not there: `summary` says where processes could not be listed. `more`: of the machine.
OomState collect_oom(const Root& root, Want more = {});

}  // namespace memkit
