#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/PID/status. Kernel threads and zombies have none of the Vm* and Rss* lines.
/// Source: Documentation/filesystems/proc.rst table 1-2; fs/proc/array.c proc_pid_status; fs/proc/task_mmu.c.
struct PidStatus {
  Got<std::string> name;  ///< comm, its "\n" and "\\" escapes decoded: any byte
  Got<char> state;
  Got<std::uint32_t> tgid;
  Got<std::uint32_t> pid;
  Got<std::uint32_t> ppid;
  Got<std::uint32_t> uid;      ///< real; in the reader's user namespace
  Got<std::uint32_t> euid;     ///< effective
  Got<std::uint64_t> kthread;  ///< 1 = kernel thread (6.9)
  Got<std::uint64_t> vm_peak_bytes;
  Got<std::uint64_t> vm_size_bytes;
  Got<std::uint64_t> vm_lck_bytes;  ///< locked
  Got<std::uint64_t> vm_pin_bytes;
  Got<std::uint64_t> vm_hwm_bytes;    ///< highest RSS so far
  Got<std::uint64_t> vm_rss_bytes;    ///< RssAnon + RssFile + RssShmem
  Got<std::uint64_t> rss_anon_bytes;  ///< (4.5), as the next two
  Got<std::uint64_t> rss_file_bytes;
  Got<std::uint64_t> rss_shmem_bytes;
  Got<std::uint64_t> vm_data_bytes;
  Got<std::uint64_t> vm_stk_bytes;
  Got<std::uint64_t> vm_exe_bytes;
  Got<std::uint64_t> vm_lib_bytes;
  Got<std::uint64_t> vm_pte_bytes;         ///< page tables; since 4.15 those of all levels
  Got<std::uint64_t> vm_pmd_bytes;         ///< 4.0 to 4.14
  Got<std::uint64_t> vm_swap_bytes;        ///< anonymous memory in swap, without shmem
  Got<std::uint64_t> hugetlb_pages_bytes;  ///< in neither VmRSS nor PSS
  Got<std::uint64_t> threads;

  /// What the kernel holds of page tables for the process, in no figure of its own pages.
  [[nodiscard]] Got<std::uint64_t> page_tables_bytes() const {
    return vm_pmd_bytes ? sum(vm_pte_bytes, vm_pmd_bytes) : vm_pte_bytes;
  }
};

PidStatus parse_pid_status(std::string_view text);

}  // namespace memkit
