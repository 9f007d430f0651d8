#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "parse/cgroup_value.h"
#include "parse/got.h"

namespace memkit {

/// What the OOM killer weighs of a process. Bytes.
struct OomWeight {
  Got<std::uint64_t> rss_bytes;
  Got<std::uint64_t> swap_bytes;  ///< swap entries: without shared memory
  Got<std::uint64_t> page_tables_bytes;
  Got<std::int16_t> oom_score_adj;
};

/// The memory that a kill is about, and the unit in which the kernel counts.
struct OomTotal {
  Got<std::uint64_t> pages;  ///< the kernel's totalpages: RAM and swap, or a cgroup's limit and swap allowance
  Got<std::uint64_t> page_size_bytes;
};

/// (rss + swap) / page + page tables / page + oom_score_adj * (totalpages / 1000): pages, negative for what is
/// shielded. The whole formula since 5.9, and but for its lowest value since 2.6.36. Missing where a part of it is: an
/// adjustment of 0 needs no total. Source: mm/oom_kill.c oom_badness.
Got<std::int64_t> oom_badness_pages(const OomWeight& weight, const OomTotal& total);

/// How /proc/PID/oom_score is made of the badness. Told from its values: both scales were backported.
enum class OomScale : std::uint8_t {
  unknown,
  per_mille,   ///< badness * 1000 / totalpages, the badness at least a page: 0 for an idle process (2.6.36 to 5.8)
  two_thirds,  ///< (1000 + badness * 1000 / totalpages) * 2 / 3: 666 for an idle process (5.9)
};
std::string_view to_string(OomScale scale);

/// /proc/PID/oom_score by the badness against the whole machine's total. Missing on an unknown scale.
/// Source: fs/proc/base.c proc_oom_score.
Got<std::uint64_t> oom_score(OomScale scale, std::int64_t badness_pages, const Got<std::uint64_t>& total_pages);

/// A process's score as the kernel printed it, beside the badness that it should come from.
struct ScoreSample {
  std::uint64_t kernel_score = 0;
  std::int64_t badness_pages = 0;
};
/// The scale that more of the samples are near to; unknown without samples, or where most fit neither.
OomScale tell_oom_scale(std::span<const ScoreSample> samples, const Got<std::uint64_t>& total_pages);

/// The limits of a cgroup that its totalpages are made of.
struct OomLimits {
  Got<CgroupValue> max;
  Got<CgroupValue> swap_max;      ///< v2
  Got<CgroupValue> memsw_max;     ///< v1: memory and swap together
  Got<std::uint64_t> swappiness;  ///< v1: its own; v2: the machine's
  Got<std::uint64_t> swap_total_bytes;
};
/// The swap that a cgroup may use beside its limit: at most all that there is, none where swappiness is 0. A file that
/// is absent limits nothing. Missing where the limit or the machine's swap is not known.
/// Source: mm/memcontrol.c mem_cgroup_get_max.
Got<std::uint64_t> swap_allowance_bytes(const OomLimits& limits);
/// The limit and the swap allowance, in pages.
Got<std::uint64_t> cgroup_total_pages(const OomLimits& limits, const Got<std::uint64_t>& page_size_bytes);

}  // namespace memkit
