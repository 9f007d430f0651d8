#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "output/escape.h"
#include "output/oom.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr std::size_t kIndent = 13;
constexpr std::size_t kColumns = 79;

/// "    killed   java (PID 11021, ...": a label, and text that is wrapped beside it.
void print_field(Out& out, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  for (const std::string& line : wrapped(text, kColumns - kIndent)) {
    out.print("    {:<9}{}\n", label, line);
    label = "";
  }
}

std::string shares_text(const std::vector<OomShare>& shares, std::string_view unknown) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, shares.size()); ++i) {
    const OomShare& share = shares[i];
    text += fmt::format("{}{}{} {}", text.empty() ? "" : ", ",
                        share.name.empty() ? std::string(unknown) : for_terminal(share.name),
                        share.processes > 1 ? fmt::format(" x{}", share.processes) : "", size_text(share.rss_bytes));
    if (share.share_pct) text += fmt::format(" {:.0f} %", *share.share_pct);
  }
  return shares.size() > kMost ? text + ", ..." : text;
}

std::string daemon_target(const OomEvent& event) {
  const DaemonKill& kill = event.daemon;
  if (event.kind == OomKind::systemd_oomd) return for_terminal(kill.cgroup);
  std::string text = fmt::format("{} (PID {}", for_terminal(kill.name), kill.pid.value_or(0));
  if (kill.uid) text += fmt::format(", uid {}", *kill.uid);
  text += ")";
  if (kill.vmrss_bytes) text += ": " + size_text(kill.vmrss_bytes);
  if (!kill.cmdline.empty()) text += " " + for_terminal(kill.cmdline.substr(0, 100));
  return text;
}

}  // namespace

std::string memory_line(const OomEvent& event) {
  const OomMachine& machine = event.machine;
  if (!machine.seen) return "";
  const std::uint64_t page = page_size_of(event);
  std::string text;
  const auto add = [&](std::string_view label, std::initializer_list<const char*> names) {
    std::uint64_t pages = 0;
    bool known = false;
    for (const char* name : names) {
      if (const auto count = machine.count(name); count && *count < std::uint64_t{1} << 48) {
        pages += *count;
        known = true;
      }
    }
    if (known) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", label, size_text(pages * page));
  };
  add("free", {"free"});
  add("anonymous", {"active_anon", "inactive_anon"});
  add("file cache", {"active_file", "inactive_file"});
  add("shared", {"shmem"});
  add("slab", {"slab_reclaimable", "slab_unreclaimable"});
  add("page tables", {"pagetables"});
  if (machine.swap_total_bytes && machine.swap_free_bytes) {
    text +=
        fmt::format(", swap free {} of {}", size_text(machine.swap_free_bytes), size_text(machine.swap_total_bytes));
  }
  return text;
}

std::string killed_line(const OomEvent& event) {
  if (event.kind != OomKind::kernel) return daemon_target(event);
  if (event.victim() == nullptr)
    return event.chosen_pid ? fmt::format("{} (PID {}) was chosen; no kill is in the log",
                                          for_terminal(event.chosen_task), *event.chosen_pid)
                            : "";
  std::string text = killed_text(*event.victim());
  if (event.distinct_kills() > 1) text += fmt::format("; and {} more of its group", event.distinct_kills() - 1);
  if (event.score_pid && *event.score_pid != event.victim()->pid) {
    text +=
        fmt::format(" - a child of {} (PID {}), which was chosen", for_terminal(event.score_name), *event.score_pid);
  }
  return text;
}

