#include "collect/cgroup.h"

#include <cerrno>
#include <utility>

#include "collect/cgroup_mounts.h"
#include "parse/cgroup_membership.h"
#include "parse/text.h"

namespace memkit {
namespace {

/// The files of one hierarchy, read into one buffer.
class Files {
 public:
  Files(const Root& root, std::vector<Unread>& unread) : root_(root), unread_(unread) {}

  /// Controllers that are off and kernels without a file are normal; what is there and cannot be read is noted.
  template <class Parse>
  auto parse(const std::string& path, Parse parser) -> Got<std::decay_t<decltype(parser(std::string_view{}))>> {
    int error = root_.read(path, text_);
    if (error == 0 && without_padding(text_).empty()) error = kEmptyFile;
    if (error == 0) return parser(text_);
    if (missing_for(error) != Missing::absent) unread_.push_back({path, error});
    return missing_for(error);
  }

  template <class T>
  Got<T> value(const std::string& path, Got<T> (*parser)(std::string_view)) {
    const auto got = parse(path, parser);
    if (!got) return got.missing();
    return *got;
  }

  Got<std::uint64_t> number(const std::string& path) { return value(path, parse_number_file); }
  Got<CgroupValue> limit(const std::string& path) { return value(path, parse_cgroup_value); }

  [[nodiscard]] bool has(const std::string& path) {
    const int error = root_.read(path, text_);
    return error == 0 || missing_for(error) != Missing::absent;
  }
  [[nodiscard]] bool is_live() const { return root_.is_live(); }

  Got<Pressure> pressure(const std::string& directory) {
    const std::string path = directory + "/memory.pressure";
    const int error = root_.read(path, text_);
    if (error == 0 && !text_.empty()) return parse_pressure(text_);
    // cgroup.pressure 0 hides the file; without it, or with psi=0, the kernel does not keep the figure.
    if (error == ENOENT && number(directory + "/cgroup.pressure") == Got<std::uint64_t>(0)) return Missing::hidden;
    if (is_live() && error == EOPNOTSUPP) return Missing::absent;
    return missing_for(error == 0 ? kEmptyFile : error);
  }

