#include "parse/klog/oom_lines.h"

#include <algorithm>
#include <initializer_list>

#include "parse/klog/line_words.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kLongestComm = 64;  // 15 bytes, each of which may be written as \xNN

bool all_hex(std::string_view word) { return !word.empty() && word.find_first_not_of("0123456789abcdef") == npos; }

/// "0xcc0(GFP_KERNEL)", and what is between the brackets.
void read_gfp(std::string_view value, OomEvent& event) {
  const std::size_t bracket = value.find('(');
  const std::string_view mask = value.substr(0, bracket);
  if (!mask.starts_with("0x") || !all_hex(mask.substr(2))) return;
  if (bracket != npos) {
    if (!value.ends_with(')')) return;
    event.gfp_flags = value.substr(bracket + 1, value.size() - bracket - 2);
  }
  event.gfp_mask = mask;
}

}  // namespace

bool read_header(std::string_view text, OomEvent& event) {
  text = trim(text);
  std::string_view name;
  std::string_view rest;
  if (const std::size_t at = text.find(kInvoked); at != npos) {
    name = text.substr(0, at);
    rest = trim(text.substr(at + kInvoked.size()));
    if (name.size() > kLongestComm) name.remove_prefix(name.rfind(' ') + 1);
    if (name.empty() || name.size() > kLongestComm) return false;
  } else if (text.starts_with("oom-killer: ")) {  // 2.6.9 did not say who asked
    rest = text.substr(12);
  } else {
    return false;
  }
  if (!rest.starts_with("gfp_mask=")) return false;
  event.header_seen = true;
  event.trigger = name;
  while (!rest.empty()) {
    std::size_t end = rest.find(", ");
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(end == npos ? rest.size() : end + 2);
    const std::size_t equals = std::min(field.find('='), field.size());
    const std::string_view key = trim(field.substr(0, equals));
    const std::string_view value = trim(field.substr(std::min(equals + 1, field.size())));
    if (key == "gfp_mask") read_gfp(value, event);
    if (key == "order") event.order = to_number<std::int64_t>(value);
    if (key == "oom_score_adj") event.trigger_oom_score_adj = to_number<std::int64_t>(value);
  }
  return true;
}

// CPU: 0 PID: 7788 Comm: bash Not tainted 5.15.0-1087-azure #96-Ubuntu
// CPU: 2 UID: 0 PID: 7788 Comm: bash Kdump: loaded Tainted: G        W  6.11.0 #1 PREEMPT
// Pid: 23212, comm: php-fpm Not tainted 2.6.32-642.11.1.el6.x86_64 #1
bool read_cpu(std::string_view text, CpuLine& into) {
  const bool old = text.starts_with("Pid: ");
  std::size_t pid_at = old ? 0 : text.find("PID: ");
  const std::size_t comm_at = text.find(old ? " comm: " : " Comm: ");
  if (pid_at == npos || comm_at == npos) return false;
  std::string_view number = text.substr(pid_at + 5);
  const Got<std::uint64_t> pid = take_number(number);
  if (!pid) return false;
  std::string_view rest = text.substr(comm_at + 7);
  std::size_t taint = npos;
  for (const std::string_view behind : {" Not tainted ", " Tainted: ", " Kdump: "})
    taint = std::min(taint, rest.find(behind));
  if (taint == npos) return false;
  into.pid = *pid;
  into.name = rest.substr(0, taint);
  if (const std::size_t not_tainted = rest.find("Not tainted "); not_tainted != npos) {
    rest.remove_prefix(not_tainted + 12);
    into.kernel = take_word(rest);
  } else {
    rest.remove_prefix(std::min(rest.find("Tainted: ") + 9, rest.size()));
    // Flags are single letters and the letters of newer kernels' "[W]=WARN"; the release begins with a digit.
    for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
      if (!is_digit(word[0])) continue;
      into.kernel = word;
      break;
    }
  }
  return true;
}

bool read_limit_of(std::string_view text, OomEvent& event) {
  constexpr std::string_view kMiddle = " killed as a result of limit of ";
  text = trim(text);
  const std::size_t at = text.find(kMiddle);
  if (!text.starts_with("Task in ") || at == npos) return false;
  event.task_memcg = text.substr(8, at - 8);
  event.oom_memcg = text.substr(at + kMiddle.size());
  return true;
}

