#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collect/report_document.h"

namespace memkit {

/// A size in two reports.
struct SizeChange {
  enum class State : std::uint8_t {
    both,
    added,        ///< it was not there before
    gone,         ///< it is not there any more
    only_before,  ///< the later report does not list it: it may be there, and small
    only_after,   ///< the earlier one does not
  };
  std::string name;
  Got<std::uint64_t> pid;  ///< of a process, where both are of one boot
  State state = State::both;
  Got<std::int64_t> before_bytes;
  Got<std::int64_t> after_bytes;
  Got<std::int64_t> change_bytes;  ///< missing where it cannot be told
};
std::string_view to_string(SizeChange::State state);

/// A finding that is in one report alone, or has become better or worse.
struct FindingChange {
  enum class State : std::uint8_t { added, gone, worse, better, same, not_judged };
  std::string id;
  State state = State::same;
  std::string severity_before;  ///< empty: not found
  std::string severity_after;
  std::string text;  ///< the later sentence, of one that is gone the earlier
};
std::string_view to_string(FindingChange::State state);

/// What is different between two reports. Lists are ordered by how much it is, growth before loss of the same size.
struct ReportDiff {
  Got<bool> same_host;
  Got<bool> same_boot;
  Got<double> elapsed_s;  ///< by wall clock; negative where the second is the earlier one
  SizeChange available;
  SizeChange swap_used;
  std::vector<SizeChange> memory;  ///< the parts of RAM
  std::vector<SizeChange> processes;
  bool processes_by_name = false;  ///< of two boots, or hosts, processes are summed up by name
  bool processes_by_rss = false;   ///< where PSS is not known on both sides
  std::vector<SizeChange> cgroups;
  std::vector<SizeChange> caches;
  std::vector<FindingChange> findings;
};
ReportDiff diff_reports(const ReportDocument& before, const ReportDocument& after);

}  // namespace memkit
