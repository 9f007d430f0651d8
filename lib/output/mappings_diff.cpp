#include "output/mappings_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "output/escape.h"
#include "output/pmap_json.h"
#include "output/text.h"

namespace memkit {
namespace {

/// "RSS +41.2 MiB (10.0 MiB -> 51.2 MiB)".
std::string figure_text(std::string_view name, const Got<std::uint64_t>& before, const Got<std::uint64_t>& after) {
  return fmt::format("{} {} ({} -> {})", name, size_change_text(change_of(before, after)), size_text(before),
                     size_text(after));
}

std::string answer(const MappingsDiff& diff) {
  const Mapping before = diff.before.totals.as_mapping();
  const Mapping after = diff.after.totals.as_mapping();
  std::string text = fmt::format("{} {}: ", diff.after.pid, for_terminal(diff.after.name));
  if (const Got<double> seconds = diff.seconds()) text += fmt::format("in {}, ", duration_text(std::abs(*seconds)));
  text += figure_text("RSS", before.counters.rss_bytes, after.counters.rss_bytes);
  text += ", " + figure_text("swap", before.counters.swap_bytes, after.counters.swap_bytes);
  text += ", " + figure_text("size", before.end, after.end);
  return text + fmt::format(", {} -> {} mappings.", diff.before.totals.mappings(), diff.after.totals.mappings());
}

bool has_pages(const SavedProcess& process) { return process.totals.as_mapping().counters.rss_bytes.has_value(); }

}  // namespace

Got<double> MappingsDiff::seconds() const {
  if (!host_before.uptime_ms || !host_after.uptime_ms) return Missing::absent;
  return (static_cast<double>(*host_after.uptime_ms) - static_cast<double>(*host_before.uptime_ms)) / 1000;
}

std::vector<std::string> diff_sentences(const MappingsDiff& diff) {
  std::vector<std::string> sentences{answer(diff)};
  if (diff.seconds().value_or(0) < 0) sentences.emplace_back("B is older than A: what grew is shown as shrunk.");
  if (diff.before.name != diff.after.name) {
    sentences.push_back(fmt::format("It was {} in A: it has another name, or began another program (execve), since.",
                                    for_terminal(diff.before.name)));
  }
  if (!has_pages(diff.before) || !has_pages(diff.after)) {
    sentences.push_back(fmt::format("{} {} maps alone: sizes and names, and nothing of what is in RAM.",
                                    has_pages(diff.before)  ? "B"
                                    : has_pages(diff.after) ? "A"
                                                            : "Both",
                                    has_pages(diff.before) == has_pages(diff.after) ? "have" : "has"));
  }
  if (diff.changed.empty()) sentences.emplace_back("No mapping changed.");
  return sentences;
}

void explain_diff(Out& out, const MappingsDiff& diff) {
  const auto grew = [](const GrownGroup& group) { return group.rss_change_bytes().value_or(0) > 0; };
  const auto most = std::find_if(diff.changed.begin(), diff.changed.end(), grew);
  if (most != diff.changed.end()) {
    print_wrapped(out, fmt::format("Most of the growth in RAM is {}: {}.", for_terminal(most->name),
                                   size_change_text(most->rss_change_bytes())));
  }
  print_wrapped(out,
                "RSS that shrinks while swap grows is no memory given back: it went to swap. VSZ is address space, "
                "which costs nothing until it is touched.");
  print_wrapped(out,
                fmt::format("Two looks cannot tell a leak from a cache that fills or garbage that waits: 'memkit pmap "
                            "--track {}' looks again and again, and says which it is.",
                            diff.after.pid));
}

void write_diff_sides(JsonWriter& json, const MappingsDiff& diff) {
  for (const bool after : {false, true}) {
    json.key(after ? "after" : "before");
    json.begin_object();
    json.field("place", after ? diff.place_after : diff.place_before);
    json.field("name", (after ? diff.after : diff.before).name);
    json.field("command", (after ? diff.after : diff.before).command);
    write_mapping_totals(json, (after ? diff.after : diff.before).totals);
    json.end_object();
  }
}

}  // namespace memkit
