#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// One line of /proc/PID/cgroup: "4:memory:/user.slice" or "0::/init.scope". Views into the text.
struct CgroupLine {
  std::uint32_t hierarchy = 0;   ///< 0 is the v2 hierarchy
  std::string_view controllers;  ///< v1: "cpu,cpuacct" or "name=systemd"; empty for v2
  std::string_view path;         ///< may hold ':'; without " (deleted)"
  bool deleted = false;          ///< the cgroup was removed while the process was in it
};

/// Takes the next well-formed line off `rest` into `line`; false at the end.
bool take_cgroup_line(std::string_view& rest, CgroupLine& line);

/// Where a process stands, for memory's sake: its v2 cgroup (limits, where memory is v2's; pressure always)
/// and its v1 memory cgroup. Absent means not in such a hierarchy. On hybrid hosts both are there, and the v1
/// path is the one that limits. Views into the text; "/.." leads out of the reader's cgroup namespace.
struct CgroupMembership {
  Got<std::string_view> v2_path;
  Got<std::string_view> memory_v1_path;
  Got<std::string_view> systemd_v1_path;  ///< "name=systemd": units, on hosts of pure v1
};

/// /proc/PID/cgroup. Source: man 7 cgroups; kernel/cgroup/cgroup.c proc_cgroup_show.
CgroupMembership parse_cgroup_membership(std::string_view text);

/// The path that tells unit and container: systemd's own tree (v2, or v1's name=systemd), else the memory cgroup's; the
/// first that is not "/". Source: man systemd.special(7).
std::string_view unit_path(const CgroupMembership& in);

}  // namespace memkit
