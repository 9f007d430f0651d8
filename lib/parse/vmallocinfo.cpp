#include "vmallocinfo.h"

#include <algorithm>
#include <unordered_map>

#include "text.h"

namespace memkit {
namespace {

// "0xffffc90000001000-0xffffc90000006000   20480 kernel_clone+0x94/0x3e0 pages=4 vmalloc N0=4"
bool parse_area(std::string_view line, std::string& caller, std::uint64_t& pages) {
  constexpr std::string_view kPages = "pages=";
  const std::string_view range = take_word(line);
  if (!range.starts_with("0x") || range.find('-') == std::string_view::npos) return false;
  if (!to_number<std::uint64_t>(take_word(line))) return false;
  std::string_view rest = line;
  const std::string_view function = take_word(rest);
  if (function.starts_with(kPages)) {
    caller.clear();  // of an area that no function is named for
  } else {
    caller = function.substr(0, function.find('+'));
    line = rest;
  }
  pages = 0;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    if (word.starts_with('[') && word.ends_with(']')) caller.append(" ").append(word);
    if (word.starts_with(kPages)) pages = to_number<std::uint64_t>(word.substr(kPages.size())).value_or(0);
  }
  return true;
}

}  // namespace

Vmallocinfo parse_vmallocinfo(std::string_view text) {
  Vmallocinfo info;
  std::unordered_map<std::string, std::size_t> places;
  std::string caller;
  std::uint64_t pages = 0;
  text = complete_lines(text);
  while (!text.empty()) {
    if (!parse_area(take_line(text), caller, pages)) continue;
    const auto [at, is_new] = places.try_emplace(caller, info.callers.size());
    if (is_new) info.callers.push_back({caller, 0, 0});
    VmallocCaller& entry = info.callers[at->second];
    ++entry.areas_count;
    if (pages > UINT64_MAX - info.pages) continue;  // no machine has it
    entry.pages += pages;
    info.pages += pages;
  }
  std::stable_sort(info.callers.begin(), info.callers.end(),
                   [](const VmallocCaller& a, const VmallocCaller& b) { return a.pages > b.pages; });
  return info;
}

}  // namespace memkit
