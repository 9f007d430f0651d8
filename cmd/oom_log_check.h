#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "analysis/oom_story.h"
#include "command.h"
#include "output/plugin.h"

namespace memkit {

/// `memkit oom --log --check`: new kills are critical unless --warning or --critical say another number.
class OomCheck {
 public:
  /// Understands the ranges and reads --state, before any log is read. Throws UsageError and RunError.
  explicit OomCheck(const Context& context);
  /// Prints the plugin's line and remembers what was seen. The exit status.
  int finish(std::span<const OomSummary> events);

 private:
  void remember(std::span<const OomSummary> events) const;

  const Context& context_;
  std::vector<Watched> figures_;
  std::optional<std::string> state_;
  std::vector<std::uint64_t> order_;        // fingerprints of the events of earlier runs, in the order of the file
  std::unordered_set<std::uint64_t> seen_;  // the same, to look one up
};

}  // namespace memkit
