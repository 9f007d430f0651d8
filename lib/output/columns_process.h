#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "collect/process.h"
#include "output/column.h"
#include "parse/workload.h"

namespace memkit {

/// What is alike for all rows of a listing.
struct ProcessListing {
  Got<std::uint64_t> mem_total_bytes;
  Got<std::int64_t> boot_time_s;                   ///< since the epoch; start times count from it
  std::uint64_t ticks_per_s = 100;                 ///< of starttime_ticks
  std::map<std::string_view, Workload> workloads;  ///< by the cgroup that tells them, which many processes share

  const Workload& workload_of(std::string_view cgroup) {
    return workloads.try_emplace(cgroup, parse_workload(cgroup)).first->second;
  }
};

inline constexpr Workload kNoWorkload;

/// A process as tables show it: a view, small beside the walk's own row, which it refers to. Names live in the pools
/// that the listing was made with.
struct ProcessRow {
  const Process* process = nullptr;
  const ProcessListing* listing = nullptr;
  std::string_view user;                    ///< name of process.uid; meaningless where that is unknown
  const Workload* workload = &kNoWorkload;  ///< one of the listing's
};

std::span<const Column<ProcessRow>> process_columns();

}  // namespace memkit
