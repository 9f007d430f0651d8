#include "collect/container_names.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "parse/workload.h"

namespace memkit {
namespace {

constexpr std::size_t kRecordLimit = std::size_t{4} << 20;

/// A string member of a JSON record, "" of anything else.
std::string member(const nlohmann::json& record, const char* key) {
  if (!record.is_object()) return {};
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

nlohmann::json read_json(const Root& root, const std::string& path) {
  const FileText file = root.read(path, kRecordLimit);
  if (!file) return {};
  return nlohmann::json::parse(file.text, nullptr, false);
}

}  // namespace

std::string ContainerNames::find_container(const std::string& id) {
  // Docker: {"ID":…,"Name":"/web-1",…}
  std::string name = member(read_json(root_, "var/lib/docker/containers/" + id + "/config.v2.json"), "Name");
  if (name.starts_with('/')) name.erase(0, 1);
  if (!name.empty()) return name;
  // Podman: [{"id":…,"names":["web-1"],…},…]
  const nlohmann::json list = read_json(root_, "var/lib/containers/storage/overlay-containers/containers.json");
  for (const nlohmann::json& record : list.is_array() ? list : nlohmann::json::array()) {
    if (member(record, "id") != id) continue;
    const auto names = record.find("names");
    if (names != record.end() && names->is_array() && !names->empty() && names->front().is_string()) {
      return names->front().get<std::string>();
    }
  }
  return std::string(short_id(id));
}

std::string_view ContainerNames::container(std::string_view id) {
  const auto known = containers_.find(id);
  if (known != containers_.end()) return known->second;
  return containers_.emplace(id, find_container(std::string(id))).first->second;
}

/// var/log/pods holds a folder NAMESPACE_POD_UID for each pod.
void ContainerNames::read_pods() {
  pods_read_ = true;
  std::vector<std::string> folders;
  root_.list("var/log/pods", folders);
  for (const std::string& folder : folders) {
    const std::size_t first = folder.find('_');
    const std::size_t last = folder.rfind('_');
    if (first == std::string::npos || first == last) continue;
    pods_.emplace(folder.substr(last + 1), folder.substr(0, first) + "/" + folder.substr(first + 1, last - first - 1));
  }
}

std::string_view ContainerNames::pod(std::string_view uid) {
  if (!pods_read_) read_pods();
  std::string dashed(uid);
  std::replace(dashed.begin(), dashed.end(), '_', '-');  // systemd's slices cannot hold a dash within a name
  const auto known = pods_.find(dashed);
  if (known != pods_.end()) return known->second;
  return pods_.emplace(dashed, std::string(short_id(dashed))).first->second;
}

}  // namespace memkit
