#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "output/report.h"

namespace memkit {

/// What a report is to be made of: the options, understood.
struct ReportRequest {
  std::size_t top = 10;
  double interval_s = 0;           ///< 0: one sample
  std::optional<std::string> log;  ///< the kernel log to read in place of the system's own
  bool quote_log = false;          ///< keep the lines of the log that tell of the last kill
  std::vector<std::string> only;
  std::vector<std::string> ignore;
};

/// Throws UsageError for what cannot be meant, before anything is read.
ReportRequest report_request(const Context& context);

/// Reads, adds up and judges. Throws RunError where there is no MemTotal.
ReportFacts take_report(const Context& context, const Root& root, const ReportRequest& request);

/// The document memkit.report/1.
void write_report_document(Out& out, bool pretty, const ReportFacts& facts, Language language);

}  // namespace memkit
