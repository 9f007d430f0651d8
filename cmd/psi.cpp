#include <fmt/format.h>

#include "collect/snapshot.h"
#include "command.h"
#include "output/columns_psi.h"
#include "output/escape.h"
#include "output/text.h"
#include "psi_options.h"
#include "psi_request.h"
#include "source/errors.h"
#include "ticker.h"

namespace memkit {
namespace {

/// Whose pressure is judged, and whose is shown besides.
struct Readers {
  std::optional<PressureReader> judged;
  std::optional<PressureReader> beside;  ///< the host's, inside a container
  bool in_container = false;
};

Readers open_readers(const Context& context, const Root& root, const PsiRequest& request) {
  Readers readers;
  if (context.args.has("cgroup")) {
    readers.judged.emplace(root, cgroup_pressure(root, context.args.value("cgroup").value_or("")), request.kinds);
    return readers;
  }
  readers.in_container = sees_only_a_cgroup(root);
  if (readers.in_container) {
    // /proc/pressure is the host's there; the container's own stall is its cgroup's.
    readers.judged.emplace(root, cgroup_pressure(root, ""), request.kinds);
    const PressureSample sample = readers.judged->sample(false);
    const bool known = std::any_of(sample.readings.begin(), sample.readings.end(), [](const PressureReading& reading) {
      return reading.state == PressureState::known;
    });
    if (known) {
      readers.beside.emplace(root, machine_pressure(), request.kinds);
      return readers;
    }
  }
  readers.judged.emplace(root, machine_pressure(), request.kinds);
  return readers;
}

/// Takes two samples, with the cgroups before and behind them, and says what reclaim did in between.
PressureSample look(const Root& root, const PsiRequest& request, double seconds, PressureReader& reader,
                    PsiFacts& facts) {
  const PressurePlace& place = reader.place();
  const std::string below = place.of_cgroup ? place.path : "";
  facts.ranked = request.kinds.front();
  CgroupWalk walk;
  const std::vector<CgroupPressureRow> rows_before = read_cgroup_pressure(root, facts.ranked, below, walk);
  const PressureSample before = reader.sample(true);
  sleep_s(seconds);
  PressureSample after = reader.sample(true);
  facts.figures = pressure_figures(place, &before, after);
  const std::optional<std::uint64_t> page_size = root.page_size_bytes();
  facts.reclaim = psi_reclaim(before, after, page_size ? Got<std::uint64_t>(*page_size) : Got<std::uint64_t>());
  facts.cgroups = read_cgroup_pressure(root, facts.ranked, below, walk);
  add_interval(rows_before, facts.reclaim->seconds, facts.cgroups);
  rank(facts.cgroups);
  constexpr std::size_t kMost = 10;
  if (facts.cgroups.size() > kMost) facts.cgroups.resize(kMost);
  std::erase_if(facts.cgroups, [](const CgroupPressureRow& row) { return !row.stalled(); });
  if (walk.version != CgroupVersion::none) facts.walk = std::move(walk);
  return after;
}

int print_check(const Context& context, const PsiWatch& watch, const PsiFacts& facts) {
  std::string text;
  for (const PressureFigures& figures : facts.figures) {
    if (figures.state != PressureState::known) continue;
    text += (text.empty() ? "" : "; ") + pressure_sentence(figures);
  }
  if (facts.of_cgroup) text += fmt::format(" in {}", for_terminal(facts.figures.front().scope));
  std::replace(text.begin(), text.end(), '|', '/');
  context.out.print("MEMKIT PSI {} - {} | {}\n", plugin_word(facts.status), text, watch.performance_data());
  return static_cast<int>(facts.status);
}

void print_text(const Context& context, const PsiFacts& facts) {
  TableStyle style;
  style.headings = !context.args.has("no-headings");
  style.width = context.window_width();
  std::string columns = context.args.value("output").value_or("");
  if (columns.empty() && facts.reclaim) columns = "resource,who,now,avg10,avg60,avg300,total";
  if (facts.figures.front().scope != facts.figures.back().scope && context.args.value("output").value_or("").empty()) {
    columns = "scope,resource,who,avg10,avg60,avg300,total";
  }
  print_pressure(context.out, facts, select_columns(infos(pressure_columns()), columns), style, context.color());
  if (context.args.has("explain")) {
    context.out.write("\n");
    explain_psi(context.out, facts);
  }
}

int run_once(const Context& context, const Root& root, const PsiRequest& request, Readers& readers) {
  PressureReader& reader = *readers.judged;
  PsiFacts facts;
  facts.of_cgroup = reader.place().of_cgroup;
  facts.in_container = readers.in_container;
  const PressureSample sample = reader.sample(false);
  facts.figures = pressure_figures(reader.place(), nullptr, sample);
  require_figures(context, reader.place(), facts.figures);
  const PsiWatch watch(context.args, request, facts.figures);
  watch.tell(facts);
  if (context.args.has("check")) return print_check(context, watch, facts);
  const std::optional<std::string> seconds = context.args.value("look");
  const bool memory_alarm = is_alarm(watch.status_of(PressureKind::memory)) && root.processes_are_live();
  if (seconds || memory_alarm) {
    look(root, request, seconds ? parse_seconds("look", *seconds) : 1, reader, facts);
    PsiWatch(context.args, request, facts.figures).tell(facts);
  }
  if (readers.beside) {
    for (PressureFigures& host : pressure_figures(readers.beside->place(), nullptr, readers.beside->sample(false))) {
      facts.figures.push_back(std::move(host));
    }
  }
  context.json() ? write_psi_document(context, collect(root, Want::host), facts) : print_text(context, facts);
  return 0;
}

int run_psi(const Context& context) {
  const PsiRequest request = psi_request(context);
  const Root root = context.root();
  if ((request.repeats || context.args.has("look")) && !root.processes_are_live()) {
    throw UsageError("--interval, --count and --look need the live system: a capture is one moment");
  }
  if (context.args.has("by")) return run_psi_by_cgroup(context, root, request);
  Readers readers = open_readers(context, root, request);
  if (request.waits) {
    if (!root.processes_are_live()) throw RunError("--wait needs the live system: in a capture nothing changes");
    return run_psi_wait(context, root, request, *readers.judged);
  }
  if (request.repeats) return run_psi_lines(context, root, request, *readers.judged);
  return run_once(context, root, request, readers);
}

std::vector<ColumnGroup> psi_column_groups() {
  return {{"Columns", infos(pressure_columns())}, {"Columns of --by cgroup", infos(cgroup_pressure_columns())}};
}

}  // namespace

const Command kPsiCommand{
    "psi",
    "How much time tasks lose waiting for memory (pressure), who loses it and why",
    "Do tasks wait for memory, which ones, and why?",
    "[OPTION]... [memory|cpu|io|irq|all]...",
    kPsiOptions,
    kPressureKinds.size() + 1,
    psi_column_groups,
    run_psi,
};

}  // namespace memkit
