#include "collect/pressure.h"

#include <cerrno>
#include <ctime>
#include <utility>

#include "collect/cgroup_mounts.h"
#include "collect/snapshot.h"
#include "parse/cgroup_membership.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr const char* kMachine = "proc/pressure";

std::int64_t now_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

bool exists(const Root& root, const std::string& path) {
  std::string text;
  const int error = root.read(path, text);
  return error == 0 || missing_for(error) != Missing::absent;
}

/// "BOOT_IMAGE=/vmlinuz root=/dev/sda1 psi=0"
bool boots_without_psi(const Root& root) {
  std::string text;
  if (root.read("proc/cmdline", text) != 0) return false;
  std::string_view rest = text;
  bool off = false;
  for (std::string_view word = take_whole_word(rest); !word.empty(); word = take_whole_word(rest)) {
    if (!word.starts_with("psi=")) continue;
    const std::string_view value = word.substr(4);
    off = value == "0" || value == "n" || value == "N" || value == "off" || value == "no";
  }
  return off;
}

PressurePlace refuse(PressurePlace place, PressureState why) {
  place.state = why;
  return place;
}

PressurePlace own_cgroup(const Root& root) {
  PressurePlace place{true, {}, {}, {}};
  const FileText text = root.read("proc/self/cgroup");
  const FileText mountinfo = root.read("proc/self/mountinfo");
  if (!text || !mountinfo) return refuse(place, PressureState::no_cgroup);
  const CgroupMembership member = parse_cgroup_membership(text.text);
  const std::vector<CgroupMount> mounts = cgroup_mounts(mountinfo.text);
  const CgroupPlace v1 = member.memory_v1_path ? find_cgroup(mounts, false, *member.memory_v1_path) : CgroupPlace{};
  const CgroupPlace v2 = member.v2_path ? find_cgroup(mounts, true, *member.v2_path) : CgroupPlace{};
  if (!v2.found) return refuse(place, v1.found ? PressureState::v1_only : PressureState::no_cgroup);
  place.path = v2.below.empty() ? "/" : v2.below;
  place.directory = v2.mount_directory + v2.below;
  place.stat_file = (v1.found ? v1.mount_directory + v1.below : place.directory) + "/memory.stat";
  return place;
}

PressurePlace named_cgroup(const Root& root, std::string_view path) {
  PressurePlace place{true, std::string(path), {}, {}};
  if (has_dot_dot(path)) return refuse(place, PressureState::no_cgroup);
  bool in_v1 = false;
  for (const CgroupMount& mount : cgroup_hierarchies(root)) {
    const std::string below = below_of(path, mount);
    const std::string directory = mount.directory + below;
    if (!root.open_dir(directory)) continue;
    if (!mount.v2) {
      in_v1 = true;
      place.stat_file = directory + "/memory.stat";
    } else if (!exists(root, directory + "/cgroup.procs") && !exists(root, directory + "/memory.pressure") &&
               !exists(root, directory + "/cgroup.pressure")) {
      continue;  // a directory of that name which is no v2 cgroup: "memory" of v1 below /sys/fs/cgroup
    } else {
      place.path = below.empty() ? "/" : below;
      place.directory = directory;
      if (!in_v1) place.stat_file = directory + "/memory.stat";
      return place;
    }
  }
  return refuse(place, in_v1 ? PressureState::v1_only : PressureState::no_cgroup);
}

}  // namespace

PressurePlace machine_pressure() { return {false, {}, kMachine, {}}; }

PressurePlace cgroup_pressure(const Root& root, std::string_view path) {
  return path.empty() ? own_cgroup(root) : named_cgroup(root, path);
}

bool sees_only_a_cgroup(const Root& root) {
  return root.is_live() &&
         (exists(root, "sys/fs/cgroup/cgroup.type") || exists(root, "sys/fs/cgroup/unified/cgroup.type"));
}

