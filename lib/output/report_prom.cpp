// Prometheus' text format 0.0.4, as node_exporter's textfile collector reads it.
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "analysis/findings/rules.h"
#include "output/escape.h"
#include "output/report.h"
#include "parse/workload.h"

namespace memkit {
namespace {

using Value = Got<double>;

template <class T>
Value value_of(const Got<T>& got) {
  if (!got) return got.missing();
  return static_cast<double>(*got);
}

/// Inside the quotes of a label: backslash, quote and newline are escaped; what is no UTF-8, or would act on a
/// terminal, stands as \xNN.
std::string label_value(std::string_view name) {
  std::string escaped;
  for (const char c : for_terminal(name)) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// Shortest form that reads back as the same number; bytes below 2^53 come out whole.
void sample(Out& out, std::string_view metric, std::string_view labels, const Value& value) {
  if (!value) return;
  out.print("{}{}{}{} {}\n", metric, labels.empty() ? "" : "{", labels, labels.empty() ? "" : "}", *value);
}

void heading(Out& out, std::string_view metric, std::string_view type, std::string_view help) {
  out.print("# HELP {} {}\n# TYPE {} {}\n", metric, help, metric, type);
}

/// A figure of the machine: one row, one sample.
struct Figure {
  std::string_view metric;
  std::string_view type;
  std::string_view help;
  Value (*value)(const ReportFacts&);
};
constexpr Figure kFigures[] = {
    {"memkit_memory_total_bytes", "gauge", "RAM that the kernel manages (MemTotal).",
     [](const ReportFacts& f) { return value_of(f.snapshot.meminfo->mem_total_bytes); }},
    {"memkit_memory_available_bytes", "gauge", "What programs can have without swapping, ZFS's cache included.",
     [](const ReportFacts& f) { return value_of(f.health.usable_bytes); }},
    {"memkit_swap_total_bytes", "gauge", "Swap space.",
     [](const ReportFacts& f) { return value_of(f.snapshot.meminfo->swap_total_bytes); }},
    {"memkit_swap_free_bytes", "gauge", "Swap space that is free.",
     [](const ReportFacts& f) { return value_of(f.snapshot.meminfo->swap_free_bytes); }},
    {"memkit_processes", "gauge", "Processes with memory of their own.",
     [](const ReportFacts& f) { return Value(static_cast<double>(f.top.count)); }},
    {"memkit_processes_pss_bytes", "gauge", "What all processes hold together, shared memory counted once.",
     [](const ReportFacts& f) { return value_of(f.top.pss_bytes); }},
    {"memkit_processes_without_pss", "gauge", "Processes that are not in memkit_processes_pss_bytes.",
     [](const ReportFacts& f) { return Value(static_cast<double>(f.top.without_pss)); }},
    {"memkit_oom_kills_total", "counter", "Processes that the kernel killed for want of memory since boot.",
     [](const ReportFacts& f) {
       return f.snapshot.vmstat ? value_of(f.snapshot.vmstat->oom_kill) : Value(f.snapshot.vmstat.missing());
     }},
    {"memkit_oom_last_kill_time_seconds", "gauge", "When the kernel log tells of the last kill, since the epoch.",
     [](const ReportFacts& f) {
       if (!f.oom.last || !f.oom.last_age_s) return Value(Missing::absent);
       return f.oom.last->time.wall_us.transform([](std::int64_t us) { return static_cast<double>(us) / 1e6; });
     }},
    {"memkit_worst_severity", "gauge", "Of all findings: 0 none, 1 info, 2 warning, 3 critical.",
     [](const ReportFacts& f) {
       return Value(f.diagnosis.findings.empty() ? 0.0 : 1.0 + static_cast<double>(f.diagnosis.worst()));
     }},
};

void print_parts(Out& out, const ReportFacts& facts) {
  constexpr std::string_view kMetric = "memkit_memory_part_bytes";
  heading(out, kMetric, "gauge", "Where the RAM is: the parts add up to memkit_memory_total_bytes.");
  for (const MemoryGroup& group : memory_groups(facts.accounting)) {
    sample(out, kMetric, fmt::format("part=\"{}\"", group.id), value_of(group.bytes));
  }
}

struct StallSource {
  std::string_view resource;
  const Got<Pressure>* pressure;
};

void print_pressure(Out& out, const PressureFacts& pressure) {
  const StallSource sources[] = {{"memory", &pressure.memory}, {"cpu", &pressure.cpu}, {"io", &pressure.io}};
  const auto each = [&](std::string_view metric, auto value) {
    for (const StallSource& source : sources) {
      if (!*source.pressure) continue;
      sample(out, metric, fmt::format("resource=\"{}\",kind=\"some\"", source.resource),
             value((*source.pressure)->some));
      sample(out, metric, fmt::format("resource=\"{}\",kind=\"full\"", source.resource),
             value((*source.pressure)->full));
    }
  };
  heading(out, "memkit_pressure_stalled_seconds_total", "counter", "Time in which some, or all, tasks waited.");
  each("memkit_pressure_stalled_seconds_total", [](const PressureLine& line) {
    return line.total_us.transform([](std::uint64_t us) { return static_cast<double>(us) / 1e6; });
  });
  heading(out, "memkit_pressure_stalled_ratio", "gauge",
          "Share of the last ten seconds in which tasks waited, 0 to 1.");
  each("memkit_pressure_stalled_ratio",
       [](const PressureLine& line) { return line.avg10_pct.transform([](double pct) { return pct / 100; }); });
}

/// Every rule has its sample, found or not, so that a series does not end where a finding does. A rule that could not
/// be judged has none.
void print_findings_metric(Out& out, const Diagnosis& diagnosis) {
  constexpr std::string_view kMetric = "memkit_finding_severity";
  heading(out, kMetric, "gauge", "Of each rule that was judged: 0 not found, 1 info, 2 warning, 3 critical.");
  for (const Rule& rule : rules()) {
    const auto lacks = [&](const NotJudged& other) { return other.id == rule.id; };
    if (std::any_of(diagnosis.not_judged.begin(), diagnosis.not_judged.end(), lacks)) continue;
    const Finding* const found = diagnosis.find(rule.id);
    sample(out, kMetric, fmt::format("id=\"{}\"", rule.id), found ? 1.0 + static_cast<double>(found->severity) : 0.0);
  }
}

/// The largest alone: the number of series stays bounded, however many cgroups come and go.
void print_cgroups(Out& out, const ReportFacts& facts) {
  constexpr std::string_view kMetric = "memkit_cgroup_memory_bytes";
  heading(out, kMetric, "gauge", "Memory charged to the largest cgroups, page cache included.");
  for (const CgroupRow* const row : largest_cgroups(facts.cgroups, facts.most)) {
    const std::string labels =
        fmt::format("cgroup=\"{}\",unit=\"{}\"", label_value(row->path), label_value(parse_workload(row->path).unit));
    sample(out, kMetric, labels, value_of(row->current_bytes));
  }
}

}  // namespace

void print_prom(Out& out, const ReportFacts& facts) {
  for (const Figure& figure : kFigures) {
    heading(out, figure.metric, figure.type, figure.help);
    sample(out, figure.metric, {}, figure.value(facts));
  }
  print_parts(out, facts);
  print_pressure(out, facts.snapshot.pressure);
  print_findings_metric(out, facts.diagnosis);
  print_cgroups(out, facts);
}

}  // namespace memkit
