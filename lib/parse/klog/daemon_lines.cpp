#include "parse/klog/daemon_lines.h"

#include <algorithm>
#include <charconv>

#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// The number that stands behind `key`, with at most a colon, an equals sign and blanks between.
template <class T>
Got<T> number_behind(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != npos; at = text.find(key, at + 1)) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(' && text[at - 1] != ',') continue;
    std::string_view rest = text.substr(at + key.size());
    while (!rest.empty() && (rest[0] == ' ' || rest[0] == ':' || rest[0] == '=')) rest.remove_prefix(1);
    T value{};
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error == std::errc{} && stop != rest.data()) return value;
  }
  return Missing::absent;
}

/// "memory used (22369452032) / total (24681861120)"
void read_used(std::string_view text, std::string_view what, Got<std::uint64_t>& used, Got<std::uint64_t>& total) {
  const std::size_t at = text.find(what);
  if (at == npos) return;
  const std::string_view rest = text.substr(at);
  const auto in_brackets = [](std::string_view part) {
    const std::size_t open = part.find('(');
    const std::size_t close = part.find(')');
    return open == npos || close == npos || close < open
               ? Got<std::uint64_t>(Missing::absent)
               : to_number<std::uint64_t>(part.substr(open + 1, close - open - 1));
  };
  used = in_brackets(rest);
  const std::size_t total_at = rest.find("total (");
  if (total_at != npos) total = in_brackets(rest.substr(total_at));
}

Got<double> percent_at(std::string_view text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop != text.data() + text.size() && *stop == '%' ? Got<double>(value)
                                                                                   : Missing::absent;
}

Got<double> percent_behind(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  return at == npos ? Got<double>(Missing::absent) : percent_at(text.substr(at + key.size()));
}

std::string signal_name(std::uint64_t number) {
  return number == 15 ? "SIGTERM" : number == 9 ? "SIGKILL" : std::to_string(number);
}

/// Name and pid of the forms before 1.3.
void read_old_earlyoom(std::string_view rest, DaemonKill& into) {
  into.pid = number_behind<std::uint64_t>(rest, "pid");
  if (rest.starts_with(": ")) {  // Killing process: NAME, pid: 5874, badness: 538
    const std::size_t end = rest.find(", pid");
    if (end != npos) into.name = rest.substr(2, end - 2);
  } else if (rest.starts_with(" '")) {  // Killing process 'bash' with signal 15, pid: 5874
    const std::size_t end = rest.find("' with signal");
    if (end != npos) into.name = rest.substr(2, end - 2);
  } else {  // Killing process 5874 bash
    into.pid = to_number<std::uint64_t>(take_word(rest));
    into.name = trim(rest.substr(0, rest.find(',')));
  }
}

}  // namespace

bool read_oomd_kill(std::string_view text, DaemonKill& into) {
  text = trim(text);
  const bool killed = text.starts_with("Killed ");
  if (!killed && !text.starts_with("Marked ")) return false;
  const std::size_t due = text.find(" due to ");
  const std::string_view target = text.substr(7, due == npos ? npos : due - 7);
  if (due == npos || target.empty()) return false;
  std::string_view cgroup = target;
  if (!killed) {
    if (!target.ends_with(" for killing")) return false;
    cgroup.remove_suffix(12);
  }
  const std::string_view reason = text.substr(due + 8);
  into.source = "systemd-oomd";
  into.verb = killed ? "Killed" : "Marked";
  into.cgroup = cgroup;
  if (reason.starts_with("memory pressure")) {
    into.reason = "memory pressure";
    const std::size_t being = reason.find(" being ");
    if (reason.starts_with("memory pressure for ") && being != npos) into.monitored = reason.substr(20, being - 20);
    into.pressure_pct = percent_behind(reason, " being ");
    into.limit_pct = percent_behind(reason, "% > ");
    if (const std::size_t held = reason.find(" for > "); held != npos) {
      std::string_view duration = reason.substr(held + 7);
      into.duration = duration.substr(0, duration.find(" with "));
    }
  } else if (reason.starts_with("memory used")) {
    into.reason = "memory and swap used";
    read_used(reason, "memory used", into.mem_used_bytes, into.mem_total_bytes);
    read_used(reason, "swap used", into.swap_used_bytes, into.swap_total_bytes);
    into.limit_pct = percent_behind(reason, "being more than ");
  } else if (reason.starts_with("swap used")) {
    into.reason = "swap used";
    read_used(reason, "swap used", into.swap_used_bytes, into.swap_total_bytes);
    into.limit_pct = percent_behind(reason, "being more than ");
  } else {
    return false;
  }
  return true;
}

