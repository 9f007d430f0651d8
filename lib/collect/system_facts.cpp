#include "collect/system_facts.h"

#include <cerrno>
#include <set>
#include <utility>

#include "collect/cgroup_mounts.h"
#include "parse/choice.h"
#include "parse/mountinfo.h"

namespace memkit {
namespace {

constexpr std::uint64_t kTmpfsMagic = 0x01021994;  // linux/magic.h
constexpr std::size_t kAllocSites = 8;             // the largest

void collect_settings(Reader& reader, Settings& settings) {
  settings.overcommit_memory = reader.number("proc/sys/vm/overcommit_memory");
  settings.swappiness = reader.number("proc/sys/vm/swappiness");
  settings.min_free_bytes = kib_to_bytes(reader.number("proc/sys/vm/min_free_kbytes"));
  settings.threads_max = reader.number("proc/sys/kernel/threads-max");
  settings.pid_max = reader.number("proc/sys/kernel/pid_max");
  settings.loadavg = reader.parse("proc/loadavg", parse_loadavg);
  const Got<Got<std::string>> thp = reader.parse("sys/kernel/mm/transparent_hugepage/enabled", parse_choice);
  settings.thp_enabled = thp ? *thp : Got<std::string>(thp.missing());
}

void collect_ksm(Reader& reader, KsmFacts& ksm) {
  const std::string base = "sys/kernel/mm/ksm/";
  ksm.run = reader.number(base + "run");
  if (!ksm.run) return;
  ksm.pages_shared = reader.number(base + "pages_shared");
  ksm.pages_sharing = reader.number(base + "pages_sharing");
}

Got<std::vector<TmpfsUse>> collect_tmpfs(Reader& reader) {
  // What a copy's mounts held cannot be asked any more; a capture noted it.
  const Capture* const capture = reader.root().capture();
  if (!reader.is_live() && (capture == nullptr || capture->filesystems.empty())) return Missing::absent;
  if (const int error = reader.read_quietly("proc/self/mountinfo"); error != 0) return missing_for(error);
  std::vector<TmpfsUse> mounts;
  for (std::string& point : visible_tmpfs(reader.text())) {
    FilesystemUse use;
    // An initramfs is the one at "/"; what it holds the kernel counts elsewhere.
    if (point.size() < 2 || reader.root().filesystem_use(point.substr(1), use) != 0 || use.type != kTmpfsMagic)
      continue;
    mounts.push_back({std::move(point), use.used_bytes, use.total_bytes});
  }
  return mounts;
}

void collect_dying_cgroups(Reader& reader, DyingCgroups& dying) {
  dying.controllers = reader.parse("proc/cgroups", parse_proc_cgroups);
  if (reader.read_quietly("proc/self/mountinfo") != 0 && reader.read_quietly("proc/1/mountinfo") != 0) return;
  for (const CgroupMount& mount : cgroup_mounts(reader.text())) {
    if (!mount.v2) continue;
    dying.v2 = reader.parse(mount.directory + "/cgroup.stat", parse_cgroup_stat);
    return;
  }
}

bool lies_over(std::string_view upper, std::string_view point) {
  return upper == point || upper == "/" || (point.starts_with(upper) && point[upper.size()] == '/');
}

}  // namespace

std::vector<std::string> visible_tmpfs(std::string_view mountinfo) {
  const std::vector<Mount> mounts = parse_mountinfo(mountinfo);
  std::vector<std::string> points;
  std::set<std::pair<std::uint32_t, std::uint32_t>> devices;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const Mount& mount = mounts[i];
    if (mount.type != "tmpfs") continue;
    bool hidden = false;
    for (std::size_t later = i + 1; later < mounts.size() && !hidden; ++later) {
      hidden = lies_over(mounts[later].mount_point, mount.mount_point);
    }
    if (hidden || !devices.insert({mount.dev_major, mount.dev_minor}).second) continue;
    points.push_back(mount.mount_point);
  }
  return points;
}

void collect_system(Reader& reader, Want want, Snapshot& snapshot) {
  if (wants(want, Want::settings)) collect_settings(reader, snapshot.settings);
  if (wants(want, Want::sysvipc)) snapshot.shm = reader.parse("proc/sysvipc/shm", parse_sysvipc_shm);
  if (wants(want, Want::buddyinfo)) snapshot.buddyinfo = reader.parse("proc/buddyinfo", parse_buddyinfo);
  if (wants(want, Want::tmpfs)) snapshot.tmpfs = collect_tmpfs(reader);
  if (wants(want, Want::ksm)) collect_ksm(reader, snapshot.ksm);
  if (wants(want, Want::vmallocinfo)) snapshot.vmallocinfo = reader.parse("proc/vmallocinfo", parse_vmallocinfo);
  if (wants(want, Want::allocinfo)) {
    snapshot.allocinfo =
        reader.parse("proc/allocinfo", [](std::string_view text) { return parse_allocinfo(text, kAllocSites); });
  }
  if (wants(want, Want::dying_cgroups)) collect_dying_cgroups(reader, snapshot.dying_cgroups);
}

}  // namespace memkit
