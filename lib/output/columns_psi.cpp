#include "output/columns_psi.h"

namespace memkit {
namespace {

template <Got<double> PressureLine::*member>
Cell of_line(const PressureRow& row) {
  return to_cell(row.line.*member);
}

constexpr Column<PressureRow> kPressure[] = {
    {{"scope", "SCOPE", Unit::none, Align::left, false, false, "system, or the path of the cgroup"},
     [](const PressureRow& row) -> Cell { return std::string_view(row.scope); }},
    {{"resource", "RESOURCE", Unit::none, Align::left, true, false, "what tasks waited for"},
     [](const PressureRow& row) -> Cell { return to_string(row.kind); }},
    {{"who", "WHO", Unit::none, Align::left, true, false, "some: at least one task; full: all at once"},
     [](const PressureRow& row) -> Cell { return std::string_view(row.full ? "full" : "some"); }},
    {{"now", "NOW%", Unit::percent, Align::right, false, false, "of the time that memkit looked, if it did"},
     [](const PressureRow& row) -> Cell { return to_cell(row.now_pct); }},
    {{"avg10", "AVG10%", Unit::percent, Align::right, true, false, "of the last 10 s"},
     of_line<&PressureLine::avg10_pct>},
    {{"avg60", "AVG60%", Unit::percent, Align::right, true, false, "of the last minute"},
     of_line<&PressureLine::avg60_pct>},
    {{"avg300", "AVG300%", Unit::percent, Align::right, true, false, "of the last five minutes"},
     of_line<&PressureLine::avg300_pct>},
    {{"total", "TOTAL_US", Unit::micros, Align::right, true, false, "stall since boot, or since the cgroup was made"},
     [](const PressureRow& row) -> Cell { return to_cell(row.line.total_us); }},
};

using Row = CgroupPressureRow;
template <PressureLine Row::*line, Got<double> PressureLine::*member>
Cell of_cgroup(const Row& row) {
  return to_cell(row.*line.*member);
}

constexpr Column<Row> kCgroups[] = {
    {{"full", "FULL%", Unit::percent, Align::right, false, false, "all its tasks at once: of the interval"},
     [](const Row& row) -> Cell { return to_cell(row.now.full_pct); }},
    {{"some", "SOME%", Unit::percent, Align::right, false, false, "at least one task: of the interval"},
     [](const Row& row) -> Cell { return to_cell(row.now.some_pct); }},
    {{"full_avg10", "FULL10%", Unit::percent, Align::right, true, false, "full, of the last 10 s"},
     of_cgroup<&Row::full, &PressureLine::avg10_pct>},
    {{"some_avg10", "SOME10%", Unit::percent, Align::right, true, false, "some, of the last 10 s"},
     of_cgroup<&Row::some, &PressureLine::avg10_pct>},
    {{"full_avg60", "FULL60%", Unit::percent, Align::right, true, false, "full, of the last minute"},
     of_cgroup<&Row::full, &PressureLine::avg60_pct>},
    {{"some_avg60", "SOME60%", Unit::percent, Align::right, true, false, "some, of the last minute"},
     of_cgroup<&Row::some, &PressureLine::avg60_pct>},
    {{"full_avg300", "FULL300%", Unit::percent, Align::right, false, false, "full, of the last five minutes"},
     of_cgroup<&Row::full, &PressureLine::avg300_pct>},
    {{"some_avg300", "SOME300%", Unit::percent, Align::right, false, false, "some, of the last five minutes"},
     of_cgroup<&Row::some, &PressureLine::avg300_pct>},
    {{"full_total", "FULL_US", Unit::micros, Align::right, false, false, "full, since the cgroup was made"},
     [](const Row& row) -> Cell { return to_cell(row.full.total_us); }},
    {{"some_total", "SOME_US", Unit::micros, Align::right, false, false, "some, since the cgroup was made"},
     [](const Row& row) -> Cell { return to_cell(row.some.total_us); }},
    {{"cgroup", "CGROUP", Unit::none, Align::left, true, false, "path below the mount point"},
     [](const Row& row) -> Cell { return std::string_view(row.path); }},
};

}  // namespace

std::span<const Column<PressureRow>> pressure_columns() { return kPressure; }
std::span<const Column<CgroupPressureRow>> cgroup_pressure_columns() { return kCgroups; }

}  // namespace memkit
