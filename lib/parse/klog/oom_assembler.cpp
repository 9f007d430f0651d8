#include "parse/klog/oom_assembler.h"

#include <algorithm>

#include "parse/klog/log_time.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kMostKills = 4096;
constexpr std::size_t kMostReaped = 1024;

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

}  // namespace

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

void OomAssembler::take_header(const LogLine& line) {
  OomEvent header;
  if (!read_header(line.text, header)) return;
  std::string unfinished;
  if (Context* const before = find(line, false); before != nullptr) {
    const OomEvent& event = before->event;
    if (event.header_seen && event.kills.empty() && !event.chosen_pid && !event.machine.seen && !event.memcg.seen())
      unfinished = event.trigger;
    // One without a kill yet may be another machine's, whose lines stand among these: it stays open.
    const bool over = !event.kills.empty() || event.nothing_killable;
    const bool of_one_dump = apart_us(*before, line) <= kOneDumpUs && !event.chosen_pid;  // else its victim is to come
    if (over || of_one_dump) close(*before);
  }
  Context& context = open(line);
  OomEvent& event = context.event;
  copy_header(header, event);
  event.header_seen = true;
  context.header_line = line_number_;
  context.unfinished_trigger = unfinished;
  make_real(context);
}

void OomAssembler::take_cpu(const LogLine& line) {
  CpuLine cpu;
  if (!read_cpu(line.text, cpu)) return;
  const auto robbed = std::find_if(contexts_.begin(), contexts_.end(),
                                   [&](const Context& context) { return kill_is_of_another(context, line, cpu); });
  if (robbed != contexts_.end()) give_kill_away(*robbed, line);
  Context* const context = find(line, false);
  if (context == nullptr || !context->real) return;
  OomEvent& event = context->event;
  const bool before_the_kill = event.kills.empty() && !event.chosen_pid && !event.score_pid && !event.nothing_killable;
  if (!event.header_seen || !before_the_kill) return;
  if (event.mixed) {
    follow(*context, line);
  } else if (cpu.name == event.trigger && !context->cpu_seen) {
    context->cpu_seen = context->dump_seen = true;
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
    // Since there are such lines, a dump is either of the machine or of a cgroup.
    const bool of_another =
        kind == OomLine::oom_kill &&
        ((probe.global_oom && event.memcg.seen()) ||
         (!probe.oom_memcg.empty() && event.machine.seen && !event.memcg.seen()) ||
         (!probe.oom_memcg.empty() && !event.memcg.stats_for.empty() && event.memcg.stats_for != probe.oom_memcg));
    if (event.mixed || of_another) {
      context = nullptr;  // stays open: it is not known whose kill this is
    } else if (taken) {
      close(*context);
      context = nullptr;
    }
  }
  if (context == nullptr) context = &open(line);
  make_real(*context);
  if (context->kill_begin.text.empty()) context->kill_begin = time_of(line, year_);
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
  if (context->kill_begin.text.empty()) context->kill_begin = event.kill_time;
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
    if (kind != OomLine::reaper || one.gone || one.style != line.style || one.event.host != line.host ||
        !near(one, line)) {
      continue;
    }
    const bool victim = std::any_of(one.event.kills.begin(), one.event.kills.end(),
                                    [&](const OomKill& kill) { return kill.pid == reaped.pid; });
    if (victim) context = &one;
  }
  if (context == nullptr) context = find(line, true);
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
  if (!context->event.mixed && !take_dump_line(*context, line.text, kind)) return;
  context->dump_seen = true;
  follow(*context, line);
}

}  // namespace memkit
