#include "collect/report_document.h"

#include "collect/json_members.h"

namespace memkit {
namespace {

using json::Json;
using json::member;

std::vector<ReportDocument::Size> sizes_of(const Json& list, const char* name, const char* bytes) {
  std::vector<ReportDocument::Size> sizes;
  if (!list.is_array()) return sizes;
  for (const Json& one : list) sizes.push_back({json::text(one, name).value_or(""), json::signed_number(one, bytes)});
  return sizes;
}

/// Whether a list has as many items as the document counts.
template <class Item>
bool holds(const ReportDocument::List<Item>& list, const Got<std::uint64_t>& count) {
  return count && list.items.size() >= *count;
}

Got<std::int64_t> swap_used(const Json& swap) {
  const Got<std::int64_t> total = json::signed_number(swap, "total_bytes");
  const Got<std::int64_t> free = json::signed_number(swap, "free_bytes");
  if (!total || !free || *free < 0 || *total < *free) return Missing::absent;
  return *total - *free;
}

void read_processes(const Json& processes, ReportDocument& document) {
  const Json& top = member(processes, "top");
  if (!top.is_array()) return;
  for (const Json& row : top) {
    document.processes.items.push_back({json::number(row, "pid").value_or(0), json::text(row, "name").value_or(""),
                                        json::signed_number(row, "pss_bytes"), json::signed_number(row, "rss_bytes")});
  }
  document.processes.complete = holds(document.processes, json::number(processes, "processes_count")) &&
                                member(processes, "complete") == Json(true);
}

void read_findings(const Json& document, ReportDocument& into) {
  const Json& findings = member(document, "findings");
  if (findings.is_array()) {
    for (const Json& one : findings) {
      into.findings.push_back({json::text(one, "id").value_or(""), json::text(one, "severity").value_or(""),
                               json::text(one, "text").value_or("")});
    }
  }
  const Json& rules = member(document, "not_judged");
  if (!rules.is_array()) return;
  for (const Json& rule : rules) into.not_judged.push_back(json::text(rule, "id").value_or(""));
}

}  // namespace

Got<ReportDocument> parse_report_document(std::string_view text) {
  const Json document = json::parse_last(text);
  if (json::text(document, "schema") != std::string("memkit.report/1")) return Missing::malformed;
  ReportDocument result;
  result.source = json::text(document, "source").value_or("");
  result.host = json::text(document, "host");
  result.boot_id = json::text(document, "boot_id");
  result.time = json::text(document, "time");
  result.uptime_s = json::real(document, "uptime_s");
  result.status = json::text(document, "status").value_or("unknown");
  const Json& health = member(document, "health");
  result.total_bytes = json::signed_number(member(document, "breakdown"), "total_bytes");
  result.available_bytes = json::signed_number(health, "usable_bytes");
  result.swap_used_bytes = swap_used(member(document, "swap"));
  result.memory.items = sizes_of(member(document, "where"), "id", "bytes");
  result.memory.complete = !result.memory.items.empty();
  read_processes(member(document, "processes"), result);
  const Json& cgroups = member(document, "cgroups");
  result.cgroups.items = sizes_of(member(cgroups, "largest"), "path", "usage_bytes");
  result.cgroups.complete = holds(result.cgroups, json::number(cgroups, "leaf_cgroups_count"));
  const Json& slab = member(document, "slab");
  result.caches.items = sizes_of(member(slab, "caches"), "name", "size_bytes");
  result.caches.complete = holds(result.caches, json::number(slab, "caches_count"));
  read_findings(document, result);
  return result;
}

}  // namespace memkit
