#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace memkit {

/// One line of mountinfo as it stands: views into the text, names with their octal escapes.
struct MountLine {
  std::uint32_t id = 0;
  std::uint32_t parent_id = 0;
  std::uint32_t dev_major = 0;
  std::uint32_t dev_minor = 0;
  std::string_view root;             ///< the part of the file system that is mounted; a cgroup path for cgroups
  std::string_view mount_point;      ///< relative to the reader's root
  std::string_view options;          ///< per mount: "rw,relatime"
  std::string_view optional_fields;  ///< none, one or more: "shared:1 master:2"
  std::string_view type;             ///< "cgroup2", "fuse.lxcfs"
  std::string_view source;           ///< may be empty
  std::string_view super_options;    ///< per file system: "rw,memory"
};

/// Takes the next well-formed line off `rest` into `line`; false at the end. Lines that are cut or make no
/// sense are passed over.
bool take_mount(std::string_view& rest, MountLine& line);

/// One mount, names decoded.
struct Mount {
  std::uint32_t id = 0;
  std::uint32_t parent_id = 0;
  std::uint32_t dev_major = 0;
  std::uint32_t dev_minor = 0;
  std::string root;
  std::string mount_point;
  std::string options;
  std::string optional_fields;
  std::string type;
  std::string source;
  std::string super_options;
};

/// All of /proc/PID/mountinfo; later mounts hide earlier ones at the same point. A host with containers has
/// thousands: who looks for a few uses take_mount.
/// Source: Documentation/filesystems/proc.rst section 3.5; fs/proc_namespace.c show_mountinfo.
std::vector<Mount> parse_mountinfo(std::string_view text);

/// True where a comma-separated option list ("rw,cpu,memory") names `option`.
bool has_mount_option(std::string_view options, std::string_view option);

/// True where lxcfs (or another FUSE file system) lies over /proc/meminfo, or over all of /proc: then
/// meminfo is the container's, while vmstat and zoneinfo stay the host's.
bool meminfo_is_fuse(std::string_view mountinfo);

}  // namespace memkit
