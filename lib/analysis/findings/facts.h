#pragma once

#include <span>

#include "analysis/accounting.h"
#include "analysis/available.h"
#include "analysis/delta.h"
#include "analysis/headroom.h"
#include "analysis/oom_history.h"
#include "analysis/slab_judgement.h"
#include "analysis/where.h"
#include "collect/cgroup_survey.h"
#include "collect/processes.h"
#include "collect/shared_files.h"
#include "collect/snapshot.h"

namespace memkit {

/// A cgroup that is near its limit, looked at closely.
struct TightCgroup {
  CgroupMemory memory;
  Got<Pressure> pressure;  ///< its own
};

/// The kernel's caches, looked at as a whole.
struct KernelCaches {
  SlabFacts facts;
  SlabTable table;
  SlabJudgement judgement;
};

/// All that rules may look at: parsed and added up already, no file among it. What a pointer does not point to was not
/// looked at.
struct FindingFacts {
  const Snapshot& snapshot;
  const Accounting& accounting;
  const HealthVerdict& health;
  const Delta* delta = nullptr;  ///< two samples; without, rates are not judged
  std::span<const Process> processes = {};
  const TopProcesses* top = nullptr;
  const WalkSummary* walk = nullptr;
  const CgroupSurvey* cgroups = nullptr;
  const CgroupSurvey* cgroups_before = nullptr;  ///< of the first sample
  std::span<const TightCgroup> tight = {};       ///< the tightest first
  const KernelCaches* slab = nullptr;
  const CgroupFacts* own_cgroup = nullptr;  ///< that of this process
  const OomHistory* oom = nullptr;          ///< what the kernel log tells
  const SharedFiles* shared = nullptr;      ///< looked at where much of Shmem has no place: see unplaced_shmem()

  [[nodiscard]] const Meminfo& meminfo() const { return *snapshot.meminfo; }
};

}  // namespace memkit
