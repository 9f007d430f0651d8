#include "analysis/report_diff.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "parse/klog/log_time.h"

namespace memkit {
namespace {

using State = SizeChange::State;
using Size = ReportDocument::Size;
template <class Item>
using List = ReportDocument::List<Item>;

SizeChange change_of(std::string name, const Got<std::int64_t>& before, const Got<std::int64_t>& after) {
  SizeChange change;
  change.name = std::move(name);
  change.before_bytes = before;
  change.after_bytes = after;
  std::int64_t difference = 0;
  if (before && after)
    change.change_bytes = __builtin_sub_overflow(*after, *before, &difference) ? Got<std::int64_t>(Missing::malformed)
                                                                               : Got<std::int64_t>(difference);
  return change;
}

std::uint64_t magnitude(const SizeChange& change) {
  const std::int64_t bytes = change.change_bytes.value_or(0);
  return bytes < 0 ? 0 - static_cast<std::uint64_t>(bytes) : static_cast<std::uint64_t>(bytes);
}

void order(std::vector<SizeChange>& changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const SizeChange& a, const SizeChange& b) {
    if (magnitude(a) != magnitude(b)) return magnitude(a) > magnitude(b);
    return a.change_bytes.value_or(0) > b.change_bytes.value_or(0);
  });
}

/// Pairs by name. What one list lacks is 0 where that list is complete, else not known.
std::vector<SizeChange> changes_of(const List<Size>& before, const List<Size>& after) {
  std::map<std::string, std::pair<const Size*, const Size*>> pairs;
  for (const Size& one : before.items) pairs[one.name].first = &one;
  for (const Size& one : after.items) pairs[one.name].second = &one;
  std::vector<SizeChange> changes;
  for (const auto& [name, pair] : pairs) {
    const auto& [was, is] = pair;
    const auto side = [](const Size* size, bool complete) {
      return size != nullptr ? size->bytes : complete ? Got<std::int64_t>(0) : Got<std::int64_t>(Missing::absent);
    };
    SizeChange change = change_of(name, side(was, before.complete), side(is, after.complete));
    if (was == nullptr) change.state = before.complete ? State::added : State::only_after;
    if (is == nullptr) change.state = after.complete ? State::gone : State::only_before;
    changes.push_back(std::move(change));
  }
  order(changes);
  return changes;
}

bool all_have_pss(const List<ReportDocument::Process>& list) {
  return std::all_of(list.items.begin(), list.items.end(),
                     [](const ReportDocument::Process& process) { return process.pss_bytes.has_value(); });
}

/// Processes as sizes; their names are made unique by the pid, or sums of those of one name.
List<Size> sizes_of(const List<ReportDocument::Process>& list, bool by_name, bool by_rss) {
  std::map<std::string, Got<std::int64_t>> sums;
  for (const ReportDocument::Process& process : list.items) {
    const Got<std::int64_t>& bytes = by_rss ? process.rss_bytes : process.pss_bytes;
    if (!bytes) continue;
    const std::string key = by_name ? process.name : process.name + '\0' + std::to_string(process.pid);
    sums[key] = sums[key].value_or(0) + *bytes;
  }
  List<Size> sizes;
  sizes.complete = list.complete;
  for (const auto& [name, bytes] : sums) sizes.items.push_back({name, bytes});
  return sizes;
}

void compare_processes(const ReportDocument& before, const ReportDocument& after, ReportDiff& diff) {
  diff.processes_by_name = !diff.same_boot.value_or(false);
  diff.processes_by_rss = !all_have_pss(before.processes) || !all_have_pss(after.processes);
  diff.processes = changes_of(sizes_of(before.processes, diff.processes_by_name, diff.processes_by_rss),
                              sizes_of(after.processes, diff.processes_by_name, diff.processes_by_rss));
  if (diff.processes_by_name) return;
  for (SizeChange& change : diff.processes) {
    const std::size_t end = change.name.rfind('\0');
    change.pid = std::strtoull(change.name.c_str() + end + 1, nullptr, 10);
    change.name.resize(end);
  }
}

int rank(const std::string& severity) { return severity == "critical" ? 3 : severity == "warning" ? 2 : 1; }

FindingChange::State judge(const FindingChange& change) {
  if (change.severity_before.empty()) return FindingChange::State::added;
  const int step = rank(change.severity_after) - rank(change.severity_before);
  return step > 0 ? FindingChange::State::worse : step < 0 ? FindingChange::State::better : FindingChange::State::same;
}

void compare_findings(const ReportDocument& before, const ReportDocument& after, ReportDiff& diff) {
  const auto find = [](const ReportDocument& in, const std::string& id) {
    const auto at = std::find_if(in.findings.begin(), in.findings.end(), [&](const auto& one) { return one.id == id; });
    return at == in.findings.end() ? nullptr : &*at;
  };
  const auto judged = [](const ReportDocument& in, const std::string& id) {
    return std::find(in.not_judged.begin(), in.not_judged.end(), id) == in.not_judged.end();
  };
  for (const auto& finding : after.findings) {
    const auto* const was = find(before, finding.id);
    FindingChange change{finding.id, {}, was == nullptr ? "" : was->severity, finding.severity, finding.text};
    change.state = judge(change);
    diff.findings.push_back(std::move(change));
  }
  for (const auto& finding : before.findings) {
    if (find(after, finding.id) != nullptr) continue;
    const auto state = judged(after, finding.id) ? FindingChange::State::gone : FindingChange::State::not_judged;
    diff.findings.push_back({finding.id, state, finding.severity, "", finding.text});
  }
}

/// Seconds since the epoch.
Got<double> seconds_of(const Got<std::string>& time) {
  if (!time) return time.missing();
  LogTime wall;
  read_wall_clock(*time, 0, wall);
  return wall.wall_us.transform([](std::int64_t us) { return static_cast<double>(us) / 1e6; });
}

Got<bool> same(const Got<std::string>& a, const Got<std::string>& b) {
  if (!a || !b) return Missing::absent;
  return *a == *b;
}

}  // namespace

std::string_view to_string(SizeChange::State state) {
  constexpr std::string_view kNames[] = {"both", "new", "gone", "only_before", "only_after"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view to_string(FindingChange::State state) {
  constexpr std::string_view kNames[] = {"new", "gone", "worse", "better", "same", "not_judged"};
  return kNames[static_cast<std::size_t>(state)];
}

ReportDiff diff_reports(const ReportDocument& before, const ReportDocument& after) {
  ReportDiff diff;
  diff.same_host = same(before.host, after.host);
  diff.same_boot = same(before.boot_id, after.boot_id);
  const Got<double> from = seconds_of(before.time);
  const Got<double> to = seconds_of(after.time);
  if (from && to) {
    diff.elapsed_s = *to - *from;
  } else if (diff.same_boot.value_or(false) && before.uptime_s && after.uptime_s) {
    diff.elapsed_s = *after.uptime_s - *before.uptime_s;
  }
  diff.available = change_of("available", before.available_bytes, after.available_bytes);
  diff.swap_used = change_of("swap_used", before.swap_used_bytes, after.swap_used_bytes);
  diff.memory = changes_of(before.memory, after.memory);
  compare_processes(before, after, diff);
  diff.cgroups = changes_of(before.cgroups, after.cgroups);
  diff.caches = changes_of(before.caches, after.caches);
  compare_findings(before, after, diff);
  return diff;
}

}  // namespace memkit
