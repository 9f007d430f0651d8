#include "fuzz/targets.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "analysis/oom_story.h"
#include "collect/slab_document.h"
#include "oom_log_request.h"
#include "options.h"
#include "output/columns_process.h"
#include "output/columns_slab.h"
#include "output/escape.h"
#include "output/oom.h"
#include "output/plugin.h"
#include "parse/allocinfo.h"
#include "parse/arcstats.h"
#include "parse/buddyinfo.h"
#include "parse/cgroup_membership.h"
#include "parse/cgroup_value.h"
#include "parse/choice.h"
#include "parse/cmdline.h"
#include "parse/comm.h"
#include "parse/dentry_state.h"
#include "parse/hugepages.h"
#include "parse/inode_state.h"
#include "parse/klog/oom_log.h"
#include "parse/loadavg.h"
#include "parse/meminfo.h"
#include "parse/memory_events.h"
#include "parse/memory_stat.h"
#include "parse/mountinfo.h"
#include "parse/passwd.h"
#include "parse/pid_stat.h"
#include "parse/pid_statm.h"
#include "parse/pid_status.h"
#include "parse/pressure.h"
#include "parse/proc_cgroups.h"
#include "parse/slabinfo.h"
#include "parse/smaps.h"
#include "parse/smaps_reader.h"
#include "parse/smaps_rollup.h"
#include "parse/smaps_table.h"
#include "parse/swaps.h"
#include "parse/sysvipc_shm.h"
#include "parse/task_syscall.h"
#include "parse/uptime.h"
#include "parse/vmallocinfo.h"
#include "parse/vmstat.h"
#include "parse/workload.h"
#include "parse/zoneinfo.h"
#include "parse/zram.h"
#include "pmap_target.h"
#include "source/capture.h"
#include "source/errors.h"

namespace memkit::test {
namespace {

void must(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

/// A parser of which nothing more is asked than that it comes back.
template <auto parse>
void only(std::string_view text) {
  const auto result = parse(text);
  asm volatile("" : : "g"(&result) : "memory");
}

/// A reader that takes one thing after the other off a text: it ends, since each takes something.
template <class Item, auto take>
void each(std::string_view text) {
  Item item;
  for (std::size_t before = text.size(); take(text, item); before = text.size())
    must(text.size() < before, "takes something each time");
}

bool same(const Mapping& a, const Mapping& b) {
  for (const auto& field : kSmapsTable.fields()) {
    if (a.counters.*field.member != b.counters.*field.member) return false;
  }
  return a.start == b.start && a.end == b.end && a.perms == b.perms && a.offset == b.offset && a.inode == b.inode &&
         a.name == b.name && a.deleted == b.deleted && a.size_bytes == b.size_bytes && a.vm_flags == b.vm_flags &&
         a.fields == b.fields && a.start <= a.end;
}

/// The reader that compares gives what the plain one gives.
void smaps(std::string_view text) {
  std::string_view rest = text;
  std::string_view compared = text;
  MappingReader reader;
  Mapping plain;
  Mapping other;
  while (take_mapping(rest, plain)) {
    must(reader.take(compared, other), "finds what the plain reader finds");
    must(same(plain, other), "reads what the plain reader reads");
  }
  must(!reader.take(compared, other), "ends where the plain reader ends");
  only<sum_smaps>(text);
}

/// A window that slides gives what the whole gives.
void smaps_in_parts(std::string_view text) {
  if (text.empty()) return;
  const std::size_t step = 1 + static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  std::string_view whole = text;
  Mapping expected;
  Mapping mapping;
  MappingReader reader;
  std::size_t begin = 0;
  for (std::size_t end = std::min(step, text.size());; end = std::min(end + step, text.size())) {
    std::string_view rest = text.substr(begin, end - begin);
    while (reader.take(rest, mapping, end == text.size() ? TextEnd::last : TextEnd::more)) {
      must(take_mapping(whole, expected), "finds in parts what is in the whole");
      must(same(expected, mapping), "reads in parts what is in the whole");
    }
    begin = end - rest.size();
    if (end == text.size()) break;
  }
  must(!take_mapping(whole, expected), "misses nothing in parts");
}

std::vector<std::string> events_of(std::string_view text, std::size_t step) {
  std::vector<std::string> events;
  OomLog log([&](OomEvent&& event) {
    Out out = Out::in_memory();
    JsonWriter json(out, false);
    write_oom_event(json, event, explain(event));
    events.emplace_back(out.text());
    print_oom_story(out, event, explain(event), false);
    print_oom_markdown(out, event, explain(event));
  });
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size()))) log.feed(text.substr(0, step));
  log.finish();
  return events;
}

/// Events are the same in whatever pieces a log comes, and are JSON whatever names it holds.
void kernel_log(std::string_view text) {
  if (text.empty()) return;
  const std::size_t step = 1 + static_cast<unsigned char>(text.front());
  text.remove_prefix(1);
  const std::vector<std::string> events = events_of(text, text.size());
  for (const std::string& event : events) must(nlohmann::json::accept(event), "events are JSON");
  must(events == events_of(text, step), "pieces give the same events");
}

