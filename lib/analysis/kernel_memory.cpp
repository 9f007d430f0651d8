#include "analysis/kernel_memory.h"

#include <string_view>

namespace memkit {
namespace {

using Bytes = Got<std::uint64_t>;

Bytes pages_to_bytes(const Snapshot& snapshot, const Got<std::uint64_t>& pages) {
  if (!pages) return pages;
  if (!snapshot.page_size_bytes) return Missing::absent;
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(*pages, *snapshot.page_size_bytes, &bytes)) return Missing::malformed;
  return bytes;
}

Got<std::uint64_t> of_vmstat(const Snapshot& snapshot, Got<std::uint64_t> Vmstat::*field) {
  if (!snapshot.vmstat) return Missing::absent;
  return (*snapshot.vmstat).*field;
}

Bytes zram_bytes(const Snapshot& snapshot) {
  Bytes total;
  for (const ZramDevice& device : snapshot.zram) {
    if (device.mm_stat.mem_used_total_bytes) total = total.value_or(0) + *device.mm_stat.mem_used_total_bytes;
  }
  return total;
}

/// Whether nr_zspages already holds what zswap takes.
bool zswap_is_zsmalloc(const Snapshot& snapshot, std::uint64_t zspages_bytes, std::uint64_t zswap_bytes) {
  if (snapshot.zswap_zpool) return *snapshot.zswap_zpool == "zsmalloc";
  return zspages_bytes >= zswap_bytes;
}

/// Bytes of `count` huge pages of one size.
Bytes pool_bytes(const Got<std::uint64_t>& count, std::uint64_t page_size_bytes) {
  if (!count) return count;
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(*count, page_size_bytes, &bytes)) return Missing::malformed;
  return bytes;
}

Bytes difference(const Bytes& a, const Bytes& b) {
  if (!a) return a;
  if (!b) return b;
  return *a > *b ? *a - *b : 0;
}

Hugepages of_pool(const HugepagePool& pool) {
  Hugepages pages;
  const std::uint64_t size = pool.page_size_bytes;
  const Bytes free = pool_bytes(pool.free, size);
  pages.total_bytes = pool_bytes(pool.nr, size);
  pages.used_bytes = difference(pages.total_bytes, free);
  pages.reserved_bytes = pool_bytes(pool.resv, size);
  pages.idle_bytes = difference(free, pages.reserved_bytes);
  return pages;
}

/// The default size, as meminfo has it: all that some captures hold.
HugepagePool default_pool(const Meminfo& m) {
  HugepagePool pool;
  pool.page_size_bytes = m.huge_page_size_bytes.value_or(0);
  pool.nr = m.huge_pages_total;
  pool.free = m.huge_pages_free;
  pool.resv = m.huge_pages_rsvd;
  pool.surplus = m.huge_pages_surp;
  return pool;
}

}  // namespace

Bytes other_reclaimable(const Meminfo& m) { return difference(m.kreclaimable_bytes, m.sreclaimable_bytes); }

Bytes vmalloc_without_stacks(const Meminfo& m) {
  if (!m.vmalloc_used_bytes) return m.vmalloc_used_bytes;
  if (*m.vmalloc_used_bytes == 0 || m.vmalloc_chunk_bytes.value_or(0) != 0) return Missing::absent;
  const std::uint64_t stacks = m.kernel_stack_bytes.value_or(0);
  return *m.vmalloc_used_bytes >= stacks ? *m.vmalloc_used_bytes - stacks : *m.vmalloc_used_bytes;
}

Bytes memmap(const Snapshot& snapshot) {
  return pages_to_bytes(snapshot, of_vmstat(snapshot, &Vmstat::nr_memmap_pages));
}

Bytes pcp_free(const Snapshot& snapshot) {
  if (!snapshot.zoneinfo) return Missing::absent;
  Got<std::uint64_t> pages;
  for (const Zone& zone : snapshot.zoneinfo->zones) {
    if (zone.pageset_count_pages) {
      pages = pages.value_or(0) + *zone.pageset_count_pages;
    } else if (zone.pageset_count_pages.missing() == Missing::malformed) {
      return Missing::malformed;
    }
  }
  return pages_to_bytes(snapshot, pages);
}

Hugepages hugepages(const Snapshot& snapshot) {
  Hugepages all;
  for (const HugepagePool& pool : snapshot.hugepages) {
    const Hugepages one = of_pool(pool);
    const bool first = &pool == &snapshot.hugepages.front();
    all.total_bytes = first ? one.total_bytes : sum(all.total_bytes, one.total_bytes);
    all.used_bytes = first ? one.used_bytes : sum(all.used_bytes, one.used_bytes);
    all.reserved_bytes = first ? one.reserved_bytes : sum(all.reserved_bytes, one.reserved_bytes);
    all.idle_bytes = first ? one.idle_bytes : sum(all.idle_bytes, one.idle_bytes);
  }
  if (!snapshot.meminfo) return all;
  if (!all.total_bytes && snapshot.meminfo->huge_page_size_bytes) all = of_pool(default_pool(*snapshot.meminfo));
  if (snapshot.meminfo->hugetlb_bytes) all.total_bytes = snapshot.meminfo->hugetlb_bytes;
  return all;
}

CompressedSwap compressed_swap(const Snapshot& snapshot) {
  CompressedSwap swap;
  swap.zram_bytes = zram_bytes(snapshot);
  if (snapshot.meminfo) swap.zswap_bytes = snapshot.meminfo->zswap_bytes;
  const Bytes zspages = pages_to_bytes(snapshot, of_vmstat(snapshot, &Vmstat::nr_zspages));
  if (!zspages) {
    if (swap.zram_bytes && swap.zswap_bytes) {
      swap.total_bytes = sum(swap.zram_bytes, swap.zswap_bytes);
    } else {
      swap.total_bytes = swap.zram_bytes ? swap.zram_bytes : swap.zswap_bytes;
    }
    return swap;
  }
  const std::uint64_t zswap = swap.zswap_bytes.value_or(0);
  swap.total_bytes = zswap_is_zsmalloc(snapshot, *zspages, zswap) ? *zspages : *zspages + zswap;
  return swap;
}

Bytes balloon(const Snapshot& snapshot) {
  Bytes size;
  if (snapshot.meminfo) size = snapshot.meminfo->balloon_bytes;
  if (!size) size = pages_to_bytes(snapshot, of_vmstat(snapshot, &Vmstat::nr_balloon_pages));
  if (!size || *size == 0) return size;
  if (!snapshot.zoneinfo) return Missing::absent;
  std::uint64_t unmanaged_pages = 0;
  for (const Zone& zone : snapshot.zoneinfo->zones) {
    if (!zone.present_pages || !zone.managed_pages) continue;
    if (*zone.present_pages > *zone.managed_pages) unmanaged_pages += *zone.present_pages - *zone.managed_pages;
  }
  const Bytes unmanaged = pages_to_bytes(snapshot, unmanaged_pages);
  if (!unmanaged || *unmanaged >= *size) return Missing::absent;
  return size;
}

}  // namespace memkit
