#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/oom_story.h"
#include "output/column.h"
#include "output/json_writer.h"
#include "output/out.h"

namespace memkit {

/// A line of the list of events.
struct OomRow {
  explicit OomRow(OomSummary of);
  OomSummary summary;
  std::string time;  ///< see time_text()
  std::string reason;
  std::string kind;
};
std::span<const Column<OomRow>> oom_columns();

/// A row of the task table.
struct OomTaskRow {
  OomTask task;
  std::uint64_t page_size_bytes = 0;
  bool killed = false;
};
std::span<const Column<OomTaskRow>> oom_task_columns();
/// The event's tasks, the largest first.
std::vector<OomTaskRow> task_rows(const OomEvent& event);

/// "2026-11-22 18:02:11Z" where the distance from UTC is known, "2026-11-22 18:02:11" where it is not, else what the
/// log has ("139.201253"); "-" of no time.
std::string time_text(const LogTime& time);
/// "exact", "zone unknown", "year guessed", "from boot"; empty: there is no wall clock.
std::string_view time_certainty(const LogTime& time);

/// What an event was, in a line: "memory cgroup OOM: /system.slice/app.service hit its limit".
std::string headline(const OomEvent& event, const OomStory& story);
/// Why it happened, in sentences.
std::string why_text(const OomEvent& event, const OomStory& story);
/// What to do: sentences and commands.
std::vector<std::string> next_steps(const OomEvent& event, const OomStory& story);
/// What happened behind the kill: reaper, unit, panic. Empty: nothing is known.
std::string aftermath(const OomEvent& event);
/// "java (PID 11021, uid 1000, adj 0): anon 7.9 GiB, file 12.0 MiB"
std::string killed_text(const OomKill& kill);
/// The same of all that died, or what a daemon killed; empty where the log has neither a kill nor a choice.
std::string killed_line(const OomEvent& event);
/// "free 512.0 MiB, anonymous 7.9 GiB, ...": the machine at the time; empty where it was not seen.
std::string memory_line(const OomEvent& event);
/// "java (PID 11021), one page (GFP_KERNEL)"; empty where the header was not seen.
std::string asked_text(const OomEvent& event);
/// "8.0 GiB of /system.slice/app.service, 8.0 GiB used, failed 20628 times"; empty of an event without one.
std::string limit_text(const OomEvent& event);
/// What is wrong with the event itself: truncated, mixed, forged. Empty: nothing.
std::string doubts(const OomEvent& event);

/// The whole story of one event.
void print_oom_story(Out& out, const OomEvent& event, const OomStory& story, bool color);
/// The same as a section in Markdown; a line for each event; kills by unit, cgroup, name and hour, and loops.
void print_oom_markdown(Out& out, const OomEvent& event, const OomStory& story);
void print_oom_markdown_list(Out& out, std::span<const OomSummary> events);
void print_oom_markdown_summary(Out& out, std::span<const OomSummary> events);

/// Kills by unit, cgroup, name and hour, and loops.
void print_oom_summary(Out& out, std::span<const OomSummary> events);
/// "3 events, 5 processes killed; last ...": the first line of a list.
std::string events_line(std::span<const OomSummary> events);

/// An event with its story as an object.
void write_oom_event(JsonWriter& json, const OomEvent& event, const OomStory& story);
/// Counts over all events as an object.
void write_oom_summary(JsonWriter& json, std::span<const OomSummary> events);

/// How often each name stands in a list, the most frequent first.
struct OomCounted {
  std::string name;
  std::uint64_t kills = 0;
};
struct OomCounts {
  std::vector<OomCounted> by_unit;
  std::vector<OomCounted> by_cgroup;
  std::vector<OomCounted> by_name;
  std::vector<OomCounted> by_hour;  ///< in the order of time
};
OomCounts count_kills(std::span<const OomSummary> events);

}  // namespace memkit
