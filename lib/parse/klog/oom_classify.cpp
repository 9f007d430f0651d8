// What kind of line of an OOM event a text is.
#include <algorithm>

#include "parse/klog/line_words.h"
#include "parse/klog/oom_lines.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// A frame of a call trace, a register dump: what a dump has around its figures.
bool is_trace(std::string_view text) {
  for (const std::string_view start :
       {"Hardware name:", "Call Trace:", "Call trace:", "RIP:", "EIP:",       "RSP:", "RAX:",
        "RDX:",           "RBP:",        "R10:",        "R13:", "EAX:",       "ESI:", "DS:",
        "Code:",          "<TASK>",      "</TASK>",     "[<",   "Workqueue:", "? ",   "Exception stack"}) {
    if (text.starts_with(start)) return true;
  }
  return text.find("+0x") != npos;
}

/// "active_anon:504" with no unit behind it.
bool is_count_word(std::string_view word) {
  const std::size_t colon = word.find(':');
  return colon != npos && colon + 1 < word.size() && is_lower_word(word.substr(0, colon)) &&
         word.find_first_not_of("0123456789", colon + 1) == npos;
}

OomLine classify_bracket(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && text[at] == ' ') ++at;
  if (text.substr(at).starts_with("pid")) return text.find(" tgid ") != npos ? OomLine::table_header : OomLine::other;
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at > begin && at < text.size() && text[at] == ']' ? OomLine::task
         : is_trace(text)                                  ? OomLine::trace
                                                           : OomLine::other;
}

/// Lines that begin with a number: "7807 total pagecache pages", "6518670 pages RAM", "3176243200 247900 mm/slub.c:..."
OomLine classify_number(std::string_view text) {
  std::string_view rest = text;
  take_word(rest);
  const std::string_view second = take_word(rest);
  if (second == "pages" || second == "total") return OomLine::total;
  return text.find(" func:") != npos ? OomLine::alloc : OomLine::other;
}

// "Node 0 DMA free:", "Node 0 DMA: 0*4kB", "Node 0 active_anon:2016kB", "Node 0 hugepages_total=0", "DMA free:", "DMA:
// 0*4kB"
OomLine classify_zone(std::string_view text) {
  std::string_view rest = text;
  std::string_view word = take_word(rest);
  const bool node = word == "Node";
  if (node) {
    const std::string_view number = take_word(rest);
    if (!to_number<std::uint64_t>(number)) return OomLine::other;
    word = take_word(rest);
  }
  if (node && word.starts_with("active_anon:")) return OomLine::node;
  if (node && word.starts_with("hugepages_total=")) return OomLine::hugepages;
  const std::string_view next = take_word(rest);
  if (next.starts_with("free:") && next.ends_with("kB")) return OomLine::zone;
  if (word.ends_with(':') && next.find('*') != npos && next.ends_with("kB")) return OomLine::buddy;
  return OomLine::other;
}

OomLine classify_words(std::string_view text) {
  std::string_view rest = text;
  const std::string_view first = take_word(rest);
  const std::string_view second = take_word(rest);
  const std::string_view third = take_word(rest);
  if (first == "Name" && second == "Used" && third == "Total") return OomLine::slab_header;
  if (!third.empty() && second.ends_with("KB") && third.ends_with("KB")) return OomLine::slab;
  if (third.empty() && is_lower_word(first) && to_number<std::uint64_t>(second)) return OomLine::memcg_stat;
  return OomLine::other;
}

struct Beginning {
  std::string_view text;
  OomLine line;
};
constexpr Beginning kBeginnings[] = {
    {"oom-kill:", OomLine::oom_kill},
    {"oom-killer: gfp_mask=", OomLine::header},
    {"oom_reaper: ", OomLine::reaper},
    {"CPU: ", OomLine::cpu},
    {"Pid: ", OomLine::cpu},
    {"memory: usage ", OomLine::memcg_counter},
    {"memory+swap: usage ", OomLine::memcg_counter},
    {"swap: usage ", OomLine::memcg_counter},
    {"kmem: usage ", OomLine::memcg_counter},
    {"Memory cgroup stats", OomLine::memcg_stats},
    {"Mem-Info:", OomLine::mem_info},
    {"Mem-info:", OomLine::mem_info},
    {"lowmem_reserve[]:", OomLine::lowmem},
    {"Free swap", OomLine::total},
    {"Total swap", OomLine::total},
    {"Unreclaimable slab info:", OomLine::slab_title},
    {"Memory allocations:", OomLine::alloc_title},
    {"Tasks state ", OomLine::table_title},
    {"OOM victim ", OomLine::exiting},
    {"Kernel panic - not syncing: ", OomLine::panic},
};

}  // namespace

OomLine classify(std::string_view text) {
  if (text.empty()) return OomLine::other;
  if (text[0] == '[') return classify_bracket(text);
  if (text[0] == ',') return OomLine::oom_kill_rest;
  const bool indented = text[0] == ' ' || text[0] == '\t';
  std::string_view inner = trim(text);
  if (inner.empty()) return OomLine::other;
  if (is_digit(inner[0])) {
    // "531 invoked oom-killer:": a name may be a number
    return inner.find(kInvoked) != npos ? OomLine::header : classify_number(inner);
  }
  if (std::string_view rest = inner; is_count_word(take_word(rest))) return OomLine::counts;
  if (indented)
    return inner.find(" func:") != npos ? OomLine::alloc : is_trace(inner) ? OomLine::trace : classify_zone(inner);
  for (const Beginning& beginning : kBeginnings) {
    if (inner.starts_with(beginning.text)) return beginning.line;
  }
  if (const std::size_t at = inner.find(kKilled); at != npos && is_why(inner.substr(0, at))) return OomLine::killed;
  if (const std::size_t at = inner.find(kKill); at != npos && is_why(inner.substr(0, at))) return OomLine::chosen;
  if (inner.find(kInvoked) != npos) return OomLine::header;
  if (inner.find("and no killable processes") != npos) return OomLine::unkillable;
  if (inner.starts_with("Task in ") && inner.find(" killed as a result of limit of ") != npos) return OomLine::limit_of;
  if (inner.starts_with("Tasks in ") && inner.find("memory.oom.group") != npos) return OomLine::group;
  if (const OomLine zone = classify_zone(inner); zone != OomLine::other) return zone;
  if (const OomLine words = classify_words(inner); words != OomLine::other) return words;
  return is_trace(inner) ? OomLine::trace : OomLine::other;
}

bool is_oom_text(std::string_view text) {
  switch (classify(text)) {
    case OomLine::other:
    case OomLine::trace:
    case OomLine::memcg_stat:
    case OomLine::slab:
    case OomLine::slab_header:
    case OomLine::alloc:
    case OomLine::oom_kill_rest:
      return false;
    default:
      return true;
  }
}

}  // namespace memkit
