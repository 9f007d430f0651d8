#include "output/columns_process.h"

namespace memkit {
namespace {

// As smem pads it.
constexpr std::size_t kCommandWidth = 27;

template <class T>
Cell to_cell(const Packed<T>& packed) {
  return memkit::to_cell(Got<T>(packed));
}

template <auto member>
Cell of(const ProcessRow& row) {
  return to_cell(row.process.*member);
}

Cell user(const ProcessRow& row) {
  if (!row.process.uid) return row.process.uid.missing();
  return std::string_view(row.user);
}

// The first seven are smem's default, in smem's order, which scripts count from either end.
constexpr Column<ProcessRow> kColumns[] = {
    {{"pid", "PID", Unit::none, Align::right, true, false, "process id"},
     [](const ProcessRow& row) -> Cell { return std::uint64_t{row.process.pid}; }},
    {{"user", "User", Unit::none, Align::left, true, false, "effective user, by name"}, user},
    {{"command",
      "Command",
      Unit::none,
      Align::left,
      true,
      false,
      "command line; [name] where there is none",
      {},
      kCommandWidth},
     [](const ProcessRow& row) -> Cell { return std::string_view(row.process.command); }},
    {{"swap", "Swap", Unit::bytes, Align::right, true, true, "in swap; shared memory there counts in full"},
     of<&Process::swap_bytes>},
    {{"uss", "USS", Unit::bytes, Align::right, true, true, "private memory: what its end gives back"},
     of<&Process::uss_bytes>},
    {{"pss", "PSS", Unit::bytes, Align::right, true, true, "its share: private, and shared divided by users"},
     of<&Process::pss_bytes>},
    {{"rss", "RSS", Unit::bytes, Align::right, true, true, "all that it has in RAM, shared memory in full"},
     of<&Process::rss_bytes>},
    {{"vsz", "VSZ", Unit::bytes, Align::right, false, true, "address space, used or not; also called vss", "vss"},
     of<&Process::vsz_bytes>},
    {{"swap_pss", "SwapPSS", Unit::bytes, Align::right, false, true, "its share of swap"},
     of<&Process::swap_pss_bytes>},
    {{"ppid", "PPID", Unit::none, Align::right, false, false, "parent's process id"}, of<&Process::ppid>},
    {{"uid", "UID", Unit::none, Align::right, false, false, "effective user, by number"}, of<&Process::uid>},
    {{"name", "Name", Unit::none, Align::left, false, false, "comm: the program's short name"},
     [](const ProcessRow& row) -> Cell {
       if (row.process.name.empty()) return Missing::absent;
       return std::string_view(row.process.name);
     }},
    {{"threads", "Threads", Unit::count, Align::right, false, true, "threads, the first one included"},
     of<&Process::threads>},
};

}  // namespace

std::span<const Column<ProcessRow>> process_columns() { return kColumns; }

}  // namespace memkit