Got<std::uint64_t> read_oomd_candidates(std::string_view text) {
  text = trim(text);
  if (!text.starts_with("Considered ") || text.find(" cgroups for killing") == npos) return Missing::absent;
  return number_behind<std::uint64_t>(text, "Considered");
}

bool read_earlyoom_kill(std::string_view text, bool named, DaemonKill& into) {
  text = trim(text);
  const bool killing = text.starts_with("Killing process") || text.starts_with("killing process");
  const bool sending = text.starts_with("sending SIG") && text.find(" to process ") != npos;
  if (!killing && !sending) return false;
  if (!named && text.find("VmRSS") == npos && text.find("badness") == npos && text.find("oom_score") == npos)
    return false;
  DaemonKill kill;
  kill.source = "earlyoom";
  const std::size_t quote = text.find('"');
  if (sending || (quote != npos && text[0] == 'k')) {
    std::string_view rest = text.substr(text.find("process ") + 8);
    kill.pid = to_number<std::uint64_t>(rest.substr(0, rest.find(' ')));
    if (sending) kill.signal = text.substr(8, text.find(' ', 8) - 8);
    // The name may hold quotes: it ends before the first colon behind one.
    const std::size_t end =
        text.find("\":", quote + 1) != npos ? text.find("\":", quote + 1) : text.find("\" with signal", quote + 1);
    const std::size_t with_signal = text.find("\" with signal ", quote + 1);
    const std::size_t name_end = killing && with_signal != npos ? with_signal : end;
    if (quote == npos || name_end == npos || name_end <= quote) return false;
    kill.name = text.substr(quote + 1, name_end - quote - 1);
    kill.uid = number_behind<std::uint64_t>(text.substr(0, quote), "uid");
  } else {
    read_old_earlyoom(text.substr(15), kill);
  }
  const std::size_t command = text.find("cmdline \"");
  const std::string_view figures = text.substr(0, command);
  if (command != npos) kill.cmdline = text.substr(command + 9, text.ends_with('"') ? text.size() - command - 10 : npos);
  if (const auto number = number_behind<std::uint64_t>(figures, "with signal")) kill.signal = signal_name(*number);
  kill.badness = number_behind<std::int64_t>(figures, "badness");
  kill.oom_score = number_behind<std::int64_t>(figures, "oom_score ");
  kill.oom_score_adj = number_behind<std::int64_t>(figures, "oom_score_adj");
  if (const auto mib = number_behind<std::uint64_t>(figures, "VmRSS"); mib && *mib < (std::uint64_t{1} << 43)) {
    kill.vmrss_bytes = *mib << 20;
  }
  if (!kill.pid) return false;
  into = std::move(kill);
  return true;
}

bool read_earlyoom_outcome(std::string_view text, DaemonKill& kill) {
  text = trim(text);
  if (text.starts_with("escalating to SIGKILL")) {
    kill.escalated = true;
    return true;
  }
  if (text.starts_with("kill failed")) {
    kill.failed = true;
    return true;
  }
  const std::size_t at = text.find("exited after ");
  if (!text.starts_with("process ") || at == npos) return false;
  const auto pid = number_behind<std::uint64_t>(text, "process");
  if (pid && kill.pid && *pid != *kill.pid) return false;
  kill.exited_after_s = number_behind<double>(text, "exited after");
  return true;
}

std::string_view unit_of(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(": "));
  const bool unit = name.size() < text.size() && name.find(' ') == npos &&
                    (name.ends_with(".service") || name.ends_with(".scope") || name.ends_with(".slice") ||
                     name.ends_with(".mount") || name.ends_with(".socket") || name.ends_with(".swap"));
  return unit ? name : std::string_view();
}

}  // namespace memkit
