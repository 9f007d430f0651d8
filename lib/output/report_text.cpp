#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/reclaim.h"
#include "output/columns_process.h"
#include "output/escape.h"
#include "output/finding_text.h"
#include "output/report.h"
#include "output/report_oom.h"
#include "output/report_shared.h"
#include "output/text.h"

namespace memkit {
namespace {

constexpr std::size_t kHead = 12;
constexpr std::size_t kGroupLabel = 14;
constexpr std::size_t kCgroups = 5;  // that are listed

void section(Out& out, std::string_view name, std::string_view text) { out.print("{}{}\n", padded(name, kHead), text); }

void print_groups(Out& out, const ReportFacts& facts, const Words& words, bool bars) {
  constexpr std::size_t kBarWidth = 8;  // the longest note still ends within 80 columns
  out.print("{}\n", words("head.where", size_text(facts.accounting.total_bytes)));
  for (const MemoryGroup& group : memory_groups(facts.accounting)) {
    const double share = group.share_pct.value_or(0);
    const auto length = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 100.0) / 100 * double{kBarWidth}));
    const std::string bar = bars ? fmt::format("{:<{}}", std::string(length, '#'), kBarWidth + 2) : "";
    const bool over = group.id == "residual" && *group.bytes < 0;
    const std::string id = over ? "overcounted" : std::string(group.id);
    out.print("  {}{:>10}  {:>7}  {}{}\n", padded(words("group." + id), kGroupLabel), signed_size_text(group.bytes),
              group.share_pct ? fmt::format("{:.1f} %", share) : "-", bar, words("note." + id));
  }
  if (!facts.accounting.residual_bytes) print_wrapped(out, words("where.unknown"));
}

/// Do the processes' shares and the kernel's own count of mapped memory agree?
void print_agreement(Out& out, const ReportFacts& facts, const Words& words) {
  constexpr double kAgreePct = 10;
  const Meminfo& meminfo = *facts.snapshot.meminfo;
  const Got<std::uint64_t> mapped = sum(meminfo.anon_pages_bytes, meminfo.mapped_bytes);
  if (!facts.top.pss_bytes || !mapped) {
    print_wrapped(out, words("pss.unknown"));
    return;
  }
  std::string text = words("pss.sum", facts.top.count - facts.top.without_pss, facts.top.count,
                           size_text(facts.top.pss_bytes), size_text(mapped));
  const double gap = static_cast<double>(*mapped) - static_cast<double>(*facts.top.pss_bytes);
  const WalkSummary& walk = facts.processes.summary;
  const bool agree = std::abs(gap) <= kAgreePct / 100 * static_cast<double>(*mapped);
  const bool unseen = facts.top.without_pss != 0 || walk.hidden != 0 || walk.others_hidden;
  if (words.language() == Language::en) text += ' ';
  text += words(agree ? "pss.agree" : unseen ? "pss.unseen" : "pss.gap");
  print_wrapped(out, text);
}

std::string rate_text(const Change& change) {
  return change.per_s ? fmt::format("{}/s", size_text(static_cast<std::uint64_t>(*change.per_s))) : "-";
}

void print_swap(Out& out, const ReportFacts& facts, const Words& words) {
  const Meminfo& meminfo = *facts.snapshot.meminfo;
  if (!meminfo.swap_total_bytes || !meminfo.swap_free_bytes) {
    section(out, words("head.swap"), words("swap.unknown"));
    return;
  }
  if (*meminfo.swap_total_bytes == 0) {
    section(out, words("head.swap"), words("swap.none"));
    return;
  }
  const std::uint64_t used = *meminfo.swap_total_bytes - std::min(*meminfo.swap_total_bytes, *meminfo.swap_free_bytes);
  std::string text = words("swap.used", size_text(used), size_text(meminfo.swap_total_bytes),
                           percent_text(percent_of(used, meminfo.swap_total_bytes)));
  if (facts.delta) {
    text += words("swap.rates", rate_text(facts.delta->reclaim.swap_in_bytes),
                  rate_text(facts.delta->reclaim.swap_out_bytes));
  }
  section(out, words("head.swap"), text);
}