 private:
  const Root& root_;
  std::vector<Unread>& unread_;
  std::string text_;
};

Got<std::uint64_t> memsw_less_memory(const Got<std::uint64_t>& memsw, const Got<std::uint64_t>& memory) {
  if (!memsw) return memsw;
  if (!memory) return memory;
  return *memsw > *memory ? *memsw - *memory : 0;
}

void read_level_v2(Files& files, CgroupLevel& level) {
  const std::string& dir = level.directory;
  level.current_bytes = files.number(dir + "/memory.current");
  level.max = files.limit(dir + "/memory.max");
  level.high = files.limit(dir + "/memory.high");
  level.swap_current_bytes = files.number(dir + "/memory.swap.current");
  level.swap_max = files.limit(dir + "/memory.swap.max");
  level.hierarchical = true;
}

void read_level_v1(Files& files, CgroupLevel& level) {
  const std::string& dir = level.directory;
  level.current_bytes = files.number(dir + "/memory.usage_in_bytes");
  level.max = files.limit(dir + "/memory.limit_in_bytes");
  if (level.max) level.max = to_cgroup_value(level.max->value);
  level.swap_current_bytes = memsw_less_memory(files.number(dir + "/memory.memsw.usage_in_bytes"), level.current_bytes);
  level.memsw_max = files.limit(dir + "/memory.memsw.limit_in_bytes");
  if (level.memsw_max) level.memsw_max = to_cgroup_value(level.memsw_max->value);
  const Got<std::uint64_t> hierarchy = files.number(dir + "/memory.use_hierarchy");
  level.hierarchical = hierarchy.transform([](std::uint64_t value) { return value != 0; });
}

/// Whether memory's files are in `directory`. v2's root has memory.stat alone.
bool has_memory(Files& files, CgroupVersion version, const std::string& directory) {
  if (version == CgroupVersion::v1) {
    return files.has(directory + "/memory.usage_in_bytes") || files.has(directory + "/memory.limit_in_bytes");
  }
  return files.has(directory + "/memory.current") || files.has(directory + "/memory.max") ||
         files.has(directory + "/memory.stat");
}

/// The leaf and all above it up to the mount point. A v1 parent without use_hierarchy does not count its children.
void read_levels(Files& files, CgroupFacts& facts, std::string below) {
  for (;;) {
    CgroupLevel level;
    level.path = below.empty() ? "/" : below;
    level.directory = facts.mount_point + below;
    if (facts.version == CgroupVersion::v1) {
      read_level_v1(files, level);
    } else {
      read_level_v2(files, level);
    }
    const bool counts = facts.levels.empty() || level.hierarchical.value_or(true);
    if (!counts) return;
    facts.levels.push_back(std::move(level));
    if (below.empty()) return;
    below.erase(below.rfind('/'));
  }
}

/// Whether the highest cgroup that can be seen is not the hierarchy's root. The root alone lacks cgroup.type and
/// memory.current (v2), and alone has release_agent and cgroup.sane_behavior (v1; says nothing in a capture, where
/// they are seldom copied).
bool top_is_not_root(Files& files, const CgroupFacts& facts, std::string_view mount_root) {
  if (mount_root.size() > 1) return true;
  const std::string& top = facts.mount_point;
  if (facts.version == CgroupVersion::v2) return files.has(top + "/cgroup.type") || files.has(top + "/memory.current");
  return files.is_live() && !files.has(top + "/release_agent") && !files.has(top + "/cgroup.sane_behavior");
}

void read_leaf(Files& files, CgroupFacts& facts, const std::string& pressure_directory) {
  const std::string dir = facts.levels.front().directory;
  facts.stat = files.parse(dir + "/memory.stat", parse_memory_stat);
  const bool v1 = facts.version == CgroupVersion::v1;
  facts.events = files.parse(dir + (v1 ? "/memory.oom_control" : "/memory.events"), parse_memory_events);
  facts.peak_bytes = files.number(dir + (v1 ? "/memory.max_usage_in_bytes" : "/memory.peak"));
  if (v1) facts.kmem_bytes = files.number(dir + "/memory.kmem.usage_in_bytes");
  if (v1) facts.failcnt = files.number(dir + "/memory.failcnt");
  if (!pressure_directory.empty()) {
    facts.pressure = files.pressure(pressure_directory);
    facts.descendants = files.parse(pressure_directory + "/cgroup.stat", parse_cgroup_stat);
  }
}

CgroupFacts& refuse(CgroupFacts& facts, std::string_view problem) {
  facts.version = CgroupVersion::none;
  facts.problem = problem;
  return facts;
}

/// Fills `facts` from a cgroup whose version, mount point and path below it are known. In v2 a controller may be
/// off in the leaf: then the nearest cgroup above it that counts memory is the one that holds.
bool read_cgroup(Files& files, CgroupFacts& facts, std::string below, std::string_view mount_root,
                 const std::string& pressure_directory) {
  while (!has_memory(files, facts.version, facts.mount_point + below)) {
    if (below.empty() || facts.version == CgroupVersion::v1) return false;
    below.erase(below.rfind('/'));
  }
  read_levels(files, facts, std::move(below));
  facts.namespaced = top_is_not_root(files, facts, mount_root);
  read_leaf(files, facts, pressure_directory);
  return true;
}

CgroupFacts& collect_own(const Root& root, Files& files, CgroupFacts& facts) {
  const FileText text = root.read("proc/self/cgroup");
  const FileText mountinfo = root.read("proc/self/mountinfo");
  if (!text || !mountinfo) {
    return refuse(facts, root.is_live() ? "proc/self/cgroup or proc/self/mountinfo cannot be read: name the cgroup"
                                        : "this tree does not hold the process that copied it: name the cgroup");
  }
  const CgroupMembership member = parse_cgroup_membership(text.text);
  const std::vector<CgroupMount> mounts = cgroup_mounts(mountinfo.text);
  const CgroupPlace v1 = member.memory_v1_path ? find_cgroup(mounts, false, *member.memory_v1_path) : CgroupPlace{};
  const CgroupPlace v2 = member.v2_path ? find_cgroup(mounts, true, *member.v2_path) : CgroupPlace{};
  if (!v1.found && !v2.found) return refuse(facts, "no memory cgroup is mounted where this process can see it");
  // On hybrid hosts the limits are v1's, and the pressure is v2's.
  const CgroupPlace& place = v1.found ? v1 : v2;
  facts.version = v1.found ? CgroupVersion::v1 : CgroupVersion::v2;
  facts.hybrid = v1.found && v2.found;
  facts.low_confidence = place.low_confidence;
  facts.path = v1.found ? *member.memory_v1_path : *member.v2_path;
  facts.mount_point = place.mount_directory;
  const std::string pressure = v2.found ? v2.mount_directory + v2.below : std::string{};
  if (!read_cgroup(files, facts, place.below, place.mount_root, pressure)) {
    return refuse(facts, "the memory controller is not on in this process's cgroup");
  }
  return facts;
}

CgroupFacts& collect_named(const Root& root, Files& files, CgroupFacts& facts, std::string_view path) {
  facts.path = path;
  if (has_dot_dot(path)) return refuse(facts, "a cgroup's path holds no '..'");
  const std::vector<CgroupMount> places = cgroup_hierarchies(root);
  for (const CgroupMount& place : places) {
    const std::string below = below_of(path, place);
    const std::string directory = place.directory + below;
    const CgroupVersion version = place.v2 ? CgroupVersion::v2 : CgroupVersion::v1;
    if (!has_memory(files, version, directory)) continue;
    facts.version = version;
    facts.mount_point = place.directory;
    std::string pressure = place.v2 ? directory : std::string{};
    if (!place.v2) {
      for (const CgroupMount& other : places) {
        if (!other.v2 || !files.has(other.directory + below + "/cgroup.procs")) continue;
        facts.hybrid = true;
        pressure = other.directory + below;
      }
    }
    if (read_cgroup(files, facts, below, place.root, pressure)) return facts;
  }
  return refuse(facts,
                "there is no memory cgroup of this path, neither v2 below /sys/fs/cgroup nor v1 below "
                "/sys/fs/cgroup/memory");
}

}  // namespace

CgroupFacts collect_cgroup(const Root& root, std::string_view path) {
  CgroupFacts facts;
  Files files(root, facts.unread);
  return path.empty() ? std::move(collect_own(root, files, facts)) : std::move(collect_named(root, files, facts, path));
}

}  // namespace memkit
