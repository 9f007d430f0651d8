#pragma once

#include <cstdint>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/PID/statm, in pages; all zero for kernel threads. The cheapest file on a process's memory: resident
/// is inexact on kernels with per-CPU counters. Source: Documentation/filesystems/proc.rst table 1-3;
/// fs/proc/array.c proc_pid_statm.
struct PidStatm {
  Got<std::uint64_t> size_pages;      ///< virtual size
  Got<std::uint64_t> resident_pages;  ///< RSS
  Got<std::uint64_t> shared_pages;    ///< resident file and shmem pages, mapped elsewhere or not
  Got<std::uint64_t> text_pages;
  Got<std::uint64_t> data_pages;  ///< data and stack, virtual
};

PidStatm parse_pid_statm(std::string_view text);

}  // namespace memkit
