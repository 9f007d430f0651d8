// The lines of mm/show_mem.c (lib/show_mem.c, mm/page_alloc.c before): what the whole machine's memory was.
#include <algorithm>

#include "parse/klog/line_words.h"
#include "parse/klog/oom_lines.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kMostZones = 1024;  // 64 nodes of six zones are 384
constexpr std::size_t kMostCounts = 128;
constexpr std::size_t kMostNamedSizes = 512;

/// "Node 0 " in front, where it stands there.
Got<std::uint64_t> take_node(std::string_view& rest) {
  if (!rest.starts_with("Node ")) return Missing::absent;
  take_word(rest);
  const Got<std::uint64_t> node = to_number<std::uint64_t>(take_word(rest));
  rest = trim(rest);
  return node;
}

OomZone* zone_named(OomMachine& machine, Got<std::uint64_t> node, std::string_view name) {
  for (OomZone& zone : machine.zones) {
    if (zone.node == node && zone.name == name) return &zone;
  }
  if (machine.zones.size() >= kMostZones) return nullptr;
  machine.zones.push_back({});
  machine.zones.back().node = node;
  machine.zones.back().name = name;
  return &machine.zones.back();
}

struct ZoneField {
  std::string_view key;
  Got<std::uint64_t> OomZone::*member;
};
constexpr ZoneField kZoneFields[] = {
    {"free", &OomZone::free_bytes},
    {"boost", &OomZone::boost_bytes},
    {"min", &OomZone::min_bytes},
    {"low", &OomZone::low_bytes},
    {"high", &OomZone::high_bytes},
    {"present", &OomZone::present_bytes},
    {"managed", &OomZone::managed_bytes},
    {"free_cma", &OomZone::free_cma_bytes},
    {"active_anon", &OomZone::active_anon_bytes},
    {"inactive_anon", &OomZone::inactive_anon_bytes},
    {"active_file", &OomZone::active_file_bytes},
    {"inactive_file", &OomZone::inactive_file_bytes},
    {"unevictable", &OomZone::unevictable_bytes},
};

}  // namespace

// active_anon:504 inactive_anon:4920752 isolated_anon:0
bool read_counts(std::string_view text, OomMachine& machine) {
  bool any = false;
  std::string_view rest = text;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const std::size_t colon = word.find(':');
    if (colon == npos) continue;
    const std::string_view name = word.substr(0, colon);
    const Got<std::uint64_t> pages = not_underflown(to_number<std::uint64_t>(word.substr(colon + 1)));
    // The first block counts; a later one is of another dump.
    if (!pages || machine.count(name) || machine.counts.size() >= kMostCounts) continue;
    machine.counts.push_back({std::string(name), *pages});
    any = true;
  }
  machine.seen = machine.seen || any;
  return any;
}

// Node 0 active_anon:2016kB inactive_anon:19683008kB ... isolated(anon):0kB ... all_unreclaimable? no
bool read_node(std::string_view text, OomMachine& machine) {
  constexpr std::size_t kMostFigures = 64;
  std::string_view rest = trim(text);
  const Got<std::uint64_t> number = take_node(rest);
  const bool known = std::any_of(machine.nodes.begin(), machine.nodes.end(),
                                 [&number](const OomNode& node) { return number == node.node; });
  if (!number || known || machine.nodes.size() >= kMostZones) return false;
  OomNode node;
  node.node = *number;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    if (word == "all_unreclaimable?") {
      const std::string_view answer = take_word(rest);
      if (answer == "yes" || answer == "no") node.all_unreclaimable = answer == "yes";
      break;  // what a mailer has put behind it is of another line
    }
    const std::size_t colon = std::min(word.find(':'), word.size() - 1);
    const Got<std::uint64_t> bytes = kib(word.substr(colon + 1));
    if (bytes && node.figures.size() < kMostFigures)
      node.figures.push_back({std::string(word.substr(0, colon)), *bytes});
  }
  machine.nodes.push_back(std::move(node));
  return true;
}

// Node 0 DMA32 free:82792kB boost:0kB min:9908kB low:13096kB high:16284kB ... present:3653568kB managed:3325888kB ...
bool read_zone(std::string_view text, OomMachine& machine) {
  std::string_view rest = trim(text);
  const Got<std::uint64_t> node = take_node(rest);
  const std::string_view name = take_word(rest);
  if (!trim(rest).starts_with("free:")) return false;
  OomZone* const zone = zone_named(machine, node, name);
  if (zone == nullptr || zone->free_bytes) return false;
  ++machine.zone_lines;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const std::size_t colon = word.find(':');
    if (colon == npos) continue;
    for (const ZoneField& field : kZoneFields) {
      if (field.key == word.substr(0, colon)) zone->*field.member = kib(word.substr(colon + 1));
    }
  }
  return true;
}

// lowmem_reserve[]: 0 3113 21217 21217 21217: of the zone in the line before
bool read_lowmem(std::string_view text, OomMachine& machine) {
  std::string_view rest = trim(text);
  rest.remove_prefix(std::min(rest.find(':') + 1, rest.size()));
  if (machine.zones.empty() || !machine.zones.back().lowmem_reserve_pages.empty()) return false;
  std::vector<std::uint64_t> pages;
  for (std::string_view word = take_word(rest); !word.empty() && pages.size() < 16; word = take_word(rest)) {
    const Got<std::uint64_t> count = not_underflown(to_number<std::uint64_t>(word));
    if (!count) return false;
    pages.push_back(*count);
  }
  machine.zones.back().lowmem_reserve_pages = std::move(pages);
  return true;
}

