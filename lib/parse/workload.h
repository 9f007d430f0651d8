#pragma once

#include <string>
#include <string_view>

namespace memkit {

/// What a cgroup path says of the work in it. Views into the path; empty where it says nothing.
/// Source: man systemd.special(7); the cgroup drivers of docker, podman, containerd, CRI-O and kubelet.
struct Workload {
  std::string_view slice;      ///< the innermost "*.slice"
  std::string_view unit;       ///< the innermost "*.service", "*.scope", "*.socket" or "*.mount"
  std::string_view container;  ///< 64 hexadecimal digits, of docker-ID.scope, cri-containerd-ID.scope, /docker/ID …
  std::string_view pod;        ///< the uid of kubepods…-podUID.slice or /kubepods/…/podUID; '_' stands for '-'
};
Workload parse_workload(std::string_view cgroup_path);

/// An id as people write it: the first twelve digits of a container's or a pod's.
std::string_view short_id(std::string_view id);

}  // namespace memkit
