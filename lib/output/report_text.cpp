#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "output/columns_process.h"
#include "output/escape.h"
#include "output/free_views.h"
#include "output/report.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr std::string_view kIndent = "            ";

void section(Out& out, std::string_view name, const std::string& text) {
  out.print("{:<{}}{}\n", name, kIndent.size(), text);
}

void print_groups(Out& out, const ReportFacts& facts, bool bars) {
  constexpr std::size_t kBarWidth = 8;  // the longest note still ends within 80 columns
  out.print("WHERE THE MEMORY IS ({})\n", size_text(facts.accounting.total_bytes));
  for (const MemoryGroup& group : memory_groups(facts.accounting)) {
    const double share = group.share_pct.value_or(0);
    const auto length = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 100.0) / 100 * double{kBarWidth}));
    const std::string bar = bars ? fmt::format("{:<{}}", std::string(length, '#'), kBarWidth + 2) : "";
    out.print("  {:<14}{:>10}  {:>7}  {}{}\n", group.label, signed_size_text(group.bytes),
              group.share_pct ? fmt::format("{:.1f} %", share) : "-", bar, group.note);
  }
  if (!facts.accounting.residual_bytes) {
    print_wrapped(out, fmt::format("What no field names is not known: {}.", facts.accounting.residual_why));
  }
}

/// Do the processes' shares and the kernel's own count of mapped memory agree?
void print_agreement(Out& out, const ReportFacts& facts) {
  const Meminfo& meminfo = *facts.snapshot.meminfo;
  const Got<std::uint64_t> mapped = sum(meminfo.anon_pages_bytes, meminfo.mapped_bytes);
  if (!facts.top.pss_bytes) {
    print_wrapped(out, "Processes' shares (PSS) are not known.");
    return;
  }
  const std::uint64_t known = facts.top.count - facts.top.without_pss;
  const std::string of = known == facts.top.count
                             ? fmt::format("{} processes", known)
                             : fmt::format("{} of {} processes (the others' is not known)", known, facts.top.count);
  print_wrapped(out, fmt::format("The PSS of {} sums to {}; the kernel counts {} of anonymous and mapped pages.", of,
                                 size_text(facts.top.pss_bytes), size_text(mapped)));
}

std::string rate_text(const Change& change) {
  return change.per_s ? fmt::format("{}/s", size_text(static_cast<std::uint64_t>(*change.per_s))) : "-";
}

void print_swap(Out& out, const ReportFacts& facts) {
  const Meminfo& meminfo = *facts.snapshot.meminfo;
  if (!meminfo.swap_total_bytes || !meminfo.swap_free_bytes) {
    section(out, "SWAP", "not known");
    return;
  }
  if (*meminfo.swap_total_bytes == 0) {
    section(out, "SWAP", "none");
    return;
  }
  const std::uint64_t used = *meminfo.swap_total_bytes - std::min(*meminfo.swap_total_bytes, *meminfo.swap_free_bytes);
  std::string rates;
  if (facts.delta)
    rates =
        fmt::format("; in {}, out {}", rate_text(facts.delta->swap_in_bytes), rate_text(facts.delta->swap_out_bytes));
  section(out, "SWAP",
          fmt::format("{} of {} used ({}){}", size_text(used), size_text(meminfo.swap_total_bytes),
                      percent_text(percent_of(used, meminfo.swap_total_bytes)), rates));
}

std::string averages(const PressureLine& line) {
  const auto text = [](const Got<double>& pct) { return pct ? fmt::format("{:5.2f}", *pct) : std::string("    -"); };
  return fmt::format("avg10 {}  avg60 {}  avg300 {}", text(line.avg10_pct), text(line.avg60_pct),
                     text(line.avg300_pct));
}

std::string_view why_no_pressure(Missing why) {
  switch (why) {
    case Missing::denied:
    case Missing::hidden:
      return "proc/pressure/memory may not be read";
    case Missing::malformed:
      return "proc/pressure/memory makes no sense, or was not readable when it was copied";
    default:
      return "this kernel has no proc/pressure (before 4.20, or psi=0)";
  }
}

