#include <fmt/format.h>

#include "analysis/oom_rank.h"
#include "analysis/oom_risk.h"
#include "collect/oom_state.h"
#include "oom_rank.h"
#include "output/oom_rank_text.h"
#include "output/plugin.h"
#include "output/text.h"
#include "source/errors.h"

namespace memkit {
namespace {

Got<double> as_double(const Got<std::uint64_t>& count) {
  return count.transform([](std::uint64_t value) { return static_cast<double>(value); });
}

void watch_by_default(Watched& figure, std::string_view warning, std::string_view critical) {
  if (figure.warning.empty() && !warning.empty()) figure.warning.push_back(parse_range(warning));
  if (figure.critical.empty() && !critical.empty()) figure.critical.push_back(parse_range(critical));
}

/// The figures that --warning and --critical can name. Little available is watched by default only where no swap is
/// left between that and a kill.
std::vector<Watched> watched_figures(const Arguments& args, const OomRisk& risk) {
  std::vector<Watched> figures(4);
  Watched& available = figures[0];
  Watched& shielded = figures[1];
  Watched& killable = figures[2];
  Watched& stuck = figures[3];
  const Got<double> ram = as_double(risk.ram_bytes);
  available.name = "available";
  available.unit = "B";
  available.value = as_double(risk.available_bytes);
  available.total = ram;
  shielded.name = "protected";
  shielded.unit = "B";
  shielded.value = static_cast<double>(risk.protected_bytes);
  shielded.total = ram;
  killable.name = "killable";
  killable.value = as_double(risk.killable);
  stuck.name = "stuck_cgroups";
  stuck.value = static_cast<double>(risk.stuck_cgroups);
  for (const std::string& range : args.values("warning")) add_range(figures, "available", range, &Watched::warning);
  for (const std::string& range : args.values("critical")) add_range(figures, "available", range, &Watched::critical);
  if (risk.no_swap_left.value_or(true)) watch_by_default(available, "10%:", "5%:");
  watch_by_default(shielded, "25%", "50%");
  watch_by_default(killable, {}, "1:");
  watch_by_default(stuck, "0", {});
  return figures;
}

}  // namespace

int run_oom_rank_check(const Context& context) {
  static_cast<void>(watched_figures(context.args, OomRisk{}));
  const OomState state = collect_oom(context.root(), Want::arcstats | Want::vmstat | Want::zoneinfo);
  if (state.processes.empty()) throw RunError("no process with memory can be read in proc");
  const OomRanking ranking = rank_oom(state);
  const OomRisk risk = oom_risk(state, ranking);
  const std::vector<Watched> figures = watched_figures(context.args, risk);
  const PluginStatus status = judge(figures);
  std::string text = oom_verdict_text(ranking, ranking.domains.front());
  text += fmt::format(", {} available", size_text(risk.available_bytes));
  if (risk.no_swap_left)
    text +=
        *risk.swap_total_bytes == 0 ? ", no swap" : fmt::format(", {} of swap free", size_text(risk.swap_free_bytes));
  if (risk.largest_protected != nullptr) {
    text += fmt::format(", {} protected, most of it {}", size_text(risk.protected_bytes),
                        oom_task_text(*risk.largest_protected));
  }
  if (risk.stuck_cgroups != 0) text += fmt::format(", {} cgroups where nobody may be killed", risk.stuck_cgroups);
  // A bar begins the performance data.
  std::replace(text.begin(), text.end(), '|', '/');
  context.out.print("MEMKIT OOM {} - {} | {}\n", plugin_word(status), text, performance_data(figures));
  return static_cast<int>(status);
}

}  // namespace memkit
