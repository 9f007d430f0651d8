#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/findings/finding.h"
#include "parse/klog/oom_event.h"

namespace memkit {

/// Why an event happened.
enum class OomReason : std::uint8_t {
  unknown,            ///< the log does not have what it takes to tell
  cgroup_limit,       ///< a control group's own limit
  machine_exhausted,  ///< no zone that could serve had memory left
  zone_short,         ///< one node or zone was short, by policy, cpuset or address limits, and others were not
  fragmentation,      ///< free memory, but no block of the order
  watermarks,         ///< free memory, but kept by min and lowmem_reserve; or above them by the time of the dump
  sysrq,              ///< by hand
  nothing_killable,
  daemon,  ///< a daemon's threshold, not the kernel
};
/// "cgroup-limit": stable, for JSON and filters.
std::string_view reason_id(OomReason reason);

/// What processes of one name, or of one unit, held at the time, of the task table.
struct OomShare {
  std::string name;  ///< of units, empty: those of which it is not known
  std::uint64_t processes = 0;
  std::uint64_t rss_bytes = 0;
  Got<std::uint64_t> swap_bytes;
  Got<double> share_pct;  ///< of the limit (control group) or of RAM; of all rows where neither is known
};

/// An event, explained. The words for it are lib/output's.
struct OomStory {
  OomReason reason = OomReason::unknown;
  Confidence confidence = Confidence::low;
  /// What held the memory: "anon", "shmem" (tmpfs too), "cache", "slab", "kernel", "hugepages", "unaccounted"; empty:
  /// not told.
  std::string_view holder;
  /// cgroup-limit: whose limit it was: "own", "ancestor", "node" (kubernetes' allocatable memory of the whole node).
  std::string_view whose;
  std::vector<Evidence> evidence;  ///< figures of the log that the reason rests on
  std::vector<OomShare> by_name;   ///< largest first
  /// Largest first, as far as it is known whose tasks those were; empty where it is known of none. The kernel's table
  /// names no cgroups: a unit is told of the victims, of all tasks where a unit's own limit was hit, and of those that
  /// still run.
  std::vector<OomShare> by_unit;
  std::string unit;  ///< the victim's unit or container, from its cgroup; empty: not known
  [[nodiscard]] const Evidence* find(std::string_view key) const;
};
/// Cgroup paths of tasks, by pid.
using OomTaskCgroups = std::unordered_map<std::uint64_t, std::string>;
/// `running`: of those of the event's tasks that still run.
OomStory explain(const OomEvent& event, const OomTaskCgroups& running = {});

/// "app.service", "docker 0123456789ab", of a cgroup path; empty where it says nothing.
std::string unit_of_cgroup(std::string_view path);

/// The size of a page, or 4 KiB where the log does not tell it.
std::uint64_t page_size_of(const OomEvent& event);

/// What is kept of an event in a list of many.
struct OomSummary {
  std::uint64_t number = 0;
  OomKind kind = OomKind::kernel;
  OomReason reason = OomReason::unknown;
  LogTime time;
  std::string host;
  std::string trigger;
  Got<std::int64_t> order;
  std::string scope;      ///< "memcg", "global", "sysrq"; empty: not known
  std::string oom_memcg;  ///< whose limit was hit; a daemon's: what it watched
  std::string cgroup;     ///< the victim's
  std::string unit;
  Got<std::uint64_t> pid;
  std::string name;
  Got<std::uint64_t> rss_bytes;
  Got<std::int64_t> oom_score_adj;
  std::uint64_t killed = 0;      ///< processes; 0 of a repeated event
  Got<std::uint64_t> repeat_of;  ///< see OomEvent
  Got<std::uint64_t> restarts;
  bool mixed = false;
  bool from_user_space = false;
  std::uint64_t fingerprint = 0;  ///< the same event in another copy of the log has the same
};
OomSummary summarize(const OomEvent& event, const OomStory& story);

/// Tells the second copy of an event from an event: files of a logger overlap, and one message may go into two of them.
class OomRepeats {
 public:
  /// Sets `repeat_of` where an event with these marks came before. Events without a kill are left alone.
  void mark(OomEvent& event);

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> numbers_;  // by fingerprint
};

/// Kills that come again and again: the same unit (or name) at least three times within ten minutes from one to the
/// next.
struct OomLoop {
  std::string what;
  std::uint64_t kills = 0;
  Got<std::uint64_t> span_s;  ///< from the first to the last
};
std::vector<OomLoop> find_loops(std::span<const OomSummary> events);

}  // namespace memkit