std::string averages(const PressureLine& line) {
  const auto text = [](const Got<double>& pct) { return pct ? fmt::format("{:5.2f}", *pct) : std::string("    -"); };
  return fmt::format("avg10 {}  avg60 {}  avg300 {}", text(line.avg10_pct), text(line.avg60_pct),
                     text(line.avg300_pct));
}

void print_pressure(Out& out, const ReportFacts& facts, const Words& words) {
  const PressureFacts& pressure = facts.snapshot.pressure;
  if (!pressure.memory) {
    const std::string why = "why." + std::string(to_string(lack_why(pressure.memory.missing())));
    section(out, words("head.pressure"), words("pressure.unknown", words(why)));
  } else {
    section(out, words("head.pressure"),
            "some  " + averages(pressure.memory->some) + "  " + std::string(words("pressure.unit")));
    section(out, "", "full  " + averages(pressure.memory->full));
  }
  if (!facts.delta) return;
  if (facts.delta->memory.some_pct) {
    section(out, "",
            words("pressure.interval", percent_text(facts.delta->memory.some_pct),
                  percent_text(facts.delta->memory.full_pct), fmt::format("{:.1f}", facts.delta->seconds.value_or(0))));
  }
  section(out, words("head.reclaim"), words("pattern." + std::to_string(static_cast<int>(pattern_of(facts)))));
}

void print_lists(Out& out, const Meminfo& m, const Words& words) {
  section(out, words("head.lists"),
          words("lists.anon", size_text(m.active_anon_bytes), size_text(m.inactive_anon_bytes)));
  section(out, "", words("lists.file", size_text(m.active_file_bytes), size_text(m.inactive_file_bytes)));
  section(out, words("head.slab"), words("slab.sizes", size_text(m.slab_bytes), size_text(m.sreclaimable_bytes)));
}

void print_growth(Out& out, const Delta& delta, const Words& words) {
  section(out, words("head.growth"),
          words("growth.sizes", signed_size_text(delta.growth.anon_pages), signed_size_text(delta.growth.file_lru),
                signed_size_text(delta.growth.slab), fmt::format("{:.1f}", delta.seconds.value_or(0))));
}

void print_rows(Out& out, std::string_view title, std::span<const ProcessRow> rows, std::size_t width,
                const Words& words) {
  out.print("{}\n", title);
  const std::vector<std::size_t> chosen = select_columns(infos(process_columns()), "pid,pss,uss,rss,swap,user,name");
  TableStyle style;
  style.size = {SizeFormat::Style::spaced, 1, false};
  style.width = width;
  std::vector<ColumnInfo> headed;
  for (const std::size_t column : chosen) {
    headed.push_back(process_columns()[column]);
    const std::string key = "column." + std::string(headed.back().id);
    if (has_message(key)) headed.back().header = words(key);
  }
  std::vector<const ColumnInfo*> columns;
  for (const ColumnInfo& column : headed) columns.push_back(&column);
  TextTable table(columns, style);
  for (const ProcessRow& row : rows) table.add_row(cells_of(process_columns(), chosen, row));
  table.print(out);
}

void print_top(Out& out, const ReportFacts& facts, const Words& words, std::size_t width) {
  if (facts.top.count == 0) {
    out.print("{}\n", words("top.none"));
    return;
  }
  print_rows(out, words("head.top", facts.top_rows.size(), facts.top.count), facts.top_rows, width, words);
  if (facts.swap_rows.empty()) return;
  out.write("\n");
  print_rows(out, words("head.top-swap"), facts.swap_rows, width, words);
}

std::string limit_note(const CgroupRow& row, const Got<std::uint64_t>& mem_total, const Words& words) {
  const Limit limit = to_limit(row.max, mem_total);
  std::string text;
  if (limit.bytes) text = words("cgroup.limit", size_text(limit.bytes));
  if (row.some_avg10_pct && *row.some_avg10_pct > 0) text += words("cgroup.stalls", percent_text(row.some_avg10_pct));
  if (row.oom_kills && *row.oom_kills > 0) text += words("cgroup.kills", *row.oom_kills);
  return text;
}

