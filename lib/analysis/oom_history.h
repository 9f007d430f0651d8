#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/oom_story.h"
#include "collect/snapshot.h"

namespace memkit {

/// What a kernel log tells of OOM kills, held against the moment of a snapshot.
struct OomHistory {
  static constexpr std::size_t kMost = 5;  ///< summaries that are kept

  Got<std::string> log;  ///< which was read; missing: there is none, or it may not be read
  std::uint64_t events = 0;
  std::uint64_t killed = 0;         ///< processes
  std::vector<OomSummary> recent;   ///< the youngest kMost, in the order of the log
  std::optional<OomEvent> last;     ///< the youngest, whole
  OomStory story;                   ///< of it
  std::vector<std::string> quotes;  ///< lines of the log that tell of it, where they were asked for
  Got<double> last_age_s;           ///< from it to the snapshot; missing where the clocks cannot be compared
};

/// How long before the snapshot a line was logged. By the wall clock where the log names its zone; by the time since
/// boot where that is all there is (taken as of the same boot), or where the wall clock agrees with it as far as an
/// unknown zone lets it. Missing where that does not tell, and of a line that is younger than the snapshot.
Got<double> age_s(const LogTime& time, const Host& host);

/// Takes the next event of the log. A wall clock that its stamps lack is made of the snapshot's, where that tells.
void add_event(OomHistory& history, OomEvent&& event, const Host& host);

/// "java (PID 11021, app.service)" of the event's victim, raw bytes; what was killed in its place; empty: nothing was.
std::string victim_name(const OomSummary& event);

}  // namespace memkit