void print_pressure(Out& out, const ReportFacts& facts) {
  const PressureFacts& pressure = facts.snapshot.pressure;
  if (!pressure.memory) {
    section(out, "PRESSURE", fmt::format("not known: {}", why_no_pressure(pressure.memory.missing())));
    return;
  }
  section(out, "PRESSURE", "some  " + averages(pressure.memory->some) + "  % of time, memory");
  section(out, "", "full  " + averages(pressure.memory->full));
  if (facts.delta && facts.delta->memory.some_pct) {
    section(out, "",
            fmt::format("some {}, full {} over {:.1f} s", percent_text(facts.delta->memory.some_pct),
                        percent_text(facts.delta->memory.full_pct), facts.delta->seconds.value_or(0)));
  }
}

void print_lists(Out& out, const Meminfo& m) {
  section(out, "LISTS",
          fmt::format("anon+tmpfs  active {}, inactive {}", size_text(m.active_anon_bytes),
                      size_text(m.inactive_anon_bytes)));
  section(out, "",
          fmt::format("files       active {}, inactive {}", size_text(m.active_file_bytes),
                      size_text(m.inactive_file_bytes)));
  section(out, "SLAB",
          fmt::format("{}, of which {} reclaimable", size_text(m.slab_bytes), size_text(m.sreclaimable_bytes)));
}

void print_growth(Out& out, const Delta& delta) {
  if (!delta.no_rates_why.empty()) print_wrapped(out, fmt::format("No rates: {}.", delta.no_rates_why));
  section(out, "GROWTH",
          fmt::format("anonymous {}, page cache {}, slab {} in {:.1f} s", signed_size_text(delta.growth.anon_pages),
                      signed_size_text(delta.growth.file_lru), signed_size_text(delta.growth.slab),
                      delta.seconds.value_or(0)));
}

void print_top(Out& out, const ReportFacts& facts, std::size_t width) {
  if (facts.top.count == 0) {
    out.write("No process can be read here.\n");
    return;
  }
  out.print("TOP BY PSS ({} of {} processes)\n", facts.top_rows.size(), facts.top.count);
  const std::vector<std::size_t> chosen = select_columns(infos(process_columns()), "pid,pss,uss,rss,swap,user,name");
  TableStyle style;
  style.size = {SizeFormat::Style::spaced, 1, false};
  style.width = width;
  TextTable table = text_table(process_columns(), chosen, style);
  for (const ProcessRow& row : facts.top_rows) table.add_row(cells_of(process_columns(), chosen, row));
  table.print(out);
}

}  // namespace

void print_report(Out& out, const ReportFacts& facts, const ReportStyle& style) {
  print_findings(out, facts, style);
  if (style.brief) return;
  print_groups(out, facts, style.width != 0);
  print_agreement(out, facts);
  out.write("\n");
  print_swap(out, facts);
  print_pressure(out, facts);
  print_lists(out, *facts.snapshot.meminfo);
  if (facts.delta) print_growth(out, *facts.delta);
  out.write("\n");
  print_top(out, facts, style.width);
  print_not_judged(out, facts.diagnosis, style.language);
}

void explain_report(Out& out, const ReportFacts& facts) {
  print_wrapped(
      out, fmt::format("The verdict is by what is available: {} of {}. Below 20 % it is noted, below 10 % a warning, "
                       "below 5 % critical.",
                       size_text(facts.health.usable_bytes), size_text(facts.health.total_bytes)));
  print_wrapped(
      out,
      fmt::format("PSS divides each page by the number of processes that map it, so that its sum ({}) adds up. The sum "
                  "of RSS ({}) counts shared pages once for each process.",
                  size_text(facts.top.pss_bytes), size_text(facts.top.rss_bytes)));
  print_wrapped(
      out,
      "Pressure is the share of time in which at least one task (some), or all of them at once (full), waited for "
      "memory. Little free memory without pressure is a cache at work, not a fault.");
}

}  // namespace memkit