/// What a capture says is kept as it was read.
void capture(std::string_view text) {
  const std::optional<Capture> read = parse_capture(text);
  if (!read) return;
  const std::string written = capture_text(*read);
  const std::optional<Capture> again = parse_capture(written);
  must(again && capture_text(*again) == written, "what was written is read");
}

/// What a terminal shows has no control characters, what JSON gets is JSON.
void names(std::string_view text) {
  const std::string shown = for_terminal(text);
  for (const char c : shown)
    must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a terminal gets no control characters");
  std::string json = "\"";
  append_for_json(json, text);
  must(nlohmann::json::accept(json + "\""), "names are JSON");
  must(display_width(cut_to_width(shown, 10)) <= 10, "a name is cut to its width");
}

void refused_or(const std::function<void()>& parse) {
  try {
    parse();
  } catch (const UsageError&) {
  }
}

/// What a command line may hold is understood, or refused with words.
void options(std::string_view text) {
  refused_or([&] { parse_range(text); });
  refused_or([&] { parse_count("count", text, 0); });
  refused_or([&] { parse_seconds("interval", text); });
  refused_or([&] { parse_size("max-rss", text); });
  refused_or([&] { parse_addresses(text); });
  refused_or([&] { parse_time("since", text); });
  refused_or([&] { select_columns(infos(process_columns()), text); });
  refused_or([&] { select_columns(infos(slab_columns()), text); });
}

void some_allocinfo(std::string_view text) {
  must(parse_allocinfo(text, 8).size() <= 8, "no more sites than asked for");
}

const FuzzTarget kTargets[] = {
    {"smaps", smaps, {"smaps", "parse/smaps/2.6.32", "parse/smaps/5.17-hugetlb-and-names"}, true},
    {"smaps-parts", smaps_in_parts, {"smaps", "parse/smaps/2.6.32", "parse/smaps/5.17-hugetlb-and-names"}},
    {"kernel-log", kernel_log, {"oom", "klog"}, true},
    {"capture", capture, {"capture.json"}, true},
    {"options", options, {}},
    {"names", names, {"comm", "cmdline"}},
    {"allocinfo", some_allocinfo, {}},
    {"arcstats", only<parse_arcstats>, {"parse/arcstats"}},
    {"buddyinfo", only<parse_buddyinfo>, {"buddyinfo", "parse/buddyinfo"}},
    {"cgroup", only<parse_cgroup_membership>, {"cgroup"}},
    {"cgroup-lines", each<CgroupLine, take_cgroup_line>, {"cgroup"}},
    {"cgroup-stat", only<parse_cgroup_stat>, {"cgroup.stat"}},
    {"cgroup-value", only<parse_cgroup_value>, {"memory.max", "memory.limit_in_bytes"}},
    {"choice", only<parse_choice>, {"enabled"}},
    {"cmdline", only<parse_cmdline>, {"cmdline"}},
    {"comm", only<parse_comm>, {"comm"}},
    {"dentry-state", only<parse_dentry_state>, {"dentry-state"}},
    {"hugepages", only<parse_hugepages_directory>, {}},
    {"inode-state", only<parse_inode_state>, {"inode-state"}},
    {"loadavg", only<parse_loadavg>, {"loadavg"}},
    {"meminfo", only<parse_meminfo>, {"meminfo", "parse/meminfo"}},
    {"memory-events", only<parse_memory_events>, {"memory.events"}},
    {"memory-stat", only<parse_memory_stat>, {"memory.stat", "parse/memory_stat"}},
    {"mountinfo", only<parse_mountinfo>, {"mountinfo", "parse/mountinfo"}},
    {"mounts", each<MountLine, take_mount>, {"mountinfo", "parse/mountinfo"}},
    {"node-meminfo", only<parse_node_meminfo>, {"meminfo", "parse/meminfo"}},
    {"passwd", each<PasswdEntry, take_passwd_entry>, {"passwd"}},
    {"pressure", only<parse_pressure>, {"memory", "memory.pressure"}},
    {"proc-cgroups", only<parse_proc_cgroups>, {"cgroups"}},
    {"slab-document", only<parse_slab_document>, {}},
    {"slabinfo", only<parse_slabinfo>, {"slabinfo", "parse/slabinfo"}},
    {"smaps-rollup", only<parse_smaps_rollup>, {"smaps_rollup", "parse/smaps_rollup"}},
    {"stat", only<parse_pid_stat>, {"stat"}},
    {"statm", only<parse_pid_statm>, {"statm"}},
    {"status", only<parse_pid_status>, {"status", "parse/status"}},
    {"swaps", only<parse_swaps>, {"swaps", "parse/swaps"}},
    {"sysvipc-shm", only<parse_sysvipc_shm>, {}},
    {"task-syscall", only<parse_stack_pointer>, {}},
    {"uptime", only<parse_uptime>, {"uptime"}},
    {"vmallocinfo", only<parse_vmallocinfo>, {"vmallocinfo"}},
    {"vmstat", only<parse_vmstat>, {"vmstat", "parse/vmstat"}},
    {"workload", only<parse_workload>, {"cgroup"}},
    {"zoneinfo", only<parse_zoneinfo>, {"zoneinfo", "parse/zoneinfo"}},
    {"zram", only<parse_zram_mm_stat>, {}},
};

}  // namespace

std::span<const FuzzTarget> fuzz_targets() { return kTargets; }

}  // namespace memkit::test
