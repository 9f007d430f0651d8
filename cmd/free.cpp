#include <fmt/format.h>

#include <ctime>

#include "analysis/accounting.h"
#include "analysis/available.h"
#include "analysis/free_rows.h"
#include "analysis/headroom.h"
#include "collect/cgroup.h"
#include "collect/snapshot.h"
#include "command.h"
#include "envelope.h"
#include "free_options.h"
#include "output/columns_free.h"
#include "output/escape.h"
#include "output/free_table.h"
#include "output/free_views.h"
#include "output/json_memory.h"
#include "output/plugin.h"
#include "output/text.h"
#include "source/errors.h"
#include "ticker.h"

namespace memkit {
namespace {

constexpr Want kHealthWant = Want::meminfo | Want::vmstat | Want::zoneinfo | Want::arcstats | Want::mounts;
constexpr Want kBreakdownWant = kHealthWant | Want::hugepages | Want::swaps;
constexpr Want kEverything = kBreakdownWant | Want::host | Want::nodes;

struct UnitName {
  std::string_view option;
  std::uint64_t divisor;
};
constexpr std::uint64_t kKilo = 1000;
constexpr UnitName kUnits[] = {
    {"bytes", 1},
    {"kibi", 1ull << 10},
    {"mebi", 1ull << 20},
    {"gibi", 1ull << 30},
    {"tebi", 1ull << 40},
    {"pebi", 1ull << 50},
    {"kilo", kKilo},
    {"mega", kKilo* kKilo},
    {"giga", kKilo* kKilo* kKilo},
    {"tera", kKilo* kKilo* kKilo* kKilo},
    {"peta", kKilo* kKilo* kKilo* kKilo* kKilo},
};

/// The n-th power of 1000 in place of that of 1024, as --si has it with -k, -m ….
std::uint64_t to_si(std::uint64_t divisor) {
  std::uint64_t si = 1;
  for (; divisor >= 1024; divisor /= 1024) si *= kKilo;
  return si;
}

SizeFormat size_format(const Arguments& args, SizeFormat usual) {
  const bool si = args.has("si");
  if (args.has("human")) return {SizeFormat::Style::compact, 1, si};
  for (const UnitName& unit : kUnits) {
    if (!args.has(unit.option)) continue;
    const bool binary = unit.divisor % kKilo != 0;
    return {SizeFormat::Style::scaled, si && binary ? to_si(unit.divisor) : unit.divisor, si};
  }
  if (si) usual = {usual.style, kKilo, true};
  return usual;
}

/// One sample, and what follows from it.
struct Sample {
  Snapshot snapshot;
  FreeRows rows;
  CgroupFacts cgroup_facts;
  CgroupMemory cgroup;
};

Want wanted(const Context& context) {
  const Arguments& args = context.args;
  if (context.json()) return kEverything;
  Want want = Want::meminfo;
  if (args.has("health") || args.has("check")) want = want | kHealthWant;
  if (args.has("breakdown") || args.has("explain")) want = want | kBreakdownWant;
  if (args.has("nodes")) want = want | Want::nodes | Want::zoneinfo | Want::vmstat | Want::mounts;
  return want;
}

Sample take_sample(const Context& context, const Root& root) {
  Sample sample;
  sample.snapshot = collect(root, wanted(context));
  if (!sample.snapshot.meminfo || !sample.snapshot.meminfo->mem_total_bytes) {
    throw RunError(why_no_meminfo(sample.snapshot));
  }
  sample.rows = free_rows(*sample.snapshot.meminfo);
  if (context.args.has("cgroup") || context.json()) {
    sample.cgroup_facts = collect_cgroup(root, context.args.value("cgroup").value_or(""));
    sample.cgroup = cgroup_memory(sample.cgroup_facts, sample.snapshot.meminfo->mem_total_bytes);
    if (context.args.has("cgroup") && sample.cgroup_facts.version == CgroupVersion::none) {
      const std::string path = context.args.value("cgroup").value_or("");
      throw RunError(fmt::format("--cgroup{}: {}", path.empty() ? "" : "='" + for_terminal(path) + "'",
                                 sample.cgroup_facts.problem));
    }
  }
  return sample;
}

std::vector<FreeLine> free_lines(const Arguments& args, const FreeRows& rows) {
  std::vector<FreeLine> lines{{"Mem", rows.memory}};
  if (args.has("lohi")) {
    lines.push_back({"Low", rows.low});
    lines.push_back({"High", rows.high});
  }
  lines.push_back({"Swap", rows.swap});
  if (args.has("total")) lines.push_back({"Total", rows.total});
  if (args.has("committed")) {
    FreeRow commit;
    commit.total_bytes = rows.commit.limit_bytes;
    commit.used_bytes = rows.commit.committed_bytes;
    lines.push_back({"Comm", commit, rows.commit.free_bytes});
  }
  return lines;
}

/// The default columns, or those of -w.
std::vector<std::size_t> free_choice(const Arguments& args) {
  const std::string list = args.value("output").value_or("");
  if (list.empty() && args.has("wide")) {
    return select_columns(infos(free_columns()), "total,used,free,shared,buffers,cache,available");
  }
  return select_columns(infos(free_columns()), list);
}

/// The breakdown's columns; a terminal gets the bar behind the share.
std::vector<std::size_t> breakdown_choice(const Context& context) {
  const std::string list = context.args.value("output").value_or("");
  return select_columns(infos(breakdown_columns()),
                        list.empty() && context.stdout_is_tty ? "label,size,share,bar,reclaim,owner" : list);
}

void print_views(const Context& context, const Sample& sample) {
  const Arguments& args = context.args;
  TableStyle style;
  style.headings = !args.has("no-headings");
  style.size = size_format(args, style.size);
  const bool breakdown = args.has("breakdown");
  const bool nodes = args.has("nodes");
  if (!breakdown && !nodes && !args.has("cgroup")) {
    if (args.has("line")) {
      print_free_line(context.out, sample.rows, style);
    } else {
      print_free_table(context.out, free_lines(args, sample.rows), free_choice(args), style);
    }
  }
  if (nodes) {
    std::vector<FreeLine> lines;
    for (const NodeRow& node : node_rows(sample.snapshot))
      lines.push_back({fmt::format("Node {}", node.node), node.row});
    if (lines.empty()) throw RunError("no NUMA node can be read in sys/devices/system/node");
    print_free_table(context.out, lines, free_choice(args), style);
  }
  if (breakdown) {
    TableStyle wide = style;
    wide.size = size_format(args, {SizeFormat::Style::spaced, 1, false});
    wide.width = context.window_width();
    print_breakdown(context.out, account(sample.snapshot), breakdown_choice(context), wide);
  }
  if (args.has("cgroup")) print_cgroup(context.out, sample.cgroup_facts, sample.cgroup);
  if (args.has("health")) context.out.print("{}\n", health_sentence(health(sample.snapshot), context.color()));
  if (args.has("explain")) {
    context.out.write("\n");
    explain_free(context.out, sample.rows, account(sample.snapshot), health(sample.snapshot),
                 rebuild_available(sample.snapshot));
  }
}

void write_json(const Context& context, const Sample& sample) {
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.free/1", sample.snapshot);
  json.key("memory");
  write_free_row(json, sample.rows.memory);
  json.key("low");
  write_free_row(json, sample.rows.low);
  json.key("high");
  write_free_row(json, sample.rows.high);
  json.key("swap");
  write_free_row(json, sample.rows.swap);
  json.key("total");
  write_free_row(json, sample.rows.total);
  json.key("commit");
  write_commit_row(json, sample.rows.commit);
  json.key("health");
  write_health(json, health(sample.snapshot));
  json.key("breakdown");
  write_accounting(json, account(sample.snapshot));
  json.key("available_rebuilt");
  write_available(json, rebuild_available(sample.snapshot));
  json.key("nodes");
  json.begin_array();
  for (const NodeRow& node : node_rows(sample.snapshot)) {
    json.begin_object();
    json.field("node", node.node);
    json.key("memory");
    write_free_row(json, node.row);
    json.end_object();
  }
  json.end_array();
  json.key("cgroup");
  write_cgroup(json, sample.cgroup_facts, sample.cgroup);
  json.key("skipped");
  json.begin_object();
  json.key("files");
  write_unread(json, sample.snapshot.unread);
  json.end_object();
  json.end_object();
  json.finish();
}

Got<double> as_double(const Got<std::uint64_t>& bytes) {
  return bytes.transform([](std::uint64_t value) { return static_cast<double>(value); });
}

/// The figures that --warning and --critical can name, with the ranges given or the usual ones.
std::vector<Watched> watched_figures(const Arguments& args, const Sample* sample) {
  std::vector<Watched> figures(4);
  figures[0].name = "available";
  figures[1].name = "used";
  figures[2].name = "free";
  figures[3].name = "swap_used";
  for (Watched& figure : figures) figure.unit = "B";
  if (sample != nullptr) {
    const Got<double> total = as_double(sample->rows.memory.total_bytes);
    figures[0].value = as_double(health(sample->snapshot).usable_bytes);
    figures[1].value = as_double(sample->rows.memory.used_bytes);
    figures[2].value = as_double(sample->rows.memory.free_bytes);
    figures[3].value = as_double(sample->rows.swap.used_bytes);
    for (Watched& figure : figures) figure.total = total;
    figures[3].total = as_double(sample->rows.swap.total_bytes);
  }
  for (const std::string& range : args.values("warning")) add_range(figures, "available", range, &Watched::warning);
  for (const std::string& range : args.values("critical")) add_range(figures, "available", range, &Watched::critical);
  // Watching another figure as well does not take the eye off this one.
  if (figures[0].warning.empty()) figures[0].warning.push_back(parse_range("10%:"));
  if (figures[0].critical.empty()) figures[0].critical.push_back(parse_range("5%:"));
  return figures;
}

int run_check(const Context& context, const Root& root) {
  const Sample sample = take_sample(context, root);
  const std::vector<Watched> figures = watched_figures(context.args, &sample);
  const PluginStatus status = judge(figures);
  const HealthVerdict verdict = health(sample.snapshot);
  context.out.print("MEMKIT FREE {} - {} of {} available ({}), swap {} of {} used | {}\n", plugin_word(status),
                    size_text(verdict.usable_bytes), size_text(verdict.total_bytes), percent_text(verdict.usable_pct),
                    size_text(sample.rows.swap.used_bytes), size_text(sample.rows.swap.total_bytes),
                    performance_data(figures));
  return static_cast<int>(status);
}

/// Refuses what cannot be meant, before anything is read.
void check_options(const Context& context) {
  const Arguments& args = context.args;
  const bool check = args.has("check");
  if (!check && (args.has("warning") || args.has("critical")))
    throw UsageError("--warning and --critical need --check");
  if (check && context.json()) throw UsageError("--check and --json exclude each other: a plugin prints one line");
  if (check && (args.has("interval") || args.has("count")))
    throw UsageError("--check looks once: no --interval, no --count");
  const bool tables = args.has("nodes") || args.has("breakdown") || args.has("cgroup");
  if (args.has("line") && tables)
    throw UsageError("--line is a form of the ordinary rows: no --nodes, --breakdown, --cgroup");
  if (args.has("output") && args.has("breakdown") && args.has("nodes")) {
    throw UsageError("--output with --breakdown and --nodes at once: which table is meant?");
  }
  if (check) watched_figures(args, nullptr);
  args.has("breakdown") ? breakdown_choice(context) : free_choice(args);
}

int run_free(const Context& context) {
  check_options(context);
  const Arguments& args = context.args;
  Ticker ticker = Ticker::from(args);
  const Root root = context.root();
  if (args.has("check")) return run_check(context, root);
  for (;;) {
    const Sample sample = take_sample(context, root);
    context.json() ? write_json(context, sample) : print_views(context, sample);
    if (ticker.done()) return 0;
    // As procps: a blank line between the samples of a table.
    if (!context.json() && !args.has("line")) context.out.write("\n");
    context.out.flush();
    ticker.wait();
  }
}

std::vector<ColumnGroup> free_column_groups() {
  return {{"Columns", infos(free_columns())}, {"Columns of --breakdown", infos(breakdown_columns())}};
}

}  // namespace

const Command kFreeCommand{
    "free",
    "How much memory and swap is used and free, and whether that is enough",
    "Is this machine short of memory? Where is it all?",
    "[OPTION]...",
    kFreeOptions,
    0,
    free_column_groups,
    run_free,
};

}  // namespace memkit
