#include "output/psi_views.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/columns_psi.h"
#include "output/escape.h"
#include "output/text.h"

namespace memkit {
namespace {

Tone tone_of(PluginStatus status) {
  if (status == PluginStatus::ok) return Tone::good;
  return status == PluginStatus::warning || status == PluginStatus::critical ? Tone::bad : Tone::plain;
}

std::string join(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// "12.3k/s"
std::string rate_text(const Change& change) {
  if (!change.per_s) return "-";
  const double rate = *change.per_s;
  if (rate >= 1e6) return fmt::format("{:.1f}M/s", rate / 1e6);
  if (rate >= 1e4) return fmt::format("{:.0f}k/s", rate / 1e3);
  return fmt::format("{:.0f}/s", rate);
}

std::string bytes_rate_text(const Change& change) {
  if (!change.per_s) return "-";
  return size_text(Got<std::uint64_t>(static_cast<std::uint64_t>(*change.per_s))) + "/s";
}

std::string whole_pct(const Got<double>& pct) { return pct ? fmt::format("{:.0f} %", *pct) : "-"; }

void print_line(Out& out, std::string_view name, const std::string& text) { out.print("{:<9}{}\n", name, text); }

std::string verdict_text(const ReclaimVerdict& verdict) {
  std::string text = fmt::format("{} - {}", to_string(verdict.pattern), explain(verdict.pattern));
  return text + (verdict.unconfirmed ? " (no pressure file confirms it)" : "");
}

void print_scans(Out& out, std::string_view name, const Change& scanned, const Got<double>& efficiency_pct,
                 const std::string& more) {
  if (!scanned.per_s || *scanned.per_s <= 0) return;
  print_line(out, "",
             fmt::format("{}: {} pages scanned, {} of them freed{}", name, rate_text(scanned),
                         whole_pct(efficiency_pct), more));
}

void print_coming_back(Out& out, const ReclaimChange& r) {
  const auto any = [](const Change& change) { return change.per_s && *change.per_s > 0; };
  if (any(r.refault_file) || any(r.refault_anon)) {
    print_line(out, "",
               fmt::format("wanted back: {} file pages, {} anonymous ones", rate_text(r.refault_file),
                           rate_text(r.refault_anon)));
  }
  if (any(r.swap_in_bytes) || any(r.swap_out_bytes)) {
    print_line(out, "",
               fmt::format("swap: {} in, {} out", bytes_rate_text(r.swap_in_bytes), bytes_rate_text(r.swap_out_bytes)));
  }
  if (any(r.compact_stall)) {
    print_line(out, "",
               fmt::format("compaction: {} stalls, {} of them for nothing", rate_text(r.compact_stall),
                           rate_text(r.compact_fail)));
  }
}

void print_reclaim(Out& out, const PsiReclaim& reclaim) {
  if (reclaim.cgroup) {
    print_line(out, "cgroup",
               reclaim.cgroup_verdict.pattern == ReclaimPattern::unknown ? "v1 counts only what was wanted back"
                                                                         : verdict_text(reclaim.cgroup_verdict));
    const std::string direct = fmt::format(", {} by tasks", whole_pct(reclaim.cgroup->direct_share_pct));
    print_scans(out, "taken from it", reclaim.cgroup->scanned_all, reclaim.cgroup->efficiency_pct, direct);
    print_coming_back(out, *reclaim.cgroup);
  }
  const ReclaimChange& r = reclaim.machine;
  print_line(out, reclaim.cgroup ? "machine" : "reclaim", verdict_text(reclaim.machine_verdict));
  if (reclaim.machine_verdict.pattern == ReclaimPattern::cgroup_limit) {
    print_line(out, "",
               fmt::format("below it: {}", verdict_text({reclaim.machine_verdict.within, reclaim.machine_verdict.within,
                                                         reclaim.machine_verdict.unconfirmed})));
  }
  print_scans(out, "for the machine", r.scanned_global, r.efficiency_global_pct,
              fmt::format(", {} by tasks", whole_pct(r.direct_share_pct)));
  print_scans(out, "at cgroup limits", r.scanned_cgroup, r.efficiency_cgroup_pct, "");
  if (r.allocstall.per_s && *r.allocstall.per_s > 0) {
    print_line(out, "", fmt::format("allocations that had to wait for it: {}", rate_text(r.allocstall)));
  }
  if (!reclaim.cgroup) print_coming_back(out, r);
}

void print_worst(Out& out, const PsiFacts& facts) {
  constexpr std::size_t kMost = 3;
  std::size_t shown = 0;
  for (const CgroupPressureRow& row : facts.cgroups) {
    if (shown == kMost || !row.stalled()) break;
    if (row.path == "/") continue;  // all there is: said already
    const bool now = row.now.some_pct.has_value();
    const Got<double>& some = now ? row.now.some_pct : row.some.avg10_pct;
    const Got<double>& full = now ? row.now.full_pct : row.full.avg10_pct;
    print_line(out, shown == 0 ? "worst" : "",
               fmt::format("some {}, full {}  {}", percent_text(some), percent_text(full), for_terminal(row.path)));
    ++shown;
  }
}

/// The place that the answer is about.
std::string scope_text(const PressureFigures& figures, bool of_cgroup) {
  return of_cgroup ? for_terminal(figures.scope) + ", " : std::string();
}

/// What this machine's own averages say, one beside the other.
void explain_averages(Out& out, const PressureFigures& figures) {
  const PressureLine& line = figures.some.avg10_pct ? figures.some : figures.full;
  if (!line.avg10_pct || !line.avg60_pct || !line.avg300_pct) return;
  constexpr double kApart = 2;  // times: what is no mere wobble
  std::string_view trend = "that is about the same all the time";
  if (*line.avg10_pct > kApart * *line.avg300_pct) trend = "it has just begun";
  if (*line.avg300_pct > kApart * *line.avg10_pct) trend = "it is over, or it comes and goes";
  if (*line.avg10_pct == 0 && *line.avg300_pct == 0) trend = "nobody waits";
  print_wrapped(out, fmt::format("Here tasks lost {:.2f} s of the last 10 s to {}, {:.2f} s of the last minute and "
                                 "{:.2f} s of the last five minutes: {}.",
                                 *line.avg10_pct / 10, to_string(figures.kind), *line.avg60_pct * 60 / 100,
                                 *line.avg300_pct * 300 / 100, trend));
}

}  // namespace

std::string explain_missing(PressureState state, const PressurePlace& place, PressureKind kind) {
  const std::string file =
      for_terminal(place.directory) + "/" + std::string(to_string(kind)) + (place.of_cgroup ? ".pressure" : "");
  const std::string path = for_terminal(place.path);
  switch (state) {
    case PressureState::known:
      break;
    case PressureState::no_kernel_support:
      return "this kernel keeps no pressure: there is no /proc/pressure. It takes Linux 4.20 or later with CONFIG_PSI; "
             "where that is built in and off, boot with psi=1";
    case PressureState::switched_off:
      return "pressure is switched off in this kernel: boot with psi=1 on its command line";
    case PressureState::no_such_file:
      return fmt::format("this kernel keeps no pressure of {}{}", to_string(kind),
                         kind == PressureKind::irq ? " (6.1 or later, with CONFIG_IRQ_TIME_ACCOUNTING)" : "");
    case PressureState::hidden:
      return fmt::format("pressure is hidden in the cgroup {}: its cgroup.pressure is 0, and 1 brings it back", path);
    case PressureState::not_in_cgroups:
      return fmt::format(
          "this kernel keeps pressure of the machine alone, not of cgroups such as {}: boot without "
          "cgroup_disable=pressure",
          path);
    case PressureState::v1_only:
      return "this is a cgroup of v1, and only v2 keeps pressure: boot with systemd.unified_cgroup_hierarchy=1, or "
             "mount cgroup2 beside it; without --cgroup the machine's is shown";
    case PressureState::no_cgroup:
      return path.empty() ? "the cgroup of this process cannot be found: name one with --cgroup=PATH"
                          : fmt::format("there is no cgroup of v2 at '{}'", path);
    case PressureState::denied:
      return fmt::format("{} may not be read: permission denied; try as root", file);
    case PressureState::not_captured:
      return fmt::format("this tree does not hold {}: it was not copied, or the kernel has none", file);
    case PressureState::malformed:
      return fmt::format("{} holds no figures: it is empty, or cut", file);
  }
  return {};
}

std::string pressure_sentence(const PressureFigures& figures) {
  const auto waited = [](const PressureLine& line) { return line.avg10_pct && *line.avg10_pct > 0; };
  if (!waited(figures.some) && !waited(figures.full)) {
    return fmt::format("{}: no task waited in the last 10 s", to_string(figures.kind));
  }
  if (!figures.some.avg10_pct) {
    return fmt::format("{}: all tasks waited {:.2f} % of the last 10 s", to_string(figures.kind),
                       *figures.full.avg10_pct);
  }
  return fmt::format("{}: tasks waited {:.2f} % of the last 10 s{}", to_string(figures.kind), *figures.some.avg10_pct,
                     figures.full.avg10_pct ? fmt::format(", all at once {:.2f} %", *figures.full.avg10_pct) : "");
}

void print_pressure(Out& out, const PsiFacts& facts, std::span<const std::size_t> chosen, const TableStyle& style,
                    bool color) {
  for (const PressureFigures& figures : facts.figures) {
    if (figures.state != PressureState::known || figures.kind != facts.worst) continue;
    out.print("{}  {}{}\n", toned(plugin_word(facts.status), tone_of(facts.status), color),
              scope_text(figures, facts.of_cgroup), pressure_sentence(figures));
    break;
  }
  if (!facts.because.empty()) print_line(out, "because", join(facts.because));
  TextTable table = text_table(pressure_columns(), chosen, style);
  for (const PressureRow& row : pressure_rows(facts.figures)) table.add_row(cells_of(pressure_columns(), chosen, row));
  table.print(out);
  if (facts.reclaim) {
    print_line(out, "looked", fmt::format("for {:.1f} s at reclaim", facts.reclaim->seconds));
    print_reclaim(out, *facts.reclaim);
  }
  print_worst(out, facts);
  if (facts.in_container) {
    print_wrapped(out, facts.of_cgroup
                           ? "Inside a container: the verdict is of its own cgroup; \"system\" is the host, whose "
                             "/proc/pressure every container reads."
                           : "Inside a container: these are the host's figures, which every container reads; its own "
                             "cgroup has none.");
  }
}

void print_cgroup_pressure(Out& out, const PsiFacts& facts, std::span<const std::size_t> chosen,
                           const TableStyle& style) {
  const CgroupPressureRow* worst = nullptr;
  bool outside = false;
  for (const CgroupPressureRow& row : facts.cgroups) {
    if (!row.stalled()) continue;
    outside = outside || row.path == "/";
    if (row.path != "/" && worst == nullptr) worst = &row;
  }
  if (worst == nullptr && outside) {
    out.print("Only tasks in no cgroup below / have waited for {}.\n", to_string(facts.ranked));
  } else if (worst == nullptr) {
    out.print("No cgroup has waited for {} in the last five minutes ({} looked at).\n", to_string(facts.ranked),
              facts.walk->visited);
  } else {
    const bool now = worst->now.some_pct.has_value();
    out.print("{} waits most for {}: some {}, full {} of {}\n", for_terminal(worst->path), to_string(facts.ranked),
              percent_text(now ? worst->now.some_pct : worst->some.avg10_pct),
              percent_text(now ? worst->now.full_pct : worst->full.avg10_pct), now ? "the interval" : "the last 10 s");
  }
  if (facts.cgroups.empty()) return;
  TextTable table = text_table(cgroup_pressure_columns(), chosen, style);
  for (const CgroupPressureRow& row : facts.cgroups) table.add_row(cells_of(cgroup_pressure_columns(), chosen, row));
  table.print(out);
}

std::string walk_gaps(const CgroupWalk& walk) {
  std::vector<std::string> gaps;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count != 0) gaps.push_back(fmt::format("{}: {}", what, count));
  };
  add(walk.hidden, "cgroups that hide their pressure (cgroup.pressure 0)");
  add(walk.unreadable, "cgroups whose pressure may not be read without root");
  add(walk.unlisted, "cgroups that may not be looked into without root");
  add(walk.vanished, "cgroups that went away meanwhile");
  add(walk.too_deep, "cgroups nested too deep");
  return fmt::format("{}", fmt::join(gaps, "; "));
}

