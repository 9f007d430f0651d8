#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "../got.h"

namespace memkit {

/// When a line was logged, as far as the log says.
struct LogTime {
  /// How well `wall_us` is known.
  enum class Sure : std::uint8_t {
    unknown,    ///< there is no wall clock: wall_us is missing
    exact,      ///< the log names the day, the time and its distance from UTC
    no_zone,    ///< day and time, taken as UTC: it may be up to 14 hours off
    no_year,    ///< month, day and time (syslog): the year is a guess, the zone is taken as UTC
    from_boot,  ///< the kernel's clock since boot, added to the time of boot: off by suspends and clock steps
  };
  std::string text;                 ///< as the log prints it: "May 19 18:14:43", "139.201253"; empty: no time
  Got<std::int64_t> wall_us;        ///< since the epoch, UTC
  Got<std::uint64_t> monotonic_us;  ///< the kernel's clock, since boot
  Sure sure = Sure::unknown;
};

/// A process that was killed. Sizes at that moment; which there are depends on the kernel.
/// Source: mm/oom_kill.c __oom_kill_process.
struct OomKill {
  std::uint64_t pid = 0;
  std::string name;
  Got<std::uint64_t> total_vm_bytes;
  Got<std::uint64_t> anon_rss_bytes;
  Got<std::uint64_t> file_rss_bytes;
  Got<std::uint64_t> shmem_rss_bytes;  ///< 4.7
  Got<std::uint64_t> uid;
  Got<std::uint64_t> pgtables_bytes;  ///< 5.3
  Got<std::int64_t> oom_score_adj;    ///< 5.3

  /// anon + file + shmem, as far as the line has them; missing where it has none.
  [[nodiscard]] Got<std::uint64_t> rss_bytes() const;
};

/// A row of the task table. kUnknown where the table has no such column.
struct OomTask {
  static constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::int64_t kUnknownAdj = std::numeric_limits<std::int64_t>::min();
  std::uint64_t pid = kUnknown;
  std::uint64_t tgid = kUnknown;
  std::uint64_t uid = kUnknown;
  std::uint64_t total_vm_pages = kUnknown;
  std::uint64_t rss_pages = kUnknown;
  std::uint64_t rss_anon_pages = kUnknown;  ///< 6.8
  std::uint64_t rss_file_pages = kUnknown;
  std::uint64_t rss_shmem_pages = kUnknown;
  std::uint64_t pgtables_bytes = kUnknown;    ///< 4.15
  std::uint64_t page_table_pages = kUnknown;  ///< nr_ptes (+ nr_pmds), before 4.15
  std::uint64_t swap_pages = kUnknown;
  std::int64_t oom_score_adj = kUnknownAdj;
  std::string name;

  static Got<std::uint64_t> known(std::uint64_t figure) {
    return figure == kUnknown ? Got<std::uint64_t>(Missing::absent) : figure;
  }
};

/// "active_anon:504" of Mem-Info, under the kernel's own name: kernels add and drop some.
struct OomCount {
  std::string name;
  std::uint64_t pages = 0;
};

/// Free blocks of one order in a zone's buddy line: "3098*8kB (UME)".
struct OomBuddyOrder {
  std::uint64_t blocks = 0;
  std::uint64_t block_bytes = 0;
  std::string types;  ///< "UMEC": migrate types that have one (C: only for movable pages); empty: not printed
};

/// A cache of "Unreclaimable slab info", a line of "Memory allocations", a figure of a node.
struct OomNamedSize {
  std::string name;
  std::uint64_t bytes = 0;
};

/// "Node 0 active_anon:2016kB inactive_anon:19683008kB ... all_unreclaimable? no", since 4.8: before, zones have them.
struct OomNode {
  std::uint64_t node = 0;
  std::vector<OomNamedSize> figures;  ///< under the kernel's names and in its order: kernels add and drop some
  Got<bool> all_unreclaimable;        ///< reclaim has given up on it
};

/// A zone: its line of kB figures, its lowmem_reserve and its buddy line. Missing where the line was not seen.
struct OomZone {
  Got<std::uint64_t> node;  ///< absent where the kernel is built without NUMA
  std::string name;
  Got<std::uint64_t> free_bytes;
  Got<std::uint64_t> boost_bytes;
  Got<std::uint64_t> min_bytes;
  Got<std::uint64_t> low_bytes;
  Got<std::uint64_t> high_bytes;
  Got<std::uint64_t> present_bytes;
  Got<std::uint64_t> managed_bytes;
  Got<std::uint64_t> free_cma_bytes;
  Got<std::uint64_t> active_anon_bytes;
  Got<std::uint64_t> inactive_anon_bytes;
  Got<std::uint64_t> active_file_bytes;
  Got<std::uint64_t> inactive_file_bytes;
  Got<std::uint64_t> unevictable_bytes;
  std::vector<std::uint64_t> lowmem_reserve_pages;
  std::vector<OomBuddyOrder> buddy;  ///< by order; empty: no buddy line
};

/// "Node 0 hugepages_total=4 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB".
struct OomHugepages {
  Got<std::uint64_t> node;
  std::uint64_t total_pages = 0;  ///< of page_size_bytes each
  std::uint64_t free_pages = 0;
  Got<std::uint64_t> surplus_pages;
  std::uint64_t page_size_bytes = 0;
};

/// What the dump says of the whole machine. Pages are of the machine's page size.
struct OomMachine {
  bool seen = false;             ///< "Mem-Info:" or its counts were there
  std::vector<OomCount> counts;  ///< in the kernel's order
  std::vector<OomNode> nodes;
  std::vector<OomZone> zones;
  std::uint64_t zone_lines = 0;
  std::uint64_t buddy_lines = 0;
  std::vector<OomHugepages> hugepages;
  Got<std::uint64_t> pagecache_pages;
  Got<std::uint64_t> swapcache_pages;
  Got<std::uint64_t> swap_free_bytes;
  Got<std::uint64_t> swap_total_bytes;
  Got<std::uint64_t> ram_pages;
  Got<std::uint64_t> highmem_pages;
  Got<std::uint64_t> reserved_pages;
  Got<std::uint64_t> cma_reserved_pages;
  Got<std::uint64_t> hwpoisoned_pages;
  bool slab_listed = false;  ///< "Unreclaimable slab info:" was there
  std::vector<OomNamedSize> unreclaimable_slabs;
  std::vector<OomNamedSize> allocations;  ///< "Memory allocations:" (6.10)

