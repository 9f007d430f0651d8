#include "zoneinfo.h"

#include <algorithm>
#include <array>

#include "key_values.h"
#include "zone_header.h"

namespace memkit {
namespace {

using N = ZoneinfoNode;
constexpr KeyTable kNodeTable(std::to_array<KeyField<N>>({
    {"nr_inactive_anon", &N::nr_inactive_anon},
    {"nr_active_anon", &N::nr_active_anon},
    {"nr_inactive_file", &N::nr_inactive_file},
    {"nr_active_file", &N::nr_active_file},
    {"nr_unevictable", &N::nr_unevictable},
    {"nr_slab_reclaimable", &N::nr_slab_reclaimable},
    {"nr_slab_unreclaimable", &N::nr_slab_unreclaimable},
    {"nr_anon_pages", &N::nr_anon_pages},
    {"nr_file_pages", &N::nr_file_pages},
    {"nr_shmem", &N::nr_shmem},
    {"nr_kernel_misc_reclaimable", &N::nr_kernel_misc_reclaimable},
}));

using Z = Zone;
constexpr KeyTable kZoneTable(std::to_array<KeyField<Z>>({
    {"boost", &Z::boost_pages},
    {"min", &Z::min_pages},
    {"low", &Z::low_pages},
    {"high", &Z::high_pages},
    {"promo", &Z::promo_pages},
    {"spanned", &Z::spanned_pages},
    {"present", &Z::present_pages},
    {"managed", &Z::managed_pages},
    {"cma", &Z::cma_pages},
    {"nr_zone_inactive_anon", &Z::nr_inactive_anon},
    {"nr_zone_active_anon", &Z::nr_active_anon},
    {"nr_zone_inactive_file", &Z::nr_inactive_file},
    {"nr_zone_active_file", &Z::nr_active_file},
    {"nr_zone_unevictable", &Z::nr_unevictable},
    {"nr_mlock", &Z::nr_mlock},
    {"nr_zspages", &Z::nr_zspages},
    {"nr_free_cma", &Z::nr_free_cma},
}));

// The names that the zone's lists had before 4.8, and slab's before 4.13.
constexpr KeyTable kOldZoneTable(std::to_array<KeyField<Z>>({
    {"nr_inactive_anon", &Z::nr_inactive_anon},
    {"nr_active_anon", &Z::nr_active_anon},
    {"nr_inactive_file", &Z::nr_inactive_file},
    {"nr_active_file", &Z::nr_active_file},
    {"nr_unevictable", &Z::nr_unevictable},
    {"nr_slab_reclaimable", &Z::nr_slab_reclaimable},
    {"nr_slab_unreclaimable", &Z::nr_slab_unreclaimable},
}));

constexpr bool belongs_to_pagesets(std::string_view key) {
  constexpr std::string_view kKeys[] = {"cpu:", "count:", "high:", "batch:", "vm", "high_min:", "high_max:"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

// "protection: (0, 3019, 4171, 4171, 4171)": `list` begins at the parenthesis.
Got<ZoneProtection> parse_protection(std::string_view list) {
  list = trim(list);
  if (!list.starts_with('(') || !list.ends_with(')')) return Missing::malformed;
  list = list.substr(1, list.size() - 2);
  ZoneProtection protection;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const auto pages = not_underflown(to_number<std::uint64_t>(trim(list.substr(0, comma))));
    if (!pages || protection.count == ZoneProtection::kMaxZones) return Missing::malformed;
    protection.pages[protection.count++] = *pages;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return protection;
}

class ZoneinfoParser {
 public:
  void line(std::string_view line) {
    std::uint32_t node = 0;
    std::string_view name;
    if (take_zone_header(line, node, name)) {
      begin_zone(node, name);
      return;
    }
    if (info_.zones.empty()) return;
    const std::string_view key = take_word(line);
    if (section_ == Section::pagesets && !belongs_to_pagesets(key)) end_pagesets();
    if (key == "per-node") {
      section_ = Section::node;
      info_.nodes.push_back({});
      info_.nodes.back().node = info_.zones.back().node;
    } else if (key == "pages") {  // "  pages free     3840"
      section_ = Section::zone;
      expected_ = 0;
      take_word(line);
      if (!info_.zones.back().free_pages) info_.zones.back().free_pages = number(line);
    } else if (key == "pagesets") {
      section_ = Section::pagesets;
      info_.zones.back().pageset_count_pages = Missing::malformed;  // until they have ended
      pageset_sum_ = std::uint64_t{0};
    } else {
      field(key, line);
    }
  }

  Zoneinfo take() { return std::move(info_); }

 private:
  enum class Section : std::uint8_t { node, zone, pagesets };

  static Got<std::uint64_t> number(std::string_view& line) {
    return not_underflown(to_number<std::uint64_t>(take_word(line)));
  }

  void begin_zone(std::uint32_t node, std::string_view name) {
    if (section_ == Section::pagesets) end_pagesets();
    info_.zones.push_back({});
    info_.zones.back().node = node;
    info_.zones.back().name = name;
    section_ = Section::zone;
    expected_ = 0;
    expected_old_ = 0;
  }

  void end_pagesets() {
    info_.zones.back().pageset_count_pages = pageset_sum_;
    section_ = Section::zone;
  }

  void field(std::string_view key, std::string_view line) {
    Zone& zone = info_.zones.back();
    if (section_ == Section::pagesets) {
      if (key == "count:") pageset_sum_ = not_underflown(sum(pageset_sum_, number(line)));
    } else if (section_ == Section::node) {
      kNodeTable.store(key, number(line), info_.nodes.back(), expected_);
    } else if (key == "protection:") {
      if (!zone.protection) zone.protection = parse_protection(line);
    } else {
      const Got<std::uint64_t> value = number(line);
      if (!kZoneTable.store(key, value, zone, expected_)) kOldZoneTable.store(key, value, zone, expected_old_);
    }
  }

  Zoneinfo info_;
  Got<std::uint64_t> pageset_sum_;
  Section section_ = Section::zone;
  std::size_t expected_ = 0;
  std::size_t expected_old_ = 0;
};

}  // namespace

std::uint64_t ZoneProtection::max_pages() const {
  return count == 0 ? 0 : *std::max_element(pages.begin(), pages.begin() + static_cast<std::ptrdiff_t>(count));
}

Zoneinfo parse_zoneinfo(std::string_view text) {
  ZoneinfoParser parser;
  text = complete_lines(text);
  while (!text.empty()) parser.line(take_line(text));
  return parser.take();
}

}  // namespace memkit
