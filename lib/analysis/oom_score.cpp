#include "analysis/oom_score.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace memkit {
namespace {

constexpr std::int64_t kMostPages = std::numeric_limits<std::int64_t>::max() / 4000;

/// Pages of `bytes`, rounded down; malformed where no machine has so many.
Got<std::int64_t> pages_of(const Got<std::uint64_t>& bytes, const Got<std::uint64_t>& page_size) {
  if (!bytes) return bytes.missing();
  if (!page_size) return page_size.missing();
  if (*page_size == 0 || *bytes / *page_size > static_cast<std::uint64_t>(kMostPages)) return Missing::malformed;
  return static_cast<std::int64_t>(*bytes / *page_size);
}

std::int64_t per_mille_of(std::int64_t badness, std::uint64_t total) {
  return badness * 1000 / static_cast<std::int64_t>(total);
}

bool usable(const Got<std::uint64_t>& total) {
  return total && *total != 0 && *total <= static_cast<std::uint64_t>(kMostPages);
}

}  // namespace

Got<std::int64_t> oom_badness_pages(const OomWeight& weight, const OomTotal& total) {
  if (!weight.oom_score_adj) return weight.oom_score_adj.missing();
  const Got<std::int64_t> used =
      sum(sum(pages_of(weight.rss_bytes, total.page_size_bytes), pages_of(weight.swap_bytes, total.page_size_bytes)),
          pages_of(weight.page_tables_bytes, total.page_size_bytes));
  if (!used || *weight.oom_score_adj == 0) return used;
  if (!total.pages) return total.pages.missing();
  if (*total.pages > static_cast<std::uint64_t>(kMostPages)) return Missing::malformed;
  return *used + *weight.oom_score_adj * static_cast<std::int64_t>(*total.pages / 1000);
}

std::string_view to_string(OomScale scale) {
  switch (scale) {
    case OomScale::per_mille:
      return "per_mille";
    case OomScale::two_thirds:
      return "two_thirds";
    case OomScale::unknown:
      break;
  }
  return "unknown";
}

Got<std::uint64_t> oom_score(OomScale scale, std::int64_t badness_pages, const Got<std::uint64_t>& total_pages) {
  if (!total_pages) return total_pages.missing();
  if (!usable(total_pages) || std::abs(badness_pages) > 4 * kMostPages) return Missing::malformed;
  switch (scale) {
    case OomScale::per_mille:
      return static_cast<std::uint64_t>(per_mille_of(std::max<std::int64_t>(badness_pages, 1), *total_pages));
    case OomScale::two_thirds:
      return static_cast<std::uint64_t>(
          std::max<std::int64_t>((1000 + per_mille_of(badness_pages, *total_pages)) * 2 / 3, 0));
    case OomScale::unknown:
      break;
  }
  return Missing::absent;
}

OomScale tell_oom_scale(std::span<const ScoreSample> samples, const Got<std::uint64_t>& total_pages) {
  // A counter of RSS that lags, and a process that grew between two reads, move a score by a few.
  constexpr std::int64_t kNear = 20;
  std::size_t fits_per_mille = 0;
  std::size_t fits_two_thirds = 0;
  for (const ScoreSample& sample : samples) {
    const auto fits = [&](OomScale scale) {
      const Got<std::uint64_t> score = oom_score(scale, sample.badness_pages, total_pages);
      return score &&
             std::abs(static_cast<std::int64_t>(*score) - static_cast<std::int64_t>(sample.kernel_score)) <= kNear;
    };
    fits_per_mille += fits(OomScale::per_mille) ? 1 : 0;
    fits_two_thirds += fits(OomScale::two_thirds) ? 1 : 0;
  }
  const std::size_t most = std::max(fits_per_mille, fits_two_thirds);
  if (most * 2 <= samples.size() || fits_per_mille == fits_two_thirds) return OomScale::unknown;
  return fits_two_thirds == most ? OomScale::two_thirds : OomScale::per_mille;
}

Got<std::uint64_t> swap_allowance_bytes(const OomLimits& limits) {
  if (!limits.max) return limits.max.missing();
  if (limits.swappiness && *limits.swappiness == 0) return 0;
  std::uint64_t most = CgroupValue::kUnlimited;
  if (limits.swap_max) most = limits.swap_max->value;
  if (limits.memsw_max) {
    const std::uint64_t together = limits.memsw_max->value;
    most = std::min(most, together > limits.max->value ? together - limits.max->value : 0);
  }
  if (most == 0) return 0;
  if (!limits.swap_total_bytes) return limits.swap_total_bytes;
  return std::min(most, *limits.swap_total_bytes);
}

Got<std::uint64_t> cgroup_total_pages(const OomLimits& limits, const Got<std::uint64_t>& page_size_bytes) {
  const Got<std::uint64_t> swap = swap_allowance_bytes(limits);
  if (!swap) return swap;
  if (!page_size_bytes) return page_size_bytes;
  if (*page_size_bytes == 0) return Missing::malformed;
  // A limit of 0 counts as a page, as in the kernel.
  return std::max<std::uint64_t>(limits.max->value / *page_size_bytes + *swap / *page_size_bytes, 1);
}

}  // namespace memkit
