#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/root.h"

namespace memkit {

/// A mount of a cgroup hierarchy that can hold the files of a controller.
struct CgroupMount {
  bool v2 = false;
  std::string root;       ///< the cgroup that is mounted: "/", or what a bind mount or a container shows
  std::string directory;  ///< where, without the first "/": "sys/fs/cgroup/memory"
};

/// The mounts of v2 and of one of v1's controllers, in the order of mountinfo.
std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo, std::string_view controller = "memory");

/// Where a cgroup's directory is, as far as the mounts show it.
struct CgroupPlace {
  bool found = false;
  /// The mount does not show this path (root is no prefix of it, or it leads out of the reader's namespace by
  /// "/.."): `below` is then empty, and the mount point stands in.
  bool low_confidence = false;
  std::string mount_directory;
  std::string mount_root;
  std::string below;  ///< the path below the mount point: "" or "/system.slice/x.service"
};

/// By the mount with the longest root that leads to `path`.
CgroupPlace find_cgroup(const std::vector<CgroupMount>& mounts, bool v2, std::string_view path);

/// What lies below `base` in `path`: "/b" of "/a/b" below "/a", "" of "/a" itself. False where it is not below.
bool path_below(std::string_view path, std::string_view base, std::string_view& below);

/// Where hierarchies with a controller's files are, v1 first: by mountinfo where there is one, and where they usually
/// are.
std::vector<CgroupMount> cgroup_hierarchies(const Root& root, const std::string& controller = "memory");

/// The path below a hierarchy's mount point that a user meant: "/a", "a" and "/sys/fs/cgroup/a" are one.
std::string below_of(std::string_view path, const CgroupMount& mount);

/// Whether a path holds "..", which no cgroup's does.
bool has_dot_dot(std::string_view path);

}  // namespace memkit
