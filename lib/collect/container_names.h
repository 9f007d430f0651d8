#pragma once

#include <map>
#include <string>
#include <string_view>

#include "source/root.h"

namespace memkit {

/// Names of containers and pods, from the files that their engines keep on this machine: docker's and podman's own
/// records, and kubelet's log folders. Each is looked up once; nothing is asked of an engine.
class ContainerNames {
 public:
  explicit ContainerNames(const Root& root) : root_(root) {}

  /// "web-1" of a container's 64 digits; the short id where no file tells a name.
  std::string_view container(std::string_view id);
  /// "namespace/pod" of a pod's uid; the short uid where no file tells.
  std::string_view pod(std::string_view uid);

 private:
  std::string find_container(const std::string& id);
  void read_pods();

  const Root& root_;
  std::map<std::string, std::string, std::less<>> containers_;
  std::map<std::string, std::string, std::less<>> pods_;
  bool pods_read_ = false;
};

}  // namespace memkit