  /// The pages of a count of Mem-Info.
  [[nodiscard]] Got<std::uint64_t> count(std::string_view name) const;
};

/// "memory: usage 524288kB, limit 524288kB, failcnt 20628".
struct OomCounter {
  Got<std::uint64_t> usage_bytes;
  Got<std::uint64_t> limit_bytes;  ///< absent where there is none
  bool unlimited = false;          ///< the line says so: 9007199254740988 or 18014398509481983 kB
  Got<std::uint64_t> limit_kib;    ///< as printed
  Got<std::uint64_t> failcnt;
  [[nodiscard]] bool seen() const { return usage_bytes.has_value() || limit_kib.has_value(); }
};

/// What the dump says of the control group whose limit was hit.
struct OomMemcg {
  OomCounter memory;
  OomCounter memsw;       ///< v1 "memory+swap"
  OomCounter swap;        ///< v2
  OomCounter kmem;        ///< v1
  std::string stats_for;  ///< of "Memory cgroup stats for P:"
  /// "anon 7601418240" (v2), "rss:523448KB" (v1): under the kernel's name. Bytes where is_bytes, else a count.
  struct Stat {
    std::string name;
    std::uint64_t value = 0;
    bool is_bytes = true;
  };
  std::vector<Stat> stats;
  [[nodiscard]] Got<std::uint64_t> stat(std::string_view name) const;
  [[nodiscard]] bool seen() const { return memory.seen() || memsw.seen() || swap.seen() || !stats.empty(); }
  /// 1, 2, or 0: not told by the lines.
  [[nodiscard]] int version() const;
};

/// "oom_reaper: reaped process 454 (dbus-daemon), now anon-rss:0kB, ...".
struct OomReaped {
  std::uint64_t pid = 0;
  std::string name;
  bool reaped = true;  ///< false: "unable to reap"
  LogTime time;
};

/// A line of another program that repeats or follows what the kernel did: systemd, containerd, kubelet,
/// node-problem-detector.
struct OomEcho {
  std::string source;  ///< "systemd", "containerd"
  std::string text;    ///< at most 300 bytes of it
  LogTime time;
  enum class Kind : std::uint8_t { repeats, unit_failed, unit_restarted } kind = Kind::repeats;
  std::string unit;             ///< of systemd's lines
  Got<std::uint64_t> restarts;  ///< "restart counter is at N"
};

/// What a daemon said when it killed. Figures that the source does not print are missing.
struct DaemonKill {
  std::string source;     ///< "systemd-oomd", "earlyoom"
  std::string verb;       ///< "Killed", "Marked" (systemd-oomd)
  std::string cgroup;     ///< systemd-oomd: what was killed
  std::string reason;     ///< "memory pressure", "memory and swap used", "swap used"; empty: not said
  std::string monitored;  ///< whose pressure it was
  Got<double> pressure_pct;
  Got<double> limit_pct;
  std::string duration;  ///< "20s"
  Got<std::uint64_t> mem_used_bytes;
  Got<std::uint64_t> mem_total_bytes;
  Got<std::uint64_t> swap_used_bytes;
  Got<std::uint64_t> swap_total_bytes;
  Got<std::uint64_t> candidates;        ///< "Considered N cgroups for killing"
  Got<std::uint64_t> processes_killed;  ///< systemd: "systemd-oomd killed N process(es) in this unit."
  std::string signal;                   ///< "SIGTERM", "SIGKILL" (earlyoom)
  Got<std::uint64_t> pid;
  std::string name;
  Got<std::uint64_t> uid;
  Got<std::int64_t> badness;
  Got<std::int64_t> oom_score;
  Got<std::int64_t> oom_score_adj;
  Got<std::uint64_t> vmrss_bytes;
  std::string cmdline;
  bool escalated = false;  ///< "escalating to SIGKILL"
  bool failed = false;     ///< "kill failed"
  Got<double> exited_after_s;
};

enum class OomKind : std::uint8_t { kernel, systemd_oomd, earlyoom };

/// One event of a log: a run of the kernel's OOM killer, or a daemon's kill. What the log does not say is missing or
/// empty. Sources: mm/oom_kill.c, mm/memcontrol.c, mm/show_mem.c (2.6.18 to 7.0); systemd src/oom; earlyoom kill.c.
struct OomEvent {
  std::uint64_t number = 0;  ///< 1, 2 ... in the order of the log
  /// The number of the event that this is another copy of; absent: it is the first. Told by lib/analysis.
  Got<std::uint64_t> repeat_of;
  OomKind kind = OomKind::kernel;
  LogTime time;       ///< of its first line
  LogTime kill_time;  ///< of the first "Killed process" line
  std::string host;
  std::string boot_id;  ///< of the journal's and of the live log's records

