#include "oom_log_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "oom_log_options.h"
#include "oom_rank_options.h"
#include "output/escape.h"
#include "parse/klog/log_time.h"
#include "parse/text.h"
#include "source/errors.h"

namespace memkit {
namespace {

using namespace std::chrono;

constexpr std::int64_t kSecondUs = 1'000'000;

/// "2h", "30 min", "7 days ago", "90s": seconds back.
std::optional<std::int64_t> time_back_s(std::string_view text) {
  if (text.ends_with(" ago")) text.remove_suffix(4);
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const Got<std::int64_t> count = to_number<std::int64_t>(text.substr(0, digits));
  const std::string_view unit = trim(text.substr(digits));
  constexpr std::int64_t kMost = 100'000;
  if (!count || *count > kMost * 3600) return std::nullopt;
  struct Unit {
    std::string_view name;
    std::int64_t seconds;
  };
  static constexpr Unit kUnits[] = {{"s", 1},        {"sec", 1},       {"seconds", 1},   {"m", 60},
                                    {"min", 60},     {"minutes", 60},  {"h", 3600},      {"hour", 3600},
                                    {"hours", 3600}, {"d", 86400},     {"day", 86400},   {"days", 86400},
                                    {"w", 604800},   {"week", 604800}, {"weeks", 604800}};
  for (const Unit& one : kUnits) {
    if (one.name == unit && *count <= kMost * 3600 / one.seconds) return *count * one.seconds;
  }
  return std::nullopt;
}

/// A moment that is known for sure, and what a clock in this machine's zone shows then.
TimeBound instant(std::int64_t utc_us) {
  const std::time_t at = utc_us / kSecondUs;
  std::tm local{};
  localtime_r(&at, &local);
  return {utc_us, utc_us + local.tm_gmtoff * kSecondUs};
}

std::unique_ptr<Pattern> pattern(const Arguments& args, std::string_view option) {
  const std::optional<std::string> expression = args.value(option);
  return expression ? std::make_unique<Pattern>(option, *expression) : nullptr;
}

/// Options that cannot be meant together, and what to say of it.
void refuse_what_contradicts(const Arguments& args) {
  for (const OptionSpec& option : kOomRankOptions) {
    if (args.has(option.name)) throw UsageError(fmt::format("--{} is of the ranking, not of the log", option.name));
  }
  for (const std::string_view view : {"json", "event", "tasks", "summary", "markdown", "explain"}) {
    if (args.has("check") && args.has(view))
      throw UsageError(fmt::format("--check and --{} exclude each other: a plugin prints one line", view));
  }
  if (args.has("state") && !args.has("check")) throw UsageError("--state is of --check");
  if (!args.has("check") && (args.has("warning") || args.has("critical")))
    throw UsageError("--warning and --critical need --check");
  constexpr std::pair<std::string_view, std::string_view> kApart[] = {
      {"summary", "event"}, {"summary", "tasks"}, {"markdown", "tasks"}, {"markdown", "json"}};
  for (const auto& [one, other] : kApart) {
    if (args.has(one) && args.has(other))
      throw UsageError(fmt::format("options --{} and --{} exclude each other", one, other));
  }
}

}  // namespace

TimeBound parse_time(std::string_view option, std::string_view text) {
  const auto now = floor<seconds>(system_clock::now());
  const std::int64_t now_us = duration_cast<microseconds>(now.time_since_epoch()).count();
  if (text.starts_with('@')) {
    const Got<std::int64_t> at = to_number<std::int64_t>(text.substr(1));
    if (at && *at >= 0 && *at < 100'000'000'000) return instant(*at * kSecondUs);
  }
  if (const auto back = time_back_s(text)) return instant(now_us - *back * kSecondUs);
  const year_month_day today(floor<days>(now));
  const std::string date = fmt::format("{:04}-{:02}-{:02} ", static_cast<int>(today.year()),
                                       static_cast<unsigned>(today.month()), static_cast<unsigned>(today.day()));
  // A date alone is its beginning, a clock alone is of today, and seconds may be left out.
  const std::string whole(text);
  const bool minutes_only = std::count(whole.begin(), whole.end(), ':') == 1;
  const std::string to_the_second = whole + (minutes_only ? ":00" : "");
  for (const std::string& candidate : {to_the_second, date + to_the_second, whole + " 00:00:00"}) {
    LogTime time;
    read_wall_clock(candidate, 0, time);
    if (!time.wall_us) continue;
    return time.sure == LogTime::Sure::exact ? instant(*time.wall_us) : TimeBound{*time.wall_us, *time.wall_us};
  }
  throw UsageError(fmt::format("--{} takes a time such as 2026-11-22, '2026-11-22 18:00', 2h or @SECONDS, not '{}'",
                               option, for_terminal(text)));
}

OomLogRequest::OomLogRequest(const Arguments& args) {
  refuse_what_contradicts(args);
  files = args.positionals();
  if (const auto file = args.value("log")) files.insert(files.begin(), *file);
  if (std::count(files.begin(), files.end(), "-") > 1) throw UsageError("standard input, '-', can be read once only");
  if (const auto time = args.value("since")) since = parse_time("since", *time);
  if (const auto time = args.value("until")) until = parse_time("until", *time);
  if (since && until && until->utc_us <= since->utc_us) throw UsageError("--until is not behind --since");
  unit = pattern(args, "unit");
  cgroup = pattern(args, "cgroup");
  name = pattern(args, "name");
  if (const auto number = args.value("event")) {
    one_event = true;
    if (*number != "last") event = parse_count("event", *number, 1);
  }
  if (args.has("tasks")) one_event = true;
  const bool tree = args.has("root");
  if (args.has("boot")) boot = args.value("boot").value_or("");
  if (boot && (tree || !files.empty())) throw UsageError("--boot asks this machine's journal: no FILE, no --root");
  if (tree && !files.empty()) throw UsageError("--root reads the log that is in DIR: no FILE");
  journal = boot || (since && !tree && files.empty());
}

bool OomLogRequest::wants(const OomEvent& event_found, const OomSummary& summary) const {
  const LogTime& time = summary.time;
  if (time.wall_us && ((since && *time.wall_us < since->of(time)) || (until && *time.wall_us >= until->of(time))))
    return false;
  if (unit && !unit->matches(summary.unit)) return false;
  if (cgroup && !cgroup->matches(summary.cgroup) && !cgroup->matches(summary.oom_memcg)) return false;
  // Of a group that died whole, each process counts.
  return !name || name->matches(summary.name) ||
         std::any_of(event_found.kills.begin(), event_found.kills.end(),
                     [this](const OomKill& kill) { return name->matches(kill.name); });
}

}  // namespace memkit
