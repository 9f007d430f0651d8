#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/delta.h"
#include "analysis/reclaim.h"
#include "collect/pressure.h"

namespace memkit {

/// A line of a pressure file, with what it did over an interval of one's own.
struct PressureRow {
  std::string scope;  ///< "system", or the cgroup's path
  PressureKind kind = PressureKind::memory;
  bool full = false;  ///< else some
  PressureLine line;
  Got<double> now_pct;  ///< stall over the interval, from `total`; missing with one sample
};

/// One kind at one place: both lines, and whether they are known.
struct PressureFigures {
  std::string scope;
  PressureKind kind = PressureKind::memory;
  PressureState state = PressureState::known;
  PressureLine some;
  PressureLine full;
  StallShare now;
};

/// The figures of one sample; with one before it, the interval's as well. Samples are of one reader.
std::vector<PressureFigures> pressure_figures(const PressurePlace& place, const PressureSample* before,
                                              const PressureSample& after);

/// some and full of each that is known, in order; lines that the kernel does not print are left out.
std::vector<PressureRow> pressure_rows(std::span<const PressureFigures> figures);

/// Seconds between two samples; 0 where there is none before.
double seconds_between(const PressureSample* before, const PressureSample& after);

/// A threshold that holds where none is given. A figure alerts from `least` on.
struct PsiThreshold {
  std::string_view figure;  ///< "some.avg10"
  double warning_pct;
  double critical_pct;
};
/// psi-some. For memory also psi-full: critical from kFullCriticalPct on, and a warning from the first stall of all
/// tasks at once that is in avg10 and in avg60, so that it is no relic and no blink.
inline constexpr PsiThreshold kSomeThreshold{"some.avg10", 10, 25};
inline constexpr double kFullCriticalPct = 20;

/// Reclaim between two samples: of the machine, and of the cgroup where it is one's pressure that is read.
struct PsiReclaim {
  double seconds = 0;
  ReclaimChange machine;
  ReclaimVerdict machine_verdict;
  Got<ReclaimChange> cgroup;
  ReclaimVerdict cgroup_verdict;
};
/// Both samples were taken with reclaim.
PsiReclaim psi_reclaim(const PressureSample& before, const PressureSample& after,
                       const Got<std::uint64_t>& page_size_bytes);

/// A cgroup's pressure of one kind.
struct CgroupPressureRow {
  std::string path;
  PressureLine some;
  PressureLine full;
  StallShare now;  ///< missing without an interval

  /// Whether any of its tasks waited, as far as the averages and the interval go back.
  [[nodiscard]] bool stalled() const;
};

/// Takes the stall over an interval from a walk before it. Both are in the order of the walk; a cgroup that was not
/// there before has none.
void add_interval(std::span<const CgroupPressureRow> before, double seconds, std::vector<CgroupPressureRow>& rows);

/// The worst first: by full, then by some, over the interval where there is one, else by avg10, then avg60, avg300 and
/// total; equals by path.
void rank(std::vector<CgroupPressureRow>& rows);

}  // namespace memkit
