#pragma once

#include "output/lang/words.h"
#include "output/report.h"

namespace memkit {

/// "limit of /a.service reached": why an event happened, in a few words of the language.
std::string reason_text(const OomSummary& event, const Words& words);
/// "16 min ago: java (PID 11021, app.service), ...": an event in a line. Safe for a terminal.
std::string event_text(const OomSummary& event, const Got<double>& age_s, const Words& words);
/// "java (PID 12345, app.service), score 1392", or why it would be nobody.
std::string next_victim_text(const ReportFacts& facts, const Words& words);

/// The lines of the report that follow the count of kills: what the log tells, and who would be next.
std::vector<std::string> oom_lines(const ReportFacts& facts, const Words& words);

/// "oom" of memkit.report/1, an object.
void write_oom(JsonWriter& json, const ReportFacts& facts);
/// The keys of the next victim, inside an object that is open.
void write_next_victim(JsonWriter& json, const ReportFacts& facts);

}  // namespace memkit
