#include "analysis/findings/finding.h"

#include <algorithm>

namespace memkit {

std::string_view to_string(Severity severity) {
  return severity == Severity::critical ? "critical" : severity == Severity::warning ? "warning" : "info";
}

std::string_view to_string(Confidence confidence) {
  return confidence == Confidence::high ? "high" : confidence == Confidence::medium ? "medium" : "low";
}

std::string_view to_string(LackWhy why) {
  switch (why) {
    case LackWhy::absent:
      return "absent";
    case LackWhy::denied:
      return "denied";
    case LackWhy::hidden:
      return "hidden";
    case LackWhy::malformed:
      return "malformed";
    case LackWhy::skipped:
      return "skipped";
    case LackWhy::one_sample:
      return "one_sample";
    case LackWhy::other_view:
      break;
  }
  return "other_view";
}

LackWhy lack_why(Missing missing) {
  switch (missing) {
    case Missing::absent:
      return LackWhy::absent;
    case Missing::denied:
      return LackWhy::denied;
    case Missing::hidden:
      return LackWhy::hidden;
    case Missing::malformed:
      return LackWhy::malformed;
    case Missing::skipped:
      break;
  }
  return LackWhy::skipped;
}

const Evidence* Finding::find(std::string_view key) const {
  const auto at = std::find_if(evidence.begin(), evidence.end(), [key](const Evidence& e) { return e.key == key; });
  return at == evidence.end() ? nullptr : &*at;
}

}  // namespace memkit
