#include "cgroup_membership.h"

#include "mountinfo.h"
#include "text.h"

namespace memkit {
namespace {

bool parse_line(std::string_view line, CgroupLine& parsed) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t first = line.find(':');
  if (first == std::string_view::npos) return false;
  const std::size_t second = line.find(':', first + 1);
  if (second == std::string_view::npos) return false;
  const Got<std::uint32_t> hierarchy = to_number<std::uint32_t>(line.substr(0, first));
  parsed.path = line.substr(second + 1);
  if (!hierarchy || !parsed.path.starts_with('/')) return false;
  parsed.hierarchy = *hierarchy;
  parsed.controllers = line.substr(first + 1, second - first - 1);
  constexpr std::string_view kDeleted = " (deleted)";
  parsed.deleted = parsed.path.ends_with(kDeleted);
  if (parsed.deleted) parsed.path.remove_suffix(kDeleted.size());
  return true;
}

}  // namespace

bool take_cgroup_line(std::string_view& rest, CgroupLine& line) {
  rest = complete_lines(rest);
  while (!rest.empty()) {
    if (parse_line(take_line(rest), line)) return true;
  }
  return false;
}

CgroupMembership parse_cgroup_membership(std::string_view text) {
  CgroupMembership membership;
  CgroupLine line;
  while (take_cgroup_line(text, line)) {
    if (line.hierarchy == 0 && line.controllers.empty()) {
      if (!membership.v2_path) membership.v2_path = line.path;
    } else if (has_mount_option(line.controllers, "memory")) {
      if (!membership.memory_v1_path) membership.memory_v1_path = line.path;
    } else if (line.controllers == "name=systemd") {
      if (!membership.systemd_v1_path) membership.systemd_v1_path = line.path;
    }
  }
  return membership;
}

std::string_view unit_path(const CgroupMembership& in) {
  for (const Got<std::string_view>& path : {in.v2_path, in.systemd_v1_path, in.memory_v1_path}) {
    if (path && *path != "/") return *path;
  }
  return "/";
}

}  // namespace memkit