// Node 0 DMA: 0*4kB 0*8kB 1*1024kB (U) 2*4096kB (M) = 11264kB
bool read_buddy(std::string_view text, OomMachine& machine, Got<std::uint64_t>& page_size_bytes) {
  std::string_view rest = trim(text);
  const Got<std::uint64_t> node = take_node(rest);
  std::string_view name = take_word(rest);
  if (!name.ends_with(':')) return false;
  name.remove_suffix(1);
  std::vector<OomBuddyOrder> orders;
  for (std::string_view word = take_word(rest); !word.empty() && word != "="; word = take_word(rest)) {
    if (word.starts_with('(') && word.ends_with(')')) {
      if (!orders.empty()) orders.back().types = word.substr(1, word.size() - 2);
      continue;
    }
    const std::size_t star = word.find('*');
    if (star == npos) return false;
    const Got<std::uint64_t> blocks = not_underflown(to_number<std::uint64_t>(word.substr(0, star)));
    const Got<std::uint64_t> size = kib(word.substr(star + 1));
    if (!blocks || !size || *size == 0 || orders.size() >= 32) return false;
    orders.push_back({*blocks, *size, {}});
  }
  if (orders.empty()) return false;
  OomZone* const zone = zone_named(machine, node, name);
  if (zone == nullptr || !zone->buddy.empty()) return false;
  ++machine.buddy_lines;
  if (!page_size_bytes) page_size_bytes = orders.front().block_bytes;
  zone->buddy = std::move(orders);
  return true;
}

bool read_hugepages(std::string_view text, OomMachine& machine) {
  std::string_view rest = trim(text);
  OomHugepages pool;
  pool.node = take_node(rest);
  bool total = false;
  bool free = false;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(std::min(equals + 1, word.size()));
    const Got<std::uint64_t> number = not_underflown(to_number<std::uint64_t>(value));
    if (key == "hugepages_total" && number) {
      pool.total_pages = *number;
      total = true;
    }
    if (key == "hugepages_free" && number) {
      pool.free_pages = *number;
      free = true;
    }
    if (key == "hugepages_surp") pool.surplus_pages = number;
    if (key == "hugepages_size") pool.page_size_bytes = kib(value).value_or(0);
  }
  if (!total || !free || pool.page_size_bytes == 0 || machine.hugepages.size() >= kMostZones) return false;
  machine.hugepages.push_back(pool);
  return true;
}

// 7807 total pagecache pages; 0 pages in swap cache; Free swap  = 0kB; 6518670 pages RAM; 1045747 pages reserved
bool read_total(std::string_view text, OomMachine& machine) {
  text = trim(text);
  std::string_view rest = text;
  if (text.starts_with("Free swap") || text.starts_with("Total swap")) {
    Got<std::uint64_t>& swap = text.starts_with("Free") ? machine.swap_free_bytes : machine.swap_total_bytes;
    const std::size_t colon = text.find_first_of("=:");
    if (colon == npos || swap) return false;
    swap = kib(trim(text.substr(colon + 1)));
    return true;
  }
  const Got<std::uint64_t> pages = not_underflown(to_number<std::uint64_t>(take_word(rest)));
  struct Total {
    std::string_view words;
    Got<std::uint64_t> OomMachine::*member;
  };
  static constexpr Total kTotals[] = {
      {"total pagecache pages", &OomMachine::pagecache_pages},
      {"pages in swap cache", &OomMachine::swapcache_pages},
      {"pages RAM", &OomMachine::ram_pages},
      {"pages of RAM", &OomMachine::ram_pages},
      {"pages HighMem/MovableOnly", &OomMachine::highmem_pages},
      {"pages of HIGHMEM", &OomMachine::highmem_pages},
      {"pages reserved", &OomMachine::reserved_pages},
      {"reserved pages", &OomMachine::reserved_pages},
      {"pages cma reserved", &OomMachine::cma_reserved_pages},
      {"pages hwpoisoned", &OomMachine::hwpoisoned_pages},
  };
  for (const Total& total : kTotals) {
    if (trim(rest) != total.words || machine.*total.member) continue;
    machine.*total.member = pages;
    return true;
  }
  return false;
}

// bio-88                    64KB         64KB: what is in use, and what the cache holds
bool read_slab(std::string_view text, OomMachine& machine) {
  // Names may hold blanks: the figures stand at the end.
  text = trim(text);
  const std::size_t last = text.find_last_of(" \t");
  if (last == npos) return false;
  const Got<std::uint64_t> total = kib(text.substr(last + 1));
  const std::string_view before = trim(text.substr(0, last));
  const std::size_t used = before.find_last_of(" \t");
  if (!total || used == npos || !kib(before.substr(used + 1)) ||
      machine.unreclaimable_slabs.size() >= kMostNamedSizes) {
    return false;
  }
  machine.unreclaimable_slabs.push_back({std::string(trim(before.substr(0, used))), *total});
  return true;
}

// 3176243200   247900 mm/slub.c:2264 func:alloc_slab_page
bool read_allocation(std::string_view text, OomMachine& machine) {
  std::string_view rest = trim(text);
  std::string_view size = take_word(rest);
  Got<std::uint64_t> bytes = to_number<std::uint64_t>(size);
  // Newer kernels print "3.05 GiB".
  if (!bytes || rest.empty() || machine.allocations.size() >= kMostNamedSizes) return false;
  take_word(rest);
  machine.allocations.push_back({std::string(trim(rest)), *bytes});
  return true;
}

}  // namespace memkit
