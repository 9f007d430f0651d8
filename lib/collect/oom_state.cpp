#include "collect/oom_state.h"

#include <algorithm>
#include <map>
#include <set>

#include "collect/cgroup_mounts.h"
#include "parse/memory_events.h"
#include "parse/pid_status.h"
#include "parse/text.h"

namespace memkit {
namespace {

/// Files of cgroups and of proc/sys, read into one buffer.
class Files {
 public:
  explicit Files(const Root& root) : root_(root) {}

  Got<std::uint64_t> number(const std::string& path) { return value(path, parse_number_file); }
  Got<CgroupValue> limit(const std::string& path) { return value(path, parse_cgroup_value); }
  Got<std::uint64_t> kill_disabled(const std::string& path) {
    return value(
        path, +[](std::string_view text) { return parse_memory_events(text).oom_kill_disable; });
  }

 private:
  template <class T>
  Got<T> value(const std::string& path, Got<T> (*parse)(std::string_view)) {
    const int error = root_.read(path, text_);
    return error == 0 ? parse(text_) : Got<T>(missing_for(error));
  }

  const Root& root_;
  std::string text_;
};

/// Where each cgroup path that proc shows lies below the mount point. Many processes share one.
class Places {
 public:
  Places(const Root& root, CgroupVersion version, NamePool& names)
      : mounts_(cgroup_hierarchies(root)), v2_(version == CgroupVersion::v2), names_(names) {}

  std::string_view below(std::string_view path) {
    if (path.empty()) return {};
    const auto known = known_.find(path);
    if (known != known_.end()) return known->second;
    const CgroupPlace place = find_cgroup(mounts_, v2_, path);
    std::string_view below;
    if (place.found && !place.low_confidence) below = names_.intern(place.below.empty() ? "/" : place.below);
    known_.emplace(path, below);
    return below;
  }

