#include "output/json_memory.h"

namespace memkit {
namespace {

/// Text that may say nothing: null then.
void text_field(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  text.empty() ? json.null() : json.value(text);
}

void limit_fields(JsonWriter& json, const std::string& name, const Limit& limit) {
  json.field(name + "_bytes", limit.bytes);
  json.field(name + "_state", to_string(limit.state));
}

void write_part(JsonWriter& json, const AccountPart& part) {
  json.begin_object();
  json.field("id", part.id);
  json.field("label", part.label);
  json.field("bytes", part.bytes);
  json.field("share_pct", part.share_pct);
  json.field("reclaim", to_string(part.reclaim));
  text_field(json, "owner", part.owner);
  json.key("of_which");
  json.begin_array();
  for (const AccountPart& inner : part.of_which) write_part(json, inner);
  json.end_array();
  json.end_object();
}

void write_arc(JsonWriter& json, const ArcCredit& arc) {
  json.begin_object();
  json.field("size_bytes", arc.size_bytes);
  json.field("reclaimable_bytes", arc.reclaimable_bytes);
  text_field(json, "why_not", arc.why_not);
  json.end_object();
}

std::string_view name_of(MeminfoView view) {
  switch (view) {
    case MeminfoView::lxcfs:
      return "lxcfs";
    case MeminfoView::mixed:
      return "mixed";
    case MeminfoView::machine:
      break;
  }
  return "machine";
}

std::string_view name_of(Available::From from) {
  switch (from) {
    case Available::From::meminfo:
      return "meminfo";
    case Available::From::free:
      return "free";
    case Available::From::estimate:
      return "estimate";
    case Available::From::none:
      break;
  }
  return "none";
}

std::string_view name_of(AvailableRebuilt::How how) {
  switch (how) {
    case AvailableRebuilt::How::reserve:
      return "reserve";
    case AvailableRebuilt::How::low_watermarks:
      return "low_watermarks";
    case AvailableRebuilt::How::none:
      break;
  }
  return "none";
}

void write_formula(JsonWriter& json, const Got<AvailableFormula>& formula) {
  if (!formula) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("free_bytes", formula->free_bytes);
  json.field("kept_free_bytes", formula->kept_free_bytes);
  json.field("pagecache_bytes", formula->pagecache_bytes);
  json.field("pagecache_kept_bytes", formula->pagecache_kept_bytes);
  json.field("reclaimable_bytes", formula->reclaimable_bytes);
  json.field("reclaimable_kept_bytes", formula->reclaimable_kept_bytes);
  json.field("result_bytes", formula->result_bytes);
  json.field("difference_bytes", formula->difference_bytes);
  json.end_object();
}

}  // namespace

void write_free_row(JsonWriter& json, const FreeRow& row) {
  json.begin_object();
  json.field("total_bytes", row.total_bytes);
  json.field("used_bytes", row.used_bytes);
  json.field("free_bytes", row.free_bytes);
  json.field("shared_bytes", row.shared_bytes);
  json.field("buffers_bytes", row.buffers_bytes);
  json.field("cache_bytes", row.cache_bytes);
  json.field("buff_cache_bytes", row.buff_cache_bytes);
  json.field("available_bytes", row.available_bytes);
  json.end_object();
}

void write_commit_row(JsonWriter& json, const CommitRow& row) {
  json.begin_object();
  json.field("limit_bytes", row.limit_bytes);
  json.field("committed_bytes", row.committed_bytes);
  json.field("free_bytes", row.free_bytes);
  json.end_object();
}

void write_health(JsonWriter& json, const HealthVerdict& verdict) {
  json.begin_object();
  json.field("status", to_string(verdict.health));
  json.field("usable_pct", verdict.usable_pct);
  json.field("usable_bytes", verdict.usable_bytes);
  json.field("available_bytes", verdict.available.bytes);
  json.field("available_from", name_of(verdict.available.from));
  json.field("total_bytes", verdict.total_bytes);
  json.key("zfs_arc");
  write_arc(json, verdict.arc);
  text_field(json, "why_unknown", verdict.why_unknown);
  json.end_object();
}

void write_accounting(JsonWriter& json, const Accounting& accounting) {
  json.begin_object();
  json.field("total_bytes", accounting.total_bytes);
  json.key("parts");
  json.begin_array();
  for (const AccountPart& part : accounting.parts) write_part(json, part);
  json.end_array();
  json.field("residual_bytes", accounting.residual_bytes);
  json.field("residual_pct", accounting.residual_share_pct);
  text_field(json, "residual_why", accounting.residual_why);
  json.field("view", name_of(accounting.view));
  json.end_object();
}

void write_available(JsonWriter& json, const AvailableRebuilt& rebuilt) {
  json.begin_object();
  json.field("how", name_of(rebuilt.how));
  text_field(json, "why", rebuilt.why);
  json.key("by_reserve");
  write_formula(json, rebuilt.by_reserve);
  json.key("by_low_watermarks");
  write_formula(json, rebuilt.by_low_watermarks);
  json.key("zones");
  json.begin_array();
  for (const ZoneReserve& zone : rebuilt.zones) {
    json.begin_object();
    json.field("node", zone.node);
    json.field("zone", zone.zone);
    json.field("managed_bytes", zone.managed_bytes);
    json.field("low_bytes", zone.low_bytes);
    json.field("high_bytes", zone.high_bytes);
    json.field("protection_bytes", zone.protection_bytes);
    json.field("reserve_bytes", zone.reserve_bytes);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_cgroup(JsonWriter& json, const CgroupFacts& facts, const CgroupMemory& memory) {
  if (facts.version == CgroupVersion::none) {
    json.null();
    return;
  }
  json.begin_object();
  json.field("path", memory.path);
  json.field("version", facts.version == CgroupVersion::v1 ? "v1" : "v2");
  json.field("hybrid", facts.hybrid);
  json.field("low_confidence", facts.low_confidence);
  json.field("usage_bytes", memory.usage_bytes);
  limit_fields(json, "limit", memory.limit);
  limit_fields(json, "high", memory.high);
  json.field("swap_usage_bytes", memory.swap_usage_bytes);
  limit_fields(json, "swap_limit", memory.swap_limit);
  json.field("working_set_bytes", memory.working_set_bytes);
  json.field("hard_to_reclaim_bytes", memory.hard_to_reclaim_bytes);
  json.field("anon_bytes", memory.anon_bytes);
  json.field("file_bytes", memory.file_bytes);
  json.field("shmem_bytes", memory.shmem_bytes);
  json.field("kernel_bytes", memory.kernel_bytes);
  json.field("oom_kill_count", memory.oom_kills);
  json.field("limit_hit_count", memory.limit_hits);
  json.field("high_hit_count", memory.high_hits);
  json.field("headroom_bytes", memory.headroom_bytes);
  text_field(json, "binding_path", memory.binding_path);
  limit_fields(json, "effective_limit", memory.effective_limit);
  json.field("visible_only", memory.visible_only);
  json.field("hidden_limit_bytes", memory.hidden_limit_bytes);
  json.key("levels");
  json.begin_array();
  for (const LevelHeadroom& level : memory.levels) {
    json.begin_object();
    json.field("path", level.path);
    json.field("current_bytes", level.current_bytes);
    limit_fields(json, "limit", level.limit);
    json.field("headroom_bytes", level.headroom_bytes);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_unread(JsonWriter& json, std::span<const Unread> unread) {
  json.begin_array();
  for (const Unread& file : unread) {
    json.begin_object();
    json.field("path", file.path);
    json.field("reason", unread_text(file.error));
    json.end_object();
  }
  json.end_array();
}

}  // namespace memkit
