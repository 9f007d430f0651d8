#include "output/escape.h"
#include "output/oom.h"
#include "output/text.h"
#include "parse/klog/gfp.h"

namespace memkit {
namespace {

void text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.key(key);
  value.empty() ? json.null() : json.value(value);
}

/// "2026-11-22T18:02:11Z"; null where there is no wall clock.
void wall(JsonWriter& json, std::string_view key, const LogTime& time) {
  LogTime utc = time;
  utc.sure = LogTime::Sure::exact;
  std::string value = time.wall_us ? time_text(utc) : "";
  if (value.size() > 10) value[10] = 'T';
  text(json, key, value);
}

template <class List, class Write>
void list(JsonWriter& json, std::string_view key, const List& items, Write write) {
  json.key(key);
  json.begin_array();
  for (const auto& item : items) {
    json.begin_object();
    write(item);
    json.end_object();
  }
  json.end_array();
}

void write_times(JsonWriter& json, const OomEvent& event) {
  wall(json, "time", event.time);
  text(json, "time_text", event.time.text);
  text(json, "time_certainty", time_certainty(event.time));
  json.field("monotonic_us", event.time.monotonic_us);
  wall(json, "kill_time", event.kill_time);
  text(json, "kill_time_text", event.kill_time.text);
  text(json, "host", event.host);
  text(json, "boot_id", event.boot_id);
}

void write_story(JsonWriter& json, const OomEvent& event, const OomStory& story) {
  json.key("story");
  json.begin_object();
  json.field("reason", reason_id(story.reason));
  json.field("confidence", to_string(story.confidence));
  json.field("headline", headline(event, story));
  json.field("why", why_text(event, story));
  text(json, "holder", story.holder);
  text(json, "whose", story.whose);
  list(json, "evidence", story.evidence, [&json](const Evidence& evidence) {
    json.field("name", evidence.key);
    json.key("value");
    std::visit([&json](const auto& value) { json.value(value); }, evidence.value);
    json.field("source", evidence.source);
  });
  json.list("next", next_steps(event, story));
  text(json, "aftermath", aftermath(event));
  text(json, "doubts", doubts(event));
  const auto share = [&json](const OomShare& one) {
    text(json, "name", one.name);
    json.field("processes_count", one.processes);
    json.field("rss_bytes", one.rss_bytes);
    json.field("swap_bytes", one.swap_bytes);
    json.field("share_pct", one.share_pct);
  };
  list(json, "shares", story.by_name, share);
  list(json, "unit_shares", story.by_unit, share);
  text(json, "unit", story.unit);
  json.end_object();
}

void write_request(JsonWriter& json, const OomEvent& event) {
  json.field("header_seen", event.header_seen);
  text(json, "trigger", event.trigger);
  json.field("trigger_pid", event.trigger_pid);
  text(json, "gfp_mask", event.gfp_mask);
  text(json, "gfp_flags", event.gfp_flags);
  text(json, "gfp_decoded", gfp_names(event));
  json.field("order", event.order);
  const bool sized = event.order && *event.order >= 0 && *event.order <= 20;
  json.field("order_bytes",
             sized ? Got<std::uint64_t>(page_size_of(event) << *event.order) : Got<std::uint64_t>(Missing::absent));
  json.field("trigger_oom_score_adj", event.trigger_oom_score_adj);
  text(json, "kernel", event.kernel);
  constexpr const char* kScopes[] = {"", "global", "memcg", "sysrq"};
  text(json, "scope", kScopes[static_cast<std::size_t>(event.scope())]);
  text(json, "constraint", event.constraint);
  text(json, "nodemask", event.nodemask);
  text(json, "cpuset", event.cpuset);
  text(json, "mems_allowed", event.mems_allowed);
  text(json, "oom_memcg", event.oom_memcg);
  text(json, "task_memcg", event.task_memcg);
  json.field("global_oom", event.global_oom);
  text(json, "chosen_task", event.chosen_task);
  json.field("chosen_pid", event.chosen_pid);
  json.field("chosen_uid", event.chosen_uid);
}

void write_kills(JsonWriter& json, const OomEvent& event) {
  text(json, "words", event.why);
  json.field("score", event.score);
  json.field("score_pid", event.score_pid);
  text(json, "score_name", event.score_name);
  json.field("killed_count", event.distinct_kills());
  list(json, "kills", event.kills, [&json](const OomKill& kill) {
    json.field("pid", kill.pid);
    json.field("name", kill.name);
    json.field("uid", kill.uid);
    json.field("total_vm_bytes", kill.total_vm_bytes);
    json.field("anon_rss_bytes", kill.anon_rss_bytes);
    json.field("file_rss_bytes", kill.file_rss_bytes);
    json.field("shmem_rss_bytes", kill.shmem_rss_bytes);
    json.field("pgtables_bytes", kill.pgtables_bytes);
    json.field("oom_score_adj", kill.oom_score_adj);
  });
  text(json, "group_kill", event.group_kill);
  json.field("nothing_killable", event.nothing_killable);
  json.field("victim_already_exiting", event.victim_already_exiting);
  text(json, "panic", event.panic);
  list(json, "reaped", event.reaped, [&json](const OomReaped& reaped) {
    json.field("pid", reaped.pid);
    json.field("name", reaped.name);
    json.field("reaped", reaped.reaped);
    json.field("monotonic_us", reaped.time.monotonic_us);
  });
}

void write_node(JsonWriter& json, const OomNode& node) {
  json.field("node", node.node);
  list(json, "figures", node.figures, [&json](const OomNamedSize& one) {
    json.field("name", one.name);
    json.field("size_bytes", one.bytes);
  });
  json.field("all_unreclaimable", node.all_unreclaimable);
}

void write_zone(JsonWriter& json, const OomZone& zone) {
  json.field("node", zone.node);
  json.field("name", zone.name);
  json.field("free_bytes", zone.free_bytes);
  json.field("boost_bytes", zone.boost_bytes);
  json.field("min_bytes", zone.min_bytes);
  json.field("low_bytes", zone.low_bytes);
  json.field("high_bytes", zone.high_bytes);
  json.field("present_bytes", zone.present_bytes);
  json.field("managed_bytes", zone.managed_bytes);
  json.field("free_cma_bytes", zone.free_cma_bytes);
  json.field("active_anon_bytes", zone.active_anon_bytes);
  json.field("inactive_anon_bytes", zone.inactive_anon_bytes);
  json.field("active_file_bytes", zone.active_file_bytes);
  json.field("inactive_file_bytes", zone.inactive_file_bytes);
  json.field("unevictable_bytes", zone.unevictable_bytes);
  json.list("lowmem_reserve", zone.lowmem_reserve_pages);
  list(json, "buddy", zone.buddy, [&json](const OomBuddyOrder& order) {
    json.field("block_bytes", order.block_bytes);
    json.field("blocks_count", order.blocks);
    text(json, "types", order.types);
  });
}

void write_machine(JsonWriter& json, const OomEvent& event) {
  const OomMachine& machine = event.machine;
  json.field("page_size_bytes", event.page_size_bytes);
  json.key("machine");
  if (!machine.seen && machine.zones.empty()) return json.null();
  json.begin_object();
  list(json, "counts", machine.counts, [&json](const OomCount& count) {
    json.field("name", count.name);
    json.field("count_pages", count.pages);
  });
  list(json, "nodes", machine.nodes, [&json](const OomNode& node) { write_node(json, node); });
  list(json, "zones", machine.zones, [&json](const OomZone& zone) { write_zone(json, zone); });
  list(json, "hugepages", machine.hugepages, [&json](const OomHugepages& pool) {
    json.field("node", pool.node);
    json.field("page_size_bytes", pool.page_size_bytes);
    json.field("total_count", pool.total_pages);
    json.field("free_count", pool.free_pages);
    json.field("surplus_count", pool.surplus_pages);
  });
  json.field("pagecache_pages", machine.pagecache_pages);
  json.field("swapcache_pages", machine.swapcache_pages);
  json.field("swap_free_bytes", machine.swap_free_bytes);
  json.field("swap_total_bytes", machine.swap_total_bytes);
  json.field("ram_pages", machine.ram_pages);
  json.field("highmem_pages", machine.highmem_pages);
  json.field("reserved_pages", machine.reserved_pages);
  json.field("cma_reserved_pages", machine.cma_reserved_pages);
  json.field("hwpoisoned_pages", machine.hwpoisoned_pages);
  const auto sizes = [&json](const OomNamedSize& one) {
    json.field("name", one.name);
    json.field("size_bytes", one.bytes);
  };
  list(json, "unreclaimable_slabs", machine.unreclaimable_slabs, sizes);
  list(json, "allocations", machine.allocations, sizes);
  json.end_object();
}

void write_counter(JsonWriter& json, std::string_view key, const OomCounter& counter) {
  json.key(key);
  if (!counter.seen()) return json.null();
  json.begin_object();
  json.field("usage_bytes", counter.usage_bytes);
  json.field("limit_bytes", counter.limit_bytes);
  json.field("limit_state", counter.unlimited ? "unlimited" : counter.limit_bytes ? "limited" : "unknown");
  json.field("failures_count", counter.failcnt);
  json.end_object();
}

void write_memcg(JsonWriter& json, const OomMemcg& memcg) {
  json.key("memcg");
  if (!memcg.seen()) return json.null();
  json.begin_object();
  json.field("version", memcg.version() == 0 ? Got<std::int64_t>(Missing::absent) : Got<std::int64_t>(memcg.version()));
  write_counter(json, "memory", memcg.memory);
  write_counter(json, "memory_and_swap", memcg.memsw);
  write_counter(json, "swap", memcg.swap);
  write_counter(json, "kmem", memcg.kmem);
  text(json, "stats_for", memcg.stats_for);
  list(json, "stats", memcg.stats, [&json](const OomMemcg::Stat& stat) {
    json.field("name", stat.name);
    json.field("value", stat.value);
    json.field("unit", stat.is_bytes ? "bytes" : "count");
  });
  json.end_object();
}

void write_tasks(JsonWriter& json, const OomEvent& event) {
  json.field("tasks_count", event.tasks.size() + event.tasks_dropped);
  json.field("tasks_left_out_count", event.tasks_dropped);
  json.key("tasks");
  json.begin_array();
  for (const OomTaskRow& row : task_rows(event)) write_row(json, oom_task_columns(), row);
  json.end_array();
}

void write_daemon(JsonWriter& json, const OomEvent& event) {
  json.key("daemon");
  if (event.kind == OomKind::kernel) return json.null();
  const DaemonKill& kill = event.daemon;
  json.begin_object();
  json.field("source", kill.source);
  text(json, "verb", kill.verb);
  text(json, "cgroup", kill.cgroup);
  text(json, "reason", kill.reason);
  text(json, "monitored", kill.monitored);
  json.field("pressure_pct", kill.pressure_pct);
  json.field("limit_pct", kill.limit_pct);
  text(json, "duration", kill.duration);
  json.field("mem_used_bytes", kill.mem_used_bytes);
  json.field("mem_total_bytes", kill.mem_total_bytes);
  json.field("swap_used_bytes", kill.swap_used_bytes);
  json.field("swap_total_bytes", kill.swap_total_bytes);
  json.field("candidates_count", kill.candidates);
  json.field("processes_killed_count", kill.processes_killed);
  text(json, "signal", kill.signal);
  json.field("pid", kill.pid);
  text(json, "name", kill.name);
  json.field("uid", kill.uid);
  json.field("badness", kill.badness);
  json.field("oom_score", kill.oom_score);
  json.field("oom_score_adj", kill.oom_score_adj);
  json.field("vmrss_bytes", kill.vmrss_bytes);
  text(json, "cmdline", kill.cmdline);
  json.field("escalated", kill.escalated);
  json.field("failed", kill.failed);
  json.field("exited_after_s", kill.exited_after_s);
  json.end_object();
}

void write_echoes(JsonWriter& json, const OomEvent& event) {
  constexpr const char* kKinds[] = {"repeats", "unit-failed", "unit-restarted"};
  json.field("echo_count", event.echo_count);
  list(json, "echoes", event.echoes, [&json, &kKinds](const OomEcho& echo) {
    json.field("source", echo.source);
    json.field("text", echo.text);
    wall(json, "time", echo.time);
    json.field("kind", kKinds[static_cast<std::size_t>(echo.kind)]);
    text(json, "unit", echo.unit);
    json.field("restarts_count", echo.restarts);
  });
}

}  // namespace

