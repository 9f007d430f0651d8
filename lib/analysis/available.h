#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/accounting.h"
#include "collect/snapshot.h"
#include "parse/got.h"

namespace memkit {

/// How MemAvailable was put together. All in bytes:
///   free - kept_free + (pagecache - pagecache_kept) + (reclaimable - reclaimable_kept), floor 0
struct AvailableFormula {
  std::uint64_t free_bytes = 0;              ///< MemFree
  std::uint64_t kept_free_bytes = 0;         ///< that the kernel does not hand out: reserve, or low watermarks
  std::uint64_t pagecache_bytes = 0;         ///< Active(file) + Inactive(file): without tmpfs
  std::uint64_t pagecache_kept_bytes = 0;    ///< min(half, low watermarks): taken to be needed
  std::uint64_t reclaimable_bytes = 0;       ///< KReclaimable; SReclaimable on kernels without it
  std::uint64_t reclaimable_kept_bytes = 0;  ///< min(half, low watermarks)
  std::uint64_t result_bytes = 0;
  Got<std::int64_t> difference_bytes;  ///< result - MemAvailable; absent where there is no MemAvailable
};

/// The formula put to figures. `kept_free` is the reserve, or the low watermarks on older kernels; `low` the sum
/// of low watermarks.
AvailableFormula available_formula(std::uint64_t free_bytes, std::uint64_t pagecache_bytes,
                                   std::uint64_t reclaimable_bytes, std::uint64_t kept_free_bytes,
                                   std::uint64_t low_bytes);

/// What one zone holds back.
struct ZoneReserve {
  std::uint32_t node = 0;
  std::string zone;
  std::uint64_t managed_bytes = 0;
  std::uint64_t low_bytes = 0;         ///< watermark
  std::uint64_t high_bytes = 0;        ///< watermark without its boost
  std::uint64_t protection_bytes = 0;  ///< the largest lowmem_reserve
  std::uint64_t reserve_bytes = 0;     ///< min(protection + high, managed)
};

/// Each zone with pages or with a low watermark; missing where zoneinfo, a watermark of it or the page size is.
Got<std::vector<ZoneReserve>> zone_reserves(const Snapshot& snapshot);

/// MemAvailable taken apart. Source: mm/show_mem.c si_mem_available(); mm/page_alloc.c
/// calculate_totalreserve_pages().
struct AvailableRebuilt {
  enum class How : std::uint8_t {
    none,            ///< neither formula gives MemAvailable: see `why`, and the differences
    reserve,         ///< since about 4.5: MemFree less the kernel's total reserve
    low_watermarks,  ///< 3.14 to about 4.4: MemFree less the sum of low watermarks
  };
  How how = How::none;
  std::string_view why;  ///< where how is none
  std::vector<ZoneReserve> zones;
  Got<AvailableFormula> by_reserve;
  Got<AvailableFormula> by_low_watermarks;

  /// The formula that holds exactly; else the nearer one; nullptr of none.
  [[nodiscard]] const AvailableFormula* best() const;
};
AvailableRebuilt rebuild_available(const Snapshot& snapshot);

/// MemAvailable, or what stands in for it.
struct Available {
  enum class From : std::uint8_t {
    none,
    meminfo,   ///< MemAvailable itself
    free,      ///< MemAvailable is above MemTotal (some containers): MemFree, as procps does
    estimate,  ///< no MemAvailable (before 3.14): its formula, with the low watermarks where zoneinfo has them
  };
  Got<std::uint64_t> bytes;
  From from = From::none;
};
Available available(const Snapshot& snapshot);

enum class Health : std::uint8_t { unknown, ok, noted, warning, critical };
std::string_view to_string(Health health);

/// The share of available memory, in per cent of MemTotal, below which a level begins. The one table.
struct HealthThreshold {
  Health health;
  double below_pct;
};
inline constexpr std::array kHealthThresholds{HealthThreshold{Health::critical, 5},
                                              HealthThreshold{Health::warning, 10}, HealthThreshold{Health::noted, 20}};

struct HealthVerdict {
  Health health = Health::unknown;
  Available available;
  Got<std::uint64_t> total_bytes;
  ArcCredit arc;
  Got<std::uint64_t> usable_bytes;  ///< available + ARC credit, at most total: what is judged
  Got<double> usable_pct;           ///< of total
  std::string_view why_unknown;
};
/// Needs meminfo; arcstats, mounts and zoneinfo for the credit and the estimate.
HealthVerdict health(const Snapshot& snapshot);
/// The level of a share by the table.
Health health_of(double usable_pct);

}  // namespace memkit
