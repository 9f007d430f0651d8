// The part of OomAssembler that takes lines of programs: kills of daemons, and echoes of the kernel's.
#include <algorithm>

#include "parse/klog/daemon_lines.h"
#include "parse/klog/log_time.h"
#include "parse/klog/oom_assembler.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kMostEchoes = 16;
constexpr std::size_t kLongestEcho = 300;
constexpr std::size_t kMostDaemonKills = 4;

bool is_systemd(std::string_view ident) { return ident == "systemd" || ident.ends_with("/systemd"); }

/// Looks at each byte once: most lines of a log are those of other programs.
bool speaks_of_oom(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    switch (text[at]) {
      case 'o':
        if (rest.starts_with("oom-kill") || rest.starts_with("oom_reaper")) return true;
        break;
      case 'O':
        if (rest.starts_with("OOM")) return true;
        break;
      case 'u':
        if (rest.starts_with("ut of memory")) return true;
        break;
      case 'K':
        if (rest.starts_with("Killed process") || rest.starts_with("Kill process")) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

}  // namespace

OomEvent& OomAssembler::open_daemon(const LogLine& line, OomKind kind) {
  if (daemons_.size() >= kMostDaemonKills) {
    sink_(std::move(daemons_.front()));
    daemons_.erase(daemons_.begin());
  }
  OomEvent& event = daemons_.emplace_back();
  event.kind = kind;
  event.number = ++number_;
  event.host = line.host;
  event.boot_id = line.boot_id;
  event.time = time_of(line, year_);
  event.kill_time = event.time;
  touched_ = true;
  return event;
}

OomEvent* OomAssembler::last_daemon(std::string_view host, OomKind kind) {
  const auto found = std::find_if(daemons_.rbegin(), daemons_.rend(),
                                  [&](const OomEvent& event) { return event.kind == kind && event.host == host; });
  return found == daemons_.rend() ? nullptr : &*found;
}

bool OomAssembler::take_daemon(const LogLine& line) {
  if (line.ident == "systemd-oomd") return take_oomd(line);
  if (line.ident == "earlyoom") return take_earlyoom(line);
  return line.ident.empty() && (take_oomd(line) || take_earlyoom(line));
}

bool OomAssembler::take_oomd(const LogLine& line) {
  DaemonKill kill;
  if (const Got<std::uint64_t> candidates = read_oomd_candidates(line.text)) {
    candidates_ = candidates;
    touched_ = true;
    return true;
  }
  // Without a name in front, only a path can be meant.
  if (line.ident.empty() && !line.text.starts_with("Killed /") && !line.text.starts_with("Marked /")) return false;
  if (!read_oomd_kill(line.text, kill)) return !line.ident.empty();
  kill.candidates = candidates_;
  candidates_ = Missing::absent;
  open_daemon(line, OomKind::systemd_oomd).daemon = std::move(kill);
  return true;
}

bool OomAssembler::take_earlyoom(const LogLine& line) {
  DaemonKill kill;
  const bool named = !line.ident.empty();
  if (read_earlyoom_kill(line.text, named, kill)) {
    open_daemon(line, OomKind::earlyoom).daemon = std::move(kill);
    return true;
  }
  OomEvent* const event = last_daemon(line.host, OomKind::earlyoom);
  if (event != nullptr && read_earlyoom_outcome(line.text, event->daemon)) {
    touched_ = true;
    return true;
  }
  return named;
}

void OomAssembler::add_echo(OomEvent& event, const LogLine& line, OomEcho::Kind kind, std::string_view unit,
                            Got<std::uint64_t> n) {
  touched_ = true;
  ++event.echo_count;
  if (event.echoes.size() >= kMostEchoes) return;
  event.echoes.push_back({std::string(line.ident), std::string(line.text.substr(0, kLongestEcho)), time_of(line, year_),
                          kind, std::string(unit), n});
}

namespace {

/// The event of a machine that a line of another program is most likely about: the last one.
template <class Contexts, class Daemons>
OomEvent* last_event_of(Contexts& contexts, Daemons& daemons, std::string_view host) {
  OomEvent* last = nullptr;
  for (auto& context : contexts) {
    if (context.real && !context.gone && context.event.host == host &&
        (last == nullptr || last->number < context.event.number)) {
      last = &context.event;
    }
  }
  for (OomEvent& event : daemons) {
    if (event.host == host && (last == nullptr || last->number < event.number)) last = &event;
  }
  return last;
}

}  // namespace

bool OomAssembler::take_systemd(const LogLine& line) {
  if (!is_systemd(line.ident)) return false;
  std::string_view unit = unit_of(line.text);
  if (unit.empty()) unit = line.unit;
  if (unit.empty()) return false;
  const auto says = [&](std::string_view words) { return line.text.find(words) != npos; };
  if (says("systemd-oomd killed ")) {
    std::string_view rest = line.text.substr(line.text.find("systemd-oomd killed ") + 20);
    const Got<std::uint64_t> count = to_number<std::uint64_t>(take_word(rest));
    for (auto event = daemons_.rbegin(); event != daemons_.rend(); ++event) {
      if (event->kind != OomKind::systemd_oomd || event->host != line.host || !event->daemon.cgroup.ends_with(unit))
        continue;
      event->daemon.processes_killed = count;
      touched_ = true;
      return true;
    }
    return true;
  }
  OomEcho::Kind kind = OomEcho::Kind::repeats;
  Got<std::uint64_t> restarts;
  if (says("Failed with result 'oom-kill'")) {
    kind = OomEcho::Kind::unit_failed;
  } else if (says("restart counter is at ")) {
    kind = OomEcho::Kind::unit_restarted;
    std::string_view number = line.text.substr(line.text.find("restart counter is at ") + 22);
    restarts = to_number<std::uint64_t>(number.substr(0, number.find_first_not_of("0123456789")));
  } else if (!says("killed by the OOM killer") && !says("status=9/KILL")) {
    return false;
  }
  OomEvent* const event = last_event_of(contexts_, daemons_, line.host);
  const bool speaks = kind == OomEcho::Kind::unit_failed || says("OOM");
  if (event == nullptr) {
    unlinked_echoes_ += speaks ? 1 : 0;
    return true;
  }
  const auto names_unit = [unit](std::string_view path) { return path.find(unit) != npos; };
  const bool paths_known = !event->task_memcg.empty() || !event->oom_memcg.empty() || !event->daemon.cgroup.empty();
  const bool about = names_unit(event->task_memcg) || names_unit(event->oom_memcg) || names_unit(event->group_kill) ||
                     names_unit(event->daemon.cgroup);
  // Restarts and exits of units that the event does not name are not its doing.
  const bool failed_before =
      std::any_of(event->echoes.begin(), event->echoes.end(), [&](const OomEcho& echo) { return echo.unit == unit; });
  if (about || failed_before || (speaks && !paths_known)) {
    add_echo(*event, line, kind, unit, restarts);
  } else if (speaks) {
    ++unlinked_echoes_;
  }
  return true;
}

void OomAssembler::take_echo(const LogLine& line) {
  if (!speaks_of_oom(line.text)) return;
  touched_ = true;
  OomEvent* const event = last_event_of(contexts_, daemons_, line.host);
  if (event == nullptr) {
    ++unlinked_echoes_;
  } else {
    add_echo(*event, line, OomEcho::Kind::repeats, {}, Missing::absent);
  }
}

}  // namespace memkit
