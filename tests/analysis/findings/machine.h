#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/findings/rules.h"

namespace memkit::test {

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kMib = 1024 * kKib;
constexpr std::uint64_t kGib = 1024 * kMib;

/// A healthy machine of 10,000,000 kB, so that a share is easy to see; tests change the figures that a rule reads.
struct Machine {
  Machine();

  Snapshot snapshot;
  std::optional<Delta> delta;
  std::vector<Process> processes;
  WalkSummary walk;
  CgroupSurvey survey;
  std::optional<CgroupSurvey> before;
  std::vector<TightCgroup> tight;
  CgroupFacts own;
  OomHistory oom;
  std::optional<SharedFiles> shared;  ///< none: not looked at
  std::optional<SlabFacts> slab;      ///< none: not looked at

  Meminfo* operator->() { return snapshot.meminfo.operator->(); }
  Process& add_process(std::string_view name, std::uint32_t pid, std::uint64_t pss_bytes);
  [[nodiscard]] Diagnosis diagnose() const;
  /// The finding of this rule alone, its reasons looked at by no other.
  [[nodiscard]] std::optional<Finding> finding(std::string_view id) const;
  [[nodiscard]] std::optional<Severity> severity(std::string_view id) const;
  [[nodiscard]] std::optional<LackWhy> not_judged(std::string_view id) const;
};

}  // namespace memkit::test
