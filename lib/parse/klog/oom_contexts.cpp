// The part of OomAssembler that knows which events are open, and to which of them a line belongs.
#include <algorithm>
#include <array>
#include <bit>

#include "parse/klog/log_prefix.h"
#include "parse/klog/log_time.h"
#include "parse/klog/oom_assembler.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kMostContexts = 8;
/// No two neighbouring lines of one event are further apart: a slow serial console takes milliseconds for a line.
constexpr std::int64_t kApartUs = 60'000'000;
/// The kernel's clock goes back by what two processors may differ in, and no further.
constexpr std::int64_t kEarlierUs = 1'000'000;

constexpr std::int64_t distance(std::int64_t a, std::int64_t b) { return a > b ? a - b : b - a; }

/// Seconds of the day of a time stamp.
Got<std::int64_t> seconds_of_day(std::string_view text) {
  const std::size_t at = find_clock(text);
  if (at == npos) return Missing::absent;
  std::array<std::int64_t, 3> parts{};
  std::string_view rest = text.substr(at);
  for (std::int64_t& part : parts) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    part = to_number<std::int64_t>(rest.substr(0, digits)).value_or(0);
    rest.remove_prefix(std::min(digits + 1, rest.size()));
  }
  return parts[0] * 3600 + parts[1] * 60 + parts[2];
}

bool close_in_time(std::string_view a, std::string_view b) {
  if (a == b || a.empty() || b.empty()) return true;
  constexpr int kAnyYear = 2000;
  LogTime first;
  LogTime second;
  read_wall_clock(a, kAnyYear, first);
  read_wall_clock(b, kAnyYear, second);
  if (first.wall_us && second.wall_us) return distance(*first.wall_us, *second.wall_us) <= kApartUs;
  // Another language's month: the same day, and clocks that are close.
  const Got<std::int64_t> at = seconds_of_day(a);
  const Got<std::int64_t> other = seconds_of_day(b);
  return at && other && a.substr(0, find_clock(a)) == b.substr(0, find_clock(b)) &&
         distance(*at, *other) * 1'000'000 <= kApartUs;
}

/// The victim's size in kB and in pages tells the page size; only a power of two can be true.
Got<std::uint64_t> page_size_from_victim(const OomEvent& event) {
  for (const OomKill& kill : event.kills) {
    for (const OomTask& task : event.tasks) {
      if (task.pid != kill.pid || !kill.total_vm_bytes || task.total_vm_pages == 0 ||
          task.total_vm_pages == OomTask::kUnknown)
        continue;
      const std::uint64_t size = *kill.total_vm_bytes / task.total_vm_pages;
      if (*kill.total_vm_bytes % task.total_vm_pages == 0 && std::has_single_bit(size) && size >= 4096) return size;
    }
  }
  return Missing::absent;
}

}  // namespace

void OomAssembler::finish() {
  flush_held();
  while (!contexts_.empty()) {
    auto first = std::min_element(contexts_.begin(), contexts_.end(),
                                  [](const Context& a, const Context& b) { return a.event.number < b.event.number; });
    close(*first);
    drop_closed();
  }
  for (OomEvent& event : daemons_) sink_(std::move(event));
  daemons_.clear();
}

std::int64_t OomAssembler::apart_us(const Context& context, const LogLine& line) {
  if (!context.monotonic_us || !line.monotonic_us) return 0;
  return distance(static_cast<std::int64_t>(*context.monotonic_us), static_cast<std::int64_t>(*line.monotonic_us));
}

bool OomAssembler::near(const Context& context, const LogLine& line) {
  if (context.monotonic_us && line.monotonic_us) {
    return apart_us(context, line) <= (*line.monotonic_us < *context.monotonic_us ? kEarlierUs : kApartUs);
  }
  if (context.wall_us && line.wall_us) return distance(*context.wall_us, *line.wall_us) <= kApartUs;
  return close_in_time(context.time_text, line.time_text);
}

/// The nearest in time, where the kernel's clock tells: the logs of two machines may stand in one file. Else the last.
OomAssembler::Context* OomAssembler::find(const LogLine& line, bool any_caller) {
  Context* best = nullptr;
  std::int64_t best_apart = 0;
  for (Context& context : contexts_) {
    if (context.gone || context.style != line.style || context.event.host != line.host) continue;
    if (context.caller.empty() != line.caller.empty()) continue;  // a kernel names callers always or never
    if (!any_caller && !context.caller.empty() && !line.caller.empty() && context.caller != line.caller) continue;
    const std::int64_t apart = apart_us(context, line);
    if (best != nullptr && apart > best_apart) continue;
    if (best != nullptr && apart == best_apart && best->last_line > context.last_line) continue;
    if (!near(context, line)) continue;
    best = &context;
    best_apart = apart;
  }
  return best;
}

