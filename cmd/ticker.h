#pragma once

#include <cstdint>
#include <ctime>
#include <optional>

#include "options.h"

namespace memkit {

/// Sleeps through signals that do not end the process.
void sleep_s(double seconds);

/// When to take the next sample, by --interval and --count: none given, one sample. Beats are counted from the
/// first sample, so that they never drift with the time that a sample takes.
class Ticker {
 public:
  /// Throws UsageError for an interval or a count that makes no sense.
  static Ticker from(const Arguments& args);
  /// A beat every `interval_s`, without end; the first one is now.
  static Ticker every(double interval_s);
  /// Called after a sample: whether it was the last one.
  bool done();
  /// Sleeps until the next beat; beats that have already passed are left out.
  void wait();

 private:
  double interval_s_ = 1;
  std::optional<std::uint64_t> left_ = 1;  // samples to go; none: until a signal
  timespec next_{};
};

}  // namespace memkit
