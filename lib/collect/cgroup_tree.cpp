#include "collect/cgroup_tree.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>
#include <vector>

#include "collect/cgroup_mounts.h"
#include "collect/snapshot.h"
#include "parse/text.h"

namespace memkit {
namespace {

/// The trees that are there, each with its highest cgroup's directory.
struct Trees {
  std::string v1;
  std::string v2;
};

/// Whether a hierarchy's files are where it should be. A running kernel's mountinfo is trusted; a capture holds links,
/// leftovers and seldom all files.
bool is_there(const Root& root, const CgroupMount& mount, CgroupTree tree) {
  // The top of v1's pids has no file of its own.
  if (root.is_live() || (tree == CgroupTree::pids && !mount.v2))
    return static_cast<bool>(root.open_dir(mount.directory));
  constexpr std::string_view kV1[] = {"memory.usage_in_bytes", "memory.limit_in_bytes", "memory.stat"};
  constexpr std::string_view kV2[] = {"cgroup.controllers", "cgroup.procs", "cgroup.stat", "memory.pressure",
                                      "memory.stat"};
  const std::span<const std::string_view> files = mount.v2 ? std::span<const std::string_view>(kV2) : kV1;
  std::vector<std::string> names;
  root.list(mount.directory, names);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::find(files.begin(), files.end(), name) != files.end();
  });
}

/// Of several mounts of one tree the one that shows most: the shortest root.
Trees find_trees(const Root& root, CgroupTree tree) {
  Trees trees;
  std::size_t shortest_v1 = 0;
  std::size_t shortest_v2 = 0;
  for (CgroupMount& mount : cgroup_hierarchies(root, tree == CgroupTree::pids ? "pids" : "memory")) {
    std::string& place = mount.v2 ? trees.v2 : trees.v1;
    std::size_t& shortest = mount.v2 ? shortest_v2 : shortest_v1;
    if (!place.empty() && mount.root.size() >= shortest) continue;
    if (!is_there(root, mount, tree)) continue;
    shortest = mount.root.size();
    place = std::move(mount.directory);
  }
  return trees;
}

constexpr PerPressure<const char*> kPressureFiles = {"memory.pressure", "cpu.pressure", "io.pressure", "irq.pressure"};

class TreeWalk {
 public:
  TreeWalk(CgroupWalk& walk, const CgroupWalkPolicy& policy, const std::function<void(const CgroupNode&)>& visit)
      : walk_(walk), policy_(policy), want_(policy.want), visit_(visit) {}

  /// `pressure`: where pressure is where the walked tree has none (v1); may be no directory.
  void run(Dir top, Dir pressure, std::string path) {
    path_ = std::move(path);
    if (!enter(std::move(top), std::move(pressure))) return;
    while (!levels_.empty()) step();
  }

 private:
  struct Level {
    Dir dir;
    Dir pressure;                    // v1: the cgroup of the same path in v2's tree
    std::vector<std::string> names;  // of its children, those that come next at the end
    std::size_t path_size = 0;       // of path_ without the children's names
  };

  void step() {
    Level& level = levels_.back();
    path_.resize(level.path_size);
    if (level.names.empty()) {
      levels_.pop_back();
      return;
    }
    const std::string name = std::move(level.names.back());
    level.names.pop_back();
    Dir child = level.dir.open_dir(name.c_str());
    const int error = child ? 0 : errno;
    path_ += '/';
    path_ += name;
    if (levels_.size() > kMaxCgroupDepth) {
      ++walk_.too_deep;
    } else if (error == 0) {
      enter(std::move(child), level.pressure ? level.pressure.open_dir(name.c_str()) : Dir());
    } else {
      unlisted(error);
    }
  }

  /// False where it is gone.
  bool unlisted(int error) {
    const Missing why = missing_for(error);
    ++(why == Missing::absent ? walk_.vanished : walk_.unlisted);
    if (why != Missing::absent) walk_.why_unread = why;
    return why != Missing::absent;
  }

  void unread(Missing why) {
    if (why == Missing::absent) return;
    node_unreadable_ = true;
    walk_.why_unread = why;
  }

  bool enter(Dir dir, Dir pressure) {
    Level level{std::move(dir), std::move(pressure), {}, path_.size()};
    read_node(level);
    if (const int error = level.dir.subdirectories(level.names); error != 0 && !unlisted(error)) return false;
    ++walk_.visited;
    walk_.hidden += node_hidden_ ? 1 : 0;
    walk_.unreadable += node_unreadable_ ? 1 : 0;
    visit_(node_);
    if (level.names.empty()) return true;
    std::sort(level.names.begin(), level.names.end(), std::greater<>());
    levels_.push_back(std::move(level));
    return true;
  }

