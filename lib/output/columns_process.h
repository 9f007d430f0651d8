#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "collect/process.h"
#include "output/column.h"

namespace memkit {

/// What is alike for all rows of a listing.
struct ProcessListing {
  Got<std::uint64_t> mem_total_bytes;
  Got<std::int64_t> boot_time_s;    ///< since the epoch; start times count from it
  std::uint64_t ticks_per_s = 100;  ///< of starttime_ticks
};

/// A process as tables show it: a view, small beside the walk's own row, which it refers to. Names live in the pools
/// that the listing was made with.
struct ProcessRow {
  const Process* process = nullptr;
  const ProcessListing* listing = nullptr;
  std::string_view user;  ///< name of process.uid; meaningless where that is unknown
  std::string_view unit;  ///< empty: none
  std::string_view container;
  std::string_view pod;
};

std::span<const Column<ProcessRow>> process_columns();

}  // namespace memkit
