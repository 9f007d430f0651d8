#include "collect/slab_document.h"

#include "collect/json_document.h"

namespace memkit {
namespace {

Meminfo meminfo_of(const Json& sums) {
  Meminfo meminfo;
  meminfo.mem_total_bytes = number_of(sums, "mem_total_bytes");
  meminfo.slab_bytes = number_of(sums, "slab_bytes");
  meminfo.sreclaimable_bytes = number_of(sums, "sreclaimable_bytes");
  meminfo.sunreclaim_bytes = number_of(sums, "sunreclaim_bytes");
  return meminfo;
}

SlabCache cache_of(const Json& row) {
  SlabCache cache;
  cache.name = text_of(row, "name").value_or("");
  cache.active_objects = number_of(row, "active_count");
  cache.objects = number_of(row, "objects_count");
  cache.object_bytes = number_of(row, "object_size_bytes");
  cache.objects_per_slab = number_of(row, "slab_objects_count");
  cache.pages_per_slab = number_of(row, "slab_pages");
  cache.active_slabs = number_of(row, "active_slabs_count");
  cache.slabs = number_of(row, "slabs_count");
  return cache;
}

Json parse_last(std::string_view text) {
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_discarded()) return document;
  while (text.ends_with('\n')) text.remove_suffix(1);
  return Json::parse(text.substr(text.rfind('\n') + 1), nullptr, false);
}

}  // namespace

Got<SlabDocument> parse_slab_document(std::string_view text) {
  const Json document = parse_last(text);
  if (text_of(document, "schema") != std::string("memkit.slab/1")) return Missing::malformed;
  SlabDocument result;
  result.complete = member(document, "complete") == Json(true);
  result.snapshot.source = text_of(document, "source").value_or("");
  result.snapshot.host = host_of(document);
  result.snapshot.page_size_bytes = number_of(document, "page_size_bytes");
  result.snapshot.meminfo = meminfo_of(member(document, "meminfo"));
  const Json& dentries = member(document, "dentries");
  result.facts.dentry_state = {number_of(dentries, "dentries_count"), number_of(dentries, "unused_count"),
                               number_of(dentries, "negative_count")};
  const Json& inodes = member(document, "inodes");
  result.facts.inode_state = {number_of(inodes, "inodes_count"), number_of(inodes, "unused_count")};
  result.facts.names = Missing::absent;
  const Json& caches = member(document, "caches");
  const bool unknown = number_of(member(document, "check"), "caches_bytes") == Missing::absent;
  if (!caches.is_array() || (caches.empty() && unknown)) return result;
  Slabinfo slabinfo;
  for (const Json& row : caches) {
    if (text_of(row, "kind") != std::string("large kmalloc")) slabinfo.caches.push_back(cache_of(row));
  }
  result.facts.slabinfo = std::move(slabinfo);
  return result;
}

}  // namespace memkit
