#include "report_check.h"

#include <algorithm>

#include "output/finding_text.h"

namespace memkit {
namespace {

Got<double> as_double(const Got<std::uint64_t>& bytes) {
  return bytes.transform([](std::uint64_t value) { return static_cast<double>(value); });
}

Got<double> swap_used(const Meminfo& m) {
  if (!m.swap_total_bytes || !m.swap_free_bytes) return Missing::absent;
  return static_cast<double>(*m.swap_total_bytes - std::min(*m.swap_total_bytes, *m.swap_free_bytes));
}

/// A known alarm outweighs what is not known; silence does not.
PluginStatus worse(PluginStatus a, PluginStatus b) {
  for (const PluginStatus status : {PluginStatus::critical, PluginStatus::warning, PluginStatus::unknown}) {
    if (a == status || b == status) return status;
  }
  return PluginStatus::ok;
}

PluginStatus status_of_findings(const ReportFacts& facts) {
  const std::string_view status = status_of(facts.diagnosis, facts.health);
  return status == "critical"  ? PluginStatus::critical
         : status == "warning" ? PluginStatus::warning
         : status == "ok"      ? PluginStatus::ok
                               : PluginStatus::unknown;
}

/// One line, in which "|" has no place but before the performance data.
std::string plugin_line(std::string text) {
  std::replace(text.begin(), text.end(), '|', '/');
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::vector<Watched> watched_figures(const Arguments& args, const ReportFacts* facts) {
  std::vector<Watched> figures(4);
  figures[0].name = "available";
  figures[1].name = "swap_used";
  figures[2].name = "psi_some_avg10";
  figures[3].name = "psi_full_avg10";
  figures[0].unit = figures[1].unit = "B";
  figures[2].unit = figures[3].unit = "%";
  if (facts != nullptr) {
    const Meminfo& m = *facts->snapshot.meminfo;
    figures[0].value = as_double(facts->health.usable_bytes);
    figures[0].total = as_double(facts->health.total_bytes);
    figures[1].value = swap_used(m);
    figures[1].total = as_double(m.swap_total_bytes);
    if (const Got<Pressure>& memory = facts->snapshot.pressure.memory) {
      figures[2].value = memory->some.avg10_pct;
      figures[3].value = memory->full.avg10_pct;
    }
    figures[2].total = figures[3].total = 100.0;
  }
  for (const std::string& range : args.values("warning")) add_range(figures, "available", range, &Watched::warning);
  for (const std::string& range : args.values("critical")) add_range(figures, "available", range, &Watched::critical);
  return figures;
}

int print_check(const Context& context, const ReportFacts& facts, Language language) {
  const std::vector<Watched> figures = watched_figures(context.args, &facts);
  const PluginStatus status = worse(status_of_findings(facts), judge(figures));
  if (context.args.has("quiet")) return static_cast<int>(status);
  std::string ids;
  for (const Finding& finding : facts.diagnosis.findings) {
    if (finding.severity != Severity::info) ids += (ids.empty() ? "" : ", ") + std::string(finding.id);
  }
  const std::string text = diagnosis_text(facts.diagnosis, facts.for_rules(), language);
  context.out.print("MEMKIT REPORT {} - {}{}{} | {}\n", plugin_word(status), ids, ids.empty() ? "" : ": ",
                    plugin_line(text), performance_data(figures));
  return static_cast<int>(status);
}

}  // namespace memkit
