#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {

/// A kill at the limit of a cgroup, as a kernel of 6.x logs it.
struct MadeKill {
  std::string stamp;     ///< what a logger puts in front: "2026-11-22T18:02:10+00:00 web kernel: "; empty: dmesg
  std::uint64_t at = 0;  ///< the kernel's clock, in microseconds
  std::string cgroup = "/system.slice/app.service";
  std::string name = "java";
  int pid = 100;

  [[nodiscard]] std::string line(const std::string& text) const {
    return fmt::format("{}[{:5}.{:06}] {}\n", stamp, at / 1'000'000, at % 1'000'000, text);
  }
  [[nodiscard]] std::string head() const {
    return line(name + " invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0") +
           line(fmt::format("CPU: 3 UID: 1000 PID: {} Comm: {} Not tainted 6.12.0-test #1 PREEMPT(voluntary)", pid,
                            name)) +
           line("memory: usage 65536kB, limit 65536kB, failcnt 77") + line("swap: usage 0kB, limit 0kB, failcnt 0") +
           line("Memory cgroup stats for " + cgroup + ":") + line("anon 60000000") + line("file 4096") +
           line("Tasks state (memory values in pages):") +
           line("[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name") +
           line(fmt::format("[{:7}]  1000 {:5}    20000    12000   131072        0             0 {}", pid, pid, name)) +
           line(
               fmt::format("[{:7}]  1000 {:5}      600      300    40960        7          -250 sh", pid + 1, pid + 1));
  }
  [[nodiscard]] std::string tail() const {
    return line(fmt::format("oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg={},"
                            "task_memcg={},task={},pid={},uid=1000",
                            cgroup, cgroup, name, pid)) +
           line(fmt::format("Memory cgroup out of memory: Killed process {} ({}) total-vm:80000kB, anon-rss:48000kB, "
                            "file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:128kB oom_score_adj:0",
                            pid, name));
  }
  [[nodiscard]] std::string text() const { return head() + tail(); }
};

/// "2026-11-22T18:02:10+00:00 web kernel: ", of a clock text.
inline std::string utc_stamp(const std::string& clock) { return "2026-11-22T" + clock + "+00:00 web kernel: "; }

/// The events' numbers in a document of `memkit oom --json`.
std::vector<int> event_numbers(const std::vector<std::string>& options);

}  // namespace memkit
