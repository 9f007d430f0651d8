#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collect/cgroup_tree.h"

namespace memkit {

/// A cgroup of the tree that limits memory, in short.
struct CgroupRow {
  std::string path;
  bool leaf = false;  ///< none below it
  Got<std::uint64_t> current_bytes;
  Got<CgroupValue> max;
  Got<CgroupValue> high;
  Got<std::uint64_t> high_events;  ///< throttled for being over memory.high, ever; of all below it too
  Got<std::uint64_t> max_events;
  Got<std::uint64_t> oom_kills;
  Got<double> some_avg10_pct;  ///< memory pressure, where the v2 tree has a cgroup of this path
  Got<double> full_avg10_pct;
};

struct CgroupSurvey {
  CgroupWalk walk;
  std::vector<CgroupRow> rows;  ///< parents before children

  [[nodiscard]] const CgroupRow* find(std::string_view path) const;
};

/// The `most` largest of those that have none below them, the largest first.
std::vector<const CgroupRow*> largest_cgroups(const CgroupSurvey& survey, std::size_t most);

/// All cgroups, five small files each: current, max, high, events, pressure.
CgroupSurvey survey_cgroups(const Root& root);

}  // namespace memkit
