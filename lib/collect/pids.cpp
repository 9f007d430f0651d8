#include "collect/pids.h"

#include <algorithm>

#include "parse/pid_stat.h"
#include "parse/text.h"

namespace memkit {
namespace {

/// A pid as proc writes it: digits alone, no zero in front.
Got<std::uint32_t> to_pid(std::string_view name) {
  if (name.empty() || name.front() == '0') return Missing::malformed;
  return to_number<std::uint32_t>(name);
}

}  // namespace

PidList list_pids(const Root& root, const std::string& path) {
  PidList list;
  std::vector<std::string> names;
  list.error = root.list(path, names);
  list.pids.reserve(names.size());
  for (const std::string& name : names) {
    if (const auto pid = to_pid(name)) list.pids.push_back(*pid);
  }
  std::sort(list.pids.begin(), list.pids.end());
  return list;
}

std::string living_thread(const Root& root, std::uint32_t pid) {
  const std::string tasks = "proc/" + std::to_string(pid) + "/task";
  std::string text;
  for (const std::uint32_t tid : list_pids(root, tasks).pids) {
    const std::string thread = std::to_string(tid) + "/";
    if (tid == pid || root.read(tasks + "/" + thread + "stat", text) != 0) continue;
    const PidStat stat = parse_pid_stat(text);
    if (stat.vsize_bytes && *stat.vsize_bytes != 0) return "task/" + thread;
  }
  return "";
}

}  // namespace memkit
