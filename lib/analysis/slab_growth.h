#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "analysis/slab_judgement.h"

namespace memkit {

/// What grew, by what may become of it.
enum class SlabGrowthNature : std::uint8_t {
  unknown,
  none,           ///< less than kSlabGrowthLeastBytes
  cache,          ///< mostly reclaimable: it fills
  pinned,         ///< dentries and inodes that are in use
  unreclaimable,  ///< mostly not reclaimable; whether it goes on, so few samples do not tell
  steady,         ///< the same, and it grew in every step of kSlabGrowthSteadySteps or more
};
std::string_view to_string(SlabGrowthNature nature);

inline constexpr std::int64_t kSlabGrowthLeastBytes = 1 << 20;
inline constexpr std::uint64_t kSlabGrowthSteadySteps = 4;

/// Growth from the first sample to the last; negative where it shrank.
struct SlabGrowth {
  SlabGrowthNature nature = SlabGrowthNature::unknown;
  std::uint64_t samples = 0;
  Got<double> seconds;           ///< missing where the two are of different boots, or nothing tells
  Got<std::int64_t> slab_bytes;  ///< meminfo's; where that is missing, of the caches
  Got<std::int64_t> reclaimable_bytes;
  Got<std::int64_t> unreclaimable_bytes;
  Got<std::int64_t> dentries;
  Got<std::int64_t> unused_dentries;
  Got<std::int64_t> negative_dentries;
  Got<std::int64_t> inodes;
  Got<bool> negative;  ///< at least half of the new dentries are negative
};

/// Follows the caches over samples of one machine. Memory is bounded by the number of caches.
class SlabHistory {
 public:
  /// Takes the next sample: fills in the growth of its rows, and adds a row of size 0 for each cache that is gone.
  SlabGrowth add(SlabTable& table, const SlabFacts& facts, const Snapshot& snapshot);

 private:
  struct Track {
    std::string name;
    Got<std::uint64_t> first_bytes = 0;  ///< 0 of a cache that was not there
    Got<std::uint64_t> first_objects = 0;
    Got<std::uint64_t> last_bytes = 0;
    double n = 0, t = 0, tt = 0, y = 0, ty = 0;  ///< sums for the line nearest to the samples
    std::uint64_t seen_in = 0;
  };
  void follow(SlabRow& row, const Got<double>& seconds);
  void add_gone(SlabTable& table);
  [[nodiscard]] SlabGrowthNature nature_of(const SlabGrowth& growth, const SlabTable& table) const;

  std::unordered_map<std::string, Track> tracks_;
  std::uint64_t samples_ = 0;
  std::uint64_t unreclaimable_rises_ = 0;
  std::optional<Snapshot> first_;
  SlabFacts first_facts_;  ///< states only
  SlabTable first_table_;  ///< sums only
  Got<std::uint64_t> last_sunreclaim_;
};

}  // namespace memkit