bool read_memcg_counter(std::string_view text, OomMemcg& memcg) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  OomCounter* const counter = name == "memory"        ? &memcg.memory
                              : name == "memory+swap" ? &memcg.memsw
                              : name == "swap"        ? &memcg.swap
                              : name == "kmem"        ? &memcg.kmem
                                                      : nullptr;
  if (counter == nullptr || colon == npos) return false;
  std::string_view rest = text.substr(colon + 1);
  while (!rest.empty()) {
    const std::string_view key = take_word(rest);
    std::string_view value = take_word(rest);
    if (value.ends_with(',')) value.remove_suffix(1);
    if (key == "usage") counter->usage_bytes = kib(value);
    if (key == "failcnt") counter->failcnt = to_number<std::uint64_t>(value);
    if (key != "limit" || !value.ends_with("kB")) continue;
    counter->limit_kib = to_number<std::uint64_t>(value.substr(0, value.size() - 2));
    // PAGE_COUNTER_MAX in kB: of 4 KiB pages, and of the kernels before page counters.
    constexpr std::uint64_t kNoLimitFromKib = 9007199254740988 / 4;
    counter->unlimited = counter->limit_kib && *counter->limit_kib >= kNoLimitFromKib;
    counter->limit_bytes = counter->unlimited ? Got<std::uint64_t>(Missing::absent) : kib_to_bytes(counter->limit_kib);
  }
  return true;
}

bool read_memcg_stats(std::string_view text, OomMemcg& memcg) {
  constexpr std::string_view kStart = "Memory cgroup stats";
  if (!text.starts_with(kStart)) return false;
  std::string_view rest = text.substr(kStart.size());
  if (rest.starts_with(" for ")) {
    rest.remove_prefix(5);
    // The path may hold blanks and colons; figures, if there are any, begin behind ": ".
    const std::size_t end = rest.find(": ") != npos ? rest.find(": ") : rest.ends_with(':') ? rest.size() - 1 : npos;
    if (end == npos) return true;  // cut
    memcg.stats_for = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    const std::size_t colon = std::min(word.find(':'), word.size());
    const Got<std::uint64_t> bytes = kib(word.substr(std::min(colon + 1, word.size())));
    if (bytes && is_lower_word(word.substr(0, colon))) {
      memcg.stats.push_back({std::string(word.substr(0, colon)), *bytes, true});
    }
  }
  return true;
}

bool read_memcg_stat(std::string_view text, OomMemcg& memcg) {
  constexpr std::size_t kMost = 200;
  const std::string_view name = take_word(text);
  const Got<std::uint64_t> value = not_underflown(to_number<std::uint64_t>(take_word(text)));
  if (!is_lower_word(name) || !value || !take_word(text).empty() || memcg.stats.size() >= kMost) return false;
  const bool count = name.starts_with("pg") || name.starts_with("workingset_") || name.starts_with("thp_") ||
                     name.starts_with("zswp") || name.starts_with("swpin") || name.starts_with("swpout") ||
                     name.starts_with("numa_");
  memcg.stats.push_back({std::string(name), *value, !count});
  return true;
}

// oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,task_memcg=/a/b,task=x,pid=1,uid=0
bool read_oom_kill(std::string_view text, OomEvent& event) {
  text = trim(text);
  if (text.starts_with("oom-kill:")) {
    text.remove_prefix(8);
  } else if (!text.starts_with(',')) {
    return false;
  }
  // Paths and names may hold commas, so the fields are found by their keys. What is asked last is found from the end.
  const std::size_t uid_at = text.rfind(",uid=");
  const std::size_t pid_at = text.substr(0, uid_at).rfind(",pid=");
  std::size_t task_at = text.substr(0, pid_at).find(",task=");
  if (pid_at != npos) {
    while (task_at != npos && pid_at - task_at - 6 > kLongestComm)
      task_at = text.substr(0, pid_at).find(",task=", task_at + 1);
  }
  struct Field {
    std::string_view key;
    std::string* value;
  };
  const Field fields[] = {{"constraint=", &event.constraint}, {",nodemask=", &event.nodemask},
                          {",cpuset=", &event.cpuset},        {",mems_allowed=", &event.mems_allowed},
                          {",oom_memcg=", &event.oom_memcg},  {",global_oom", nullptr},
                          {",task_memcg=", &event.task_memcg}};
  std::string_view rest = text.substr(0, std::min({task_at, pid_at, uid_at, text.size()}));
  if (rest.starts_with(':')) rest.remove_prefix(1);
  std::string* open = nullptr;
  std::size_t open_at = 0;
  for (const Field& field : fields) {
    const std::size_t at = rest.find(field.key, open_at);
    if (at == npos) continue;
    if (open != nullptr) open->assign(rest.substr(open_at, at - open_at));
    open = field.value;
    open_at = at + field.key.size();
    if (field.key == ",global_oom") event.global_oom = true;
  }
  // Paths may hold commas: what nothing stands behind may be half of one.
  const bool followed = std::min({task_at, pid_at, uid_at}) != npos;
  if (open != nullptr && (followed || open == &event.constraint || open == &event.nodemask))
    open->assign(rest.substr(open_at));
  if (task_at != npos && pid_at != npos) event.chosen_task = text.substr(task_at + 6, pid_at - task_at - 6);
  if (pid_at != npos)
    event.chosen_pid = to_number<std::uint64_t>(text.substr(pid_at + 5, uid_at == npos ? npos : uid_at - pid_at - 5));
  if (uid_at != npos) event.chosen_uid = to_number<std::uint64_t>(text.substr(uid_at + 5));
  return true;
}