void print_oom_story(Out& out, const OomEvent& event, const OomStory& story, bool color) {
  std::string start = fmt::format("#{}  {}  ", event.number, for_terminal(time_text(event.time)));
  bool first = true;
  for (const std::string& line : wrapped(headline(event, story), kColumns - std::min(start.size(), kColumns / 2))) {
    out.print("{}\n", toned(start + line, first ? Tone::bad : Tone::plain, color));
    start = "    ";
    first = false;
  }
  print_field(out, "killed", killed_line(event));
  print_field(out, "asked", asked_text(event));
  print_field(out, "limit", limit_text(event));
  print_field(out, "why", why_text(event, story) + (story.confidence == Confidence::low ? " (low confidence)" : ""));
  print_field(out, "memory", memory_line(event));
  print_field(out, "then", aftermath(event));
  std::string_view label = "next";
  for (const std::string& step : next_steps(event, story)) {
    print_field(out, label, step);
    label = "";
  }
  if (!story.by_name.empty()) {
    print_field(
        out, "tasks",
        fmt::format("{} ({} tasks)", shares_text(story.by_name, "?"), event.tasks.size() + event.tasks_dropped));
  }
  // Of one unit alone, its name stands above.
  if (story.by_unit.size() > 1) print_field(out, "units", shares_text(story.by_unit, "not known"));
  print_field(out, "note", doubts(event));
}

std::string events_line(std::span<const OomSummary> events) {
  if (events.empty()) return "no OOM event";
  std::uint64_t killed = 0;
  std::uint64_t copies = 0;
  const OomSummary* last = &events.front();
  for (const OomSummary& event : events) {
    killed += event.killed;
    copies += event.repeat_of ? 1 : 0;
    if (!event.repeat_of) last = &event;
  }
  const std::uint64_t count = events.size() - copies;
  return fmt::format("{} {}, {} {} killed; the last: {} {}{}", count, count == 1 ? "event" : "events", killed,
                     killed == 1 ? "process" : "processes", for_terminal(time_text(last->time)),
                     for_terminal(last->name.empty() ? last->unit : last->name),
                     copies == 0 ? "" : fmt::format("; {} more {} of these", copies, copies == 1 ? "copy" : "copies"));
}

OomCounts count_kills(std::span<const OomSummary> events) {
  std::map<std::string, std::uint64_t> units;
  std::map<std::string, std::uint64_t> cgroups;
  std::map<std::string, std::uint64_t> names;
  std::map<std::string, std::uint64_t> hours;
  for (const OomSummary& event : events) {
    if (event.killed == 0) continue;
    units[event.unit.empty() ? "-" : event.unit] += event.killed;
    cgroups[event.cgroup.empty() ? "-" : event.cgroup] += event.killed;
    names[event.name.empty() ? "-" : event.name] += event.killed;
    const std::string time = event.time.wall_us ? time_text(event.time).substr(0, 13) + ":00" : "-";
    hours[time] += event.killed;
  }
  const auto sorted = [](const std::map<std::string, std::uint64_t>& from, bool by_count) {
    std::vector<OomCounted> list;
    for (const auto& [name, kills] : from) list.push_back({name, kills});
    if (by_count)
      std::stable_sort(list.begin(), list.end(),
                       [](const OomCounted& a, const OomCounted& b) { return a.kills > b.kills; });
    return list;
  };
  return {sorted(units, true), sorted(cgroups, true), sorted(names, true), sorted(hours, false)};
}

void print_oom_summary(Out& out, std::span<const OomSummary> events) {
  out.print("{}\n", events_line(events));
  const OomCounts counts = count_kills(events);
  const auto section = [&out](std::string_view title, const std::vector<OomCounted>& list) {
    if (list.empty()) return;
    out.print("\nKILLS BY {}\n", title);
    for (const OomCounted& one : list) out.print("{:>8}  {}\n", one.kills, for_terminal(one.name));
  };
  section("UNIT", counts.by_unit);
  section("CGROUP", counts.by_cgroup);
  section("NAME", counts.by_name);
  section("HOUR", counts.by_hour);
  const std::vector<OomLoop> loops = find_loops(events);
  if (!loops.empty()) out.write("\nLOOPS (killed again and again, at most ten minutes apart)\n");
  for (const OomLoop& loop : loops)
    out.print("{:>8}  {} in {} s\n", loop.kills, for_terminal(loop.what), loop.span_s.value_or(0));
}

}  // namespace memkit
