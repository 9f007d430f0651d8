#include "output/columns_free.h"

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

constexpr Column<AccountPart> kBreakdown[] = {
    {{"id", "ID", Unit::none, Align::left, false, false, "the kind's name in JSON"},
     [](const AccountPart& part) -> Cell { return part.id; }},
    {{"label", "KIND", Unit::none, Align::left, true, false, "the kind of memory"},
     [](const AccountPart& part) -> Cell { return part.label; }},
    {{"size", "SIZE", Unit::bytes, Align::right, true, true, "how much there is of it"},
     [](const AccountPart& part) -> Cell { return to_cell(part.bytes); }},
    {{"share", "SHARE", Unit::percent, Align::right, true, true, "of all RAM"},
     [](const AccountPart& part) -> Cell { return to_cell(part.share_pct); }},
    {{"reclaim", "RECLAIM", Unit::none, Align::left, true, false, "whether it gives way when memory is asked for"},
     [](const AccountPart& part) -> Cell { return to_string(part.reclaim); }},
    {{"owner", "OWNER", Unit::none, Align::left, true, false, "who holds it"},
     [](const AccountPart& part) -> Cell { return part.owner; }},
};

}  // namespace

std::span<const Column<FreeLine>> free_columns() { return kFree; }
std::span<const Column<AccountPart>> breakdown_columns() { return kBreakdown; }

}  // namespace memkit
