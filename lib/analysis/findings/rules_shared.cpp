#include <algorithm>

#include "analysis/findings/rule_helpers.h"
#include "analysis/findings/rule_list.h"
#include "analysis/kernel_memory.h"
#include "analysis/shared_memory.h"

namespace memkit {
namespace {

constexpr std::uint64_t kLeastCompressed = std::uint64_t{64} << 20;  // of less, the ratio says nothing

bool available_is_low(const FindingFacts& facts) {
  const Got<double> pct = share(facts.health.usable_bytes, ordinary_ram(facts));
  return pct && below(*pct, find_rule("available-low")->limits);
}

/// Stored per byte kept.
Judgement poor_compression(const Got<std::uint64_t>& stored, const Got<std::uint64_t>& kept, std::string_view source,
                           const Limits& limits) {
  if (!stored) return lack(source, stored);
  if (!kept) return lack(source, kept);
  if (*stored < kLeastCompressed || *kept == 0) return {};
  const double ratio = static_cast<double>(*stored) / static_cast<double>(*kept);
  if (ratio >= limits.info) return {};
  Finding found = finding("", Severity::info, 0);
  add(found, "stored_bytes", stored, source);
  add(found, "kept_bytes", kept, source);
  add(found, "ratio", Got<double>(ratio), source, limits.info);
  return found;
}

/// The largest piece of shared memory without a file that can be found, of one kind or of any.
const SharedFile* largest_shared(const FindingFacts& facts, std::optional<SharedKind> kind = {}) {
  if (facts.shared == nullptr) return nullptr;
  for (const SharedFile& file : facts.shared->files) {
    if (!kind || shared_kind(file.name) == *kind) return &file;
  }
  return nullptr;
}

void add_holder_of(Finding& found, const FindingFacts& facts, const SharedFile& file) {
  constexpr std::string_view kMaps = "proc/PID/maps";
  add(found, "file", file.name);
  add(found, "file_bytes", file.held_bytes ? file.held_bytes : Got<std::uint64_t>(file.mapped_bytes), kMaps);
  add(found, "file_processes_count", Got<std::uint64_t>(file.processes_count), kMaps);
  for (const Process& process : facts.processes) {
    if (process.pid != file.holder_pid) continue;
    add(found, "holder", process_label(process));
    add(found, "holder_pid", Got<std::uint64_t>(process.pid));
  }
}

/// A file that was removed while processes had it lives on until they end. All else that maps calls deleted (memfds,
/// shared anonymous memory, System V segments with attachers, GPU objects) never had a name: that is normal.
Judgement judge_deleted(const FindingFacts& facts) {
  const SharedFile* const file = largest_shared(facts, SharedKind::deleted_file);
  if (file == nullptr) return {};
  const Got<double> pct = share(file->held_bytes, facts.meminfo().mem_total_bytes);
  Finding found = finding("shm-orphaned.deleted", Severity::info, pct.value_or(0));
  add_holder_of(found, facts, *file);
  return found;
}

}  // namespace

/// What lies in files of tmpfs counts, not what processes share: a database's buffers are in use, and healthy.
/// Also: shared memory in no file and no segment, in per cent of RAM: above it, its holders are looked for.
Judgement judge_tmpfs_heavy(const FindingFacts& facts, const Limits& limits) {
  const Meminfo& m = facts.meminfo();
  const Got<std::vector<TmpfsUse>>& mounts = facts.snapshot.tmpfs;
  if (mounts) {
    std::uint64_t used = 0;
    const TmpfsUse* largest = nullptr;
    for (const TmpfsUse& mount : *mounts) {
      used += mount.used_bytes;
      if (largest == nullptr || mount.used_bytes > largest->used_bytes) largest = &mount;
    }
    // What went to swap takes no RAM.
    if (m.shmem_bytes) used = std::min(used, *m.shmem_bytes);
    const Got<double> pct = share(Got<std::uint64_t>(used), m.mem_total_bytes);
    if (largest != nullptr && pct && *pct >= limits.warning) {
      Finding found = finding_of_ram("", Severity::warning, used, *pct, "statfs of tmpfs mounts", limits.warning);
      add(found, "mount", largest->mount_point);
      add(found, "mount_bytes", Got<std::uint64_t>(largest->used_bytes), "statfs of that mount");
      return found;
    }
  }
  const Got<double> pct = share(m.shmem_bytes, m.mem_total_bytes);
  if (!pct) return lack("proc/meminfo Shmem", pct);
  if (*pct < limits.warning || !available_is_low(facts)) return {};
  Finding found =
      finding_of_ram("tmpfs-heavy.shmem", Severity::warning, m.shmem_bytes, *pct, "proc/meminfo Shmem", limits.warning);
  if (!mounts) found.confidence = Confidence::medium;  // it may as well be a database's
  if (const SharedFile* const file = largest_shared(facts)) {
    found.text = "tmpfs-heavy.holder";
    add_holder_of(found, facts, *file);
  }
  return found;
}

Judgement judge_shm_orphaned(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kFile = "proc/sysvipc/shm";
  Judgement deleted = judge_deleted(facts);
  if (!facts.snapshot.shm) return std::holds_alternative<Finding>(deleted) ? deleted : lack(kFile, facts.snapshot.shm);
  std::uint64_t bytes = 0;
  std::uint64_t count = 0;
  const ShmSegment* largest = nullptr;
  const auto held = [](const ShmSegment& segment) {
    return segment.rss_bytes ? *segment.rss_bytes + segment.swap_bytes.value_or(0) : segment.size_bytes;
  };
  for (const ShmSegment& segment : *facts.snapshot.shm) {
    if (segment.attached_count != 0 || held(segment) == 0) continue;
    ++count;
    bytes += held(segment);
    if (largest == nullptr || held(segment) > held(*largest)) largest = &segment;
  }
  const Got<double> pct = share(Got<std::uint64_t>(bytes), facts.meminfo().mem_total_bytes);
  if (count == 0 || !pct) return deleted;
  const Severity severity = *pct > limits.warning ? Severity::warning : Severity::info;
  Finding found = finding_of_ram("", severity, bytes, *pct, "proc/sysvipc/shm rss, swap", limits.warning);
  add(found, "segments_count", Got<std::uint64_t>(count), "proc/sysvipc/shm nattch 0");
  add(found, "shmid", Got<std::int64_t>(largest->shmid), "proc/sysvipc/shm shmid of the largest");
  add(found, "creator_pid", Got<std::uint64_t>(largest->creator_pid), "proc/sysvipc/shm cpid");
  add(found, "uid", Got<std::uint64_t>(largest->uid), "proc/sysvipc/shm uid");
  return found;
}

Judgement judge_hugepages_idle(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kSource = "sys/kernel/mm/hugepages free - resv";
  const Hugepages pages = hugepages(facts.snapshot);
  const Got<double> pct = share(pages.idle_bytes, facts.meminfo().mem_total_bytes);
  if (!pct) return lack(kSource, pct);
  const std::optional<Severity> severity = at_least(*pct, limits);
  if (!severity) return {};
  Finding found = finding_of_ram("", *severity, pages.idle_bytes, *pct, kSource, limit_of(*severity, limits));
  add(found, "total_bytes", pages.total_bytes, "sys/kernel/mm/hugepages nr");
  add(found, "used_bytes", pages.used_bytes, "sys/kernel/mm/hugepages nr - free");
  // Nobody uses any: what they are for may not have been started yet.
  if (pages.used_bytes && *pages.used_bytes == 0) found.confidence = Confidence::medium;
  return found;
}

Judgement judge_hugepages_short(const FindingFacts& facts, const Limits& /*limits*/) {
  if (facts.snapshot.hugepages.empty()) return Lack{"sys/kernel/mm/hugepages", LackWhy::absent};
  for (const HugepagePool& pool : facts.snapshot.hugepages) {
    if (!pool.nr || !pool.free || !pool.resv || *pool.nr == 0) continue;
    const bool none_left = *pool.free <= *pool.resv;
    const bool borrowed = pool.surplus && *pool.surplus > 0;
    if (!none_left && !borrowed) continue;
    Finding found = finding(none_left ? "" : "hugepages-short.surplus", Severity::info, 0);
    add(found, "page_size_bytes", Got<std::uint64_t>(pool.page_size_bytes), "sys/kernel/mm/hugepages");
    add(found, "pages_count", pool.nr, "nr_hugepages");
    add(found, "free_count", pool.free, "free_hugepages");
    add(found, "reserved_count", pool.resv, "resv_hugepages");
    add(found, "surplus_count", pool.surplus, "surplus_hugepages");
    return found;
  }
  return {};
}

Judgement judge_memory_locked(const FindingFacts& facts, const Limits& limits) {
  const Meminfo& m = facts.meminfo();
  const bool by_mlock = m.mlocked_bytes && (!m.unevictable_bytes || *m.mlocked_bytes >= *m.unevictable_bytes);
  const Got<std::uint64_t>& bytes = by_mlock ? m.mlocked_bytes : m.unevictable_bytes;
  const std::string_view source = by_mlock ? "proc/meminfo Mlocked" : "proc/meminfo Unevictable";
  const Got<double> pct = share(bytes, m.mem_total_bytes);
  if (!pct) return lack(source, pct);
  if (*pct <= limits.info) return {};
  const Severity severity = available_is_low(facts) ? Severity::warning : Severity::info;
  Finding found = finding_of_ram("", severity, bytes, *pct, source, limits.info);
  if (facts.top != nullptr && !facts.top->by_locked.empty()) {
    const Process& process = facts.processes[facts.top->by_locked.front()];
    found.text = "memory-locked.process";
    add(found, "locker", process_label(process));
    add(found, "locker_pid", Got<std::uint64_t>(process.pid));
    add(found, "locker_bytes", Got<std::uint64_t>(process.locked_bytes), "proc/PID/smaps_rollup Locked");
  }
  return found;
}

/// Also: referenced share of the processes that have huge pages, in per cent, below.
Judgement judge_thp_bloat(const FindingFacts& facts, const Limits& limits) {
  constexpr std::string_view kField = "proc/meminfo AnonHugePages / AnonPages";
  const Meminfo& m = facts.meminfo();
  const Got<double> pct = share(m.anon_huge_pages_bytes, m.anon_pages_bytes);
  if (!pct) return lack(kField, pct);
  if (*pct <= limits.info) return {};
  std::uint64_t rss = 0;
  std::uint64_t referenced = 0;
  for (const Process& process : facts.processes) {
    if (!process.anon_huge_bytes || !process.referenced_bytes || !process.rss_bytes) continue;
    if (*process.anon_huge_bytes == 0) continue;
    rss += *process.rss_bytes;
    referenced += *process.referenced_bytes;
  }
  if (rss == 0) return Lack{"proc/PID/smaps_rollup Referenced", LackWhy::absent};
  const Got<double> touched = share(Got<std::uint64_t>(referenced), Got<std::uint64_t>(rss));
  if (*touched >= limits.also) return {};
  Finding found = finding("", Severity::info, share(m.anon_huge_pages_bytes, m.mem_total_bytes).value_or(0));
  found.confidence = Confidence::low;  // referenced bits are cleared by reclaim alone
  add(found, "size_bytes", m.anon_huge_pages_bytes, "proc/meminfo AnonHugePages");
  add(found, "of_anon_pct", pct, kField, limits.info);
  add(found, "referenced_pct", touched, "proc/PID/smaps_rollup Referenced / Rss", limits.also);
  if (facts.snapshot.settings.thp_enabled) {
    add(found, "thp_enabled", *facts.snapshot.settings.thp_enabled, "sys/kernel/mm/transparent_hugepage/enabled");
  }
  return found;
}

/// Limit: bytes stored for each byte of RAM.
Judgement judge_zram_poor(const FindingFacts& facts, const Limits& limits) {
  std::uint64_t stored = 0;
  std::uint64_t kept = 0;
  for (const ZramDevice& device : facts.snapshot.zram) {
    stored += device.mm_stat.orig_data_size_bytes.value_or(0);
    kept += device.mm_stat.mem_used_total_bytes.value_or(0);
  }
  return poor_compression(stored, kept, "sys/block/zram*/mm_stat", limits);
}

Judgement judge_zswap_poor(const FindingFacts& facts, const Limits& limits) {
  return poor_compression(facts.meminfo().zswapped_bytes, facts.meminfo().zswap_bytes, "proc/meminfo Zswapped, Zswap",
                          limits);
}

}  // namespace memkit
