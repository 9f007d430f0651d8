#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/psi.h"
#include "collect/cgroup_tree.h"
#include "output/json_writer.h"
#include "output/out.h"
#include "output/plugin.h"
#include "output/table.h"

namespace memkit {

/// What `memkit psi` found out.
struct PsiFacts {
  bool judged = true;  ///< else `status` says nothing: --by cgroup ranks
  PluginStatus status = PluginStatus::unknown;
  PressureKind worst = PressureKind::memory;  ///< the kind that has this status, the first of them
  std::vector<std::string> because;           ///< "some.avg10 18.20" for each figure that alerts
  std::vector<PressureFigures> figures;       ///< of the place that is judged first
  bool of_cgroup = false;                     ///< that place is a cgroup
  bool in_container = false;                  ///< so the machine's figures are the host's
  std::optional<PsiReclaim> reclaim;          ///< where memkit looked for a while
  std::vector<CgroupPressureRow> cgroups;
  std::optional<CgroupWalk> walk;
  PressureKind ranked = PressureKind::memory;  ///< what `cgroups` is about
  Got<bool> crossed;                           ///< --wait: whether the threshold was passed
  Got<double> waited_s;
};

/// Why there is no figure, and what would bring it: one sentence without a final stop.
std::string explain_missing(PressureState state, const PressurePlace& place, PressureKind kind);

/// "memory: tasks waited 18.20 % of the last 10 s, all at once 3.10 %".
std::string pressure_sentence(const PressureFigures& figures);

/// The default view: the answer, the lines of the files, and what was found out on why.
void print_pressure(Out& out, const PsiFacts& facts, std::span<const std::size_t> chosen, const TableStyle& style,
                    bool color);

/// --by cgroup: the answer, then the ranked cgroups.
void print_cgroup_pressure(Out& out, const PsiFacts& facts, std::span<const std::size_t> chosen,
                           const TableStyle& style);

/// Counts that a walk left out, for stderr; empty where it saw everything.
std::string walk_gaps(const CgroupWalk& walk);

/// --explain.
void explain_psi(Out& out, const PsiFacts& facts);

/// The data of the JSON document, behind the envelope.
void write_psi(JsonWriter& json, const PsiFacts& facts);

}  // namespace memkit
