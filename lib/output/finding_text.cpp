#include "output/finding_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

std::string seconds_text(double seconds, Language language) {
  if (seconds < 120) return fmt::format("{:.0f} {}", seconds, message(language, "unit.seconds"));
  if (seconds < 7200) return fmt::format("{:.0f} {}", seconds / 60, message(language, "unit.minutes"));
  return fmt::format("{:.1f} {}", seconds / 3600, message(language, "unit.hours"));
}

std::string signed_bytes(double bytes) {
  const auto whole = static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes);
  return (bytes < 0 ? "-" : "") + size_text(whole);
}

}  // namespace

std::string figure_text(std::string_view key, double value, Language language) {
  if (key.ends_with("_bytes_per_s")) return signed_bytes(value) + "/s";
  if (key.ends_with("_bytes")) return signed_bytes(value);
  if (key.ends_with("_pct")) return fmt::format("{:.{}f} %", value, value != 0 && value > -1 && value < 1 ? 2 : 1);
  if (key.ends_with("_s")) return seconds_text(value, language);
  return fmt::format("{:.{}f}", value, value == static_cast<double>(static_cast<std::int64_t>(value)) ? 0 : 2);
}

std::string source_text(std::string_view source, Language language) {
  const std::string key = "source." + std::string(source);
  return std::string(has_message(key) ? message(language, key) : source);
}

std::string evidence_text(const Evidence& evidence, Language language) {
  if (const auto* text = std::get_if<std::string>(&evidence.value)) {
    if (evidence.key.ends_with("_term")) return std::string(message(language, "term." + *text));
    return for_terminal(*text);
  }
  if (const auto* count = std::get_if<std::uint64_t>(&evidence.value)) {
    if (evidence.key.ends_with("_bytes")) return size_text(*count);
    return figure_text(evidence.key, static_cast<double>(*count), language);
  }
  if (const auto* count = std::get_if<std::int64_t>(&evidence.value)) {
    return figure_text(evidence.key, static_cast<double>(*count), language);
  }
  return figure_text(evidence.key, std::get<double>(evidence.value), language);
}

std::string sentence(const Finding& finding, Language language) {
  std::string text;
  std::string_view rest = message(language, finding.text);
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    text += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    const Evidence* const evidence = finding.find(rest.substr(open + 1, close - open - 1));
    text += evidence == nullptr ? "-" : evidence_text(*evidence, language);
    rest.remove_prefix(close + 1);
  }
  return text;
}

std::string sentence_with_symptom(const Finding& finding, const Diagnosis& diagnosis, Language language) {
  if (finding.explains.empty()) return sentence(finding, language);
  const Finding* const symptom = diagnosis.find(finding.explains.front());
  if (symptom == nullptr) return sentence(finding, language);
  return fmt::format(fmt::runtime(message(language, "with.cause")), sentence(*symptom, language),
                     sentence(finding, language));
}

std::string advice(const Finding& finding, Language language) {
  const std::string key = std::string(finding.id) + "!";
  return has_message(key) ? std::string(message(language, key)) : "";
}

std::string_view status_of(const Diagnosis& diagnosis, const HealthVerdict& health) {
  const Severity worst = diagnosis.worst();
  if (worst != Severity::info) return to_string(worst);
  return health.health == Health::unknown ? "unknown" : "ok";
}

std::string diagnosis_text(const Diagnosis& diagnosis, const FindingFacts& facts, Language language) {
  if (diagnosis.worst() != Severity::info) {
    return sentence_with_symptom(diagnosis.findings.front(), diagnosis, language);
  }
  if (!facts.health.usable_pct) return std::string(message(language, "unknown.available"));
  const std::string_view join = message(language, "ok.join");
  std::string text = fmt::format(fmt::runtime(message(language, "ok.available")), percent_text(facts.health.usable_pct),
                                 size_text(facts.health.total_bytes));
  const auto add = [&](std::string_view key) { text += fmt::format("{}{}", join, message(language, key)); };
  const Got<Pressure>& pressure = facts.snapshot.pressure.memory;
  if (pressure && pressure->some.avg10_pct && *pressure->some.avg10_pct < 1) add("ok.pressure");
  const Got<std::uint64_t> kills = facts.snapshot.vmstat ? facts.snapshot.vmstat->oom_kill : Got<std::uint64_t>();
  if (kills && *kills == 0) add("ok.kills");
  return text;
}

std::vector<NotJudgedGroup> by_reason(const Diagnosis& diagnosis) {
  std::vector<NotJudgedGroup> groups;
  for (const NotJudged& rule : diagnosis.not_judged) {
    auto at = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.why == rule.lack.why; });
    if (at == groups.end()) at = groups.insert(at, {rule.lack.why, {}});
    at->ids.push_back(rule.id);
  }
  return groups;
}

}  // namespace memkit