OomAssembler::Context& OomAssembler::open(const LogLine& line) {
  drop_closed();
  if (contexts_.size() >= kMostContexts) {
    auto oldest = std::min_element(contexts_.begin(), contexts_.end(),
                                   [](const Context& a, const Context& b) { return a.last_line < b.last_line; });
    close(*oldest);
    drop_closed();
  }
  contexts_.reserve(kMostContexts);
  Context& context = contexts_.emplace_back();
  context.style = line.style;
  context.event.host = line.host;
  context.event.boot_id = line.boot_id;
  context.event.time = time_of(line, year_);
  context.event.from_user_space = line.user_space_record;
  context.event.mixed = is_mixed(line);
  follow(context, line);
  return context;
}

void OomAssembler::follow(Context& context, const LogLine& line) {
  touched_ = true;
  context.last_line = line_number_;
  if (context.event.mixed) static_cast<void>(is_mixed(line));
  if (!line.caller.empty()) context.caller = line.caller;
  if (line.monotonic_us) context.monotonic_us = line.monotonic_us;
  if (line.wall_us) context.wall_us = line.wall_us;
  if (context.time_text != line.time_text) context.time_text = line.time_text;
}

void OomAssembler::make_real(Context& context) {
  if (context.real) return;
  context.real = true;
  context.event.number = ++number_;
}

void OomAssembler::close(Context& context) {
  if (context.gone) return;
  context.gone = true;
  if (!context.real) return;
  OomEvent& event = context.event;
  table_rows_ = event.tasks.size();
  if (!event.page_size_bytes) event.page_size_bytes = page_size_from_victim(event);
  sink_(std::move(event));
}

void OomAssembler::drop_closed() {
  std::erase_if(contexts_, [](const Context& context) { return context.gone; });
}

void OomAssembler::copy_header(const OomEvent& from, OomEvent& into) {
  into.header_seen = from.header_seen;
  into.trigger = from.trigger;
  into.gfp_mask = from.gfp_mask;
  into.gfp_flags = from.gfp_flags;
  into.order = from.order;
  into.trigger_oom_score_adj = from.trigger_oom_score_adj;
}

/// A header's dump stands between it and its kill. Where the dump begins behind a kill, with the line that follows the
/// header at once, the kill is that of an event whose header was lost, of another log in the same file. (Of a log that
/// was searched for words, no dump comes.)
bool OomAssembler::kill_is_of_another(const Context& context, const LogLine& line, const CpuLine& cpu) const {
  constexpr std::uint64_t kNext = 6;  // a few lines of the other log between
  const OomEvent& event = context.event;
  if (context.gone || context.style != line.style || event.host != line.host || context.caller != line.caller)
    return false;
  const bool killed = event.chosen_pid || event.score_pid || !event.kills.empty();
  if (!event.header_seen || event.mixed || !killed || context.dump_seen || cpu.name != event.trigger) return false;
  const auto& at = event.time.monotonic_us;
  const bool soon = !at || !line.monotonic_us ||
                    (*at <= *line.monotonic_us && *line.monotonic_us - *at <= static_cast<std::uint64_t>(kOneDumpUs));
  return soon && line_number_ - context.header_line <= kNext;
}

/// Makes an event of its own of the kill that `context` took. `line` is the next of the header that stays.
void OomAssembler::give_kill_away(Context& context, const LogLine& line) {
  OomEvent header;
  copy_header(context.event, header);
  header.number = context.event.number;
  header.time = context.event.time;
  header.host = context.event.host;
  header.boot_id = context.event.boot_id;
  header.from_user_space = context.event.from_user_space;
  OomEvent kill = std::move(context.event);
  copy_header({}, kill);
  kill.number = ++number_;
  kill.time = context.kill_begin;
  Context other;
  other.event = std::move(kill);
  other.style = context.style;
  other.caller = context.caller;
  other.time_text = other.event.time.text;
  other.wall_us = other.event.time.wall_us;
  other.real = true;
  other.group_open = context.group_open;
  other.last_line = context.last_line;
  other.monotonic_us = other.event.time.monotonic_us;
  context.event = std::move(header);
  context.group_open = false;
  context.monotonic_us = line.monotonic_us;
  context.kill_begin = {};
  if (contexts_.size() < kMostContexts) {
    contexts_.push_back(std::move(other));  // there is room: `context` stays where it is
  } else {
    close(other);
  }
}

bool OomAssembler::is_mixed(const LogLine& line) {
  for (MixedStream& stream : mixed_) {
    if (stream.style != line.style || stream.host != line.host || line_number_ - stream.last_line > kLinesApart)
      continue;
    stream.last_line = line_number_;
    return true;
  }
  return false;
}

/// Lines of two events that nothing tells apart stood among each other: only what one line says whole can be kept.
void OomAssembler::mix(Context& context) {
  OomEvent& event = context.event;
  constexpr std::size_t kMostStreams = 16;
  if (mixed_.size() >= kMostStreams) mixed_.erase(mixed_.begin());
  mixed_.push_back({context.style, event.host, line_number_});
  event.mixed = true;
  event.trigger_pid = Missing::absent;
  event.kernel.clear();
  event.machine = {};
  event.memcg = {};
  event.tasks.clear();
  event.table_header.clear();
  event.page_size_bytes = Missing::absent;
  event.oom_memcg.clear();
  event.task_memcg.clear();
  context.stage = Stage::none;
}

}  // namespace memkit
