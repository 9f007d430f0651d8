#include "analysis/oom_story.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/oom_reason.h"
#include "parse/workload.h"

namespace memkit {
namespace {

constexpr std::uint64_t kUsualPage = 4096;

std::uint64_t pages_to_bytes(std::uint64_t pages, std::uint64_t page_size) {
  return pages > std::uint64_t{1} << 50 ? 0 : pages * page_size;
}

/// Sums of the task table by what `key` says of a task.
template <class Key>
std::vector<OomShare> shares(const OomEvent& event, const Got<std::uint64_t>& whole, Key key) {
  const std::uint64_t page = page_size_of(event);
  std::unordered_map<std::string_view, OomShare> by_key;
  std::uint64_t all = 0;
  for (const OomTask& task : event.tasks) {
    OomShare& share = by_key[key(task)];
    ++share.processes;
    const std::uint64_t rss = pages_to_bytes(OomTask::known(task.rss_pages).value_or(0), page);
    share.rss_bytes += rss;
    all += rss;
    if (const auto swap = OomTask::known(task.swap_pages)) {
      share.swap_bytes = share.swap_bytes.value_or(0) + pages_to_bytes(*swap, page);
    }
  }
  std::vector<OomShare> sorted;
  for (auto& [name, share] : by_key) {
    share.name = name;
    const std::uint64_t of = whole.value_or(all);
    if (of > 0) share.share_pct = 100.0 * static_cast<double>(share.rss_bytes) / static_cast<double>(of);
    sorted.push_back(std::move(share));
  }
  std::sort(sorted.begin(), sorted.end(), [](const OomShare& a, const OomShare& b) {
    return a.rss_bytes != b.rss_bytes ? a.rss_bytes > b.rss_bytes : a.name < b.name;
  });
  return sorted;
}

/// The unit of all tasks of a control group that is one itself; empty of a slice, which holds several.
std::string unit_of_limit(const OomEvent& event) {
  if (event.scope() != OomEvent::Scope::memcg) return {};
  const Workload workload = parse_workload(event.limited_memcg());
  return workload.container.empty() && workload.unit.empty() ? std::string() : unit_of_cgroup(event.limited_memcg());
}

std::vector<OomShare> unit_shares(const OomEvent& event, const Got<std::uint64_t>& whole, const OomStory& story,
                                  const OomTaskCgroups& running) {
  std::unordered_map<std::uint64_t, std::string> units;
  for (const auto& [pid, path] : running) units.emplace(pid, unit_of_cgroup(path));
  if (!story.unit.empty()) {
    for (const OomKill& kill : event.kills) units[kill.pid] = story.unit;
  }
  const std::string rest = unit_of_limit(event);
  std::vector<OomShare> list = shares(event, whole, [&](const OomTask& task) {
    const auto known = units.find(task.pid);
    return std::string_view(known == units.end() ? rest : known->second);
  });
  const bool any = std::any_of(list.begin(), list.end(), [](const OomShare& share) { return !share.name.empty(); });
  return any ? list : std::vector<OomShare>();
}

/// FNV-1a.
std::uint64_t hash_of(std::string_view text, std::uint64_t from = 14695981039346656037ull) {
  for (const char c : text) from = (from ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return from;
}

/// A moment as every copy of the log tells it: by the kernel's own clock, else by the wall clock, of which each machine
/// has its own, else as printed.
std::string moment_of(const LogTime& time, const std::string& host) {
  if (time.monotonic_us) return fmt::format("{}", *time.monotonic_us);
  if (time.wall_us && time.sure == LogTime::Sure::exact) return fmt::format("{}|{}", *time.wall_us, host);
  return time.text + "|" + host;
}

/// Of what a copy still has that has lost the event's first lines: the kernel's buffer drops them one by one.
std::uint64_t fingerprint_of(const OomEvent& event) {
  const int kind = static_cast<int>(event.kind);
  const std::string when =
      moment_of(event.kind == OomKind::kernel && !event.kills.empty() ? event.kill_time : event.time, event.host);
  if (event.kind != OomKind::kernel) {
    return hash_of(fmt::format("{}|{}|{}|{}|{}", kind, when, event.daemon.pid.value_or(0), event.daemon.name,
                               event.daemon.cgroup));
  }
  if (const OomKill* const victim = event.victim(); victim != nullptr) {
    return hash_of(
        fmt::format("{}|{}|{}|{}|{}", kind, when, victim->pid, victim->name,
                    // Without any clock, a pid may come again; its sizes will not.
                    when == "|" ? victim->total_vm_bytes.value_or(0) ^ victim->anon_rss_bytes.value_or(0) : 0));
  }
  return hash_of(fmt::format("{}|{}|{}|{}", kind, when, event.trigger, event.chosen_pid.value_or(0)));
}

}  // namespace

std::string_view reason_id(OomReason reason) {
  switch (reason) {
    case OomReason::cgroup_limit:
      return "cgroup-limit";
    case OomReason::machine_exhausted:
      return "machine-exhausted";
    case OomReason::zone_short:
      return "zone-short";
    case OomReason::fragmentation:
      return "fragmentation";
    case OomReason::watermarks:
      return "watermarks";
    case OomReason::sysrq:
      return "sysrq";
    case OomReason::nothing_killable:
      return "nothing-killable";
    case OomReason::daemon:
      return "daemon";
    case OomReason::unknown:
      break;
  }
  return "unknown";
}

const Evidence* OomStory::find(std::string_view key) const {
  for (const Evidence& one : evidence) {
    if (one.key == key) return &one;
  }
  return nullptr;
}

std::uint64_t page_size_of(const OomEvent& event) { return event.page_size_bytes.value_or(kUsualPage); }

std::string unit_of_cgroup(std::string_view path) {
  const Workload workload = parse_workload(path);
  if (!workload.container.empty()) return "container " + std::string(short_id(workload.container));
  if (!workload.unit.empty()) return std::string(workload.unit);
  if (!workload.pod.empty()) return "pod " + std::string(short_id(workload.pod));
  return std::string(workload.slice);
}

OomStory explain(const OomEvent& event, const OomTaskCgroups& running) {
  OomStory story;
  story.unit = unit_of_cgroup(event.kind == OomKind::kernel ? event.task_memcg : event.daemon.cgroup);
  const bool memcg = event.scope() == OomEvent::Scope::memcg;
  Got<std::uint64_t> whole = Missing::absent;
  if (memcg) {
    whole = event.memcg.memory.limit_bytes;
  } else if (event.machine.ram_pages) {
    whole = pages_to_bytes(*event.machine.ram_pages, page_size_of(event));
  }
  story.by_name = shares(event, whole, [](const OomTask& task) { return std::string_view(task.name); });
  story.by_unit = unit_shares(event, whole, story, running);
  find_reason(event, story);
  return story;
}

OomSummary summarize(const OomEvent& event, const OomStory& story) {
  OomSummary summary;
  summary.number = event.number;
  summary.kind = event.kind;
  summary.reason = story.reason;
  summary.time = event.time;
  summary.host = event.host;
  summary.trigger = event.trigger;
  summary.order = event.order;
  constexpr const char* kScopes[] = {"", "global", "memcg", "sysrq"};
  summary.scope = kScopes[static_cast<std::size_t>(event.scope())];
  summary.unit = story.unit;
  summary.mixed = event.mixed;
  summary.from_user_space = event.from_user_space;
  summary.fingerprint = fingerprint_of(event);
  summary.repeat_of = event.repeat_of;
  for (const OomEcho& echo : event.echoes) {
    if (echo.kind == OomEcho::Kind::unit_restarted) summary.restarts = echo.restarts;
  }
  if (event.kind != OomKind::kernel) {
    summary.oom_memcg = event.daemon.monitored;
    summary.cgroup = event.daemon.cgroup;
    summary.pid = event.daemon.pid;
    summary.name = event.daemon.name;
    summary.rss_bytes = event.daemon.vmrss_bytes;
    summary.oom_score_adj = event.daemon.oom_score_adj;
    summary.killed = event.repeat_of ? 0 : event.daemon.processes_killed.value_or(1);
    return summary;
  }
  summary.oom_memcg = event.limited_memcg();
  summary.cgroup = event.task_memcg;
  summary.killed = event.repeat_of ? 0 : event.distinct_kills();
  if (const OomKill* const victim = event.victim(); victim != nullptr) {
    summary.pid = victim->pid;
    summary.name = victim->name;
    summary.rss_bytes = victim->rss_bytes();
    summary.oom_score_adj = victim->oom_score_adj;
  } else {
    summary.pid = event.chosen_pid;
    summary.name = event.chosen_task;
  }
  return summary;
}

void OomRepeats::mark(OomEvent& event) {
  if (!event.killed_something()) return;
  const auto [first, fresh] = numbers_.try_emplace(fingerprint_of(event), event.number);
  if (!fresh) event.repeat_of = first->second;
}

std::vector<OomLoop> find_loops(std::span<const OomSummary> events) {
  constexpr std::int64_t kBetweenUs = std::int64_t{600} * 1'000'000;
  constexpr std::uint64_t kLeast = 3;
  struct Run {
    OomLoop loop;
    Got<std::int64_t> first_us;
    Got<std::int64_t> last_us;
  };
  std::map<std::string, Run> running;
  std::vector<OomLoop> loops;
  const auto end = [&loops](Run& run) {
    if (run.loop.kills < kLeast) return;
    run.loop.span_s = static_cast<std::uint64_t>(*run.last_us - *run.first_us) / 1'000'000;
    loops.push_back(run.loop);
  };
  for (const OomSummary& event : events) {
    const Got<std::int64_t> at = event.time.wall_us ? event.time.wall_us
                                 : event.time.monotonic_us
                                     ? Got<std::int64_t>(static_cast<std::int64_t>(*event.time.monotonic_us))
                                     : Got<std::int64_t>(Missing::absent);
    std::string what = event.unit.empty() ? event.name : event.unit;
    if (event.killed == 0 || !at || what.empty()) continue;
    Run& run = running[what];
    if (run.last_us && (*at < *run.last_us || *at - *run.last_us > kBetweenUs)) {
      end(run);
      run = {};
    }
    if (!run.first_us) run.first_us = at;
    run.last_us = at;
    run.loop.what = std::move(what);
    ++run.loop.kills;
  }
  for (auto& [ignored, run] : running) end(run);
  return loops;
}

}  // namespace memkit
