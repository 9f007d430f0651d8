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

/// A cgroup that limits how many tasks it may have.
struct PidsRow {
  std::string path;
  std::string directory;  ///< where its files are: "sys/fs/cgroup/pids/user.slice"
  std::uint64_t current_count = 0;
  std::uint64_t max_count = 0;  ///< not 0

  [[nodiscard]] double used_pct() const {
    return 100 * static_cast<double>(current_count) / static_cast<double>(max_count);
  }
};

struct CgroupSurvey {
  CgroupWalk walk;
  std::vector<CgroupRow> rows;  ///< parents before children
  std::vector<PidsRow> pids;    ///< those nearest to their limits, at most four, the nearest first

  [[nodiscard]] const CgroupRow* find(std::string_view path) const;
};

/// The `most` largest of those that have none below them, the largest first.
std::vector<const CgroupRow*> largest_cgroups(const CgroupSurvey& survey, std::size_t most);

/// All cgroups, seven small files each: current, max, high, events, pressure, pids.max and pids.current. Where v1
/// limits memory, the tree that limits tasks is another, and is walked after it.
CgroupSurvey survey_cgroups(const Root& root);

}  // namespace memkit
