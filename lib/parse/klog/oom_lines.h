#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "oom_event.h"

/// The lines of an OOM event, one by one. `text` is what the kernel said, without prefixes. Each function answers
/// whether the line is of its kind; then, and only then, it has written what the line says.
namespace memkit {

/// What the beginning of a line says it is. Lines of call traces and registers are `trace`.
enum class OomLine : std::uint8_t {
  other,
  header,         ///< NAME invoked oom-killer: ...
  cpu,            ///< CPU: 0 PID: 7788 Comm: bash Not tainted ...
  trace,          ///< Hardware name, Call Trace and its frames, registers
  limit_of,       ///< Task in A killed as a result of limit of B
  memcg_counter,  ///< memory: usage ..., swap: usage ..., kmem: usage ...
  memcg_stats,    ///< Memory cgroup stats for P:
  memcg_stat,     ///< anon 7601418240
  mem_info,       ///< Mem-Info:
  counts,         ///< active_anon:504 inactive_anon:4920752 isolated_anon:0
  node,           ///< Node 0 active_anon:2016kB ...
  zone,           ///< Node 0 DMA free:11264kB ...; DMA free:11264kB ...
  lowmem,         ///< lowmem_reserve[]: 0 3113 21217
  buddy,          ///< Node 0 DMA: 0*4kB 1*8kB ... = 11264kB
  hugepages,      ///< Node 0 hugepages_total=0 ...
  total,          ///< 7807 total pagecache pages; Free swap  = 0kB; 6518670 pages RAM
  slab_title,     ///< Unreclaimable slab info:
  slab_header,    ///< Name                      Used          Total
  slab,           ///< bio-88                    64KB         64KB
  alloc_title,    ///< Memory allocations:
  alloc,          ///< 3176243200   247900 mm/slub.c:2264 func:alloc_slab_page
  table_title,    ///< Tasks state (memory values in pages):
  table_header,   ///< [  pid  ]   uid  tgid total_vm ...
  task,           ///< [   7557] 65535  7557      243 ...
  oom_kill,       ///< oom-kill:constraint=...
  oom_kill_rest,  ///< ,cpuset=/,mems_allowed=0,...: 5.0-rc broke the line
  chosen,         ///< Out of memory: Kill process P (name) score S or sacrifice child
  killed,         ///< [Memory cgroup out of memory: ]Killed process N (name) total-vm:...
  group,          ///< Tasks in X are going to be killed due to memory.oom.group set
  reaper,         ///< oom_reaper: reaped process ...
  exiting,        ///< OOM victim N (x) is already exiting. Skip killing the task
  unkillable,     ///< Out of memory and no killable processes...
  panic,          ///< Kernel panic - not syncing: ...
};
OomLine classify(std::string_view text);

/// Whether a line is one of an OOM event that stands for itself: not a trace, not a figure that other dumps have too.
bool is_oom_text(std::string_view text);

/// Indented further than the kernel itself does: a logger's or a pager's way to go on with a message.
inline bool is_deep(std::string_view text) { return text.starts_with("   ") || text.starts_with('\t'); }

bool read_header(std::string_view text, OomEvent& event);
/// CPU and Pid lines. `name` is the task's; the line belongs to an event only if it is the trigger's.
struct CpuLine {
  std::uint64_t pid = 0;
  std::string_view name;
  std::string_view kernel;
};
bool read_cpu(std::string_view text, CpuLine& into);
bool read_limit_of(std::string_view text, OomEvent& event);
bool read_memcg_counter(std::string_view text, OomMemcg& memcg);
/// "Memory cgroup stats for /leaker: cache:844KB rss:521136KB ...": v1's stand in the same line.
bool read_memcg_stats(std::string_view text, OomMemcg& memcg);
bool read_memcg_stat(std::string_view text, OomMemcg& memcg);
bool read_oom_kill(std::string_view text, OomEvent& event);
bool read_chosen(std::string_view text, OomEvent& event);
/// `why` is what stands before "Killed process", without ": ".
bool read_killed(std::string_view text, OomKill& kill, std::string_view& why);
bool read_group(std::string_view text, std::string_view& cgroup);
bool read_reaper(std::string_view text, OomReaped& into);

bool read_counts(std::string_view text, OomMachine& machine);
bool read_node(std::string_view text, OomMachine& machine);
bool read_zone(std::string_view text, OomMachine& machine);
bool read_lowmem(std::string_view text, OomMachine& machine);
bool read_buddy(std::string_view text, OomMachine& machine, Got<std::uint64_t>& page_size_bytes);
bool read_hugepages(std::string_view text, OomMachine& machine);
bool read_total(std::string_view text, OomMachine& machine);
bool read_slab(std::string_view text, OomMachine& machine);
bool read_allocation(std::string_view text, OomMachine& machine);

/// How many words a row of a task table has behind its pid.
std::size_t words_of_row(std::string_view text);

/// The columns of a task table, from its header row. Rows without a header are read by what they must have.
class OomTable {
 public:
  bool read_header(std::string_view text);
  bool read_row(std::string_view text, OomTask& into) const;
  void clear() { columns_.clear(); }
  /// How many columns a row has behind its pid; 0: not known.
  [[nodiscard]] std::size_t columns() const { return columns_.size(); }

 private:
  enum class Column : std::uint8_t {
    other,
    uid,
    tgid,
    total_vm,
    rss,
    rss_anon,
    rss_file,
    rss_shmem,
    page_tables,
    pgtables_bytes,
    swap,
    adj,
    name
  };
  static bool read_figure(Column column, std::string_view word, OomTask& into);
  static void keep(Column column, std::uint64_t value, OomTask& into);
  std::vector<Column> columns_;
};

}  // namespace memkit
