#include "output/finding_text.h"
#include "output/report.h"
#include "output/report_fields.h"

namespace memkit {
namespace {

void write_evidence(JsonWriter& json, const Evidence& evidence) {
  json.begin_object();
  json.field("name", evidence.key);
  json.key("value");
  std::visit([&](const auto& value) { json.value(value); }, evidence.value);
  json.key("limit");
  evidence.limit ? json.value(*evidence.limit) : json.null();
  json.key("source");
  evidence.source.empty() ? json.null() : json.value(evidence.source);
  json.end_object();
}

}  // namespace

void write_fields(JsonWriter& json, const Finding& finding, Language language) {
  json.field("id", finding.id);
  json.field("severity", to_string(finding.severity));
  json.field("confidence", to_string(finding.confidence));
  json.field("text", sentence(finding, language));
  json.key("advice");
  const std::string text = advice(finding, language);
  text.empty() ? json.null() : json.value(text);
  json.key("evidence");
  json.begin_array();
  for (const Evidence& evidence : finding.evidence) write_evidence(json, evidence);
  json.end_array();
  json.list("next", finding.next);
  json.key("explained_by");
  finding.explained_by.empty() ? json.null() : json.value(finding.explained_by);
  json.list("explains", finding.explains);
}

void write_fields(JsonWriter& json, const NotJudged& rule) {
  json.field("id", rule.id);
  json.field("what", rule.lack.what);
  json.field("why", to_string(rule.lack.why));
}

void write_findings(JsonWriter& json, const ReportFacts& facts, Language language) {
  json.field("language", to_string(language));
  json.field("status", status_of(facts.diagnosis, facts.health));
  json.field("diagnosis", diagnosis_text(facts.diagnosis, facts.for_rules(), language));
  json.key("findings");
  json.begin_array();
  for (const Finding& finding : facts.diagnosis.findings) {
    json.begin_object();
    write_fields(json, finding, language);
    json.end_object();
  }
  json.end_array();
  json.key("not_judged");
  json.begin_array();
  for (const NotJudged& rule : facts.diagnosis.not_judged) {
    json.begin_object();
    write_fields(json, rule);
    json.end_object();
  }
  json.end_array();
}

}  // namespace memkit
