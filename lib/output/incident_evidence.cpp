#include "output/finding_text.h"
#include "output/incident.h"
#include "output/text.h"

namespace memkit::incident {
namespace {

std::string kib(std::string_view name, const Got<std::uint64_t>& bytes) {
  return fmt::format("{:<16}{:>8} kB", name, *bytes / 1024);
}

/// The lines of meminfo that everybody asks for, as the file has them.
std::vector<std::string> meminfo_lines(const Meminfo& m) {
  const std::pair<std::string_view, Got<std::uint64_t>> fields[] = {
      {"MemTotal:", m.mem_total_bytes},   {"MemFree:", m.mem_free_bytes},     {"MemAvailable:", m.mem_available_bytes},
      {"Cached:", m.cached_bytes},        {"SwapTotal:", m.swap_total_bytes}, {"SwapFree:", m.swap_free_bytes},
      {"AnonPages:", m.anon_pages_bytes}, {"Shmem:", m.shmem_bytes},          {"SReclaimable:", m.sreclaimable_bytes},
      {"SUnreclaim:", m.sunreclaim_bytes}};
  std::vector<std::string> lines{"$ grep -E '^(Mem|Cached|Swap[TF]|AnonPages|Shmem:|SRec|SUnr)' /proc/meminfo"};
  for (const auto& [name, bytes] : fields) {
    if (bytes) lines.push_back(kib(name, bytes));
  }
  return lines;
}

void add_line(std::vector<std::string>& lines, std::string_view kind, const PressureLine& line) {
  if (!line.avg10_pct || !line.avg60_pct || !line.avg300_pct || !line.total_us) return;
  lines.push_back(fmt::format("{} avg10={:.2f} avg60={:.2f} avg300={:.2f} total={}", kind, *line.avg10_pct,
                              *line.avg60_pct, *line.avg300_pct, *line.total_us));
}

void print_log(const Report& report) {
  const OomHistory& history = report.facts.oom;
  if (!history.log) {
    report.out.print("**{}**\n\n", report.words("inc.evidence.no-log"));
    return;
  }
  report.out.print("**{}**\n\n", report.words("inc.evidence.log", markdown::code(*history.log)));
  markdown::print_block(report.out, history.quotes.empty()
                                        ? std::vector<std::string>{report.words("oom.quiet-log", *history.log)}
                                        : history.quotes);
}

void print_figures(const Report& report) {
  const Words& words = report.words;
  std::vector<std::vector<std::string>> rows;
  for (const Finding& finding : report.facts.diagnosis.findings) {
    for (const Evidence& evidence : finding.evidence) {
      if (evidence.source.empty()) continue;
      const std::string limit =
          evidence.limit ? figure_text(evidence.key, *evidence.limit, words.language()) : std::string();
      rows.push_back({std::string(finding.id), markdown::code(source_text(evidence.source, words.language())),
                      markdown::text(evidence_text(evidence, words.language())), limit});
    }
  }
  if (rows.empty()) return;
  report.paragraph("inc.evidence.figures");
  markdown::print_table(report.out,
                        {std::string(words("inc.evidence.finding")), std::string(words("inc.evidence.source")),
                         std::string(words("inc.value")), std::string(words("label.limit"))},
                        rows);
}

void print_files(const Report& report) {
  report.paragraph("inc.evidence.files");
  std::vector<std::string> lines = meminfo_lines(*report.facts.snapshot.meminfo);
  if (const Got<Pressure>& memory = report.facts.snapshot.pressure.memory) {
    lines.emplace_back("$ cat /proc/pressure/memory");
    add_line(lines, "some", memory->some);
    add_line(lines, "full", memory->full);
  }
  markdown::print_block(report.out, lines);
}

void print_unjudged(const Report& report) {
  const Words& words = report.words;
  std::vector<std::vector<std::string>> rows;
  for (const NotJudged& rule : report.facts.diagnosis.not_judged) {
    rows.push_back({std::string(rule.id), markdown::code(rule.lack.what),
                    std::string(words("why." + std::string(to_string(rule.lack.why))))});
  }
  if (rows.empty()) return;
  report.paragraph("inc.evidence.unjudged");
  markdown::print_table(report.out,
                        {std::string(words("inc.evidence.finding")), std::string(words("inc.evidence.source")),
                         std::string(words("inc.judged"))},
                        rows);
}

}  // namespace

void print_evidence(const Report& report) {
  report.section("inc.evidence");
  print_log(report);
  print_figures(report);
  print_files(report);
  print_unjudged(report);
  report.blank("inc.evidence.attach");
}

}  // namespace memkit::incident
