#pragma once

#include <string>
#include <vector>

#include "analysis/findings/rules.h"
#include "output/lang/language.h"

namespace memkit {

/// Where a figure of the evidence comes from: a path and a field as they stand, a phrase in the language.
std::string source_text(std::string_view source, Language language);
/// A figure of the evidence with its unit, as its key's ending says: "312.0 MiB", "2.0 %", "41.0 MiB/s". Names are
/// escaped.
std::string evidence_text(const Evidence& evidence, Language language);
/// A number in the unit of `key`: limits.
std::string figure_text(std::string_view key, double value, Language language);

/// What a finding says, in one sentence.
std::string sentence(const Finding& finding, Language language);
/// The same; of a cause with its worst symptom before it.
std::string sentence_with_symptom(const Finding& finding, const Diagnosis& diagnosis, Language language);
/// What to do about it; empty where there is nothing to say.
std::string advice(const Finding& finding, Language language);

/// Overall: "critical", "warning", "ok", or "unknown" where nothing is found and what is available is not known.
std::string_view status_of(const Diagnosis& diagnosis, const HealthVerdict& health);
/// The diagnosis in one sentence: of the first finding, or what makes the machine a healthy one.
std::string diagnosis_text(const Diagnosis& diagnosis, const FindingFacts& facts, Language language);

/// Rules that were not judged, by the reason: "needs two samples: psi-trend, ...".
struct NotJudgedGroup {
  LackWhy why;
  std::vector<std::string_view> ids;
};
std::vector<NotJudgedGroup> by_reason(const Diagnosis& diagnosis);

}  // namespace memkit
