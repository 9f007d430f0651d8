#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "output/escape.h"
#include "output/finding_text.h"
#include "output/report.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr std::size_t kColumns = 79;
constexpr std::size_t kIndent = 3;
constexpr std::size_t kLabel = 10;

std::string upper(std::string_view word) {
  std::string text(word);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

Tone tone_of(std::string_view status) {
  return status == "ok"         ? Tone::good
         : status == "warning"  ? Tone::noted
         : status == "critical" ? Tone::bad
                                : Tone::plain;
}

/// A label, and a text that is wrapped beside it.
void print_beside(Out& out, std::string_view label, std::string_view text) {
  const std::size_t left = kIndent + kLabel;
  std::string head = std::string(kIndent, ' ') + padded(label, kLabel);
  for (const std::string& line : wrapped(text, kColumns - left)) {
    out.print("{}{}\n", head, line);
    head.assign(left, ' ');
  }
}

void print_evidence(Out& out, const Finding& finding, Language language) {
  std::string_view label = message(language, "label.evidence");
  for (const Evidence& evidence : finding.evidence) {
    if (evidence.source.empty()) continue;
    std::string text =
        fmt::format("{} = {}", source_text(evidence.source, language), evidence_text(evidence, language));
    if (evidence.limit) {
      text += fmt::format(" ({} {})", message(language, "label.limit"),
                          figure_text(evidence.key, *evidence.limit, language));
    }
    print_beside(out, label, text);
    label = "";
  }
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

void print_finding(Out& out, const Finding& finding, std::size_t number, const ReportStyle& style) {
  const Language language = style.language;
  const std::string_view word = message(language, "severity." + std::string(to_string(finding.severity)));
  out.print("{:<{}}{}{}\n", number, kIndent,
            toned(padded(word, kLabel), tone_of(to_string(finding.severity)), style.color), finding.id);
  print_beside(out, "", sentence(finding, language));
  if (!finding.explains.empty()) print_beside(out, message(language, "label.explains"), joined(finding.explains));
  if (!finding.explained_by.empty()) {
    // It stands here as evidence: its cause has the rest.
    print_beside(out, message(language, "label.cause"), finding.explained_by);
  } else {
    print_evidence(out, finding, language);
    if (const std::string text = advice(finding, language); !text.empty())
      print_beside(out, message(language, "label.do"), text);
    std::string_view label = message(language, "label.next");
    for (const std::string& command : finding.next) {
      out.print("{}{}{}\n", std::string(kIndent, ' '), padded(label, kLabel), for_terminal(command));
      label = "";
    }
  }
  out.write("\n");
}

void print_answer(Out& out, const ReportFacts& facts, const ReportStyle& style) {
  const Host& host = facts.snapshot.host;
  const std::string_view status = status_of(facts.diagnosis, facts.health);
  const std::string name = host.name ? for_terminal(*host.name) : std::string(message(style.language, "host.unknown"));
  const std::string word = upper(message(style.language, "severity." + std::string(status)));
  const std::size_t left = std::min(display_width(name) + display_width(word) + 4, kColumns / 2);
  std::string head = fmt::format("{}  {}  ", name, toned(word, tone_of(status), style.color));
  const std::string text = diagnosis_text(facts.diagnosis, facts.for_rules(), style.language);
  for (const std::string& line : wrapped(text, kColumns - left)) {
    out.print("{}{}\n", head, line);
    head.assign(left, ' ');
  }
  out.write("\n");
}

}  // namespace

void print_findings(Out& out, const ReportFacts& facts, const ReportStyle& style) {
  print_answer(out, facts, style);
  std::size_t number = 0;
  bool noted = false;
  for (const Finding& finding : facts.diagnosis.findings) {
    if (finding.severity != Severity::info) {
      print_finding(out, finding, ++number, style);
      continue;
    }
    print_beside(out, message(style.language, "severity.info"),
                 fmt::format("{}: {} {}", finding.id, sentence(finding, style.language),
                             finding.explained_by.empty() ? advice(finding, style.language) : ""));
    noted = true;
  }
  if (noted && !style.brief) out.write("\n");
}

void print_not_judged(Out& out, const Diagnosis& diagnosis, Language language) {
  if (diagnosis.not_judged.empty()) return;
  std::string text;
  for (const NotJudgedGroup& group : by_reason(diagnosis)) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", joined(group.ids),
                        message(language, "why." + std::string(to_string(group.why))));
  }
  out.write("\n");
  for (const std::string& line : wrapped(fmt::format("{}: {}.", message(language, "label.not-judged"), text), kColumns))
    out.print("{}\n", line);
}

}  // namespace memkit
