#include "analysis/free_rows.h"

#include "analysis/available.h"

namespace memkit {
namespace {

using Bytes = Got<std::uint64_t>;

/// The sum of what is there: a field that this kernel does not have adds nothing, one that makes no sense spoils it.
Bytes sum_present(const Bytes& a, const Bytes& b) {
  if (!a && a.missing() == Missing::absent) return b;
  if (!b && b.missing() == Missing::absent) return a;
  return sum(a, b);
}

/// total - free, 0 where more is free than there is: fields of one file are not of one instant.
Bytes used_of(const Bytes& total, const Bytes& free) {
  if (!total) return total;
  if (!free) return free;
  return *free < *total ? *total - *free : 0;
}

Bytes available_or_free(const Meminfo& m) {
  if (!m.mem_available_bytes) return m.mem_free_bytes;
  if (m.mem_total_bytes && *m.mem_available_bytes > *m.mem_total_bytes) return m.mem_free_bytes;
  return m.mem_available_bytes;
}

Bytes memory_used(const FreeRow& row) {
  if (!row.total_bytes) return row.total_bytes;
  if (row.available_bytes && *row.available_bytes <= *row.total_bytes) return *row.total_bytes - *row.available_bytes;
  if (!row.free_bytes) return row.free_bytes;
  if (*row.free_bytes > *row.total_bytes) return Missing::malformed;
  return *row.total_bytes - *row.free_bytes;
}

FreeRow plain_row(const Bytes& total, const Bytes& free) {
  FreeRow row;
  row.total_bytes = total;
  row.used_bytes = used_of(total, free);
  row.free_bytes = free;
  return row;
}

/// FilePages holds buffers and swap cache besides the page cache.
Bytes node_cache(const Meminfo& m) {
  const Bytes pages = m.file_pages_bytes;
  if (!pages || !m.swap_cached_bytes) return sum_present(pages, m.sreclaimable_bytes);
  if (*m.swap_cached_bytes > *pages) return Missing::malformed;
  return sum_present(Bytes(*pages - *m.swap_cached_bytes), m.sreclaimable_bytes);
}

/// Missing where the watermarks are: without them it would be too much.
Bytes node_available(const NodeFacts& facts, const Got<std::vector<ZoneReserve>>& zones) {
  const Meminfo& m = facts.meminfo;
  if (!zones) return zones.missing();
  const Bytes pagecache = sum(m.active_file_bytes, m.inactive_file_bytes);
  if (!m.mem_free_bytes) return m.mem_free_bytes;
  if (!pagecache) return pagecache;
  std::uint64_t reserve = 0;
  std::uint64_t low = 0;
  for (const ZoneReserve& zone : *zones) {
    if (zone.node != facts.node) continue;
    reserve += zone.reserve_bytes;
    low += zone.low_bytes;
  }
  const std::uint64_t reclaimable = m.kreclaimable_bytes.value_or(m.sreclaimable_bytes.value_or(0));
  return available_formula(*m.mem_free_bytes, *pagecache, reclaimable, reserve, low).result_bytes;
}

}  // namespace

FreeRows free_rows(const Meminfo& m) {
  FreeRows rows;
  rows.memory.total_bytes = m.mem_total_bytes;
  rows.memory.free_bytes = m.mem_free_bytes;
  rows.memory.shared_bytes = m.shmem_bytes;
  rows.memory.buffers_bytes = m.buffers_bytes;
  rows.memory.cache_bytes = sum_present(m.cached_bytes, m.sreclaimable_bytes);
  rows.memory.buff_cache_bytes = sum_present(m.buffers_bytes, rows.memory.cache_bytes);
  rows.memory.available_bytes = available_or_free(m);
  rows.memory.used_bytes = memory_used(rows.memory);

  const bool split = m.low_total_bytes.value_or(0) != 0;
  rows.low = split ? plain_row(m.low_total_bytes, m.low_free_bytes) : plain_row(m.mem_total_bytes, m.mem_free_bytes);
  rows.high = m.high_total_bytes ? plain_row(m.high_total_bytes, m.high_free_bytes)
                                 : plain_row(std::uint64_t{0}, std::uint64_t{0});
  rows.swap = plain_row(m.swap_total_bytes, m.swap_free_bytes);
  rows.total.total_bytes = sum_present(rows.memory.total_bytes, rows.swap.total_bytes);
  rows.total.used_bytes = sum_present(rows.memory.used_bytes, rows.swap.used_bytes);
  rows.total.free_bytes = sum_present(rows.memory.free_bytes, rows.swap.free_bytes);

  rows.commit.limit_bytes = m.commit_limit_bytes;
  rows.commit.committed_bytes = m.committed_as_bytes;
  if (!m.commit_limit_bytes || !m.committed_as_bytes) {
    rows.commit.free_bytes = m.commit_limit_bytes ? m.committed_as_bytes.missing() : m.commit_limit_bytes.missing();
  } else {
    rows.commit.free_bytes = static_cast<std::int64_t>(*m.commit_limit_bytes - *m.committed_as_bytes);
  }
  return rows;
}

std::vector<NodeRow> node_rows(const Snapshot& snapshot) {
  // Under lxcfs the watermarks are the host's, as the nodes' files are: they fit each other.
  const Got<std::vector<ZoneReserve>> zones = zone_reserves(snapshot);
  // Watermarks that are there and cannot be told, in bytes, leave "used" unknown: it is not to be another figure.
  const bool unread = !zones && (snapshot.zoneinfo || snapshot.zoneinfo.missing() != Missing::absent);
  std::vector<NodeRow> rows;
  for (const NodeFacts& facts : snapshot.nodes) {
    const Meminfo& m = facts.meminfo;
    NodeRow node;
    node.node = facts.node;
    FreeRow& row = node.row;
    row.total_bytes = m.mem_total_bytes;
    row.free_bytes = m.mem_free_bytes;
    row.shared_bytes = m.shmem_bytes;
    row.cache_bytes = node_cache(m);
    row.buff_cache_bytes = row.cache_bytes;
    row.available_bytes = node_available(facts, zones);
    row.used_bytes = unread ? Bytes(zones.missing()) : memory_used(row);
    rows.push_back(node);
  }
  return rows;
}

}  // namespace memkit
