// `memkit psi --by cgroup`: the tree, the worst first.
#include <fmt/format.h>

#include <ctime>
#include <utility>

#include "output/columns_psi.h"
#include "output/escape.h"
#include "output/rows.h"
#include "psi_request.h"
#include "source/errors.h"
#include "ticker.h"

namespace memkit {
namespace {

/// One walk.
struct Ranking {
  double at_s = 0;
  CgroupWalk walk;
  std::vector<CgroupPressureRow> rows;  // in the walk's order
};

double monotonic_s() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Ranking read_ranking(const Context& context, const Root& root, PressureKind kind) {
  const std::string below = context.args.value("cgroup").value_or("");
  Ranking ranking;
  ranking.at_s = monotonic_s();
  ranking.rows = read_cgroup_pressure(root, kind, below, ranking.walk);
  if (ranking.walk.version == CgroupVersion::none) {
    throw RunError(fmt::format("--by cgroup: {}", ranking.walk.problem));
  }
  if (ranking.rows.empty()) {
    PressureReader reader(root, cgroup_pressure(root, below.empty() ? "/" : below), {&kind, 1});
    const PressureState state = reader.sample(false).readings.front().state;
    throw RunError(state == PressureState::known ? "no cgroup has pressure that may be read"
                                                 : explain_missing(state, reader.place(), kind));
  }
  return ranking;
}

void sort_rows(const Arguments& args, std::vector<CgroupPressureRow>& rows) {
  const std::optional<std::string> key = args.value("sort");
  if (!key) {
    rank(rows);
    if (args.has("reverse")) std::reverse(rows.begin(), rows.end());
    return;
  }
  const Column<CgroupPressureRow>& column =
      cgroup_pressure_columns()[find_column(infos(cgroup_pressure_columns()), *key)];
  const bool names = column.unit == Unit::none;  // A to Z; figures the largest first
  std::vector<CgroupPressureRow> sorted;
  sorted.reserve(rows.size());
  for (const std::size_t row :
       sorted_order(std::span<const CgroupPressureRow>(rows), column, args.has("reverse") == names)) {
    sorted.push_back(std::move(rows[row]));
  }
  rows = std::move(sorted);
}

/// What was asked to be shown of a walk, in its order.
PsiFacts shown(const Arguments& args, PressureKind kind, const Ranking& before, const Ranking& now) {
  PsiFacts facts;
  facts.judged = false;
  facts.ranked = kind;
  facts.walk = now.walk;
  facts.cgroups = now.rows;
  add_interval(before.rows, now.at_s - before.at_s, facts.cgroups);
  if (!args.has("all")) std::erase_if(facts.cgroups, [](const CgroupPressureRow& row) { return !row.stalled(); });
  sort_rows(args, facts.cgroups);
  if (const auto top = args.value("top")) {
    facts.cgroups.resize(std::min<std::size_t>(facts.cgroups.size(), parse_count("top", *top, 1)));
  }
  return facts;
}

void present(const Context& context, const Root& root, const PsiFacts& facts) {
  const Arguments& args = context.args;
  if (context.json()) {
    write_psi_document(context, collect(root, Want::host), facts);
    return;
  }
  TableStyle style;
  style.headings = !args.has("no-headings");
  style.width = context.window_width();
  std::string columns = args.value("output").value_or("");
  if (columns.empty() && (args.has("interval") || args.has("count")))
    columns = "full,some,full_avg10,some_avg10,full_avg60,some_avg60,cgroup";
  print_cgroup_pressure(context.out, facts, select_columns(infos(cgroup_pressure_columns()), columns), style);
}

}  // namespace

std::vector<CgroupPressureRow> read_cgroup_pressure(const Root& root, PressureKind kind, const std::string& below,
                                                    CgroupWalk& walk) {
  std::vector<CgroupPressureRow> rows;
  CgroupWalkPolicy policy;
  policy.want = want_of(kind);
  policy.below = below;
  walk = walk_cgroups(root, policy, [&](const CgroupNode& node) {
    const Got<Pressure>& pressure = node.pressure[static_cast<std::size_t>(kind)];
    if (pressure) rows.push_back({std::string(node.path), pressure->some, pressure->full, {}});
  });
  return rows;
}

int run_psi_by_cgroup(const Context& context, const Root& root, const PsiRequest& request) {
  const PressureKind kind = request.kinds.front();
  Ticker ticker = Ticker::from(context.args);
  Ranking before;
  if (request.repeats) {
    before = read_ranking(context, root, kind);
    ticker.wait();
  }
  for (;;) {
    Ranking now = read_ranking(context, root, kind);
    if (!request.repeats) before.at_s = now.at_s;
    present(context, root, shown(context.args, kind, before, now));
    const std::string gaps = walk_gaps(now.walk);
    if (!gaps.empty()) context.messages.say(gaps);
    if (!request.repeats || ticker.done()) return 0;
    if (!context.json()) context.out.write("\n");
    context.out.flush();
    before = std::move(now);
    ticker.wait();
  }
}

}  // namespace memkit