// Out of memory: Kill process 2692 (trinity-main) score 0 or sacrifice child
bool read_chosen(std::string_view text, OomEvent& event) {
  text = trim(text);
  const std::size_t at = text.find(kKill);
  if (at == npos || !is_why(text.substr(0, at))) return false;
  std::string_view rest = text.substr(at + kKill.size());
  const Got<std::uint64_t> pid = take_number(rest);
  const std::size_t score_at = rest.rfind(") score ");
  if (!pid || !rest.starts_with(" (") || score_at == npos || score_at < 2) return false;  // "sharing same memory"
  std::string_view score = rest.substr(score_at + 8);
  event.score_pid = pid;
  event.score_name = rest.substr(2, score_at - 2);
  event.score = to_number<std::uint64_t>(take_word(score));
  if (at > 2) event.why = text.substr(0, at - 2);
  return true;
}

// Killed process 40738, UID 27, (mysqld) total-vm:6424316kB, anon-rss:13128kB, file-rss:4kB
// Out of memory: Killed process 350 (polkitd) total-vm:78084kB, ..., UID:998 pgtables:72kB oom_score_adj:0
bool read_killed(std::string_view text, OomKill& kill, std::string_view& why) {
  text = trim(text);
  const std::size_t at = text.find(kKilled);
  if (at == npos || !is_why(text.substr(0, at))) return false;
  why = at > 2 ? text.substr(0, at - 2) : std::string_view();
  std::string_view rest = text.substr(at + kKilled.size());
  const Got<std::uint64_t> pid = take_number(rest);
  const std::size_t open = rest.find('(');
  if (!pid || open == npos || open > 24) return false;
  const std::size_t sizes = std::min(rest.find(" total-vm:"), rest.find(" vsz:"));
  std::size_t close = rest.substr(0, sizes).rfind(')');
  if (close == npos || close < open) return false;
  kill.pid = *pid;
  kill.name = rest.substr(open + 1, close - open - 1);
  const auto uid_in = [&kill](std::string_view part) {
    const std::size_t uid_at = part.find("UID ");
    if (uid_at == npos) return;
    std::string_view number = part.substr(uid_at + 4);
    kill.uid = take_number(number);
  };
  uid_in(rest.substr(0, open));
  uid_in(rest.substr(close, sizes == npos ? npos : sizes - close));
  rest.remove_prefix(std::min(sizes, rest.size()));
  while (!rest.empty()) {
    std::string_view word = take_word(rest);
    if (word.ends_with(',')) word.remove_suffix(1);
    const std::size_t colon = std::min(word.find(':'), word.size());
    const std::string_view key = word.substr(0, colon);
    const std::string_view value = word.substr(std::min(colon + 1, word.size()));
    if (key == "total-vm" || key == "vsz") kill.total_vm_bytes = kib(value);
    if (key == "anon-rss") kill.anon_rss_bytes = kib(value);
    if (key == "file-rss") kill.file_rss_bytes = kib(value);
    if (key == "shmem-rss") kill.shmem_rss_bytes = kib(value);
    if (key == "pgtables") kill.pgtables_bytes = kib(value);
    if (key == "UID") kill.uid = to_number<std::uint64_t>(value);
    // A line that lost bytes in its middle, "oom_score_a0", still ends with the figure.
    if (key.starts_with("oom_score_a")) {
      const std::size_t digits = word.find_last_not_of("-0123456789") + 1;
      kill.oom_score_adj = to_number<std::int64_t>(word.substr(digits));
    }
  }
  return true;
}

bool read_group(std::string_view text, std::string_view& cgroup) {
  text = trim(text);
  const std::size_t end = text.find(" are going to be killed due to memory.oom.group");
  if (!text.starts_with("Tasks in ") || end == npos) return false;
  cgroup = text.substr(9, end - 9);
  return true;
}

// oom_reaper: reaped process 454 (dbus-daemon), now anon-rss:0kB, ...; oom_reaper: unable to reap pid:7 (x)
bool read_reaper(std::string_view text, OomReaped& into) {
  text = trim(text);
  if (!text.starts_with("oom_reaper: ")) return false;
  std::string_view rest = text.substr(12);
  constexpr std::string_view kReaped = "reaped process ";
  constexpr std::string_view kUnable = "unable to reap pid:";
  into.reaped = rest.starts_with(kReaped);
  if (!into.reaped && !rest.starts_with(kUnable)) return false;
  rest.remove_prefix(into.reaped ? kReaped.size() : kUnable.size());
  const Got<std::uint64_t> pid = take_number(rest);
  const std::size_t end = std::min(rest.find("), now "), rest.rfind(')'));
  if (!pid || !rest.starts_with(" (") || end == npos || end < 2) return false;
  into.pid = *pid;
  into.name = rest.substr(2, end - 2);
  return true;
}

}  // namespace memkit
