#pragma once

#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "analysis/findings/facts.h"
#include "analysis/findings/finding.h"

namespace memkit {

/// The thresholds of a rule, in the unit of the figure that it judges (per cent where it is a share). What a rule does
/// not use is never reached.
struct Limits {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double info = kNone;
  double warning = kNone;
  double critical = kNone;
  double also = kNone;  ///< a second figure that has to be past its own limit
};

/// Nothing found, a finding (without its id and its commands, which the row gives), or why it could not be judged.
using Judgement = std::variant<std::monostate, Finding, Lack>;

/// A row of the table of rules: the one place where a finding is added.
struct Rule {
  std::string_view id;
  Limits limits;
  Judgement (*judge)(const FindingFacts&, const Limits&);
  /// Commands that show more, {key} standing for evidence; one that names what the finding does not have is left out.
  std::array<std::string_view, 4> next = {};
};

std::span<const Rule> rules();
/// The row with this id; nullptr of none.
const Rule* find_rule(std::string_view id);

/// What all rules find.
struct Diagnosis {
  /// The worst first; of equals causes before what they explain, then what explains most. The first is the diagnosis.
  std::vector<Finding> findings;
  std::vector<NotJudged> not_judged;

  [[nodiscard]] const Finding* find(std::string_view id) const;
  /// Info where there is nothing worse.
  [[nodiscard]] Severity worst() const;
};

/// Judges by all rules, or by those of `only` where there are any, and none of `ignore`. Needs meminfo with MemTotal.
Diagnosis diagnose(const FindingFacts& facts, std::span<const std::string_view> only = {},
                   std::span<const std::string_view> ignore = {});

/// A name as a word of a shell's command line: people paste these.
std::string shell_word(const std::string& name);

/// Marks which findings are the causes of others, lets a cause take over the severity, and puts all in order.
void order_by_cause(std::vector<Finding>& findings);

}  // namespace memkit
