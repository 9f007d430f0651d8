#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "output/report.h"

namespace memkit {

/// What a report is to be made of: the options, understood.
struct ReportRequest {
  std::size_t top = 10;
  double interval_s = 0;  ///< 0: one sample
  std::vector<std::string> only;
  std::vector<std::string> ignore;
};

/// Throws UsageError for what cannot be meant, before anything is read.
ReportRequest report_request(const Context& context);

/// Reads, adds up and judges. Throws RunError where there is no MemTotal.
ReportFacts take_report(const Context& context, const Root& root, const ReportRequest& request);

}  // namespace memkit
