#include "parse/klog/oom_assembler.h"

#include <algorithm>
#include <array>
#include <bit>

#include "parse/klog/log_prefix.h"
#include "parse/klog/log_time.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kMostContexts = 8;
constexpr std::size_t kMostKills = 4096;
constexpr std::size_t kMostReaped = 1024;
constexpr std::size_t kLongestJoined = std::size_t{16} << 10;
constexpr std::uint64_t kLinesApart = 400;
/// No two neighbouring lines of one event are further apart: a slow serial console takes milliseconds for a line.
constexpr std::int64_t kApartUs = 60'000'000;

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

/// Indented further than the kernel itself does: a logger's or a pager's way to go on with a message.
bool is_deep(std::string_view text) { return text.starts_with("   ") || text.starts_with('\t'); }

bool may_begin_a_dump(OomLine kind) {
  switch (kind) {
    case OomLine::limit_of:
    case OomLine::memcg_counter:
    case OomLine::memcg_stats:
    case OomLine::mem_info:
    case OomLine::counts:
    case OomLine::node:
    case OomLine::zone:
    case OomLine::buddy:
    case OomLine::total:
    case OomLine::table_title:
    case OomLine::table_header:
    case OomLine::task:
      return true;
    default:
      return false;
  }
}

bool is_dump(OomLine kind) {
  switch (kind) {
    case OomLine::node:
    case OomLine::lowmem:
    case OomLine::hugepages:
    case OomLine::slab_title:
    case OomLine::slab_header:
    case OomLine::slab:
    case OomLine::alloc_title:
    case OomLine::alloc:
    case OomLine::memcg_stat:
      return true;
    default:
      return may_begin_a_dump(kind);
  }
}

