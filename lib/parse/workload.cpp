#include "workload.h"

#include <algorithm>
#include <cctype>

namespace memkit {
namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// The 64 digits at the end of a part: "docker-ID", "cri-containerd-ID", "libpod-ID", "crio-ID", or the ID alone.
std::string_view container_of(std::string_view part) {
  constexpr std::size_t kDigits = 64;
  if (part.ends_with(".scope")) part.remove_suffix(6);
  if (part.size() < kDigits) return {};
  const std::string_view id = part.substr(part.size() - kDigits);
  const bool stands_alone = part.size() == kDigits || part[part.size() - kDigits - 1] == '-';
  return stands_alone && is_hex(id) ? id : std::string_view();
}

/// "pod0f1e…" of "kubepods-burstable-pod0f1e….slice" and of "pod0f1e…".
std::string_view pod_of(std::string_view part) {
  if (part.ends_with(".slice")) part.remove_suffix(6);
  const std::size_t at = part.starts_with("pod") ? 0 : part.rfind("-pod") + 1;
  if (at == 0 && !part.starts_with("pod")) return {};
  const std::string_view uid = part.substr(at + 3);
  constexpr std::size_t kUidLength = 36;  // 8-4-4-4-12, or without the dashes of a static pod
  const bool plausible = (uid.size() == kUidLength || uid.size() == 32) &&
                         std::all_of(uid.begin(), uid.end(),
                                     [](unsigned char c) { return std::isxdigit(c) != 0 || c == '-' || c == '_'; });
  return plausible ? uid : std::string_view();
}

bool is_unit(std::string_view part) {
  for (const std::string_view ending : {".service", ".scope", ".socket", ".mount", ".swap"}) {
    if (part.ends_with(ending)) return true;
  }
  return false;
}

}  // namespace

Workload parse_workload(std::string_view path) {
  Workload workload;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (part.ends_with(".slice")) workload.slice = part;
    if (is_unit(part)) workload.unit = part;
    if (const std::string_view id = container_of(part); !id.empty()) workload.container = id;
    if (const std::string_view uid = pod_of(part); !uid.empty()) workload.pod = uid;
  }
  return workload;
}

std::string_view short_id(std::string_view id) { return id.substr(0, 12); }

}  // namespace memkit
