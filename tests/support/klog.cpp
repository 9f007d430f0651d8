#include "support/klog.h"

namespace memkit::test {
namespace {

template <class T>
bool within(const Got<T>& part, const Got<T>& whole) {
  return !part || part == whole;
}
bool within(const std::string& part, const std::string& whole) { return part.empty() || part == whole; }

bool within(const OomKill& part, const OomKill& whole) {
  return part.pid == whole.pid && part.name == whole.name && within(part.total_vm_bytes, whole.total_vm_bytes) &&
         within(part.anon_rss_bytes, whole.anon_rss_bytes) && within(part.file_rss_bytes, whole.file_rss_bytes) &&
         within(part.shmem_rss_bytes, whole.shmem_rss_bytes) && within(part.uid, whole.uid) &&
         within(part.pgtables_bytes, whole.pgtables_bytes) && within(part.oom_score_adj, whole.oom_score_adj);
}
bool within(const OomTask& part, const OomTask& whole) {
  const auto figure = [](std::uint64_t a, std::uint64_t b) { return a == OomTask::kUnknown || a == b; };
  const auto adj = [](std::int64_t a, std::int64_t b) { return a == OomTask::kUnknownAdj || a == b; };
  return part.pid == whole.pid && figure(part.uid, whole.uid) && figure(part.tgid, whole.tgid) &&
         figure(part.total_vm_pages, whole.total_vm_pages) && figure(part.rss_pages, whole.rss_pages) &&
         figure(part.pgtables_bytes, whole.pgtables_bytes) && figure(part.swap_pages, whole.swap_pages) &&
         adj(part.oom_score_adj, whole.oom_score_adj) && within(part.name, whole.name);
}
bool within(const OomCount& part, const OomCount& whole) {
  return part.name == whole.name && part.pages == whole.pages;
}
bool within(const OomMemcg::Stat& part, const OomMemcg::Stat& whole) {
  return part.name == whole.name && part.value == whole.value;
}
bool within(const OomReaped& part, const OomReaped& whole) { return part.pid == whole.pid && part.name == whole.name; }
bool within(const OomZone& part, const OomZone& whole) {
  return part.node == whole.node && part.name == whole.name && within(part.free_bytes, whole.free_bytes) &&
         within(part.min_bytes, whole.min_bytes) && within(part.low_bytes, whole.low_bytes) &&
         within(part.high_bytes, whole.high_bytes) && within(part.managed_bytes, whole.managed_bytes) &&
         within(part.present_bytes, whole.present_bytes);
}
/// A figure that the whole has with another size is another node's.
bool within(const OomNode& part, const OomNode& whole) {
  return part.node == whole.node &&
         std::all_of(part.figures.begin(), part.figures.end(), [&whole](const OomNamedSize& one) {
           return std::any_of(whole.figures.begin(), whole.figures.end(), [&one](const OomNamedSize& other) {
             return one.name == other.name && one.bytes == other.bytes;
           });
         });
}
bool within(const OomCounter& part, const OomCounter& whole) {
  return within(part.usage_bytes, whole.usage_bytes) && within(part.limit_kib, whole.limit_kib) &&
         within(part.failcnt, whole.failcnt);
}

/// Each of the part's is one of the whole's.
template <class T>
bool all_within(const std::vector<T>& part, const std::vector<T>& whole) {
  return std::all_of(part.begin(), part.end(), [&](const T& one) {
    return std::any_of(whole.begin(), whole.end(), [&](const T& other) { return within(one, other); });
  });
}

}  // namespace

std::string LogAgreement::invented() const {
  std::string what;
  const auto check = [&what](const char* name, bool agrees) {
    if (!agrees && what.empty()) what = name;
  };
  const auto& a = part_;
  const auto& b = whole_;
  check("kind", a.kind == b.kind);
  check("trigger", within(a.trigger, b.trigger));
  check("trigger_pid", within(a.trigger_pid, b.trigger_pid));
  check("gfp_mask", within(a.gfp_mask, b.gfp_mask));
  check("gfp_flags", within(a.gfp_flags, b.gfp_flags));
  check("order", within(a.order, b.order));
  check("trigger_oom_score_adj", within(a.trigger_oom_score_adj, b.trigger_oom_score_adj));
  check("kernel", within(a.kernel, b.kernel));
  check("constraint", within(a.constraint, b.constraint));
  check("oom_memcg", within(a.oom_memcg, b.oom_memcg));
  check("task_memcg", within(a.task_memcg, b.task_memcg));
  check("cpuset", within(a.cpuset, b.cpuset));
  check("chosen_task", within(a.chosen_task, b.chosen_task));
  check("chosen_pid", within(a.chosen_pid, b.chosen_pid));
  check("chosen_uid", within(a.chosen_uid, b.chosen_uid));
  check("score", within(a.score, b.score));
  check("kills", all_within(a.kills, b.kills));
  check("tasks", all_within(a.tasks, b.tasks));
  check("reaped", all_within(a.reaped, b.reaped));
  check("counts", all_within(a.machine.counts, b.machine.counts));
  check("nodes", all_within(a.machine.nodes, b.machine.nodes));
  check("zones", all_within(a.machine.zones, b.machine.zones));
  check("swap_total", within(a.machine.swap_total_bytes, b.machine.swap_total_bytes));
  check("swap_free", within(a.machine.swap_free_bytes, b.machine.swap_free_bytes));
  check("ram", within(a.machine.ram_pages, b.machine.ram_pages));
  check("memcg.memory", within(a.memcg.memory, b.memcg.memory));
  check("memcg.swap", within(a.memcg.swap, b.memcg.swap));
  check("memcg.memsw", within(a.memcg.memsw, b.memcg.memsw));
  check("memcg.kmem", within(a.memcg.kmem, b.memcg.kmem));
  check("memcg.stats", all_within(a.memcg.stats, b.memcg.stats));
  check("daemon.pid", within(a.daemon.pid, b.daemon.pid));
  check("daemon.name", within(a.daemon.name, b.daemon.name));
  check("daemon.cgroup", within(a.daemon.cgroup, b.daemon.cgroup));
  check("daemon.badness", within(a.daemon.badness, b.daemon.badness));
  check("daemon.vmrss", within(a.daemon.vmrss_bytes, b.daemon.vmrss_bytes));
  return what;
}

std::string invented_in(const std::vector<OomEvent>& part, const std::vector<OomEvent>& wholes) {
  for (const OomEvent& event : part) {
    std::string closest = "an event";
    const bool known = std::any_of(wholes.begin(), wholes.end(), [&](const OomEvent& whole) {
      const std::string what = LogAgreement(event, whole).invented();
      if (!what.empty() && event.time.text == whole.time.text) closest = what;
      return what.empty();
    });
    if (!known) return closest + " of the event at '" + event.time.text + "' of " + event.trigger;
  }
  return "";
}

std::vector<std::string> lines_with_ends(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

}  // namespace memkit::test