/// Whether a line says that the figures behind it are not the OOM killer's.
bool announces_another_dump(std::string_view text) {
  return text.find("page allocation failure") != npos || text.find("page allocation stall") != npos ||
         text.find("Show Memory") != npos;
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

void OomAssembler::Held::keep(const LogLine& from) {
  any = true;
  line = from;
  const auto hold = [](std::string& into, std::string_view& view) {
    into.assign(view);
    view = into;
  };
  hold(text, line.text);
  hold(time_text, line.time_text);
  hold(monotonic_text, line.monotonic_text);
  hold(host, line.host);
  hold(ident, line.ident);
  hold(caller, line.caller);
  hold(boot_id, line.boot_id);
  hold(unit, line.unit);
}

/// Whether `line`, which has no prefix, is the rest of the held one: mailers and pagers break long lines, and some
/// loggers write further lines of a message without prefix.
bool OomAssembler::joins(const LogLine& line) const {
  using Style = LogLine::Style;
  const Style style = held_.line.style;
  if (!held_.any || line.style != Style::bare || line.text.empty()) return false;
  if (style == Style::bare || style == Style::record || style == Style::kmsg || held_.text.size() > kLongestJoined)
    return false;
  const std::string_view text = trim(held_.text);
  const OomLine rest = classify(line.text);
  if (text.empty()) return rest == OomLine::oom_kill;
  const auto has = [](std::string_view where, std::string_view what) { return where.find(what) != npos; };
  const bool figures = rest == OomLine::other && (has(line.text, "kB") || has(line.text, "KB"));
  switch (classify(text)) {
    case OomLine::header:
      return rest == OomLine::other && has(line.text, "=") && !has(text, "oom_score_adj=") && !has(text, "oomkilladj=");
    case OomLine::cpu:
      return rest == OomLine::other && has(line.text, "#") && !has(text, "#");
    case OomLine::counts:
      return rest == OomLine::counts && is_deep(line.text) && held_.text[0] != ' ';
    case OomLine::node:
    case OomLine::zone:
    case OomLine::memcg_stats:
      return figures;
    case OomLine::buddy:
      return figures && !has(text, " = ");
    case OomLine::hugepages:
      return line.text.starts_with("hugepages_");
    case OomLine::table_header:
      return !text.ends_with("name") && trim(line.text).ends_with("name");
    case OomLine::oom_kill:
      return !has(text, ",uid=") && has(line.text, "=");
    case OomLine::killed:
      return (text.ends_with(',') || text.ends_with(')')) && (figures || has(line.text, "UID:"));
    case OomLine::task: {
      std::size_t words = 0;
      std::string_view row = text.substr(text.find(']') + 1);
      while (!take_word(row).empty()) ++words;
      return words < table_columns_ && words > 0;
    }
    default:
      return false;
  }
}

void OomAssembler::add(const LogLine& line) {
  if (joins(line) && !cut_) {
    if (!held_.text.empty()) held_.text += ' ';
    held_.text += line.text;
    held_.line.text = held_.text;
    touched_ = true;
    return;
  }
  flush_held();
  held_.keep(line);
  if (cut_) {
    if (classify(held_.text) == OomLine::task) held_.any = false;
    cut_ = false;
  }
}

void OomAssembler::flush_held() {
  if (!held_.any) return;
  held_.any = false;
  take(held_.line);
}

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

void OomAssembler::take(const LogLine& line) {
  ++line_number_;
  if (line.from_kernel()) {
    const OomLine kind = classify(line.text);
    if (kind == OomLine::other && line.ident.empty() && take_daemon(line)) return;
    take_kernel(line, kind);
    drop_closed();
  } else if (!take_daemon(line)) {
    if (!take_systemd(line)) take_echo(line);
  }
}

void OomAssembler::take_kernel(const LogLine& line, OomLine kind) {
  switch (kind) {
    case OomLine::header:
      return take_header(line);
    case OomLine::cpu:
      return take_cpu(line);
    case OomLine::oom_kill:
    case OomLine::oom_kill_rest:
    case OomLine::chosen:
      return take_kill(line, kind);
    case OomLine::killed:
      return take_killed(line);
    case OomLine::group:
    case OomLine::reaper:
    case OomLine::exiting:
    case OomLine::unkillable:
    case OomLine::panic:
      return take_after(line, kind);
    case OomLine::trace:
    case OomLine::other: {
      Context* const context = find(line, true);
      if (context != nullptr && line_number_ - context->last_line < kLinesApart && kind == OomLine::trace)
        touched_ = true;
      if (kind == OomLine::trace || !announces_another_dump(line.text)) return;
      if (context == nullptr) {
        open(line).foreign_dump = true;
      } else if (!context->mem_info_seen) {
        context->foreign_dump = true;
      }
      return;
    }
    default:
      return take_dump(line, kind);
  }
}

bool OomAssembler::near(const Context& context, const LogLine& line) {
  if (context.monotonic_us && line.monotonic_us) {
    return distance(static_cast<std::int64_t>(*context.monotonic_us), static_cast<std::int64_t>(*line.monotonic_us)) <=
           kApartUs;
  }
  if (context.wall_us && line.wall_us) return distance(*context.wall_us, *line.wall_us) <= kApartUs;
  return close_in_time(context.time_text, line.time_text);
}

OomAssembler::Context* OomAssembler::find(const LogLine& line, bool any_caller) {
  Context* best = nullptr;
  for (Context& context : contexts_) {
    if (context.gone || context.style != line.style || context.event.host != line.host) continue;
    if (context.caller.empty() != line.caller.empty()) continue;  // a kernel names callers always or never
    if (!any_caller && !context.caller.empty() && !line.caller.empty() && context.caller != line.caller) continue;
    if (best != nullptr && best->last_line > context.last_line) continue;
    if (near(context, line)) best = &context;
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
  if (!event.page_size_bytes) event.page_size_bytes = page_size_from_victim(event);
  sink_(std::move(event));
}

void OomAssembler::drop_closed() {
  std::erase_if(contexts_, [](const Context& context) { return context.gone; });
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

void OomAssembler::take_header(const LogLine& line) {
  OomEvent header;
  if (!read_header(line.text, header)) return;
  std::string unfinished;
  if (Context* const before = find(line, false); before != nullptr) {
    const OomEvent& event = before->event;
    if (event.header_seen && event.kills.empty() && !event.chosen_pid && !event.machine.seen && !event.memcg.seen())
      unfinished = event.trigger;
    close(*before);
  }
  Context& context = open(line);
  OomEvent& event = context.event;
  event.header_seen = true;
  event.trigger = header.trigger;
  event.gfp_mask = header.gfp_mask;
  event.gfp_flags = header.gfp_flags;
  event.order = header.order;
  event.trigger_oom_score_adj = header.trigger_oom_score_adj;
  context.unfinished_trigger = unfinished;
  make_real(context);
}

void OomAssembler::take_cpu(const LogLine& line) {
  CpuLine cpu;
  Context* const context = find(line, false);
  if (context == nullptr || !context->real || !read_cpu(line.text, cpu)) return;
  OomEvent& event = context->event;
  const bool before_the_kill = event.kills.empty() && !event.chosen_pid && !event.score_pid && !event.nothing_killable;
  if (!event.header_seen || !before_the_kill) return;
  if (event.mixed) {
    follow(*context, line);
  } else if (cpu.name == event.trigger && !context->cpu_seen) {
    context->cpu_seen = true;
    event.trigger_pid = cpu.pid;
    event.kernel = cpu.kernel;
    follow(*context, line);
  } else if ((context->cpu_seen && cpu.name == event.trigger && event.trigger_pid != cpu.pid) ||
             (!context->unfinished_trigger.empty() && cpu.name == context->unfinished_trigger)) {
    mix(*context);
  }
}

void OomAssembler::take_kill(const LogLine& line, OomLine kind) {
  Context* context = find(line, false);
  if (kind == OomLine::oom_kill_rest) {
    if (context == nullptr || context->event.constraint.empty() || context->event.chosen_pid) return;
    read_oom_kill(line.text, context->event);
    return follow(*context, line);
  }
  OomEvent probe;
  if (kind == OomLine::chosen ? !read_chosen(line.text, probe) : !read_oom_kill(line.text, probe)) return;
  if (context != nullptr) {
    const OomEvent& event = context->event;
    const bool taken = !event.kills.empty() || (kind == OomLine::chosen ? event.score_pid : event.chosen_pid) ||
                       event.nothing_killable;
    if (event.mixed) {
      context = nullptr;  // stays open: it is not known whose kill this is
    } else if (taken) {
      close(*context);
      context = nullptr;
    }
  }
  if (context == nullptr) context = &open(line);
  make_real(*context);
  follow(*context, line);
  context->stage = Stage::none;
  if (kind == OomLine::chosen) {
    read_chosen(line.text, context->event);
  } else {
    read_oom_kill(line.text, context->event);
  }
}

void OomAssembler::take_killed(const LogLine& line) {
  OomKill kill;
  std::string_view why;
  if (!read_killed(line.text, kill, why)) return;
  Context* context = nullptr;
  for (Context& one : contexts_) {
    if (one.style == line.style && one.event.host == line.host &&
        (one.event.chosen_pid == kill.pid || one.event.score_pid == kill.pid) && one.event.kills.empty() && !one.gone &&
        near(one, line)) {
      context = &one;
    }
  }
  if (context == nullptr) context = find(line, false);
  if (context != nullptr && !context->group_open) {
    const OomEvent& event = context->event;
    const bool same =
        !event.kills.empty() && event.kills.front().pid == kill.pid && event.kills.front().name == kill.name;
    if (same) return follow(*context, line);  // logged twice
    const bool memcg_words = why.starts_with("Memory cgroup");
    const bool of_another =
        (event.chosen_pid && event.chosen_pid != kill.pid) ||
        (memcg_words && !event.constraint.empty() && event.oom_memcg.empty()) ||
        (memcg_words && event.machine.seen && !event.memcg.seen() && event.constraint.empty()) ||
        (why.starts_with("Out of memory") && event.memcg.seen() && !event.machine.seen && !event.global_oom);
    const bool chosen_here = event.chosen_pid == kill.pid || event.score_pid == kill.pid;
    if ((event.mixed && !chosen_here) || !event.kills.empty() || event.nothing_killable || of_another) {
      if (!event.mixed) close(*context);
      context = nullptr;
    }
  }
  if (context == nullptr || !context->real) {
    // A line of an old kernel has nothing but the name: so has a sentence of any program.
    if (why.empty() && !kill.total_vm_bytes && context == nullptr) return;
    if (context == nullptr) context = &open(line);
    make_real(*context);
  }
  OomEvent& event = context->event;
  if (event.kills.empty()) event.kill_time = time_of(line, year_);
  if (event.why.empty()) event.why = why;
  if (event.kills.size() < kMostKills) event.kills.push_back(std::move(kill));
  context->stage = Stage::none;
  follow(*context, line);
}

void OomAssembler::take_after(const LogLine& line, OomLine kind) {
  Context* context = nullptr;
  OomReaped reaped;
  if (kind == OomLine::reaper && !read_reaper(line.text, reaped)) return;
  for (Context& one : contexts_) {
    if (one.gone || one.style != line.style || one.event.host != line.host || !near(one, line)) continue;
    const bool victim =
        kind == OomLine::reaper && std::any_of(one.event.kills.begin(), one.event.kills.end(),
                                               [&](const OomKill& kill) { return kill.pid == reaped.pid; });
    if (victim) {
      context = &one;
      break;
    }
    if (context == nullptr || one.last_line >= context->last_line) context = &one;
  }
  if (kind == OomLine::unkillable && (context == nullptr || !context->event.kills.empty() || context->event.mixed)) {
    context = &open(line);
    make_real(*context);
  }
  // Behind figures of an event whose head was lost, it is not known whose it is.
  if (context == nullptr || !context->real) return;
  OomEvent& event = context->event;
  const bool of_victim =
      std::any_of(event.kills.begin(), event.kills.end(), [&](const OomKill& kill) { return kill.pid == reaped.pid; });
  if (event.mixed && !(kind == OomLine::reaper && of_victim)) return;
  std::string_view cgroup;
  switch (kind) {
    case OomLine::group:
      if (!read_group(line.text, cgroup) || event.kills.empty()) return;
      event.group_kill = cgroup;
      context->group_open = true;
      break;
    case OomLine::reaper:
      reaped.time = time_of(line, year_);
      if (event.reaped.size() < kMostReaped) event.reaped.push_back(std::move(reaped));
      break;
    case OomLine::exiting:
      event.victim_already_exiting = true;
      break;
    case OomLine::unkillable:
      event.nothing_killable = true;
      break;
    default:
      if (line.text.find("emory") == npos) return;
      event.panic = line.text.substr(line.text.find(": ") + 2);
  }
  touched_ = true;
  context->last_line = line_number_;
}

void OomAssembler::take_dump(const LogLine& line, OomLine kind) {
  // The rest of a message whose first line is not the one before belongs nowhere.
  if (!is_dump(kind) || (kind == OomLine::counts && line.style == LogLine::Style::bare && is_deep(line.text))) return;
  Context* context = find(line, false);
  if (context != nullptr) {
    const OomEvent& event = context->event;
    const bool over = !event.kills.empty() || event.chosen_pid || event.score_pid || event.nothing_killable;
    if (over && !event.mixed) context = nullptr;
  }
  if (context == nullptr) {
    if (!may_begin_a_dump(kind)) return;
    context = &open(line);
  }
  if (context->event.mixed || take_dump_line(*context, line.text, kind)) follow(*context, line);
}

}  // namespace memkit