  // The one who asked: "NAME invoked oom-killer: gfp_mask=..., order=..., oom_score_adj=..."
  bool header_seen = false;
  std::string trigger;
  Got<std::uint64_t> trigger_pid;
  std::string gfp_mask;     ///< "0x140cca"
  std::string gfp_flags;    ///< "GFP_HIGHUSER_MOVABLE|__GFP_COMP"; empty before 4.5
  Got<std::int64_t> order;  ///< -1: by hand (sysrq)
  Got<std::int64_t> trigger_oom_score_adj;
  std::string kernel;  ///< the kernel's release

  // "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),..."
  std::string constraint;
  std::string nodemask;
  std::string cpuset;
  std::string mems_allowed;
  std::string oom_memcg;   ///< whose limit was hit; of "as a result of limit of" too
  std::string task_memcg;  ///< the victim's
  bool global_oom = false;
  std::string chosen_task;
  Got<std::uint64_t> chosen_pid;
  Got<std::uint64_t> chosen_uid;

  // The victims
  std::string why;               ///< "Memory cgroup out of memory", "Out of memory (oom_kill_allocating_task)"
  Got<std::uint64_t> score;      ///< "Kill process P (name) score S": before 5.1
  Got<std::uint64_t> score_pid;  ///< P: the one chosen; a child of it may have been killed
  std::string score_name;
  std::vector<OomKill> kills;  ///< as printed: the first victim of a group may be there twice
  std::string group_kill;      ///< the cgroup that died whole (memory.oom.group)
  bool nothing_killable = false;
  bool victim_already_exiting = false;
  std::string panic;  ///< "System is deadlocked on memory"; empty: none
  std::vector<OomReaped> reaped;

  OomMachine machine;
  OomMemcg memcg;
  std::string table_header;  ///< "[ pid ] uid tgid total_vm rss ... name"
  std::vector<OomTask> tasks;
  std::uint64_t tasks_dropped = 0;  ///< rows beyond what is kept
  /// Told from the smallest block of a buddy line, else from the victim's size in kB and in pages.
  Got<std::uint64_t> page_size_bytes;

  DaemonKill daemon;

  std::vector<OomEcho> echoes;  ///< the first ones
  std::uint64_t echo_count = 0;

  bool from_user_space = false;  ///< a record of /dev/kmsg whose facility is not the kernel's: it can be forged
  bool mixed = false;            ///< its lines stood among another event's: what could not be told apart is left out

  enum class Scope : std::uint8_t { unknown, global, memcg, sysrq };
  [[nodiscard]] Scope scope() const;
  [[nodiscard]] const OomKill* victim() const { return kills.empty() ? nullptr : &kills.front(); }
  /// The cgroup whose limit was hit, as far as it is named: a dump whose end is not in the log has it above its
  /// statistics.
  [[nodiscard]] const std::string& limited_memcg() const { return oom_memcg.empty() ? memcg.stats_for : oom_memcg; }
  [[nodiscard]] bool killed_something() const { return kind != OomKind::kernel || !kills.empty(); }
  /// Of processes that died, each once.
  [[nodiscard]] std::size_t distinct_kills() const;
};

}  // namespace memkit
