#pragma once

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "parse/klog/oom_log.h"
#include "support/fixtures.h"

namespace memkit::test {

/// The events of a log, in their order, fed in pieces of `piece` bytes.
inline std::vector<OomEvent> events_of(std::string_view log, std::size_t piece = std::size_t{64} << 10, int year = 0) {
  std::vector<OomEvent> events;
  OomLog parser([&events](OomEvent&& event) { events.push_back(std::move(event)); });
  parser.assume_year(year);
  for (std::size_t at = 0; at < log.size(); at += piece) parser.feed(log.substr(at, piece));
  parser.finish();
  std::sort(events.begin(), events.end(), [](const OomEvent& a, const OomEvent& b) { return a.number < b.number; });
  return events;
}

/// The kernel logs of a folder, in a stable order.
inline std::vector<std::filesystem::path> logs_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> logs;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

/// The kernel logs of the corpus; none where it is absent.
inline std::vector<std::filesystem::path> logs_of_corpus() {
  return corpus().empty() ? std::vector<std::filesystem::path>() : logs_in(corpus() / "oom");
}

/// The kernel logs that scripts/capture-oom made.
inline std::vector<std::filesystem::path> logs_of_lab() { return logs_in(testdata() / "oom"); }

/// Where two readings of the same line agree: what one has, the other has not or has too. A part of a log may know less
/// of an event, never other things.
class LogAgreement {
 public:
  LogAgreement(const OomEvent& part, const OomEvent& whole) : part_(part), whole_(whole) {}
  /// What of `part` the whole does not have; empty: nothing.
  [[nodiscard]] std::string invented() const;

 private:
  const OomEvent& part_;
  const OomEvent& whole_;
};

/// What `part` has that none of `wholes` has; empty: nothing. An event of the part is one of the whole's if they agree.
std::string invented_in(const std::vector<OomEvent>& part, const std::vector<OomEvent>& wholes);

/// The lines of a text, with their newlines.
std::vector<std::string> lines_with_ends(std::string_view text);

}  // namespace memkit::test
