#include "output/report_diff.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "output/escape.h"
#include "output/finding_text.h"
#include "output/lang/words.h"
#include "output/text.h"
#include "version.h"

namespace memkit {
namespace {

constexpr std::size_t kColumns = 79;

/// "+1.0 GiB", "-3.0 MiB", "0 B".
std::string host_text(const ReportDocument& report, const Words& words) {
  return report.host ? for_terminal(*report.host) : std::string(words("host.unknown"));
}

std::size_t count(const ReportDiff& diff, FindingChange::State state) {
  return static_cast<std::size_t>(std::count_if(diff.findings.begin(), diff.findings.end(),
                                                [&](const FindingChange& change) { return change.state == state; }));
}

void print_answer(Out& out, const DiffView& view, const Words& words) {
  const ReportDiff& diff = view.diff;
  const SizeChange& available = diff.available;
  using State = FindingChange::State;
  std::string text =
      fmt::format("{}: {}; {}", host_text(view.after, words),
                  words("diff.available", signed_size_text(available.before_bytes),
                        signed_size_text(available.after_bytes), size_change_text(available.change_bytes)),
                  words("diff.findings", count(diff, State::added), count(diff, State::worse),
                        count(diff, State::better), count(diff, State::gone)));
  if (diff.elapsed_s) {
    const std::string apart = figure_text("elapsed_s", std::abs(*diff.elapsed_s), view.language);
    text += fmt::format("; {}", words("diff.elapsed", (*diff.elapsed_s < 0 ? "-" : "") + apart));
  }
  print_wrapped(out, text);
  if (diff.same_host && !*diff.same_host)
    print_wrapped(out, words("diff.other-host", host_text(view.before, words), host_text(view.after, words)));
  if (diff.processes_by_name) print_wrapped(out, words("diff.other-boot"));
}

void print_findings(Out& out, const ReportDiff& diff, const Words& words) {
  constexpr std::size_t kState = 12;
  constexpr std::size_t kSeverity = 10;
  bool any = false;
  for (const FindingChange& change : diff.findings) {
    if (change.state == FindingChange::State::same) continue;
    if (!any) out.write("\n");
    any = true;
    const std::string severity = change.severity_after.empty() ? change.severity_before : change.severity_after;
    out.print("{}{}{}\n", padded(words("diff.state." + std::string(to_string(change.state))), kState),
              padded(for_terminal(words("severity." + severity)), kSeverity), for_terminal(change.id));
    for (const std::string& line : wrapped(for_terminal(change.text), kColumns - kState))
      out.print("{}{}\n", std::string(kState, ' '), line);
  }
}

/// A list as rows "  before  after  change  name", those that differ alone.
void print_sizes(Out& out, std::string_view title, const std::vector<SizeChange>& changes, std::size_t most,
                 const Words& words, const std::function<std::string(const SizeChange&)>& name) {
  constexpr std::size_t kFigure = 12;
  const auto right = [](std::string_view text) {
    const std::size_t width = display_width(text);
    return std::string(width < kFigure ? kFigure - width : 0, ' ') + std::string(text);
  };
  out.print("\n{}\n{}{}{}\n", title, right(words("diff.before")), right(words("diff.after")),
            right(words("diff.change")));
  std::size_t rows = 0;
  std::size_t unlisted = 0;
  bool differs = false;
  for (const SizeChange& change : changes) {
    if (!change.change_bytes) ++unlisted;
    if (change.change_bytes.value_or(0) == 0) continue;
    differs = true;
    if (rows == most) continue;
    ++rows;
    out.print("{}{}{}  {}\n", right(signed_size_text(change.before_bytes)), right(signed_size_text(change.after_bytes)),
              right(size_change_text(change.change_bytes)), for_terminal(name(change)));
  }
  if (!differs) out.print("  {}\n", words("diff.nothing"));
  if (unlisted != 0) out.print("  {}\n", words("diff.unlisted", unlisted));
}

void write_side(JsonWriter& json, std::string_view key, const ReportDocument& report) {
  json.key(key);
  json.begin_object();
  json.field("source", report.source);
  json.field("host", report.host);
  json.field("boot_id", report.boot_id);
  json.field("time", report.time);
  json.field("uptime_s", report.uptime_s);
  json.field("status", report.status);
  json.field("total_bytes", report.total_bytes);
  json.end_object();
}

void write_change(JsonWriter& json, const SizeChange& change) {
  json.field("before_bytes", change.before_bytes);
  json.field("after_bytes", change.after_bytes);
  json.field("change_bytes", change.change_bytes);
}

void write_changes(JsonWriter& json, std::string_view key, const std::vector<SizeChange>& changes, std::size_t most,
                   const std::function<void(const SizeChange&)>& write_name) {
  json.key(key);
  json.begin_array();
  for (const SizeChange& change : changes) {
    if (change.change_bytes && *change.change_bytes == 0) continue;
    if (most-- == 0) break;
    json.begin_object();
    write_name(change);
    json.field("state", to_string(change.state));
    write_change(json, change);
    json.end_object();
  }
  json.end_array();
}

void write_text(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  text.empty() ? json.null() : json.value(text);
}

void write_findings(JsonWriter& json, const ReportDiff& diff) {
  json.key("findings");
  json.begin_array();
  for (const FindingChange& change : diff.findings) {
    json.begin_object();
    json.field("id", change.id);
    json.field("state", to_string(change.state));
    write_text(json, "severity_before", change.severity_before);
    write_text(json, "severity_after", change.severity_after);
    json.field("text", change.text);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void print_diff(Out& out, const DiffView& view) {
  const Words words(view.language);
  const ReportDiff& diff = view.diff;
  print_answer(out, view, words);
  print_findings(out, diff, words);
  const auto plain = [](const SizeChange& change) { return change.name; };
  print_sizes(out, words("diff.head.memory"), diff.memory, diff.memory.size(), words,
              [&](const SizeChange& change) { return std::string(words("group." + change.name)); });
  print_sizes(out, words("diff.head.processes", diff.processes_by_rss ? "RSS" : "PSS"), diff.processes, view.most,
              words, [&](const SizeChange& change) {
                return change.pid ? fmt::format("{} ({})", change.name, *change.pid) : change.name;
              });
  print_sizes(out, words("diff.head.cgroups"), diff.cgroups, view.most, words, plain);
  print_sizes(out, words("diff.head.caches"), diff.caches, view.most, words, plain);
}

void write_diff(JsonWriter& json, const DiffView& view) {
  const ReportDiff& diff = view.diff;
  json.begin_object();
  json.field("schema", "memkit.report-diff/1");
  json.field("version", kVersion);
  json.field("language", to_string(view.language));
  write_side(json, "before", view.before);
  write_side(json, "after", view.after);
  json.field("same_host", diff.same_host);
  json.field("same_boot", diff.same_boot);
  json.field("elapsed_s", diff.elapsed_s);
  for (const auto& [key, change] : {std::pair("available", &diff.available), std::pair("swap_used", &diff.swap_used)}) {
    json.key(key);
    json.begin_object();
    write_change(json, *change);
    json.end_object();
  }
  write_findings(json, diff);
  const auto named = [&json](const char* key) {
    return [&json, key](const SizeChange& change) { json.field(key, change.name); };
  };
  write_changes(json, "memory", diff.memory, diff.memory.size(), named("id"));
  json.field("processes_by", diff.processes_by_name ? "name" : "pid");
  json.field("processes_figure", diff.processes_by_rss ? "rss" : "pss");
  write_changes(json, "processes", diff.processes, view.most, [&json](const SizeChange& change) {
    json.field("pid", change.pid);
    json.field("name", change.name);
  });
  write_changes(json, "cgroups", diff.cgroups, view.most, named("path"));
  write_changes(json, "slab_caches", diff.caches, view.most, named("name"));
  json.end_object();
  json.finish();
}

}  // namespace memkit