void print_cgroups(Out& out, const ReportFacts& facts, const Words& words, std::size_t limit) {
  const std::vector<const CgroupRow*> largest = largest_cgroups(facts.cgroups, std::min(limit, kCgroups));
  if (largest.empty()) return;
  out.print("\n{}\n", words("head.cgroups"));
  for (const CgroupRow* const row : largest) {
    const std::string note = limit_note(*row, facts.snapshot.meminfo->mem_total_bytes, words);
    out.print("{:>10}  {}{}{}\n", size_text(row->current_bytes), for_terminal(row->path), note.empty() ? "" : "  ",
              note);
  }
}

/// What is this container's own, among figures that are the host's.
void print_container(Out& out, const ReportFacts& facts, const Words& words) {
  const CgroupMemory own = cgroup_memory(facts.own_cgroup, facts.snapshot.meminfo->mem_total_bytes);
  const bool limited = own.effective_limit.state == LimitState::limited;
  if (!facts.own_cgroup.namespaced && !limited) return;
  out.print("\n{}\n", words("head.container"));
  section(out, words("container.usage"), fmt::format("{}  {}", size_text(own.usage_bytes), for_terminal(own.path)));
  section(out, words("container.limit"),
          limited ? fmt::format("{}  {}", size_text(own.effective_limit.bytes), for_terminal(own.binding_path))
                  : std::string(words("container.unlimited")));
  if (limited) section(out, words("container.left"), signed_size_text(own.headroom_bytes));
  if (facts.own_cgroup.pressure) section(out, "some", averages(facts.own_cgroup.pressure->some));
  if (facts.own_cgroup.namespaced) {
    const bool own_meminfo = facts.accounting.view == MeminfoView::lxcfs;
    print_wrapped(out, words(own_meminfo ? "container.rest.lxcfs" : "container.rest"));
  }
}

void print_kills(Out& out, const ReportFacts& facts, const Words& words) {
  constexpr std::size_t kColumns = 79;
  std::string_view head = "OOM";
  const auto print = [&](std::string_view text) {
    for (const std::string& line : wrapped(text, kColumns - kHead)) {
      section(out, head, line);
      head = "";
    }
  };
  if (facts.snapshot.vmstat && facts.snapshot.vmstat->oom_kill)
    print(words("oom.kills", *facts.snapshot.vmstat->oom_kill));
  for (const std::string& line : oom_lines(facts, words)) print(line);
}

}  // namespace

void print_report(Out& out, const ReportFacts& facts, const ReportStyle& style) {
  const Words words(style.language);
  print_findings(out, facts, style);
  if (style.brief) return;
  print_groups(out, facts, words, style.width != 0);
  print_agreement(out, facts, words);
  out.write("\n");
  print_swap(out, facts, words);
  print_pressure(out, facts, words);
  print_lists(out, *facts.snapshot.meminfo, words);
  print_kills(out, facts, words);
  if (facts.delta) print_growth(out, *facts.delta, words);
  out.write("\n");
  print_top(out, facts, words, style.width);
  print_cgroups(out, facts, words, facts.top_rows.size());
  print_shared(out, facts, words);
  print_container(out, facts, words);
  print_not_judged(out, facts.diagnosis, style.language);
}

ReclaimPattern pattern_of(const ReportFacts& facts) {
  if (!facts.delta) return ReclaimPattern::unknown;
  ReclaimContext context;
  context.some_pct = facts.delta->memory.some_pct;
  context.full_pct = facts.delta->memory.full_pct;
  if (facts.snapshot.vmstat)
    context.file_lru_pages = sum(facts.snapshot.vmstat->nr_active_file, facts.snapshot.vmstat->nr_inactive_file);
  return reclaim_pattern(facts.delta->reclaim, context).pattern;
}

void explain_report(Out& out, const ReportFacts& facts, Language language) {
  const Words words(language);
  print_wrapped(out,
                words("explain.diagnosis", size_text(facts.health.usable_bytes), size_text(facts.health.total_bytes)));
  print_wrapped(out, words("explain.pss", size_text(facts.top.pss_bytes), size_text(facts.top.rss_bytes)));
  print_wrapped(out, words("explain.pressure"));
}

}  // namespace memkit
