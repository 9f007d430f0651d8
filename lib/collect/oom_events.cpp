#include "collect/oom_events.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>

#include "parse/cgroup_membership.h"
#include "parse/klog/log_time.h"
#include "parse/pid_stat.h"
#include "source/errors.h"
#include "source/recorder.h"

namespace memkit {
namespace {

using namespace std::chrono;

std::int64_t now_us() { return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count(); }

int year_of(std::int64_t us) {
  return static_cast<int>(year_month_day(floor<days>(sys_time<microseconds>(microseconds(us)))).year());
}

/// No line was written behind the end of the log: one that seems to be is of the year before.
void place(LogTime& time, std::int64_t end_us) {
  constexpr std::int64_t kDayUs = std::int64_t{86400} * 1'000'000;  // the stamp is of an unknown zone
  if (time.sure == LogTime::Sure::no_year && time.wall_us && *time.wall_us > end_us + kDayUs) {
    read_wall_clock(time.text, year_of(end_us) - 1, time);
  }
}

template <class Change>
void each_time(OomEvent& event, Change change) {
  change(event.time);
  change(event.kill_time);
  for (OomReaped& reaped : event.reaped) change(reaped.time);
  for (OomEcho& echo : event.echoes) change(echo.time);
}

}  // namespace

std::uint64_t read_oom_events(LogStream& stream, const OomLog::Sink& sink, const LogPieces& pieces) {
  const std::int64_t end_us = stream.modified_us().value_or(now_us());
  OomLog log([&](OomEvent&& event) {
    each_time(event, [end_us](LogTime& time) { place(time, end_us); });
    sink(std::move(event));
  });
  log.assume_year(year_of(end_us));
  for (;;) {
    const std::span<char> room = log.room();
    const std::size_t got = stream.read(room);
    if (got == 0) break;
    if (pieces) pieces({room.data(), got});
    log.taken(got);
  }
  log.finish();
  return log.unlinked_echoes();
}

std::uint64_t read_oom_events_of_this_boot(const OomLog::Sink& sink) {
  LogStream stream = LogStream::running_kernel();
  const std::int64_t offset_us = monotonic_to_wall_us();
  return read_oom_events(stream, [&](OomEvent&& event) {
    each_time(event, [offset_us](LogTime& time) {
      if (time.wall_us || !time.monotonic_us) return;
      time.wall_us = static_cast<std::int64_t>(*time.monotonic_us) + offset_us;
      time.sure = LogTime::Sure::from_boot;
    });
    sink(std::move(event));
  });
}

std::unordered_map<std::uint64_t, std::string> cgroups_of_tasks(const Root& root, const OomEvent& event) {
  std::unordered_map<std::uint64_t, std::string> cgroups;
  const std::optional<std::uint64_t> ticks_per_s = root.ticks_per_s();
  if (!ticks_per_s || !event.time.monotonic_us) return cgroups;
  std::string text;
  for (const OomTask& task : event.tasks) {
    const std::string place = "proc/" + std::to_string(task.pid) + "/";
    if (root.read(place + "stat", text) != 0) continue;
    const PidStat stat = parse_pid_stat(text);
    const bool before =
        stat.starttime_ticks && *stat.starttime_ticks <= *event.time.monotonic_us / 1000 * *ticks_per_s / 1000;
    if (!before || stat.comm != Got<std::string_view>(task.name) || root.read(place + "cgroup", text) != 0) continue;
    const std::string_view path = unit_path(parse_cgroup_membership(text));
    if (path != "/") cgroups.try_emplace(task.pid, path);
  }
  return cgroups;
}

std::vector<std::string> log_files_below(const Root& root) {
  std::vector<std::string> found;
  const auto add = [&](const std::string& path) {
    if (std::find(found.begin(), found.end(), path) != found.end()) return;
    const std::size_t slash = path.rfind('/');
    const Dir dir = root.open_dir(slash == std::string::npos ? "." : path.substr(0, slash));
    std::string start;
    if (dir && dir.read_start(path.substr(slash + 1).c_str(), start, 1) == 0 && !start.empty()) found.push_back(path);
  };
  // What a machine's logger keeps names the day; the kernel's own buffer is short.
  for (const char* path : {"var/log/kern.log", "var/log/messages", "var/log/syslog", "dmesg", "dmesg.txt",
                           "var/log/dmesg", "sos_commands/kernel/dmesg", "sos_commands/kernel/dmesg_-T",
                           "sos_commands/general/dmesg", "vmcore-dmesg.txt", "boot.txt", "messages.txt"}) {
    add(path);
  }
  // sosreport: journalctl_--no-pager..., journalctl_--no-pager_--boot
  std::vector<std::string> names;
  root.list("sos_commands/logs", names);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (name.starts_with("journalctl") && name.find("disk-usage") == std::string::npos)
      add("sos_commands/logs/" + name);
  }
  // kdump: var/crash/127.0.0.1-2026-11-22-18:18:01/vmcore-dmesg.txt
  names.clear();
  root.list("var/crash", names);
  std::sort(names.rbegin(), names.rend());
  for (const std::string& name : names) add("var/crash/" + name + "/vmcore-dmesg.txt");
  return found;
}

int read_oom_events_below(const Root& root, const std::string& path, const OomLog::Sink& sink,
                          const LogPieces& pieces) {
  const std::size_t slash = path.rfind('/');
  const Dir dir = root.open_dir(slash == std::string::npos ? "." : path.substr(0, slash));
  const std::int64_t end_us = now_us();
  OomLog log([&](OomEvent&& event) {
    each_time(event, [end_us](LogTime& time) { place(time, end_us); });
    sink(std::move(event));
  });
  log.assume_year(year_of(end_us));
  std::string buffer;
  const int error = dir.read_in_parts(path.substr(slash + 1).c_str(), buffer, [&](std::string_view& rest, bool) {
    if (pieces) pieces(rest);
    log.feed(rest);
    rest = {};
    return true;
  });
  log.finish();
  return error;
}

namespace {

/// Reads a log; a capture that is being taken gets its bytes as the machine's.
void read_recorded(const Root& root, LogStream& stream, const OomLog::Sink& sink, const LogPieces& pieces) {
  constexpr std::string_view kKept = "sos_commands/kernel/dmesg";
  Recorder* const recorder = root.recorder();
  const Fd kept = recorder != nullptr ? recorder->begin(kKept) : Fd();
  read_oom_events(stream, sink, [&](std::string_view piece) {
    if (recorder != nullptr) recorder->part(kKept, kept, piece);
    if (pieces) pieces(piece);
  });
}

}  // namespace

std::string read_named_log(const Root& root, const std::string& file, const OomLog::Sink& sink,
                           const LogPieces& pieces) {
  LogStream stream = LogStream::file(file);
  read_recorded(root, stream, sink, pieces);
  return stream.name();
}

Got<std::string> read_system_log(const Root& root, const OomLog::Sink& sink, const LogPieces& pieces) {
  if (root.is_live()) {
    try {
      LogStream stream = LogStream::running_kernel();
      read_recorded(root, stream, sink, pieces);
      return stream.name();
    } catch (const RunError&) {
      return Missing::denied;
    }
  }
  Got<std::string> read = Missing::absent;
  bool any = false;
  for (const std::string& file : log_files_below(root)) {
    const int error = read_oom_events_below(
        root, file,
        [&](OomEvent&& event) {
          any = true;
          sink(std::move(event));
        },
        pieces);
    if (any || (error == 0 && !read)) read = file;
    if (any) break;
  }
  return read;
}

}  // namespace memkit
