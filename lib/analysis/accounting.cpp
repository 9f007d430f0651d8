#include "analysis/accounting.h"

#include <algorithm>
#include <optional>

#include "analysis/kernel_memory.h"

namespace memkit {
namespace {

using Bytes = Got<std::uint64_t>;

/// A part of which this kernel has no field is no part.
bool is_part(const Bytes& bytes) { return bytes || bytes.missing() != Missing::absent; }

class Parts {
 public:
  Parts(std::vector<AccountPart>& parts, const Bytes& total) : parts_(parts), total_(total) {}

  Parts& add(std::string_view id, std::string_view label, const Bytes& bytes, Reclaim reclaim, std::string_view owner) {
    last_is_part_ = is_part(bytes);
    if (last_is_part_) parts_.push_back(part(id, label, bytes, reclaim, owner));
    return *this;
  }

  /// A field that overlaps the part that was added last. One of 0 says nothing.
  Parts& of_which(std::string_view id, std::string_view label, const Bytes& bytes, Reclaim reclaim,
                  std::string_view owner = {}) {
    if (last_is_part_ && is_part(bytes) && bytes.value_or(1) != 0) {
      parts_.back().of_which.push_back(part(id, label, bytes, reclaim, owner));
    }
    return *this;
  }

 private:
  [[nodiscard]] AccountPart part(std::string_view id, std::string_view label, const Bytes& bytes, Reclaim reclaim,
                                 std::string_view owner) const {
    AccountPart made;
    made.id = id;
    made.label = label;
    made.bytes = bytes;
    made.reclaim = reclaim;
    made.owner = owner;
    if (bytes && total_ && *total_ > 0) {
      made.share_pct = 100.0 * static_cast<double>(*bytes) / static_cast<double>(*total_);
    }
    return made;
  }