void write_oom_event(JsonWriter& json, const OomEvent& event, const OomStory& story) {
  json.begin_object();
  json.field("event", event.number);
  json.field("kind", event.kind == OomKind::kernel         ? "kernel"
                     : event.kind == OomKind::systemd_oomd ? "systemd-oomd"
                                                           : "earlyoom");
  write_times(json, event);
  write_story(json, event, story);
  write_request(json, event);
  write_kills(json, event);
  write_machine(json, event);
  write_memcg(json, event.memcg);
  write_tasks(json, event);
  write_daemon(json, event);
  write_echoes(json, event);
  json.field("from_user_space", event.from_user_space);
  json.field("mixed", event.mixed);
  json.field("repeat_of", event.repeat_of);
  json.end_object();
}

void write_oom_summary(JsonWriter& json, std::span<const OomSummary> events) {
  std::uint64_t killed = 0;
  for (const OomSummary& event : events) killed += event.killed;
  const OomCounts counts = count_kills(events);
  const auto write = [&json](const OomCounted& one) {
    json.field("name", one.name);
    json.field("kills_count", one.kills);
  };
  json.begin_object();
  json.field("events_count", events.size());
  json.field("killed_count", killed);
  list(json, "by_unit", counts.by_unit, write);
  list(json, "by_cgroup", counts.by_cgroup, write);
  list(json, "by_name", counts.by_name, write);
  list(json, "by_hour", counts.by_hour, write);
  list(json, "loops", find_loops(events), [&json](const OomLoop& loop) {
    json.field("name", loop.what);
    json.field("kills_count", loop.kills);
    json.field("span_s", loop.span_s);
  });
  json.end_object();
}

}  // namespace memkit