PressureState pressure_state(int error, const PressureSigns& signs) {
  // Kernels before 5.13 list the files with psi=0 too, and answer EOPNOTSUPP; newer ones do not list them.
  if (error == EOPNOTSUPP && signs.live) return PressureState::switched_off;
  if (missing_for(error) == Missing::denied) return PressureState::denied;
  if (missing_for(error) != Missing::absent) return PressureState::malformed;
  if (signs.of_cgroup) {
    if (!signs.cgroup_is_there) return PressureState::no_cgroup;
    if (signs.cgroup_hides) return PressureState::hidden;
    if (signs.cgroup_has_memory) return PressureState::no_such_file;
    if (signs.machine_has && signs.live) return PressureState::not_in_cgroups;
  }
  if (signs.boots_without) return PressureState::switched_off;
  if (!signs.live) return PressureState::not_captured;
  return signs.machine_has ? PressureState::no_such_file : PressureState::no_kernel_support;
}

PressureReader::PressureReader(const Root& root, PressurePlace place, std::span<const PressureKind> kinds)
    : root_(root), place_(std::move(place)), kinds_(kinds.begin(), kinds.end()) {
  for (const PressureKind kind : kinds_) {
    files_.push_back(
        {place_.directory + "/" + std::string(to_string(kind)) + (place_.of_cgroup ? ".pressure" : ""), {}});
  }
  vmstat_.path = "proc/vmstat";
  machine_memory_.path = std::string(kMachine) + "/memory";
  stat_.path = place_.stat_file;
  cgroup_memory_.path = place_.directory + "/memory.pressure";
}

int PressureReader::read(File& file) {
  if (file.held) {
    if (const int error = file.held.read(text_); error != ENODEV) return error;
    file.held = {};
  }
  if (const int error = root_.hold(file.path, file.held); error != 0) return error;
  return file.held.read(text_);
}

PressureState PressureReader::why_not(int error) const {
  PressureSigns signs;
  signs.live = root_.processes_are_live();
  signs.of_cgroup = place_.of_cgroup;
  signs.boots_without = boots_without_psi(root_);
  signs.machine_has = exists(root_, std::string(kMachine) + "/memory");
  if (place_.of_cgroup) {
    std::string text;
    signs.cgroup_is_there = static_cast<bool>(root_.open_dir(place_.directory));
    signs.cgroup_has_memory = exists(root_, place_.directory + "/memory.pressure");
    signs.cgroup_hides = root_.read(place_.directory + "/cgroup.pressure", text) == 0 &&
                         parse_number_file(text) == Got<std::uint64_t>(0);
  }
  return pressure_state(error, signs);
}

template <class T>
Got<T> PressureReader::parse(File& file, T (*parser)(std::string_view)) {
  const int error = read(file);
  if (error != 0) return missing_for(error);
  return parser(text_);
}

PressureReading PressureReader::read_kind(std::size_t index) {
  PressureReading reading{kinds_[index], place_.state, {}};
  if (place_.state != PressureState::known) return reading;
  const int error = read(files_[index]);
  if (error != 0) {
    reading.state = why_not(error);
    reading.pressure = reading.state == PressureState::hidden ? Missing::hidden : missing_for(error);
    return reading;
  }
  const Pressure pressure = parse_pressure(text_);
  const auto says = [](const PressureLine& line) { return line.avg10_pct || line.total_us; };
  if (says(pressure.some) || says(pressure.full)) {
    reading.pressure = pressure;
  } else {
    reading.state = PressureState::malformed;
    reading.pressure = Missing::malformed;
  }
  return reading;
}

PressureSample PressureReader::sample(bool with_reclaim) {
  PressureSample sample;
  sample.monotonic_ns = now_ns(CLOCK_MONOTONIC);
  sample.time_ns = now_ns(CLOCK_REALTIME);
  for (std::size_t i = 0; i < kinds_.size(); ++i) sample.readings.push_back(read_kind(i));
  if (!with_reclaim) return sample;
  sample.vmstat = parse(vmstat_, parse_vmstat);
  sample.machine_memory = parse(machine_memory_, parse_pressure);
  if (!place_.of_cgroup) return sample;
  sample.stat = parse(stat_, parse_memory_stat);
  sample.cgroup_memory = parse(cgroup_memory_, parse_pressure);
  return sample;
}

}  // namespace memkit