 private:
  std::vector<CgroupMount> mounts_;
  bool v2_;
  NamePool& names_;
  std::map<std::string_view, std::string_view> known_;
};

void read_limited(Files& files, CgroupVersion version, const std::string& directory, OomCgroup& cgroup) {
  if (version == CgroupVersion::v1) {
    cgroup.current_bytes = files.number(directory + "/memory.usage_in_bytes");
    cgroup.memsw_max = files.limit(directory + "/memory.memsw.limit_in_bytes");
    if (cgroup.memsw_max) cgroup.memsw_max = to_cgroup_value(cgroup.memsw_max->value);
    cgroup.swappiness = files.number(directory + "/memory.swappiness");
    cgroup.hierarchical =
        files.number(directory + "/memory.use_hierarchy").transform([](std::uint64_t on) { return on != 0; });
    cgroup.kill_disabled = files.kill_disabled(directory + "/memory.oom_control");
  } else {
    cgroup.current_bytes = files.number(directory + "/memory.current");
    cgroup.swap_max = files.limit(directory + "/memory.swap.max");
  }
}

std::string directory_of(const std::string& mount_point, std::string_view path) {
  return mount_point + (path == "/" ? std::string() : std::string(path));
}

/// The cgroups that processes are in, and all above them.
std::set<std::string_view> populated(const std::vector<OomProcess>& processes) {
  std::set<std::string_view> paths;
  for (const OomProcess& one : processes) {
    std::string_view path = one.cgroup;
    while (path.size() > 1 && paths.insert(path).second) path = path.substr(0, path.rfind('/'));
  }
  return paths;
}

/// memory.oom.group of v2, which every cgroup but the root has: read where a process is in.
void find_groups(Files& files, const std::string& mount_point, OomState& state) {
  for (const std::string_view path : populated(state.processes)) {
    const Got<std::uint64_t> group = files.number(directory_of(mount_point, path) + "/memory.oom.group");
    const auto at = std::lower_bound(state.cgroups.begin(), state.cgroups.end(), path,
                                     [](const OomCgroup& cgroup, std::string_view name) { return cgroup.path < name; });
    const bool known = at != state.cgroups.end() && at->path == path;
    if (known) {
      at->oom_group = group;
    } else if (group && *group != 0) {
      OomCgroup cgroup;
      cgroup.path = path;
      cgroup.oom_group = group;
      state.cgroups.insert(at, std::move(cgroup));
    }
  }
}

/// The mount point of the hierarchy that limits memory.
std::string find_limits(const Root& root, Files& files, OomState& state) {
  CgroupWalkPolicy policy;
  policy.tree = CgroupTree::memory;
  policy.want = CgroupWant::max;
  const CgroupWalk walk = walk_cgroups(root, policy, [&](const CgroupNode& node) {
    if (!node.max || node.max->unlimited()) return;
    OomCgroup cgroup;
    cgroup.path = node.path;
    cgroup.max = node.max;
    state.cgroups.push_back(std::move(cgroup));
  });
  for (OomCgroup& cgroup : state.cgroups)
    read_limited(files, walk.version, directory_of(walk.mount_point, cgroup.path), cgroup);
  std::sort(state.cgroups.begin(), state.cgroups.end(),
            [](const OomCgroup& a, const OomCgroup& b) { return a.path < b.path; });
  state.cgroup_version = walk.version;
  state.cgroups_unread = walk.unlisted + walk.unreadable;
  return walk.mount_point;
}

void read_processes_of(const Root& root, OomState& state) {
  WalkPolicy policy;
  policy.walk_pages = false;
  policy.read_cgroup = true;
  policy.read_oom = true;
  policy.status_rss = true;
  ProcessList list = read_processes(root, policy, state.snapshot.page_size_bytes);
  state.summary = list.summary;
  state.names = std::move(list.names);
  Places places(root, state.cgroup_version, *state.names);
  for (const Process& process : list.rows) {
    if (process.kind != ProcessKind::user) continue;
    const std::string_view cgroup = places.below(process.cgroup);
    state.processes.push_back({process, cgroup});
  }
}

void read_settings(Files& files, OomState& state) {
  state.swappiness = files.number("proc/sys/vm/swappiness");
  state.panic_on_oom = files.number("proc/sys/vm/panic_on_oom");
  state.kill_allocating_task = files.number("proc/sys/vm/oom_kill_allocating_task");
}

/// In a container's own pid namespace processes outside are not seen.
void tell_view(const Root& root, OomState& state) {
  std::string link;
  if (state.live && root.read_link("proc/self/ns/pid", link) == 0) {
    state.whole_machine = link == "pid:[4026531836]";  // include/linux/proc_ns.h PROC_PID_INIT_INO
  }
}

/// About what the killer goes by, in bytes: page tables, which are not known yet, are a few per mille of the rest.
std::int64_t estimated_weight(const Process& process, std::uint64_t total_bytes) {
  const std::uint64_t held = process.rss_bytes.value_or(0) + process.swap_bytes.value_or(0);
  return static_cast<std::int64_t>(held) +
         *process.oom_score_adj * static_cast<std::int64_t>(std::min(total_bytes, std::uint64_t{1} << 52) / 1000);
}

/// What the walk of pages did not read.
void complete(const Root& root, const ProcessList& list, Process& process) {
  const std::string place = "proc/" + std::to_string(process.pid);
  std::string text;
  if (const int error = root.read(place + "/status", text); error != 0) {
    process.swap_bytes = missing_for(error);  // smaps counts swapped shared memory too, which the killer does not
  } else {
    const PidStatus status = parse_pid_status(text);
    process.page_tables_bytes = status.page_tables_bytes();
    if (status.vm_rss_bytes) process.rss_bytes = status.vm_rss_bytes;
    if (status.vm_swap_bytes) process.swap_bytes = status.vm_swap_bytes;
  }
  if (root.read(place + "/oom_score", text) == 0) {
    if (const Got<std::uint64_t> score = parse_number_file(text))
      process.oom_score = static_cast<std::uint32_t>(*score);
  }
  read_unit_cgroup(root, *list.names, process);
}

}  // namespace

OomState collect_candidates(const Root& root, const Snapshot& snapshot, const ProcessList& list, std::size_t most) {
  OomState state;
  state.live = root.is_live();
  state.snapshot.meminfo = snapshot.meminfo;
  state.snapshot.meminfo_is_fuse = snapshot.meminfo_is_fuse;
  state.snapshot.page_size_bytes = snapshot.page_size_bytes;
  state.summary = list.summary;
  Files files(root);
  read_settings(files, state);
  tell_view(root, state);
  const std::uint64_t total =
      snapshot.meminfo ? sum(snapshot.meminfo->mem_total_bytes, snapshot.meminfo->swap_total_bytes).value_or(0) : 0;
  std::vector<std::pair<std::int64_t, const Process*>> heaviest;
  for (const Process& process : list.rows) {
    if (process.kind != ProcessKind::user) continue;
    if (process.oom_score_adj && process.rss_bytes) {
      heaviest.emplace_back(estimated_weight(process, total), &process);
    } else {
      ++state.unweighed;
    }
  }
  const auto end = heaviest.begin() + static_cast<std::ptrdiff_t>(std::min(most, heaviest.size()));
  std::partial_sort(heaviest.begin(), end, heaviest.end(), [](const auto& a, const auto& b) {
    return std::pair(-a.first, a.second->pid) < std::pair(-b.first, b.second->pid);
  });
  for (auto at = heaviest.begin(); at != end; ++at) {
    OomProcess one{*at->second, {}};
    complete(root, list, one.process);
    state.processes.push_back(one);
  }
  return state;
}

OomState collect_oom(const Root& root, Want more) {
  OomState state;
  state.live = root.is_live();
  const Want want = Want::host | Want::meminfo | Want::mounts | more;
  state.snapshot = collect(root, state.live ? want : want | Want::vmstat);
  Files files(root);
  read_settings(files, state);
  const std::string mount_point = find_limits(root, files, state);
  read_processes_of(root, state);
  if (state.cgroup_version == CgroupVersion::v2) find_groups(files, mount_point, state);
  tell_view(root, state);
  return state;
}

}  // namespace memkit
