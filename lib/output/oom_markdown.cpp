// OOM events as Markdown, for a ticket.
#include <fmt/format.h>

#include <algorithm>

#include "output/markdown.h"
#include "output/oom.h"
#include "output/text.h"

namespace memkit {
namespace {

void print_counts(Out& out, std::string_view title, const std::vector<OomCounted>& counts) {
  if (counts.empty()) return;
  out.print("\n| {} | kills |\n|---|---:|\n", title);
  for (const OomCounted& one : counts) out.print("| {} | {} |\n", markdown::text(one.name), one.kills);
}

}  // namespace

void print_oom_markdown(Out& out, const OomEvent& event, const OomStory& story) {
  out.print("## Event {}: {}\n\n", event.number, markdown::text(headline(event, story)));
  const auto item = [&out](std::string_view label, const std::string& text) {
    if (!text.empty()) out.print("- **{}**: {}\n", label, markdown::text(text));
  };
  const std::string_view certainty = time_certainty(event.time);
  item("Time",
       time_text(event.time) + (certainty.empty() || certainty == "exact" ? "" : fmt::format(" ({})", certainty)));
  item("Killed", killed_line(event));
  item("Asked", asked_text(event));
  item("Limit", limit_text(event));
  item("Why", why_text(event, story));
  item("Confidence", std::string(to_string(story.confidence)));
  item("Memory", memory_line(event));
  item("Then", aftermath(event));
  for (const std::string& step : next_steps(event, story)) item("Next", step);
  item("Note", doubts(event));
  if (!story.by_name.empty()) {
    out.write("\n| name | processes | RSS | share |\n|---|---:|---:|---:|\n");
    for (std::size_t i = 0; i < std::min<std::size_t>(10, story.by_name.size()); ++i) {
      const OomShare& share = story.by_name[i];
      out.print("| {} | {} | {} | {} |\n", markdown::text(share.name), share.processes, size_text(share.rss_bytes),
                percent_text(share.share_pct));
    }
  }
  out.write("\n");
}

void print_oom_markdown_list(Out& out, std::span<const OomSummary> events) {
  out.write("| # | time | reason | killed | PID | name | RSS | unit |\n|---:|---|---|---:|---:|---|---:|---|\n");
  for (const OomSummary& event : events) {
    const auto word = [](const std::string& text) { return text.empty() ? "-" : markdown::text(text); };
    out.print("| {} | {} | {} | {} | {} | {} | {} | {} |\n", event.number, word(time_text(event.time)),
              reason_id(event.reason), event.killed, event.pid ? fmt::format("{}", *event.pid) : "-", word(event.name),
              size_text(event.rss_bytes), word(event.unit));
  }
  out.write("\n");
}

void print_oom_markdown_summary(Out& out, std::span<const OomSummary> events) {
  const OomCounts counts = count_kills(events);
  print_counts(out, "unit", counts.by_unit);
  print_counts(out, "cgroup", counts.by_cgroup);
  print_counts(out, "name", counts.by_name);
  print_counts(out, "hour", counts.by_hour);
  const std::vector<OomLoop> loops = find_loops(events);
  if (loops.empty()) return;
  out.write("\n| loop | kills | seconds |\n|---|---:|---:|\n");
  for (const OomLoop& loop : loops)
    out.print("| {} | {} | {} |\n", markdown::text(loop.what), loop.kills, loop.span_s.value_or(0));
}

}  // namespace memkit
