#include "analysis/view.h"

namespace memkit {
namespace {

/// Pages that the zones hand out; missing where zoneinfo does not say (before 3.9).
Got<std::uint64_t> managed_pages(const Zoneinfo& zoneinfo) {
  Got<std::uint64_t> total;
  for (const Zone& zone : zoneinfo.zones) {
    if (!zone.managed_pages) continue;
    total = total.value_or(0) + *zone.managed_pages;
  }
  return total;
}

/// A container's MemTotal is its limit, below what the host's zones manage. The reverse proves nothing: guests that
/// bring their memory up lazily print fewer managed pages than MemTotal counts.
bool total_is_below_zones(const Snapshot& snapshot) {
  if (!snapshot.meminfo || !snapshot.zoneinfo || !snapshot.page_size_bytes) return false;
  const Got<std::uint64_t> managed = managed_pages(*snapshot.zoneinfo);
  if (!managed || !snapshot.meminfo->mem_total_bytes) return false;
  const double host = static_cast<double>(*managed) * static_cast<double>(*snapshot.page_size_bytes);
  constexpr double kDrift = 0.98;  // memory that came or went between the two reads
  return static_cast<double>(*snapshot.meminfo->mem_total_bytes) < kDrift * host;
}

}  // namespace

MeminfoView meminfo_view(const Snapshot& snapshot) {
  if (snapshot.meminfo_is_fuse.value_or(false)) return MeminfoView::lxcfs;
  const bool disagree = !snapshot.page_size_bytes && snapshot.page_size_bytes.missing() == Missing::malformed;
  if (disagree || total_is_below_zones(snapshot)) return MeminfoView::mixed;
  return MeminfoView::machine;
}

std::string_view explain(MeminfoView view) {
  switch (view) {
    case MeminfoView::lxcfs:
      return "lxcfs lies over /proc/meminfo: it shows the container, while vmstat and zoneinfo show the host";
    case MeminfoView::mixed:
      return "meminfo does not fit vmstat or zoneinfo: it is of a container and they of its host, or of another moment";
    case MeminfoView::machine:
      break;
  }
  return {};
}

}  // namespace memkit
