// The part of OomAssembler that takes the figures of a dump.
#include <algorithm>

#include "parse/klog/oom_assembler.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t kMostTasks = 65536;

/// "[  pid  ]   uid  tgid ..." with single blanks, for comparison and for show.
std::string squeezed(std::string_view text) {
  std::string words;
  for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
    if (!words.empty()) words += ' ';
    words += word;
  }
  return words;
}

/// Whether a line of counts has one that was there already, with another figure.
bool contradicts(std::string_view text, const OomMachine& machine) {
  OomMachine line;
  read_counts(text, line);
  return std::any_of(line.counts.begin(), line.counts.end(), [&machine](const OomCount& count) {
    const Got<std::uint64_t> before = machine.count(count.name);
    return before && *before != count.pages;
  });
}

}  // namespace

void OomAssembler::take_task(Context& context, std::string_view text) {
  std::vector<OomTask>& tasks = context.event.tasks;
  if (tasks.size() >= kMostTasks) {
    OomTask task;
    context.event.tasks_dropped += context.table.read_row(text, task) ? 1 : 0;
  } else if (!context.table.read_row(text, tasks.emplace_back())) {
    tasks.pop_back();
  }
}

/// Whether the line was taken, or would have been if the figures were this event's.
bool OomAssembler::take_dump_line(Context& context, std::string_view text, OomLine kind) {
  OomEvent& event = context.event;
  // Lines with a shape of their own end the part in which others have none.
  const Stage before = context.stage;
  if (kind != OomLine::slab && kind != OomLine::slab_header && kind != OomLine::alloc && kind != OomLine::memcg_stat) {
    context.stage = Stage::none;
  }
  const bool memory = kind != OomLine::table_title && kind != OomLine::table_header && kind != OomLine::task;
  if (memory && context.foreign_dump) return true;
  switch (kind) {
    case OomLine::limit_of:
      return read_limit_of(text, event);
    case OomLine::memcg_counter:
      return read_memcg_counter(text, event.memcg);
    case OomLine::memcg_stats:
      if (!event.memcg.stats_for.empty() && context.real) {
        mix(context);
        return true;
      }
      context.stage = Stage::memcg_stats;
      return read_memcg_stats(text, event.memcg);
    case OomLine::memcg_stat:
      return before == Stage::memcg_stats && read_memcg_stat(text, event.memcg);
    case OomLine::mem_info:
      if (context.mem_info_seen && context.real) mix(context);
      context.mem_info_seen = true;
      event.machine.seen = !event.mixed;
      return true;
    case OomLine::counts:
      if (contradicts(text, event.machine)) {
        context.counts_conflict = true;
        event.machine.counts.clear();
      }
      return context.counts_conflict || read_counts(text, event.machine);
    case OomLine::node:
      return read_node(text, event.machine);
    case OomLine::zone:
      return read_zone(text, event.machine);
    case OomLine::lowmem:
      return read_lowmem(text, event.machine);
    case OomLine::buddy:
      return read_buddy(text, event.machine, event.page_size_bytes);
    case OomLine::hugepages:
      return read_hugepages(text, event.machine);
    case OomLine::total:
      return read_total(text, event.machine);
    case OomLine::slab_title:
      context.stage = Stage::slabs;
      event.machine.slab_listed = true;
      return true;
    case OomLine::slab_header:
      return before == Stage::slabs;
    case OomLine::slab:
      return before == Stage::slabs && read_slab(text, event.machine);
    case OomLine::alloc_title:
      context.stage = Stage::allocations;
      return true;
    case OomLine::alloc:
      return before == Stage::allocations && read_allocation(text, event.machine);
    case OomLine::table_title:
      context.stage = Stage::table;
      return true;
    case OomLine::table_header:
      if (!event.tasks.empty()) {
        if (context.real) mix(context);
        event.tasks.clear();
        if (event.mixed) return true;
      }
      context.stage = Stage::table;
      context.table.read_header(text);
      event.table_header = squeezed(text);
      table_columns_ = context.table.columns();
      event.tasks.reserve(table_rows_);
      return true;
    case OomLine::task:
      context.stage = Stage::table;
      take_task(context, text);
      return true;
    default:
      return false;
  }
}

}  // namespace memkit
