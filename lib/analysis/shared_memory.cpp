#include "analysis/shared_memory.h"

#include <algorithm>

#include "analysis/findings/rule_helpers.h"
#include "analysis/mapping_kinds.h"

namespace memkit {
namespace {

constexpr std::string_view kAnonymous = "/dev/zero";
constexpr std::string_view kNamedAnonymous = "[anon_shmem:";  // prctl(PR_SET_VMA_ANON_NAME), since 6.2
constexpr std::string_view kMemfd = "/memfd:";
constexpr std::string_view kSysv = "/SYSV";

}  // namespace

Got<std::uint64_t> unplaced_shmem(const Snapshot& snapshot) {
  if (!snapshot.meminfo) return snapshot.meminfo.missing();
  const Got<std::uint64_t>& shmem = snapshot.meminfo->shmem_bytes;
  if (!shmem) return shmem;
  std::uint64_t placed = 0;
  if (snapshot.shm) {
    for (const ShmSegment& segment : *snapshot.shm) placed += segment.rss_bytes.value_or(0);
  }
  if (snapshot.tmpfs) {
    for (const TmpfsUse& mount : *snapshot.tmpfs) placed += mount.used_bytes;
  }
  return *shmem - std::min(*shmem, placed);
}

Got<double> unplaced_shmem_pct(const Snapshot& snapshot) {
  if (!snapshot.meminfo) return snapshot.meminfo.missing();
  return share(unplaced_shmem(snapshot), snapshot.meminfo->mem_total_bytes);
}

std::string_view shared_kind_id(SharedKind kind) {
  switch (kind) {
    case SharedKind::memfd:
      return "memfd";
    case SharedKind::anonymous:
      return "anonymous";
    case SharedKind::sysv:
      return "sysv";
    case SharedKind::deleted_file:
      return "deleted_file";
    case SharedKind::other:
      break;
  }
  return "other";
}

SharedKind shared_kind(const Mapping& mapping, std::span<const std::pair<std::uint32_t, std::uint32_t>> tmpfs) {
  if (mapping.dev_major != 0 || mapping.inode == 0) return SharedKind::other;
  if (is_memfd(mapping)) return SharedKind::memfd;
  if (is_sysv(mapping)) return SharedKind::sysv;
  if (mapping.name.starts_with(kNamedAnonymous)) return SharedKind::anonymous;
  if (!mapping.deleted) return SharedKind::other;
  if (mapping.name == kAnonymous) return SharedKind::anonymous;
  const std::pair device{mapping.dev_major, mapping.dev_minor};
  const bool on_tmpfs =
      mapping.name.starts_with("/dev/shm/") || std::find(tmpfs.begin(), tmpfs.end(), device) != tmpfs.end();
  return on_tmpfs ? SharedKind::deleted_file : SharedKind::other;
}

SharedKind shared_kind(std::string_view name) {
  return name.starts_with(kMemfd)                                  ? SharedKind::memfd
         : name.starts_with(kSysv)                                 ? SharedKind::sysv
         : name == kAnonymous || name.starts_with(kNamedAnonymous) ? SharedKind::anonymous
                                                                   : SharedKind::deleted_file;
}

}  // namespace memkit
