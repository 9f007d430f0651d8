#include "slabinfo.h"

#include <algorithm>
#include <array>

#include "text.h"

namespace memkit {
namespace {

constexpr std::string_view kTunables = " : tunables ";
constexpr std::string_view kSlabdata = " : slabdata ";

/// Takes the last run of bytes that are not blank off `text`.
std::string_view take_last_word(std::string_view& text) {
  text = trim(text);
  const std::size_t start = text.find_last_of(" \t") + 1;
  const std::string_view word = text.substr(start);
  text.remove_suffix(word.size());
  return word;
}

Got<std::uint64_t> count(std::string_view word) { return not_underflown(to_number<std::uint64_t>(word)); }

// "dentry     100225 104181    192   21    1 : tunables    0    0    0 : slabdata   4961   4961      0". A name may
// hold blanks, so the five figures behind it are found from their end.
bool parse_cache(std::string_view line, SlabCache& cache) {
  const std::size_t tunables = line.find(kTunables);
  if (tunables == std::string_view::npos) return false;
  const std::size_t slabdata = line.find(kSlabdata, tunables);
  if (slabdata == std::string_view::npos) return false;

  std::string_view head = line.substr(0, tunables);
  std::array<std::string_view, 5> figures;
  std::generate(figures.rbegin(), figures.rend(), [&] { return take_last_word(head); });
  head = trim(head);
  std::string_view tail = line.substr(slabdata + kSlabdata.size());
  const std::string_view active_slabs = take_word(tail);
  const std::string_view slabs = take_word(tail);
  if (head.empty() || slabs.empty()) return false;

  cache.name = head;
  cache.active_objects = count(figures[0]);
  cache.objects = count(figures[1]);
  cache.object_bytes = count(figures[2]);
  cache.objects_per_slab = count(figures[3]);
  cache.pages_per_slab = count(figures[4]);
  cache.active_slabs = count(active_slabs);
  cache.slabs = count(slabs);
  return true;
}

// "slabinfo - version: 2.1" and "# name            <active_objs> <num_objs> ...".
bool is_heading(std::string_view line) { return line.starts_with("slabinfo - version:") || line.starts_with('#'); }

}  // namespace

Slabinfo parse_slabinfo(std::string_view text) {
  Slabinfo info;
  text = complete_lines(text);
  info.caches.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (is_heading(line) || trim(line).empty()) continue;
    SlabCache cache;
    if (parse_cache(line, cache)) {
      info.caches.push_back(std::move(cache));
    } else {
      ++info.unread_lines;
    }
  }
  return info;
}

}  // namespace memkit
