#include "collect/shared_files.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "parse/mountinfo.h"

namespace memkit {
namespace {

using Identity = std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>;  // device, inode

/// What one process maps of a file.
struct Part {
  std::string name;
  bool deleted = false;
  std::uint64_t bytes = 0;
};

/// A file as it is summed up: whose share decides who holds most of it.
struct Sum {
  SharedFile file;
  std::uint64_t held_bytes = 0;
  bool all_known = true;
  std::uint64_t largest_share = 0;
};

bool read_parts(const Root& root, std::uint32_t pid, std::string& buffer,
                const std::function<bool(const Mapping&)>& accept, std::map<Identity, Part>& parts) {
  const Dir dir = root.open_dir("proc/" + std::to_string(pid));
  if (!dir) return false;
  const int error = dir.read_in_parts("maps", buffer, [&](std::string_view& rest, bool at_end) {
    Mapping mapping;
    while (take_mapping(rest, mapping, at_end ? TextEnd::last : TextEnd::more)) {
      if (!accept(mapping)) continue;
      Part& part = parts[{mapping.dev_major, mapping.dev_minor, mapping.inode}];
      part.name = decode_map_name(mapping.name);
      part.deleted = mapping.deleted;
      part.bytes += mapping.end - mapping.start;
    }
    return true;
  });
  return error == 0;
}

void add_part(const Process& process, const Part& part, Sum& sum) {
  // Of what is mapped only that is in RAM which the process's share of all its shared memory can hold.
  const std::uint64_t share = std::min(part.bytes, process.pss_shmem_bytes.value_or(part.bytes));
  SharedFile& file = sum.file;
  if (file.processes_count == 0) {
    file.name = part.name;
    file.deleted = part.deleted;
  }
  ++file.processes_count;
  file.mapped_bytes = std::max(file.mapped_bytes, part.bytes);
  sum.held_bytes += share;
  sum.all_known = sum.all_known && process.pss_shmem_bytes.has_value();
  if (file.holder_pid != 0 && share <= sum.largest_share) return;
  sum.largest_share = share;
  file.holder_pid = process.pid;
}

}  // namespace

std::vector<std::pair<std::uint32_t, std::uint32_t>> tmpfs_devices(const Root& root) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> devices;
  const FileText mountinfo = root.read("proc/self/mountinfo");
  std::string_view rest = mountinfo.text;
  MountLine line;
  while (take_mount(rest, line)) {
    if (line.type == "tmpfs") devices.emplace_back(line.dev_major, line.dev_minor);
  }
  return devices;
}

SharedFiles collect_shared_files(const Root& root, const std::vector<Process>& processes,
                                 const std::function<bool(const Mapping&)>& accept) {
  SharedFiles shared;
  std::map<Identity, Sum> sums;
  std::string buffer;
  for (const Process& process : processes) {
    const bool none = process.pss_shmem_bytes && *process.pss_shmem_bytes == 0;
    if (process.kind != ProcessKind::user || process.same_memory_as_pid != 0 || none) continue;
    std::map<Identity, Part> parts;
    if (!read_parts(root, process.pid, buffer, accept, parts)) {
      ++shared.unread_count;
      continue;
    }
    ++shared.read_count;
    for (const auto& [identity, part] : parts) add_part(process, part, sums[identity]);
  }
  for (auto& [identity, sum] : sums) {
    if (sum.all_known) sum.file.held_bytes = sum.held_bytes;
    shared.files.push_back(std::move(sum.file));
  }
  std::stable_sort(shared.files.begin(), shared.files.end(), [](const SharedFile& a, const SharedFile& b) {
    return a.held_bytes.value_or(a.mapped_bytes) > b.held_bytes.value_or(b.mapped_bytes);
  });
  return shared;
}

}  // namespace memkit
