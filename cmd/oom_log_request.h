#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/oom_story.h"
#include "analysis/pattern.h"
#include "command.h"

namespace memkit {

/// A point in time, as the two kinds of time stamps count it. Microseconds since the epoch.
struct TimeBound {
  std::int64_t utc_us = 0;  ///< for stamps whose distance from UTC is known
  /// For stamps without a zone, which are taken as UTC: what their writer's clock showed. A time that names no zone is
  /// compared as it stands; "2h" and "@SECONDS" are, with a writer in this machine's zone.
  std::int64_t unzoned_us = 0;
  [[nodiscard]] std::int64_t of(const LogTime& stamp) const {
    return stamp.sure == LogTime::Sure::exact || stamp.sure == LogTime::Sure::from_boot ? utc_us : unzoned_us;
  }
};

/// What `memkit oom --log` was asked for. Made before anything is read; throws UsageError.
struct OomLogRequest {
  explicit OomLogRequest(const Arguments& args);

  /// Whether an event is asked for. Where it is not known when it was, --since and --until do not leave it out.
  [[nodiscard]] bool wants(const OomEvent& event, const OomSummary& summary) const;

  std::vector<std::string> files;  ///< empty: the running kernel's log, journalctl's, or what --root has
  bool journal = false;            ///< ask journalctl: --boot, or --since without a FILE or --root
  std::optional<std::string> boot;
  std::optional<TimeBound> since;
  std::optional<TimeBound> until;
  std::unique_ptr<Pattern> unit;
  std::unique_ptr<Pattern> cgroup;
  std::unique_ptr<Pattern> name;
  bool one_event = false;
  std::uint64_t event = 0;  ///< with one_event: its number; 0: the last
};

/// "2026-11-22 18:00", "2026-11-22T18:00:00+09:00", "18:00" (today), "2h", "30 min ago", "@1763834400". What names no
/// zone is UTC. Throws UsageError that names the option.
TimeBound parse_time(std::string_view option, std::string_view text);

}  // namespace memkit
