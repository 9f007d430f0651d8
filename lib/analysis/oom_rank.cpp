#include "analysis/oom_rank.h"

#include <algorithm>
#include <tuple>

#include "parse/workload.h"

namespace memkit {
namespace {

Got<std::uint64_t> plus(const Got<std::uint64_t>& a, const Got<std::uint64_t>& b) { return sum(a, b); }

bool is_in(std::string_view path, std::string_view cgroup, bool with_children) {
  if (path.empty()) return false;
  if (path == cgroup || (cgroup == "/" && with_children)) return true;
  return with_children && path.size() > cgroup.size() && path.starts_with(cgroup) && path[cgroup.size()] == '/';
}

/// The machine's candidates are sorted before the others, the next to die first.
bool dies_before(const RankedTask& a, const RankedTask& b) {
  const auto key = [](const RankedTask& task) {
    return std::tuple(task.badness_pages.value_or(0), task.process->starttime_ticks.value_or(0), task.process->pid);
  };
  const bool a_may = a.rank != 0;
  const bool b_may = b.rank != 0;
  if (a_may != b_may) return a_may;
  if (a_may) return key(a) > key(b);
  return a.process->rss_bytes.value_or(0) > b.process->rss_bytes.value_or(0);
}

bool is_candidate(OomStanding standing) {
  return standing == OomStanding::candidate || standing == OomStanding::exiting;
}

/// Kernels before 5.9 gave nobody less than a page.
Got<std::int64_t> badness_on(OomScale scale, const OomWeight& weight, const OomTotal& total) {
  return oom_badness_pages(weight, total).transform([scale](std::int64_t pages) {
    return scale == OomScale::per_mille ? std::max<std::int64_t>(pages, 1) : pages;
  });
}

class Ranker {
 public:
  Ranker(const OomState& state, const OomWhatIf& what_if) : state_(state), what_if_(what_if) {}

  OomRanking run() {
    measure();
    weigh();
    sort();
    machine();
    for (const OomCgroup& cgroup : state_.cgroups) limited(cgroup);
    std::stable_sort(out_.domains.begin() + 1, out_.domains.end(), fuller);
    return std::move(out_);
  }

 private:
  static bool fuller(const OomDomain& a, const OomDomain& b) {
    const auto room = [](const OomDomain& domain) {
      if (!domain.limit_bytes || !domain.current_bytes) return ~std::uint64_t{0};
      return *domain.limit_bytes > *domain.current_bytes ? *domain.limit_bytes - *domain.current_bytes : 0;
    };
    return room(a) < room(b);
  }

  void measure() {
    const Got<Meminfo>& meminfo = state_.snapshot.meminfo;
    out_.total.page_size_bytes = state_.snapshot.page_size_bytes;
    if (!meminfo) {
      out_.ram_bytes = out_.swap_total_bytes = meminfo.missing();
    } else if (state_.snapshot.meminfo_is_fuse.value_or(false)) {
      out_.ram_bytes = out_.swap_total_bytes = Missing::hidden;  // the container's: the kernel goes by the machine's
    } else {
      out_.ram_bytes = meminfo->mem_total_bytes;
      out_.swap_total_bytes = meminfo->swap_total_bytes;
    }
    const Got<std::uint64_t> bytes = plus(out_.ram_bytes, out_.swap_total_bytes);
    const Got<std::uint64_t>& page = out_.total.page_size_bytes;
    if (!bytes || !page || *page == 0) {
      out_.total.pages = !bytes ? bytes.missing() : !page ? page.missing() : Missing::malformed;
    } else {
      out_.total.pages = *bytes / *page;
    }
  }

  void weigh() {
    std::vector<ScoreSample> samples;
    for (const OomProcess& one : state_.processes) {
      RankedTask task;
      task.process = &one.process;
      task.cgroup = one.cgroup;
      task.unit = parse_workload(one.process.unit_cgroup).unit;
      task.weight = {one.process.rss_bytes, one.process.swap_bytes, one.process.page_tables_bytes,
                     one.process.oom_score_adj};
      const Got<std::int64_t> pages = oom_badness_pages(task.weight, out_.total);
      // A score of 0 may be that of one that is never chosen.
      if (pages && one.process.oom_score && *task.weight.oom_score_adj > -900 && one.process.pid != 1)
        samples.push_back({*one.process.oom_score, *pages});
      out_.tasks.push_back(task);
    }
    out_.scale = tell_oom_scale(samples, out_.total.pages);
    for (RankedTask& task : out_.tasks) score(task);
    std::erase_if(out_.tasks, [this](const RankedTask& task) {
      return std::find(what_if_.kill.begin(), what_if_.kill.end(), task.process->pid) != what_if_.kill.end();
    });
  }

