#include "collect/cgroup_mounts.h"

#include <algorithm>
#include <iterator>

#include "parse/mountinfo.h"
#include "parse/text.h"

namespace memkit {

std::vector<CgroupMount> cgroup_mounts(std::string_view mountinfo, std::string_view controller) {
  std::vector<CgroupMount> mounts;
  MountLine line;
  while (take_mount(mountinfo, line)) {
    const bool v2 = line.type == "cgroup2";
    if (!v2 && !(line.type == "cgroup" && has_mount_option(line.super_options, controller))) continue;
    CgroupMount mount;
    mount.v2 = v2;
    mount.root = unescape_octal(line.root);
    mount.directory = unescape_octal(line.mount_point);
    mount.directory.erase(0, mount.directory.find_first_not_of('/'));
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

bool path_below(std::string_view path, std::string_view base, std::string_view& below) {
  while (base.ends_with('/')) base.remove_suffix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (!path.starts_with(base)) return false;
  const std::string_view rest = path.substr(base.size());
  if (!rest.empty() && !rest.starts_with('/')) return false;
  below = rest;
  return true;
}

CgroupPlace find_cgroup(const std::vector<CgroupMount>& mounts, bool v2, std::string_view path) {
  CgroupPlace place;
  const bool outside = path == "/.." || path.starts_with("/../");
  std::size_t longest = 0;
  for (const CgroupMount& mount : mounts) {
    if (mount.v2 != v2) continue;
    std::string_view below;
    const bool leads = !outside && path_below(path, mount.root, below);
    const bool better = leads && (!place.found || place.low_confidence || mount.root.size() > longest);
    if (place.found && !better) continue;
    place.found = true;
    place.low_confidence = !leads;
    place.mount_directory = mount.directory;
    place.mount_root = mount.root;
    place.below = leads ? below : std::string_view{};
    longest = leads ? mount.root.size() : 0;
  }
  return place;
}

std::vector<CgroupMount> cgroup_hierarchies(const Root& root, const std::string& controller) {
  std::vector<CgroupMount> places;
  if (const FileText mountinfo = root.read("proc/self/mountinfo")) {
    const std::vector<CgroupMount> mounts = cgroup_mounts(mountinfo.text, controller);
    for (const bool v2 : {false, true}) {
      std::copy_if(mounts.begin(), mounts.end(), std::back_inserter(places),
                   [v2](const CgroupMount& mount) { return mount.v2 == v2; });
    }
  }
  if (places.empty() || !root.is_live()) {
    places.push_back({false, "/", "sys/fs/cgroup/" + controller});
    places.push_back({true, "/", "sys/fs/cgroup"});
    places.push_back({true, "/", "sys/fs/cgroup/unified"});
  }
  return places;
}

bool has_dot_dot(std::string_view path) {
  return path == ".." || path.starts_with("../") || path.ends_with("/..") ||
         path.find("/../") != std::string_view::npos;
}

std::string below_of(std::string_view path, const CgroupMount& mount) {
  std::string absolute(path.starts_with('/') ? "" : "/");
  absolute += path;
  std::string_view below;
  if (path_below(absolute, "/" + mount.directory, below) || path_below(absolute, mount.root, below)) {
    return std::string(below);
  }
  while (absolute.ends_with('/')) absolute.pop_back();
  return absolute;
}

}  // namespace memkit