  std::vector<AccountPart>& parts_;
  Bytes total_;
  bool last_is_part_ = false;
};

/// Cached less Shmem; of kernels that do not tell Shmem apart, all of Cached.
Bytes page_cache_files(const Meminfo& m) {
  if (!m.cached_bytes || !m.shmem_bytes) return m.cached_bytes;
  return *m.cached_bytes - std::min(*m.cached_bytes, *m.shmem_bytes);
}

/// Shmem as far as Cached holds it, so that the two parts are Cached in sum.
Bytes shmem_in_cached(const Meminfo& m) {
  if (!m.cached_bytes || !m.shmem_bytes) return m.shmem_bytes;
  return std::min(*m.cached_bytes, *m.shmem_bytes);
}

/// Swap cache that no process maps: it is on the LRU lists and neither in AnonPages nor in Cached.
Bytes unmapped_swap_cache(const Meminfo& m) {
  if (!m.swap_cached_bytes) return m.swap_cached_bytes;
  if (*m.swap_cached_bytes == 0) return m.swap_cached_bytes;
  const Bytes lru = sum(sum(m.active_bytes, m.inactive_bytes), m.unevictable_bytes);
  const Bytes known = sum(sum(m.anon_pages_bytes, m.cached_bytes), m.buffers_bytes);
  if (!lru) return lru;
  if (!known) return known;
  return *lru > *known ? std::min(*lru - *known, *m.swap_cached_bytes) : 0;
}

/// A field that speaks of other parts too (Mapped: of tmpfs, Mlocked: of files): as much of it as this part can hold.
Bytes at_most(const Bytes& field, const Bytes& part) {
  if (!field || !part) return field;
  return std::min(*field, *part);
}

void add_user_memory(Parts& parts, const Meminfo& m) {
  parts.add("anonymous", "anonymous", m.anon_pages_bytes, Reclaim::no, "processes")
      .of_which("anon_huge_pages", "THP", m.anon_huge_pages_bytes, Reclaim::no)
      .of_which("locked", "locked (max)", at_most(m.mlocked_bytes, m.anon_pages_bytes), Reclaim::no, "mlock (VmLck)");
  parts
      .add("page_cache", m.shmem_bytes ? "page cache (files)" : "page cache with tmpfs", page_cache_files(m),
           Reclaim::yes, "files, for reuse")
      .of_which("mapped", "mapped (max)", at_most(m.mapped_bytes, page_cache_files(m)), Reclaim::partly, "by processes")
      .of_which("dirty", "dirty", m.dirty_bytes, Reclaim::partly)
      .of_which("writeback", "writeback", m.writeback_bytes, Reclaim::partly)
      .of_which("file_huge_pages", "THP", m.file_huge_pages_bytes, Reclaim::yes);
  parts.add("shmem", "tmpfs and shared memory", shmem_in_cached(m), Reclaim::no, "tmpfs, shm, memfd")
      .of_which("shmem_huge_pages", "THP", m.shmem_huge_pages_bytes, Reclaim::no);
  parts.add("buffers", "buffers", m.buffers_bytes, Reclaim::yes, "block devices");
  parts.add("swap_cache", "unmapped swap cache", unmapped_swap_cache(m), Reclaim::yes, "also in swap");
}

void add_kernel_memory(Parts& parts, const Snapshot& s, const Meminfo& m) {
  if (m.sreclaimable_bytes && m.sunreclaim_bytes) {
    parts.add("slab_reclaimable", "reclaimable slab", m.sreclaimable_bytes, Reclaim::partly, "dentries, inodes");
    parts.add("slab_unreclaimable", "unreclaimable slab", m.sunreclaim_bytes, Reclaim::no, "kernel objects");
  } else {
    parts.add("slab", "slab", m.slab_bytes, Reclaim::partly, "kernel objects");
  }
  parts.add("kernel_reclaimable", "other reclaimable kernel", other_reclaimable(m), Reclaim::yes, "kernel caches");
  parts.add("kernel_stacks", "kernel stacks", m.kernel_stack_bytes, Reclaim::no, "one a thread");
  parts.add("vmalloc", "vmalloc (no stacks)", vmalloc_without_stacks(m), Reclaim::no, "modules, drivers");
  parts.add("page_tables", "page tables", m.page_tables_bytes, Reclaim::no, "processes (VmPTE)");
  parts.add("secondary_page_tables", "secondary page tables", m.sec_page_tables_bytes, Reclaim::no,
            "KVM guests, IOMMU");
  parts.add("percpu", "per-CPU", m.percpu_bytes, Reclaim::no, "counters, BPF");
  parts.add("struct_pages", "struct pages", memmap(s), Reclaim::no, "page records");
  parts.add("bounce", "bounce buffers", m.bounce_bytes, Reclaim::no, "devices, old DMA");
  parts.add("writeback_tmp", "FUSE writeback buffers", m.writeback_tmp_bytes, Reclaim::no, "FUSE file systems");
  parts.add("quicklists", "quicklists", m.quicklists_bytes, Reclaim::yes, "spare page tables");
  parts.add("hardware_corrupted", "corrupted by hardware", m.hardware_corrupted_bytes, Reclaim::no, "EDAC, mcelog");
}

void add_reserved_memory(Parts& parts, const Snapshot& s, const Meminfo& m) {
  const Hugepages pages = hugepages(s);
  parts.add("hugepages", "huge pages", pages.total_bytes, Reclaim::no, "vm.nr_hugepages")
      .of_which("hugepages_used", "in use", pages.used_bytes, Reclaim::no, "hugetlbfs, mmap")
      .of_which("hugepages_reserved", "reserved", pages.reserved_bytes, Reclaim::no)
      .of_which("hugepages_idle", "idle", pages.idle_bytes, Reclaim::idle, "lower nr_hugepages");
  const CompressedSwap compressed = compressed_swap(s);
  parts.add("compressed_swap", "zram and zswap", compressed.total_bytes, Reclaim::no, "compressed swap")
      .of_which("zram", "zram", compressed.zram_bytes, Reclaim::no, "zramctl")
      .of_which("zswap", "zswap", compressed.zswap_bytes, Reclaim::partly, "before swap");
  parts.add("balloon", "balloon", balloon(s), Reclaim::no, "the hypervisor");
  parts.add("gpu_active", "GPU in use", m.gpu_active_bytes, Reclaim::no, "graphics drivers");
  parts.add("gpu_reclaim", "GPU kept for reuse", m.gpu_reclaim_bytes, Reclaim::yes, "driver page pools");
}

void add_free_memory(Parts& parts, const Snapshot& s, const Meminfo& m) {
  parts.add("pcp_free", "free on per-CPU lists", pcp_free(s), Reclaim::free, "each CPU's stock");
  parts.add("free", "free", m.mem_free_bytes, Reclaim::free, "nobody")
      .of_which("cma_free", "CMA", m.cma_free_bytes, Reclaim::free, "devices, movable")
      .of_which("unaccepted", "not yet accepted", m.unaccepted_bytes, Reclaim::free);
}

void add_other_memory(Parts& parts, const Snapshot& s, const Meminfo& m) {
  add_kernel_memory(parts, s, m);
  add_reserved_memory(parts, s, m);
  add_free_memory(parts, s, m);
}

std::string_view why_no_residual(const Accounting& accounting, const Meminfo& m) {
  if (!accounting.total_bytes) return "meminfo has no MemTotal";
  if (accounting.view != MeminfoView::machine) return explain(accounting.view);
  if (!m.mem_free_bytes || !m.anon_pages_bytes || !m.cached_bytes || !m.buffers_bytes) {
    return "meminfo lacks one of MemFree, Buffers, Cached and AnonPages";
  }
  if (!m.slab_bytes && !(m.sreclaimable_bytes && m.sunreclaim_bytes)) return "meminfo lacks Slab";
  for (const AccountPart& part : accounting.parts) {
    if (!part.bytes) return "a part's figure makes no sense or may not be read";
  }
  return {};
}

/// Where meminfo is a container's, what the host's files say is no part of it.
Snapshot without_host_files(Snapshot snapshot) {
  snapshot.vmstat = Missing::absent;
  snapshot.zoneinfo = Missing::absent;
  snapshot.hugepages.clear();
  snapshot.zram.clear();
  return snapshot;
}

/// MemTotal less the parts; nothing where the sum leaves 63 bits, as invented figures do.
std::optional<std::int64_t> residual_of(const Accounting& accounting) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  std::uint64_t sum = 0;
  for (const AccountPart& part : accounting.parts) {
    if (*part.bytes > kMost - sum) return std::nullopt;
    sum += *part.bytes;
  }
  if (*accounting.total_bytes > kMost) return std::nullopt;
  return static_cast<std::int64_t>(*accounting.total_bytes) - static_cast<std::int64_t>(sum);
}

}  // namespace

