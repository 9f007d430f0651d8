#pragma once

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "parse/buddyinfo.h"
#include "parse/cgroup_membership.h"
#include "parse/got.h"
#include "parse/mountinfo.h"
#include "parse/pid_stat.h"
#include "parse/pid_status.h"
#include "parse/pressure.h"
#include "parse/slabinfo.h"
#include "parse/swaps.h"
#include "parse/zoneinfo.h"

/// The prefix property: a text that was cut anywhere never makes a parser invent a figure. Each value that the part
/// yields is missing, or is the one that the whole text yields.
namespace memkit::test {

template <class T>
bool agrees(const Got<T>& part, const Got<T>& whole) {
  return !part || part == whole;
}

using Slot = Got<std::uint64_t>;
static_assert(std::is_trivially_copyable_v<Slot>);

/// Structs that are nothing but Got<uint64_t>: Meminfo, Vmstat, MemoryStat, SmapsCounters ...
template <class T>
requires(std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(Slot) == 0) bool agrees(const T& part, const T& whole) {
  using Slots = std::array<Slot, sizeof(T) / sizeof(Slot)>;
  const auto parts = std::bit_cast<Slots>(part);
  const auto wholes = std::bit_cast<Slots>(whole);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!agrees(parts[i], wholes[i])) return false;
  }
  return true;
}

inline bool agrees(const Zone& part, const Zone& whole) {
  return part.node == whole.node && part.name == whole.name && agrees(part.free_pages, whole.free_pages) &&
         agrees(part.boost_pages, whole.boost_pages) && agrees(part.min_pages, whole.min_pages) &&
         agrees(part.low_pages, whole.low_pages) && agrees(part.high_pages, whole.high_pages) &&
         agrees(part.promo_pages, whole.promo_pages) && agrees(part.spanned_pages, whole.spanned_pages) &&
         agrees(part.present_pages, whole.present_pages) && agrees(part.managed_pages, whole.managed_pages) &&
         agrees(part.cma_pages, whole.cma_pages) && agrees(part.protection, whole.protection) &&
         agrees(part.pageset_count_pages, whole.pageset_count_pages) &&
         agrees(part.nr_inactive_anon, whole.nr_inactive_anon) && agrees(part.nr_active_anon, whole.nr_active_anon) &&
         agrees(part.nr_inactive_file, whole.nr_inactive_file) && agrees(part.nr_active_file, whole.nr_active_file) &&
         agrees(part.nr_unevictable, whole.nr_unevictable) && agrees(part.nr_mlock, whole.nr_mlock) &&
         agrees(part.nr_zspages, whole.nr_zspages) && agrees(part.nr_free_cma, whole.nr_free_cma) &&
         agrees(part.nr_slab_reclaimable, whole.nr_slab_reclaimable) &&
         agrees(part.nr_slab_unreclaimable, whole.nr_slab_unreclaimable);
}

inline bool agrees(const ZoneinfoNode& part, const ZoneinfoNode& whole) {
  return part.node == whole.node && agrees(part.nr_inactive_anon, whole.nr_inactive_anon) &&
         agrees(part.nr_active_anon, whole.nr_active_anon) && agrees(part.nr_inactive_file, whole.nr_inactive_file) &&
         agrees(part.nr_active_file, whole.nr_active_file) && agrees(part.nr_unevictable, whole.nr_unevictable) &&
         agrees(part.nr_slab_reclaimable, whole.nr_slab_reclaimable) &&
         agrees(part.nr_slab_unreclaimable, whole.nr_slab_unreclaimable) &&
         agrees(part.nr_anon_pages, whole.nr_anon_pages) && agrees(part.nr_file_pages, whole.nr_file_pages) &&
         agrees(part.nr_shmem, whole.nr_shmem) &&
         agrees(part.nr_kernel_misc_reclaimable, whole.nr_kernel_misc_reclaimable);
}

inline bool agrees(const BuddyZone& part, const BuddyZone& whole) {
  return part.node == whole.node && part.name == whole.name && part.orders == whole.orders &&
         part.free_blocks == whole.free_blocks;
}

inline bool agrees(const SwapArea& part, const SwapArea& whole) {
  return part.name == whole.name && part.deleted == whole.deleted && part.type == whole.type &&
         agrees(part.size_bytes, whole.size_bytes) && agrees(part.used_bytes, whole.used_bytes) &&
         agrees(part.priority, whole.priority);
}

inline bool agrees(const Mount& part, const Mount& whole) {
  return part.id == whole.id && part.parent_id == whole.parent_id && part.dev_major == whole.dev_major &&
         part.dev_minor == whole.dev_minor && part.root == whole.root && part.mount_point == whole.mount_point &&
         part.options == whole.options && part.optional_fields == whole.optional_fields && part.type == whole.type &&
         part.source == whole.source && part.super_options == whole.super_options;
}

inline bool agrees(const SlabCache& part, const SlabCache& whole) {
  return part.name == whole.name && agrees(part.active_objects, whole.active_objects) &&
         agrees(part.objects, whole.objects) && agrees(part.object_bytes, whole.object_bytes) &&
         agrees(part.objects_per_slab, whole.objects_per_slab) && agrees(part.pages_per_slab, whole.pages_per_slab) &&
         agrees(part.active_slabs, whole.active_slabs) && agrees(part.slabs, whole.slabs);
}

