#include "analysis/findings/rule_helpers.h"

#include <fmt/format.h>

#include "analysis/kernel_memory.h"

namespace memkit {

Got<std::uint64_t> ordinary_ram(const FindingFacts& facts) {
  const Got<std::uint64_t>& total = facts.meminfo().mem_total_bytes;
  if (!total) return total;
  const std::uint64_t huge = hugepages(facts.snapshot).total_bytes.value_or(0);
  return huge < *total ? *total - huge : *total;
}

Got<double> share(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole) {
  if (!part) return part.missing();
  if (!whole) return whole.missing();
  if (*whole == 0) return Missing::absent;
  return 100.0 * static_cast<double>(*part) / static_cast<double>(*whole);
}

// A limit that is not set is no number, and compares false.
std::optional<Severity> at_least(double value, const Limits& limits) {
  if (value >= limits.critical) return Severity::critical;
  if (value >= limits.warning) return Severity::warning;
  if (value >= limits.info) return Severity::info;
  return std::nullopt;
}

std::optional<Severity> below(double value, const Limits& limits) {
  if (value < limits.critical) return Severity::critical;
  if (value < limits.warning) return Severity::warning;
  if (value < limits.info) return Severity::info;
  return std::nullopt;
}

double limit_of(Severity severity, const Limits& limits) {
  return severity == Severity::critical  ? limits.critical
         : severity == Severity::warning ? limits.warning
                                         : limits.info;
}

Finding finding(std::string_view text, Severity severity, double weight_pct) {
  Finding made;
  made.text = text;
  made.severity = severity;
  made.weight_pct = weight_pct;
  return made;
}

Finding finding_of_ram(std::string_view text, Severity severity, const Got<std::uint64_t>& bytes, double share_pct,
                       std::string_view source, double limit) {
  Finding made = finding(text, severity, share_pct);
  made.held_bytes = bytes;
  add(made, "size_bytes", bytes, source);
  add(made, "share_pct", Got<double>(share_pct), source, limit);
  return made;
}

std::string process_label(const Process& process) {
  return process.name.empty() ? fmt::format("PID {}", process.pid)
                              : fmt::format("{} (PID {})", process.name, process.pid);
}

Got<std::uint64_t> held_by(const Process& process) {
  return process.pss_bytes ? Got<std::uint64_t>(process.pss_bytes) : Got<std::uint64_t>(process.rss_bytes);
}

const Process* largest_process(const FindingFacts& facts) {
  if (facts.top == nullptr || facts.top->by_pss.empty()) return nullptr;
  const Process& process = facts.processes[facts.top->by_pss.front()];
  return held_by(process) ? &process : nullptr;
}

void add_holder(Finding& finding, const FindingFacts& facts, const Process& process) {
  const Got<std::uint64_t> held = held_by(process);
  add(finding, "holder", process_label(process));
  add(finding, "holder_pid", Got<std::uint64_t>(process.pid));
  add(finding, "holder_bytes", held, process.pss_bytes ? "proc/PID/smaps_rollup Pss" : "proc/PID/stat rss");
  add(finding, "holder_pct", share(held, facts.meminfo().mem_total_bytes));
}

}  // namespace memkit
