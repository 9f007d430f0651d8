#include "analysis/growth.h"

#include <algorithm>
#include <map>

namespace memkit {
namespace {

Got<std::uint64_t> figure_of(const GrowthSample& sample, GrowthFigure figure) {
  switch (figure) {
    case GrowthFigure::footprint:
      return sample.swap_bytes ? sum(sample.rss_bytes, sample.swap_bytes) : sample.rss_bytes;
    case GrowthFigure::vsz:
      return sample.vsz_bytes;
    case GrowthFigure::rss:
      return sample.rss_bytes;
    case GrowthFigure::pss:
      return sample.pss_bytes;
    case GrowthFigure::uss:
      return sample.uss_bytes;
    case GrowthFigure::heap:
      return sample.heap_bytes;
    case GrowthFigure::heap_rss:
      return sample.heap_rss_bytes;
    case GrowthFigure::anonymous:
      return sample.anonymous_bytes;
    case GrowthFigure::swap:
      return sample.swap_bytes;
  }
  return Missing::absent;
}

}  // namespace

std::string_view growth_figure_id(GrowthFigure figure) {
  constexpr std::string_view kIds[kGrowthFigures] = {"footprint", "vsz",      "rss",       "pss", "uss",
                                                     "heap",      "heap_rss", "anonymous", "swap"};
  return kIds[static_cast<std::size_t>(figure)];
}

void GrowthSeries::add(const GrowthSample& sample) {
  for (std::size_t i = 0; i < kGrowthFigures; ++i) {
    const Got<std::uint64_t> bytes = figure_of(sample, static_cast<GrowthFigure>(i));
    if (bytes) series_[i].add({sample.elapsed_s, static_cast<double>(*bytes)});
  }
  if (samples_++ == 0) first_ = sample;
  last_ = sample;
}

Trend GrowthSeries::trend(GrowthFigure figure) const {
  return fit_trend(series_[static_cast<std::size_t>(figure)].points());
}
Got<std::uint64_t> GrowthSeries::first(GrowthFigure figure) const { return figure_of(first_, figure); }
Got<std::uint64_t> GrowthSeries::last(GrowthFigure figure) const { return figure_of(last_, figure); }

Got<std::int64_t> change_of(const Got<std::uint64_t>& before, const Got<std::uint64_t>& after) {
  if (!before) return before.missing();
  if (!after) return after.missing();
  return static_cast<std::int64_t>(*after) - static_cast<std::int64_t>(*before);
}

Got<std::int64_t> GrownGroup::rss_change_bytes() const { return change_of(rss_before_bytes, rss_after_bytes); }
Got<std::int64_t> GrownGroup::swap_change_bytes() const { return change_of(swap_before_bytes, swap_after_bytes); }

std::int64_t GrownGroup::vsz_change_bytes() const {
  return static_cast<std::int64_t>(vsz_after_bytes.value_or(0)) -
         static_cast<std::int64_t>(vsz_before_bytes.value_or(0));
}

std::vector<GrownGroup> compare_groups(const std::vector<FileGroup>& before, const std::vector<FileGroup>& after) {
  std::map<std::string_view, GrownGroup> by_name;
  for (const FileGroup& group : before) {
    GrownGroup& grown = by_name[group.name];
    grown.mappings_before = group.mappings;
    grown.vsz_before_bytes = group.sums.vsz.value();
    grown.rss_before_bytes = group.sums.rss.value();
    grown.swap_before_bytes = group.sums.swap.value();
  }
  for (const FileGroup& group : after) {
    GrownGroup& grown = by_name[group.name];
    grown.mappings_after = group.mappings;
    grown.vsz_after_bytes = group.sums.vsz.value();
    grown.rss_after_bytes = group.sums.rss.value();
    grown.swap_after_bytes = group.sums.swap.value();
  }
  std::vector<GrownGroup> changed;
  for (auto& [name, grown] : by_name) {
    const bool same = grown.mappings_before == grown.mappings_after && grown.vsz_change_bytes() == 0 &&
                      grown.rss_change_bytes().value_or(0) == 0 && grown.swap_change_bytes().value_or(0) == 0;
    if (same) continue;
    grown.name = name;
    changed.push_back(std::move(grown));
  }
  std::stable_sort(changed.begin(), changed.end(), [](const GrownGroup& a, const GrownGroup& b) {
    return std::pair(a.rss_change_bytes().value_or(0), a.vsz_change_bytes()) >
           std::pair(b.rss_change_bytes().value_or(0), b.vsz_change_bytes());
  });
  return changed;
}

BindingLimit binding_limit(const CgroupMemory& cgroup, const Meminfo& meminfo) {
  BindingLimit ram{"RAM", meminfo.mem_total_bytes, Missing::absent};
  if (meminfo.mem_available_bytes) ram.headroom_bytes = static_cast<std::int64_t>(*meminfo.mem_available_bytes);
  const bool cgroup_binds =
      cgroup.headroom_bytes && (!ram.headroom_bytes || *cgroup.headroom_bytes < *ram.headroom_bytes);
  if (cgroup_binds) return {cgroup.binding_path, cgroup.effective_limit.bytes, cgroup.headroom_bytes};
  return ram.headroom_bytes ? ram : BindingLimit();
}

}  // namespace memkit