  void read_node(const Level& level) {
    node_ = CgroupNode{};
    node_hidden_ = node_unreadable_ = false;
    node_.path = path_.empty() ? std::string_view("/") : std::string_view(path_);
    node_.depth = static_cast<unsigned>(levels_.size());
    const bool v1 = walk_.version == CgroupVersion::v1;
    const Dir& pressure = v1 ? level.pressure : level.dir;
    for (const PressureKind kind : kPressureKinds) {
      if (wants(want_, want_of(kind)) && pressure) read_pressure(pressure, kind);
    }
    if (wants(want_, CgroupWant::current)) {
      node_.current_bytes = flat(read(level.dir, v1 ? "memory.usage_in_bytes" : "memory.current", parse_number_file));
    }
    if (wants(want_, CgroupWant::max)) {
      node_.max = flat(read(level.dir, v1 ? "memory.limit_in_bytes" : "memory.max", parse_cgroup_value));
      if (v1 && node_.max) node_.max = to_cgroup_value(node_.max->value);
    }
    if (wants(want_, CgroupWant::high) && !v1) node_.high = flat(read(level.dir, "memory.high", parse_cgroup_value));
    if (wants(want_, CgroupWant::stat)) node_.stat = read(level.dir, "memory.stat", parse_memory_stat);
    if (wants(want_, CgroupWant::events)) {
      node_.events = read(level.dir, v1 ? "memory.oom_control" : "memory.events", parse_memory_events);
    }
    // v1 has them in a tree of their own.
    if (wants(want_, CgroupWant::pids) && (!v1 || policy_.tree == CgroupTree::pids)) {
      node_.pids_max = flat(read(level.dir, "pids.max", parse_cgroup_value));
      if (node_.pids_max && !node_.pids_max->unlimited())
        node_.pids_current = flat(read(level.dir, "pids.current", parse_number_file));
    }
  }

  template <class Parse>
  auto read(const Dir& dir, const char* name, Parse parse) -> Got<std::decay_t<decltype(parse(std::string_view{}))>> {
    int error = dir.read(name, text_);
    if (error == 0 && without_padding(text_).empty()) error = kEmptyFile;
    if (error == 0) return parse(std::string_view(text_));
    unread(missing_for(error));
    return missing_for(error);
  }

  template <class T>
  static Got<T> flat(Got<Got<T>> got) {
    if (!got) return got.missing();
    return *got;
  }

  void read_pressure(const Dir& dir, PressureKind kind) {
    Got<Pressure>& slot = node_.pressure[static_cast<std::size_t>(kind)];
    const int error = dir.read(kPressureFiles[static_cast<std::size_t>(kind)], text_);
    if (error == 0 && !without_padding(text_).empty()) {
      slot = parse_pressure(text_);
    } else if (error == ENOENT && dir.read("cgroup.pressure", text_) == 0 &&
               parse_number_file(text_) == Got<std::uint64_t>(0)) {
      slot = Missing::hidden;
      node_hidden_ = true;
    } else if (error == EOPNOTSUPP) {
      slot = Missing::absent;  // psi=0
    } else {
      slot = missing_for(error == 0 ? kEmptyFile : error);
      unread(slot.missing());
    }
  }

  CgroupWalk& walk_;
  const CgroupWalkPolicy& policy_;
  CgroupWant want_;
  const std::function<void(const CgroupNode&)>& visit_;
  std::vector<Level> levels_;
  std::string path_;
  std::string text_;
  CgroupNode node_;
  bool node_hidden_ = false;
  bool node_unreadable_ = false;
};

CgroupWalk& refuse(CgroupWalk& walk, std::string_view problem) {
  walk.version = CgroupVersion::none;
  walk.problem = problem;
  return walk;
}

}  // namespace

std::string_view to_string(PressureKind kind) {
  constexpr PerPressure<std::string_view> kNames = {"memory", "cpu", "io", "irq"};
  return kNames[static_cast<std::size_t>(kind)];
}

CgroupWalk walk_cgroups(const Root& root, const CgroupWalkPolicy& policy,
                        const std::function<void(const CgroupNode&)>& visit) {
  CgroupWalk walk;
  const Trees trees = find_trees(root, policy.tree);
  walk.hybrid = !trees.v1.empty() && !trees.v2.empty();
  const bool v1 = policy.tree != CgroupTree::pressure && !trees.v1.empty();
  if (v1) {
    walk.version = CgroupVersion::v1;
    walk.mount_point = trees.v1;
  } else if (!trees.v2.empty()) {
    walk.version = CgroupVersion::v2;
    walk.mount_point = trees.v2;
  } else {
    return refuse(walk, trees.v1.empty() ? "no cgroup tree is mounted where this process can see it"
                                         : "there are cgroups of v1 alone, which keep no pressure");
  }
  if (has_dot_dot(policy.below)) return refuse(walk, "a cgroup's path holds no '..'");
  const std::string below = policy.below.empty() ? std::string() : below_of(policy.below, {!v1, "/", walk.mount_point});
  Dir top = root.open_dir(walk.mount_point + below);
  if (!top) {
    return refuse(walk, missing_for(errno) == Missing::absent ? "there is no cgroup of this path"
                                                              : "this cgroup may not be looked into");
  }
  Dir pressure = v1 && !trees.v2.empty() ? root.open_dir(trees.v2 + below) : Dir();
  TreeWalk(walk, policy, visit).run(std::move(top), std::move(pressure), below);
  return walk;
}

}  // namespace memkit