void explain_psi(Out& out, const PsiFacts& facts) {
  print_wrapped(out,
                "\"some\" is the share of time in which at least one task could not go on for want of the resource; "
                "\"full\" that in which all tasks that had work waited at once, so that nothing was done. Of memory, "
                "waiting is reclaim by the task itself, reading back what was evicted, and swap-in.");
  print_wrapped(out,
                "avg10, avg60 and avg300 are running averages that the kernel renews every 2 s; for less than 10 s "
                "look with --interval, which counts from \"total\".");
  for (const PressureFigures& figures : facts.figures) explain_averages(out, figures);
  print_wrapped(out,
                "Verdict: memory some.avg10 from 10 % on is a warning, from 25 % on critical; full.avg10 above 0 for a "
                "minute is a warning, from 20 % on critical. CPU pressure is normal where there are more tasks than "
                "CPUs; high memory pressure on a machine with free memory means that a cgroup is at its own limit.");
  if (facts.reclaim) {
    print_wrapped(out, fmt::format("Reclaim: {} ({}). Pages scanned are looked at, pages freed are taken; few freed of "
                                   "many scanned is memory that is in use. Pages wanted back had been evicted too "
                                   "early.",
                                   to_string(facts.reclaim->machine_verdict.pattern),
                                   explain(facts.reclaim->machine_verdict.pattern)));
  }
}

}  // namespace memkit
