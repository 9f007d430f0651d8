#include "pmap_track.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "collect/cgroup.h"
#include "envelope.h"
#include "output/columns_growth.h"
#include "output/escape.h"
#include "output/growth_text.h"
#include "output/pmap_json.h"
#include "output/table.h"
#include "output/text.h"
#include "parse/cgroup_membership.h"
#include "source/errors.h"

namespace memkit {
namespace {

constexpr std::string_view kOnlyWithTrack[] = {"interval", "count", "duration", "format", "budget"};

double now_s() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// While one lives, SIGINT and SIGTERM are held back, and waited for in place of sleeping.
class EndSignals {
 public:
  EndSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    sigprocmask(SIG_BLOCK, &set_, &before_);
  }
  /// What came meanwhile, as from a second Ctrl-C, is forgotten: the end has been reached.
  ~EndSignals() {
    const timespec at_once{};
    while (sigtimedwait(&set_, nullptr, &at_once) > 0) {
    }
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  /// Sleeps until a moment of now_s(); true where a signal came instead.
  [[nodiscard]] bool wait_until(double moment) const {
    for (;;) {
      const double left = std::max(0.0, moment - now_s());
      const auto whole = static_cast<std::time_t>(left);
      const timespec timeout{whole, static_cast<long>((left - static_cast<double>(whole)) * 1e9)};
      if (sigtimedwait(&set_, nullptr, &timeout) > 0) return true;
      if (errno == EAGAIN) return false;
    }
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

/// Prints samples as they come.
class SamplePrinter {
 public:
  SamplePrinter(const Context& context, const TrackPlan& plan, const MappedProcess& process)
      : context_(context), plan_(plan), process_(process) {}
  void begin();
  void add(const GrowthSample& sample);

 private:
  void add_line(const GrowthRow& row, std::string_view separator);
  const Context& context_;
  const TrackPlan& plan_;
  const MappedProcess& process_;
};

void SamplePrinter::begin() {
  if (plan_.format == TrackPlan::Format::jsonl) return;
  std::string line;
  if (plan_.format == TrackPlan::Format::table) {
    context_.out.print("{}:   {}\n", process_.pid(), for_terminal(process_.command()));
    for (const Column<GrowthRow>& column : growth_columns()) {
      if (column.shown) line += fmt::format("{:>{}}", column.header, line.empty() ? 7 : 9);
    }
  } else {
    for (const Column<GrowthRow>& column : growth_columns()) line += (line.empty() ? "" : ",") + json_key(column);
  }
  context_.out.print("{}\n", line);
}

void SamplePrinter::add(const GrowthSample& sample) {
  const GrowthRow row{sample, sample.time_ns ? rfc3339_utc(*sample.time_ns) : ""};
  if (plan_.format == TrackPlan::Format::jsonl) {
    JsonWriter json(context_.out, false);
    json.begin_object();
    json.field("schema", "memkit.pmap-track/1");
    json.field("pid", process_.pid());
    for (const Column<GrowthRow>& column : growth_columns()) json.field(json_key(column), column.value(row));
    json.end_object();
    json.finish();
  } else {
    TableStyle style;
    if (plan_.format == TrackPlan::Format::csv) style.size.divisor = 1;
    std::string line;
    for (const Column<GrowthRow>& column : growth_columns()) {
      const Cell cell = column.value(row);
      if (plan_.format == TrackPlan::Format::csv) {
        line += (&column == growth_columns().data() ? "" : ",");
        if (!is_missing(cell)) line += cell_text(cell, column.unit, style);
      } else if (column.shown) {
        const std::string text = column.unit == Unit::seconds ? fmt::format("{:.1f}", sample.elapsed_s)
                                                              : cell_text(cell, column.unit, style);
        line += fmt::format("{:>{}}", text, line.empty() ? 7 : 9);
      }
    }
    context_.out.print("{}\n", line);
  }
  context_.out.flush();
}

/// The mappings by file; missing where they cannot be read whole, or are not to be.
Got<std::vector<FileGroup>> look_at_mappings(MappedProcess& process, const GrowthReader& reader) {
  if (!reader.affords_smaps()) return Missing::skipped;
  FileGroups groups;
  KindTeller teller({},
                    [&](const Mapping& mapping, const MappingClassifier::Kind& kind) { groups.add(mapping, kind); });
  const MappingsRead read = process.visit(true, [&](const Mapping& mapping) { teller.add(mapping); });
  teller.finish();
  if (read.error != 0) return missing_for(read.error);
  if (read.ended || read.mappings == 0) return Missing::absent;
  return groups.rows();
}

/// Why the process is not there any more, as its number tells now.
TrackEnd how_it_ended(const Root& root, MappedProcess& process) {
  if (process.condition() == MappedProcess::Condition::other_program) return TrackEnd::other_program;
  const MappedProcess now(root, process.pid());
  const bool another = !now.is_gone() && now.starttime_ticks() != process.starttime_ticks();
  return another ? TrackEnd::pid_reused : TrackEnd::process_ended;
}

/// The limit that the process meets first, as its cgroup and the machine are now.
BindingLimit find_limit(const Root& root, const std::string& cgroup_text) {
  const Snapshot snapshot = collect(root, Want::meminfo);
  const Meminfo meminfo = snapshot.meminfo ? *snapshot.meminfo : Meminfo();
  const CgroupMembership in = parse_cgroup_membership(cgroup_text);
  const Got<std::string_view> path = in.memory_v1_path ? in.memory_v1_path : in.v2_path;
  if (!path) return binding_limit({}, meminfo);
  const CgroupFacts facts = collect_cgroup(root, *path);
  return binding_limit(cgroup_memory(facts, meminfo.mem_total_bytes), meminfo);
}

/// Samples until the end, and says which end it was.
TrackEnd sample_all(const Root& root, const TrackPlan& plan, const EndSignals& signals, MappedProcess& process,
                    GrowthReader& reader, GrowthSeries& series, SamplePrinter& printer) {
  const double begin = now_s();
  for (double next = begin;;) {
    if (process.condition() != MappedProcess::Condition::same) return how_it_ended(root, process);
    const GrowthSample sample = reader.take(now_s() - begin);
    // What ended in between has left figures of less than all of it.
    if (process.condition() != MappedProcess::Condition::same) return how_it_ended(root, process);
    series.add(sample);
    printer.add(sample);
    if (plan.count != 0 && series.samples() == plan.count) return TrackEnd::count;
    const double now = now_s();
    // Beats are counted from the first; those that have passed are left out.
    while (next <= now) next += plan.interval_s;
    const bool over = plan.duration_s > 0 && next > begin + plan.duration_s;
    if (signals.wait_until(over ? begin + plan.duration_s : next)) return TrackEnd::interrupted;
    if (over) return TrackEnd::count;
  }
}

void print_summary(const Context& context, const TrackPlan& plan, const Root& root, const MappedProcess& process,
                   const TrackSummary& summary) {
  if (plan.format == TrackPlan::Format::jsonl) {
    JsonWriter json(context.out, false);
    begin_envelope(json, "memkit.pmap-trend/1", collect(root, Want::host));
    write_process(json, process);
    write_summary(json, summary);
    json.end_object();
    json.finish();
    return;
  }
  const std::string text = summary_text(summary);
  if (plan.format == TrackPlan::Format::table) context.out.write("\n");
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    // The table of CSV is for a program alone.
    plan.format == TrackPlan::Format::csv ? context.messages.say(line) : print_wrapped(context.out, line);
  }
}

}  // namespace

TrackPlan parse_track_plan(const Arguments& args) {
  TrackPlan plan;
  if (args.has("interval")) plan.interval_s = parse_seconds("interval", *args.value("interval"));
  if (args.has("count")) plan.count = parse_count("count", *args.value("count"), 1);
  if (args.has("duration")) plan.duration_s = parse_seconds("duration", *args.value("duration"));
  if (args.has("budget")) plan.budget_s = parse_seconds("budget", *args.value("budget"));
  const std::string format = args.value("format").value_or(args.has("json") ? "jsonl" : "table");
  plan.format = format == "csv"     ? TrackPlan::Format::csv
                : format == "jsonl" ? TrackPlan::Format::jsonl
                                    : TrackPlan::Format::table;
  if (args.has("json") && format != "jsonl") throw UsageError("--json is --format jsonl: not " + format);
  for (const std::string_view option : kOnlyWithTrack) {
    if (args.has(option) && !args.has("track")) throw UsageError(fmt::format("--{} goes with --track alone", option));
  }
  return plan;
}

int run_track(const Context& context, const TrackPlan& plan) {
  const Root root = context.root();
  if (!root.processes_are_live()) throw UsageError("--track needs processes that live: --root is a capture");
  const Targets targets = find_targets(context, root);
  if (targets.pids.size() > 1) throw UsageError("--track follows one process, not several");
  const TargetOutcome outcome = for_each_target(root, targets, [&](MappedProcess& process) {
    if (process.kind() != ProcessKind::user) return MappingsRead();
    const EndSignals signals;
    std::string cgroup;
    if (process.read_file("cgroup", cgroup) != 0) cgroup.clear();
    GrowthReader reader(process, root.page_size_bytes() ? Got<std::uint64_t>(*root.page_size_bytes()) : Missing::absent,
                        plan.budget_s);
    SamplePrinter printer(context, plan, process);
    printer.begin();
    const Got<std::vector<FileGroup>> before = look_at_mappings(process, reader);
    GrowthSeries series;
    TrackSummary summary{series, TrackEnd::count, Missing::absent, {}, 0};
    summary.end = sample_all(root, plan, signals, process, reader, series, printer);
    const Got<std::vector<FileGroup>> after = look_at_mappings(process, reader);
    if (before && after) summary.changed = compare_groups(*before, *after);
    summary.limit = find_limit(root, cgroup);
    summary.skipped = reader.skipped();
    print_summary(context, plan, root, process, summary);
    context.out.flush();
    return MappingsRead();
  });
  return conclude(context, targets, outcome);
}

}  // namespace memkit