  void score(RankedTask& task) {
    const Process& process = *task.process;
    const auto own_score = [&] {
      const Got<std::int64_t> pages = oom_badness_pages(task.weight, out_.total);
      return pages ? oom_score(out_.scale, *pages, out_.total.pages) : Got<std::uint64_t>(pages.missing());
    };
    const Got<std::uint64_t> now = own_score();
    for (const auto& [pid, adj] : what_if_.adjust) {
      if (pid != process.pid) continue;
      task.weight.oom_score_adj = adj;
      task.adjusted = true;
    }
    task.badness_pages = badness_on(out_.scale, task.weight, out_.total);
    task.badness_bytes = bytes_of(task.badness_pages);
    task.standing = standing(task, now);
    task.own_score = is_candidate(task.standing) ? own_score() : Got<std::uint64_t>(0);
    if (task.standing == OomStanding::unknown) task.own_score = Missing::absent;
    task.rank = is_candidate(task.standing) ? 1 : 0;
    if (task.standing == OomStanding::protected_) {
      ++out_.protected_count;
      out_.protected_bytes += process.rss_bytes.value_or(0) + process.swap_bytes.value_or(0);
    }
  }

  /// `own_score`: before any change, as the kernel should see it.
  [[nodiscard]] OomStanding standing(const RankedTask& task, const Got<std::uint64_t>& own_score) const {
    const Process& process = *task.process;
    const bool tells = out_.scale == OomScale::two_thirds && process.oom_score;
    // Process 1 of a container is not the machine's: it has a score.
    if (process.pid == 1 && !(tells && *process.oom_score > 0)) return OomStanding::init;
    if (task.weight.oom_score_adj == Got<std::int16_t>(-1000)) return OomStanding::protected_;
    if (process.same_memory_as_pid != 0) return OomStanding::shared;
    const bool was_protected = process.oom_score_adj == Got<std::int16_t>(-1000);
    constexpr std::uint64_t kClearlyNotZero = 20;
    if (tells && *process.oom_score == 0 && !was_protected && own_score && *own_score > kClearlyNotZero)
      return OomStanding::spared;
    if (!task.badness_pages) return OomStanding::unknown;
    return process.exiting ? OomStanding::exiting : OomStanding::candidate;
  }

  [[nodiscard]] Got<std::int64_t> bytes_of(const Got<std::int64_t>& pages) const {
    if (!pages) return pages;
    if (!out_.total.page_size_bytes) return out_.total.page_size_bytes.missing();
    return *pages * static_cast<std::int64_t>(*out_.total.page_size_bytes);
  }

  void sort() {
    std::stable_sort(out_.tasks.begin(), out_.tasks.end(), dies_before);
    std::uint32_t rank = 0;
    for (RankedTask& task : out_.tasks) {
      if (task.rank != 0) task.rank = ++rank;
    }
  }

  void machine() {
    OomDomain domain;
    domain.limit_bytes = out_.ram_bytes;
    domain.swap_allowance_bytes = out_.swap_total_bytes;
    domain.total_pages = out_.total.pages;
    choose(domain, "/", true, true);
    if (domain.verdict == OomVerdict::kill || domain.verdict == OomVerdict::group) {
      if (state_.kill_allocating_task.value_or(0) != 0) leave_to(domain, OomVerdict::requester);
      if (state_.panic_on_oom.value_or(0) != 0) leave_to(domain, OomVerdict::panic);
    }
    out_.domains.push_back(std::move(domain));
  }

  void limited(const OomCgroup& cgroup) {
    const Limit limit = to_limit(cgroup.max, out_.ram_bytes);
    if (limit.state != LimitState::limited) return;
    OomDomain domain;
    domain.path = cgroup.path;
    domain.limit_bytes = limit.bytes;
    domain.current_bytes = cgroup.current_bytes;
    const OomLimits limits{cgroup.max, cgroup.swap_max, cgroup.memsw_max,
                           state_.cgroup_version == CgroupVersion::v1 ? cgroup.swappiness : state_.swappiness,
                           out_.swap_total_bytes};
    domain.swap_allowance_bytes = swap_allowance_bytes(limits);
    domain.total_pages = cgroup_total_pages(limits, out_.total.page_size_bytes);
    if (!choose(domain, cgroup.path, cgroup.hierarchical.value_or(true), false)) return;
    if (cgroup.kill_disabled.value_or(0) != 0) leave_to(domain, OomVerdict::paused);
    // 2 has it panic whatever ran out.
    if (state_.panic_on_oom == Got<std::uint64_t>(2)) leave_to(domain, OomVerdict::panic);
    out_.domains.push_back(std::move(domain));
  }

  static void leave_to(OomDomain& domain, OomVerdict verdict) {
    domain.verdict = verdict;
    domain.victim = OomDomain::kNone;
    domain.badness_bytes = Missing::absent;
    domain.group = {};
    domain.killed.clear();
    domain.killed_rss_bytes = 0;
  }

