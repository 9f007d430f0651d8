#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/psi.h"
#include "collect/snapshot.h"
#include "command.h"
#include "output/plugin.h"
#include "output/psi_views.h"

namespace memkit {

/// What `memkit psi` was asked, checked before anything is read.
struct PsiRequest {
  std::vector<PressureKind> kinds;  ///< in the order of PressureKind
  bool all_kinds = false;           ///< by "all": only memory has thresholds of its own then
  bool repeats = false;             ///< --interval or --count
  bool waits = false;               ///< --wait: judged by the last second, not by avg10
  bool has_interval = false;        ///< the shares of an interval of one's own ("some", "full") can be judged
};
/// Throws UsageError for what can't be meant.
PsiRequest psi_request(const Context& context);

/// The figures that --warning and --critical can name, with the ranges given, and the usual ones of the figures for
/// which none is given. `figures` empty: to check the options alone. Names are "some.avg10", with the kind in front
/// ("io.some.avg10") where there are several.
class PsiWatch {
 public:
  PsiWatch(const Arguments& args, const PsiRequest& request, std::span<const PressureFigures> figures);

  [[nodiscard]] PluginStatus status_of(PressureKind kind) const;
  /// The verdict, its kind and its reasons.
  void tell(PsiFacts& facts) const;
  [[nodiscard]] std::string performance_data() const { return memkit::performance_data(figures_); }

 private:
  std::vector<Watched> figures_;
  std::vector<PressureKind> kinds_;  // of each figure
};

/// Samples, judges and presents: cmd/psi_watch.cpp and cmd/psi_cgroups.cpp.
int run_psi_lines(const Context& context, const Root& root, const PsiRequest& request, PressureReader& reader);
int run_psi_wait(const Context& context, const Root& root, const PsiRequest& request, PressureReader& reader);
int run_psi_by_cgroup(const Context& context, const Root& root, const PsiRequest& request);

/// The cgroups below `below` with their pressure of one kind.
std::vector<CgroupPressureRow> read_cgroup_pressure(const Root& root, PressureKind kind, const std::string& below,
                                                    CgroupWalk& walk);

/// One document of memkit.psi/1; `host` is what its envelope says.
void write_psi_document(const Context& context, const Snapshot& host, const PsiFacts& facts);

/// Throws RunError where no kind has figures; says on stderr which of several have none.
void require_figures(const Context& context, const PressurePlace& place, std::span<const PressureFigures> figures);

}  // namespace memkit
