#pragma once

#include <cstdint>

#include "parse/got.h"

namespace memkit {

/// What a counter did between two samples. A counter that went backwards was reset: malformed, never negative.
struct Change {
  Got<std::uint64_t> count;
  Got<double> per_s;
};

/// after - before; malformed where the counter went backwards.
Got<std::uint64_t> counted(const Got<std::uint64_t>& before, const Got<std::uint64_t>& after);

/// count * factor (bytes of pages); malformed where that is past 64 bits.
Got<std::uint64_t> times(const Got<std::uint64_t>& count, const Got<std::uint64_t>& factor);

/// part of whole in per cent; missing where either is, or where the whole is 0.
Got<double> share_pct(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole);

/// A count and what it makes in a second. `seconds` is more than 0.
Change change_over(const Got<std::uint64_t>& count, double seconds);

/// The changes of one kind of file's counters (Vmstat, MemoryStat) over a known time.
template <class Stat>
class Counters {
 public:
  Counters(const Stat& before, const Stat& after, double seconds) : before_(before), after_(after), seconds_(seconds) {}

  [[nodiscard]] Got<std::uint64_t> count(Got<std::uint64_t> Stat::*field) const {
    return counted(before_.*field, after_.*field);
  }
  [[nodiscard]] Change change(const Got<std::uint64_t>& count) const { return change_over(count, seconds_); }
  [[nodiscard]] Change change(Got<std::uint64_t> Stat::*field) const { return change(count(field)); }
  /// In units of which `factor` make one of the counter's.
  [[nodiscard]] Change change(Got<std::uint64_t> Stat::*field, const Got<std::uint64_t>& factor) const {
    return change(times(count(field), factor));
  }

 private:
  const Stat& before_;
  const Stat& after_;
  double seconds_;
};

}  // namespace memkit
