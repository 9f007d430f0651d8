#pragma once

#include <span>

#include "analysis/accounting.h"
#include "analysis/available.h"
#include "analysis/delta.h"
#include "analysis/where.h"
#include "collect/process.h"
#include "collect/snapshot.h"

namespace memkit {

/// All that rules may look at: parsed and added up already, no file among it. What a pointer does not point to was not
/// looked at.
struct FindingFacts {
  const Snapshot& snapshot;
  const Accounting& accounting;
  const HealthVerdict& health;
  const Delta* delta = nullptr;  ///< two samples; without, rates are not judged
  std::span<const Process> processes = {};
  const TopProcesses* top = nullptr;

  [[nodiscard]] const Meminfo& meminfo() const { return *snapshot.meminfo; }
};

}  // namespace memkit