template <class T>
bool agrees(const std::vector<T>& part, const std::vector<T>& whole) {
  if (part.size() > whole.size()) return false;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!agrees(part[i], whole[i])) return false;
  }
  return true;
}

inline bool agrees(const Zoneinfo& part, const Zoneinfo& whole) {
  return agrees(part.zones, whole.zones) && agrees(part.nodes, whole.nodes);
}
inline bool agrees(const Slabinfo& part, const Slabinfo& whole) {
  return agrees(part.caches, whole.caches) && part.unread_lines <= whole.unread_lines;
}
inline bool agrees(const Buddyinfo& part, const Buddyinfo& whole) { return agrees(part.zones, whole.zones); }

inline bool agrees(const CgroupMembership& part, const CgroupMembership& whole) {
  return agrees(part.v2_path, whole.v2_path) && agrees(part.memory_v1_path, whole.memory_v1_path) &&
         agrees(part.systemd_v1_path, whole.systemd_v1_path);
}

inline bool agrees(const PidStat& part, const PidStat& whole) {
  return agrees(part.pid, whole.pid) && agrees(part.comm, whole.comm) && agrees(part.state, whole.state) &&
         agrees(part.ppid, whole.ppid) && agrees(part.flags, whole.flags) && agrees(part.minflt, whole.minflt) &&
         agrees(part.majflt, whole.majflt) && agrees(part.num_threads, whole.num_threads) &&
         agrees(part.starttime_ticks, whole.starttime_ticks) && agrees(part.vsize_bytes, whole.vsize_bytes) &&
         agrees(part.rss_pages, whole.rss_pages);
}

inline bool agrees(const PidStatus& part, const PidStatus& whole) {
  return agrees(part.name, whole.name) && agrees(part.state, whole.state) && agrees(part.tgid, whole.tgid) &&
         agrees(part.pid, whole.pid) && agrees(part.ppid, whole.ppid) && agrees(part.uid, whole.uid) &&
         agrees(part.euid, whole.euid) && agrees(part.kthread, whole.kthread) &&
         agrees(part.vm_peak_bytes, whole.vm_peak_bytes) && agrees(part.vm_size_bytes, whole.vm_size_bytes) &&
         agrees(part.vm_lck_bytes, whole.vm_lck_bytes) && agrees(part.vm_pin_bytes, whole.vm_pin_bytes) &&
         agrees(part.vm_hwm_bytes, whole.vm_hwm_bytes) && agrees(part.vm_rss_bytes, whole.vm_rss_bytes) &&
         agrees(part.rss_anon_bytes, whole.rss_anon_bytes) && agrees(part.rss_file_bytes, whole.rss_file_bytes) &&
         agrees(part.rss_shmem_bytes, whole.rss_shmem_bytes) && agrees(part.vm_data_bytes, whole.vm_data_bytes) &&
         agrees(part.vm_stk_bytes, whole.vm_stk_bytes) && agrees(part.vm_exe_bytes, whole.vm_exe_bytes) &&
         agrees(part.vm_lib_bytes, whole.vm_lib_bytes) && agrees(part.vm_pte_bytes, whole.vm_pte_bytes) &&
         agrees(part.vm_pmd_bytes, whole.vm_pmd_bytes) && agrees(part.vm_swap_bytes, whole.vm_swap_bytes) &&
         agrees(part.hugetlb_pages_bytes, whole.hugetlb_pages_bytes) && agrees(part.threads, whole.threads);
}

inline bool agrees(const PressureLine& part, const PressureLine& whole) {
  return agrees(part.avg10_pct, whole.avg10_pct) && agrees(part.avg60_pct, whole.avg60_pct) &&
         agrees(part.avg300_pct, whole.avg300_pct) && agrees(part.total_us, whole.total_us);
}
inline bool agrees(const Pressure& part, const Pressure& whole) {
  return agrees(part.some, whole.some) && agrees(part.full, whole.full);
}

/// Parses prefixes of `text`, every `step` bytes, and the same with NULs behind. Each in a buffer of exactly its
/// size, so that a sanitizer sees a read past the end.
template <class Parse>
void expect_no_invention(std::string_view text, Parse parse, std::size_t step = 1) {
  const auto whole = parse(text);
  for (std::size_t size = 0; size <= text.size(); size += step) {
    const auto buffer = std::make_unique<char[]>(size);
    std::memcpy(buffer.get(), text.data(), size);
    const auto part = parse(std::string_view(buffer.get(), size));
    ASSERT_TRUE(agrees(part, whole)) << "a figure is invented where the text is cut after " << size << " bytes: ..."
                                     << text.substr(size < 60 ? 0 : size - 60, size < 60 ? size : 60);
  }
  std::string padded(text.substr(0, text.size() - text.size() / 3));
  padded.append(100, '\0');
  EXPECT_TRUE(agrees(parse(std::string_view(padded)), whole)) << "padded with NULs";
}

}  // namespace memkit::test