std::string_view to_string(Reclaim reclaim) {
  switch (reclaim) {
    case Reclaim::no:
      return "no";
    case Reclaim::partly:
      return "partly";
    case Reclaim::yes:
      return "yes";
    case Reclaim::idle:
      return "idle";
    case Reclaim::free:
      break;
  }
  return "free";
}

ArcCredit arc_credit(const Snapshot& snapshot) {
  ArcCredit credit;
  if (!snapshot.arcstats) {
    credit.size_bytes = snapshot.arcstats.missing();
    credit.reclaimable_bytes = snapshot.arcstats.missing();
    return credit;
  }
  const Arcstats& arc = *snapshot.arcstats;
  credit.size_bytes = arc.size_bytes;
  if (!arc.size_bytes || !arc.c_min_bytes) {
    credit.why_not = "arcstats lacks size or c_min";
    return credit;
  }
  if (meminfo_view(snapshot) != MeminfoView::machine) {
    credit.why_not = "the ARC is the host's, meminfo is a container's";
    return credit;
  }
  if (!snapshot.meminfo || !snapshot.meminfo->mem_total_bytes || *arc.size_bytes > *snapshot.meminfo->mem_total_bytes) {
    credit.why_not = "the ARC is larger than MemTotal: it is another machine's";
    return credit;
  }
  credit.reclaimable_bytes = *arc.size_bytes > *arc.c_min_bytes ? *arc.size_bytes - *arc.c_min_bytes : 0;
  return credit;
}

Accounting account(const Snapshot& snapshot) {
  Accounting accounting;
  accounting.view = meminfo_view(snapshot);
  accounting.arc = arc_credit(snapshot);
  if (!snapshot.meminfo) {
    accounting.total_bytes = snapshot.meminfo.missing();
    accounting.residual_bytes = snapshot.meminfo.missing();
    accounting.residual_why = "meminfo could not be read";
    return accounting;
  }
  const Meminfo& m = *snapshot.meminfo;
  accounting.total_bytes = m.mem_total_bytes;
  Parts parts(accounting.parts, accounting.total_bytes);
  add_user_memory(parts, m);
  if (accounting.view == MeminfoView::machine) {
    add_other_memory(parts, snapshot, m);
  } else {
    add_other_memory(parts, without_host_files(snapshot), m);
  }

  accounting.residual_why = why_no_residual(accounting, m);
  if (!accounting.residual_why.empty()) return accounting;
  if (const std::optional<std::int64_t> residual = residual_of(accounting)) {
    accounting.residual_bytes = *residual;
    const double total = static_cast<double>(*accounting.total_bytes);
    if (total > 0) accounting.residual_share_pct = 100.0 * static_cast<double>(*residual) / total;
  } else {
    accounting.residual_bytes = Missing::malformed;
    accounting.residual_why = "the figures are too large to be true";
  }
  return accounting;
}

}  // namespace memkit