  /// Finds who dies in a domain; false where no process is in it.
  bool choose(OomDomain& domain, std::string_view cgroup, bool with_children, bool all) {
    const OomTotal total{domain.total_pages, out_.total.page_size_bytes};
    bool any = false;
    std::tuple<std::int64_t, std::uint64_t, std::uint32_t> best;
    for (std::size_t i = 0; i < out_.tasks.size(); ++i) {
      const RankedTask& task = out_.tasks[i];
      if (!all && !is_in(task.cgroup, cgroup, with_children)) continue;
      any = true;
      const bool known_as_candidate = is_candidate(task.standing) || task.standing == OomStanding::unknown;
      if (!known_as_candidate) continue;
      const Got<std::int64_t> pages = badness_on(out_.scale, task.weight, total);
      if (!pages) {
        ++domain.unknown;
        continue;
      }
      ++domain.candidates;
      const std::tuple key(*pages, task.process->starttime_ticks.value_or(0), task.process->pid);
      if (domain.victim != OomDomain::kNone && key <= best) continue;
      best = key;
      domain.victim = i;
      domain.badness_bytes = bytes_of(pages);
    }
    decide(domain, cgroup);
    return any;
  }

  void decide(OomDomain& domain, std::string_view top) {
    if (domain.victim == OomDomain::kNone) {
      domain.verdict = domain.unknown != 0 ? OomVerdict::unknown : OomVerdict::nobody;
      return;
    }
    const RankedTask& victim = out_.tasks[domain.victim];
    domain.group = group_of(victim.cgroup, top);
    domain.verdict = domain.group.empty() ? OomVerdict::kill : OomVerdict::group;
    if (victim.standing == OomStanding::exiting) domain.verdict = OomVerdict::waits;
    for (std::size_t i = 0; i < out_.tasks.size(); ++i) {
      const RankedTask& task = out_.tasks[i];
      const bool spared = task.standing == OomStanding::protected_ || task.standing == OomStanding::init;
      const bool dies = i == domain.victim || task.process->same_memory_as_pid == victim.process->pid ||
                        (!domain.group.empty() && is_in(task.cgroup, domain.group, true) && !spared);
      if (!dies) continue;
      domain.killed.push_back(i);
      if (task.standing != OomStanding::shared) domain.killed_rss_bytes += task.process->rss_bytes.value_or(0);
    }
  }

  /// The highest cgroup with memory.oom.group from the victim's up to the domain's.
  [[nodiscard]] std::string_view group_of(std::string_view victim, std::string_view top) const {
    std::string_view found;
    for (std::string_view path = victim; path.size() > 1 && is_in(path, top, true);
         path = path.substr(0, path.rfind('/'))) {
      const auto at = std::lower_bound(state_.cgroups.begin(), state_.cgroups.end(), path,
                                       [](const OomCgroup& one, std::string_view name) { return one.path < name; });
      if (at != state_.cgroups.end() && at->path == path && at->oom_group.value_or(0) != 0) found = at->path;
    }
    return found;
  }

  const OomState& state_;
  const OomWhatIf& what_if_;
  OomRanking out_;
};

}  // namespace

std::string_view to_string(OomStanding standing) {
  switch (standing) {
    case OomStanding::candidate:
      return "candidate";
    case OomStanding::exiting:
      return "exiting";
    case OomStanding::protected_:
      return "protected";
    case OomStanding::init:
      return "init";
    case OomStanding::shared:
      return "shared";
    case OomStanding::spared:
      return "spared";
    case OomStanding::unknown:
      break;
  }
  return "unknown";
}

std::string_view to_string(OomVerdict verdict) {
  switch (verdict) {
    case OomVerdict::kill:
      return "kill";
    case OomVerdict::group:
      return "group";
    case OomVerdict::waits:
      return "waits";
    case OomVerdict::nobody:
      return "nobody";
    case OomVerdict::paused:
      return "paused";
    case OomVerdict::panic:
      return "panic";
    case OomVerdict::requester:
      return "requester";
    case OomVerdict::unknown:
      break;
  }
  return "unknown";
}

OomRanking rank_oom(const OomState& state, const OomWhatIf& what_if) { return Ranker(state, what_if).run(); }

std::uint32_t first_unknown_pid(const OomState& state, const OomWhatIf& what_if) {
  const auto unknown = [&](std::uint32_t pid) {
    return std::none_of(state.processes.begin(), state.processes.end(),
                        [pid](const OomProcess& one) { return one.process.pid == pid; });
  };
  for (const auto& [pid, adj] : what_if.adjust) {
    if (unknown(pid)) return pid;
  }
  for (const std::uint32_t pid : what_if.kill) {
    if (unknown(pid)) return pid;
  }
  return 0;
}

}  // namespace memkit
