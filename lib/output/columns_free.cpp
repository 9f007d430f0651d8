#include "output/columns_free.h"

#include <algorithm>
#include <cmath>

namespace memkit {
namespace {

template <Got<std::uint64_t> FreeRow::*member>
Cell bytes_of(const FreeLine& line) {
  return to_cell(line.row.*member);
}

constexpr Column<FreeLine> kFree[] = {
    {{"name", "", Unit::none, Align::left, true, false, "which memory the row speaks of"},
     [](const FreeLine& line) -> Cell { return std::string_view(line.name); }},
    {{"total", "total", Unit::bytes, Align::right, true, true, "all of it: MemTotal, SwapTotal"},
     bytes_of<&FreeRow::total_bytes>},
    {{"used", "used", Unit::bytes, Align::right, true, true, "total - available; of swap: total - free"},
     bytes_of<&FreeRow::used_bytes>},
    {{"free", "free", Unit::bytes, Align::right, true, true, "not used for anything, not even for cache"},
     [](const FreeLine& line) -> Cell {
       return line.signed_free_bytes ? to_cell(line.signed_free_bytes) : to_cell(line.row.free_bytes);
     }},
    {{"shared", "shared", Unit::bytes, Align::right, true, true, "tmpfs and shared memory; part of cache"},
     bytes_of<&FreeRow::shared_bytes>},
    {{"buffers", "buffers", Unit::bytes, Align::right, false, true, "page cache of block devices"},
     bytes_of<&FreeRow::buffers_bytes>},
    {{"cache", "cache", Unit::bytes, Align::right, false, true, "page cache and reclaimable slab"},
     bytes_of<&FreeRow::cache_bytes>},
    {{"buff_cache", "buff/cache", Unit::bytes, Align::right, true, true, "buffers + cache"},
     bytes_of<&FreeRow::buff_cache_bytes>},
    {{"available", "available", Unit::bytes, Align::right, true, true, "what new work can have without swapping"},
     bytes_of<&FreeRow::available_bytes>},
};

constexpr Column<BreakdownLine> kBreakdown[] = {
    {{"id", "ID", Unit::none, Align::left, false, false, "the kind's name in JSON"},
     [](const BreakdownLine& line) -> Cell { return line.id; }},
    {{"label", "KIND", Unit::none, Align::left, true, false, "the kind of memory"},
     [](const BreakdownLine& line) -> Cell { return std::string_view(line.label); }},
    {{"size", "SIZE", Unit::bytes, Align::right, true, true, "how much there is of it"},
     [](const BreakdownLine& line) -> Cell { return to_cell(line.size_bytes); }},
    {{"share", "SHARE%", Unit::percent, Align::right, true, true, "of all RAM"},
     [](const BreakdownLine& line) -> Cell { return to_cell(line.share_pct); }},
    {{"bar", "", Unit::none, Align::left, false, false, "the share, drawn; shown on a terminal"},
     [](const BreakdownLine& line) -> Cell { return std::string_view(line.bar); }},
    {{"reclaim", "RECLAIM", Unit::none, Align::left, true, false, "whether it gives way when memory is asked for"},
     [](const BreakdownLine& line) -> Cell { return line.reclaim; }},
    {{"owner", "OWNER", Unit::none, Align::left, true, false, "who holds it"},
     [](const BreakdownLine& line) -> Cell { return line.owner; }},
};

std::string bar_of(const Got<double>& share_pct) {
  constexpr double kWidth = 8;  // all of RAM; with it the table just fits into 80 columns
  if (!share_pct || *share_pct <= 0) return "";
  return std::string(static_cast<std::size_t>(std::lround(std::min(*share_pct, 100.0) / 100 * kWidth)), '#');
}

BreakdownLine to_line(const AccountPart& part, std::string_view indent) {
  return {part.id,
          std::string(indent) + std::string(part.label),
          part.bytes.transform([](std::uint64_t bytes) { return static_cast<std::int64_t>(bytes); }),
          part.share_pct,
          to_string(part.reclaim),
          part.owner,
          bar_of(part.share_pct)};
}

}  // namespace

std::vector<BreakdownLine> breakdown_lines(const Accounting& accounting) {
  std::vector<BreakdownLine> lines;
  for (const AccountPart& part : accounting.parts) {
    lines.push_back(to_line(part, ""));
    for (const AccountPart& inner : part.of_which) lines.push_back(to_line(inner, "  of which "));
  }
  if (accounting.residual_bytes) {
    const bool over = *accounting.residual_bytes < 0;
    lines.push_back({"residual", over ? "overcounted" : "unaccounted", accounting.residual_bytes,
                     accounting.residual_share_pct, over ? "" : "no", over ? "fields overlap" : "drivers, network",
                     bar_of(accounting.residual_share_pct)});
  }
  const Got<std::int64_t> all =
      accounting.total_bytes.transform([](std::uint64_t bytes) { return static_cast<std::int64_t>(bytes); });
  lines.push_back(
      {"total", "total (MemTotal)", all, all.transform([](std::int64_t) { return 100.0; }), "", "", "", true});
  return lines;
}

std::span<const Column<FreeLine>> free_columns() { return kFree; }
std::span<const Column<BreakdownLine>> breakdown_columns() { return kBreakdown; }

}  // namespace memkit
