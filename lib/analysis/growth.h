#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/headroom.h"
#include "analysis/mapping_kinds.h"
#include "analysis/trend.h"
#include "collect/growth.h"
#include "parse/meminfo.h"

namespace memkit {

/// The figures of a track whose growth is judged.
enum class GrowthFigure : std::uint8_t { footprint, vsz, rss, pss, uss, heap, heap_rss, anonymous, swap };
inline constexpr std::size_t kGrowthFigures = 9;
/// "rss"; footprint: RSS and swap together, so that memory which goes to swap is not taken for given back.
std::string_view growth_figure_id(GrowthFigure figure);

/// The series of a track: bounded, however long it runs.
class GrowthSeries {
 public:
  void add(const GrowthSample& sample);
  [[nodiscard]] std::size_t samples() const { return samples_; }
  [[nodiscard]] double seconds() const { return last_.elapsed_s; }
  [[nodiscard]] Trend trend(GrowthFigure figure) const;
  [[nodiscard]] Got<std::uint64_t> first(GrowthFigure figure) const;
  [[nodiscard]] Got<std::uint64_t> last(GrowthFigure figure) const;

 private:
  std::array<TrendSeries, kGrowthFigures> series_;
  std::size_t samples_ = 0;
  GrowthSample first_;
  GrowthSample last_;
};

/// Mappings of one name at two moments.
struct GrownGroup {
  std::string name;
  std::uint64_t mappings_before = 0;  ///< 0: new
  std::uint64_t mappings_after = 0;   ///< 0: gone
  Got<std::uint64_t> vsz_before_bytes = 0;
  Got<std::uint64_t> vsz_after_bytes = 0;
  Got<std::uint64_t> rss_before_bytes = 0;
  Got<std::uint64_t> rss_after_bytes = 0;
  Got<std::uint64_t> swap_before_bytes = 0;
  Got<std::uint64_t> swap_after_bytes = 0;

  [[nodiscard]] Got<std::int64_t> rss_change_bytes() const;
  [[nodiscard]] std::int64_t vsz_change_bytes() const;
  [[nodiscard]] Got<std::int64_t> swap_change_bytes() const;
};
/// after - before; missing where either is.
Got<std::int64_t> change_of(const Got<std::uint64_t>& before, const Got<std::uint64_t>& after);
/// What is not the same at both moments, what grew most first: by RSS, then by size.
std::vector<GrownGroup> compare_groups(const std::vector<FileGroup>& before, const std::vector<FileGroup>& after);

/// The limit that a process which grows meets first.
struct BindingLimit {
  std::string name;                  ///< the cgroup's path, or "RAM"; empty: none is known
  Got<std::uint64_t> limit_bytes;    ///< of the cgroup; all RAM
  Got<std::int64_t> headroom_bytes;  ///< what is left until then: MemAvailable of RAM
};
BindingLimit binding_limit(const CgroupMemory& cgroup, const Meminfo& meminfo);

}  // namespace memkit
