#include "collect/cgroup_survey.h"

#include <algorithm>

namespace memkit {

const CgroupRow* CgroupSurvey::find(std::string_view path) const {
  const auto at = std::find_if(rows.begin(), rows.end(), [path](const CgroupRow& row) { return row.path == path; });
  return at == rows.end() ? nullptr : &*at;
}

std::vector<const CgroupRow*> largest_cgroups(const CgroupSurvey& survey, std::size_t most) {
  std::vector<const CgroupRow*> largest;
  for (const CgroupRow& row : survey.rows) {
    if (row.leaf && row.current_bytes && *row.current_bytes > 0) largest.push_back(&row);
  }
  std::stable_sort(largest.begin(), largest.end(),
                   [](const CgroupRow* a, const CgroupRow* b) { return *a->current_bytes > *b->current_bytes; });
  if (largest.size() > most) largest.resize(most);
  return largest;
}

namespace {

void add_pids(std::vector<PidsRow>& nearest, const CgroupNode& node) {
  constexpr std::size_t kMost = 4;
  if (!node.pids_max || node.pids_max->unlimited() || node.pids_max->value == 0 || !node.pids_current) return;
  PidsRow row{std::string(node.path), {}, *node.pids_current, node.pids_max->value};
  const auto before = std::upper_bound(nearest.begin(), nearest.end(), row,
                                       [](const PidsRow& a, const PidsRow& b) { return a.used_pct() > b.used_pct(); });
  nearest.insert(before, std::move(row));
  if (nearest.size() > kMost) nearest.pop_back();
}

/// Of the tree that limits tasks, where the one that limits memory is another.
std::string survey_pids(const Root& root, std::vector<PidsRow>& nearest) {
  CgroupWalkPolicy policy;
  policy.tree = CgroupTree::pids;
  policy.want = CgroupWant::pids;
  return walk_cgroups(root, policy, [&](const CgroupNode& node) { add_pids(nearest, node); }).mount_point;
}

}  // namespace

CgroupSurvey survey_cgroups(const Root& root) {
  CgroupSurvey survey;
  CgroupWalkPolicy policy;
  policy.tree = CgroupTree::memory;
  policy.want = CgroupWant::current | CgroupWant::max | CgroupWant::high | CgroupWant::events |
                CgroupWant::memory_pressure | CgroupWant::pids;
  unsigned depth = 0;
  survey.walk = walk_cgroups(root, policy, [&](const CgroupNode& node) {
    // Parents come before their children: what is deeper than the row before it is that row's child.
    if (!survey.rows.empty() && node.depth > depth) survey.rows.back().leaf = false;
    depth = node.depth;
    CgroupRow row;
    row.path = node.path;
    row.leaf = true;
    row.current_bytes = node.current_bytes;
    row.max = node.max;
    row.high = node.high;
    if (node.events) {
      row.high_events = node.events->high;
      row.max_events = node.events->max;
      row.oom_kills = node.events->oom_kill;
    }
    if (const Got<Pressure>& memory = node.pressure[static_cast<std::size_t>(PressureKind::memory)]) {
      row.some_avg10_pct = memory->some.avg10_pct;
      row.full_avg10_pct = memory->full.avg10_pct;
    }
    survey.rows.push_back(std::move(row));
    add_pids(survey.pids, node);
  });
  const bool apart = survey.walk.version != CgroupVersion::v2;
  const std::string mount_point = apart ? survey_pids(root, survey.pids) : survey.walk.mount_point;
  for (PidsRow& row : survey.pids) row.directory = mount_point + (row.path == "/" ? std::string() : row.path);
  return survey;
}

}  // namespace memkit
