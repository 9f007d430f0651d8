#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "analysis/groups.h"
#include "analysis/system_areas.h"
#include "command.h"
#include "envelope.h"
#include "output/columns_groups.h"
#include "output/escape.h"
#include "output/process_views.h"
#include "output/rows.h"
#include "output/smem_explain.h"
#include "output/text.h"
#include "smem_listing.h"
#include "smem_options.h"
#include "source/errors.h"

namespace memkit {
namespace {

/// Which columns of a view are shown and by which it is sorted, understood before anything is read.
struct Choice {
  std::vector<std::size_t> columns;
  std::size_t sort = 0;
  bool reverse = false;
  std::size_t top = 0;  ///< 0: all rows
};

template <class Row>
Choice choose(const Arguments& args, std::span<const Column<Row>> table, std::string_view usual_sort) {
  const std::vector<const ColumnInfo*> columns = infos(table);
  Choice choice;
  const std::optional<std::string> list = args.has("columns") ? args.value("columns") : args.value("output");
  choice.columns = select_columns(columns, list.value_or(""));
  choice.sort = find_column(columns, args.value("sort").value_or(std::string(usual_sort)));
  if (args.has("top")) choice.top = parse_count("top", *args.value("top"), 1);
  choice.reverse = args.has("reverse") || choice.top != 0;
  return choice;
}

TableStyle style_of(const Context& context, const Meminfo& meminfo) {
  const Arguments& args = context.args;
  TableStyle style;
  if (args.has("abbreviate")) style.size.style = SizeFormat::Style::smem;
  if (args.has("percent") && !args.has("abbreviate")) {  // smem, too, prints units where both are given
    style.percent = true;
    style.percent_of = args.has("realmem") ? Got<std::uint64_t>(parse_size("realmem", *args.value("realmem")))
                                           : meminfo.mem_total_bytes;
    style.swap_percent_of = meminfo.swap_total_bytes;
  }
  style.headings = !args.has("no-header");
  style.width = context.window_width();
  return style;
}

/// The last line of -t: what `count` says under the first column, sums where a sum means something.
template <class Row>
std::vector<Cell> total_cells(std::span<const Column<Row>> table, std::span<const std::size_t> chosen,
                              std::span<const Row> rows) {
  std::vector<Cell> cells;
  for (const std::size_t i : chosen) {
    cells.push_back(table[i].summable ? to_cell(sum_of(rows, table[i]).value) : Cell(std::string_view()));
  }
  return cells;
}

/// Prints one view: as a table, or as the document `schema` with the rows under `key`.
template <class Row>
class View {
 public:
  View(const Context& context, const Choice& choice, std::span<const Column<Row>> table, std::span<const Row> rows)
      : context_(context), choice_(choice), table_(table), rows_(rows) {
    order_ = sorted_order(rows_, table_[choice_.sort], choice_.reverse);
    if (choice_.top == 0 || order_.size() <= choice_.top) return;
    left_out_.assign(order_.begin() + static_cast<std::ptrdiff_t>(choice_.top), order_.end());
    order_.resize(choice_.top);
  }
  /// Keeps the rows as they come, whatever --sort says: a tree has an order of its own.
  void keep_order() {
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = i;
  }

  void print(const TableStyle& style, const std::vector<Cell>& totals) const {
    TextTable text = text_table(table_, choice_.columns, style);
    for (const std::size_t i : order_) text.add_row(cells_of(table_, choice_.columns, rows_[i]));
    if (!totals.empty()) text.add_total(totals);
    text.print(context_.out);
  }
  void print(const TableStyle& style) const {
    print(style, context_.args.has("totals") ? total_cells(table_, choice_.columns, rows_) : std::vector<Cell>());
  }
  /// The rows that --top leaves out.
  [[nodiscard]] std::span<const std::size_t> left_out() const { return left_out_; }
  void write_rows(JsonWriter& json, std::string_view key) const {
    json.key(key);
    json.begin_array();
    for (const std::size_t i : order_) write_row(json, table_, rows_[i]);
    json.end_array();
  }

 private:
  const Context& context_;
  const Choice& choice_;
  std::span<const Column<Row>> table_;
  std::span<const Row> rows_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> left_out_;
};

void end_json(JsonWriter& json, const Listing& listing) {
  json.key("skipped");
  write_skipped(json, listing.summary, listing.live);
  json.end_object();
  json.finish();
}

/// A view other than that of processes: rows, their sums if asked for, what was skipped, what it means.
template <class Row>
void show(const Context& context, const Listing& listing, const View<Row>& view, std::string_view name,
          const std::function<void(Out&)>& explain) {
  if (!context.json()) {
    view.print(style_of(context, listing.meminfo()));
    if (context.args.has("explain")) {
      context.out.write("\n");
      explain(context.out);
    }
    const WalkSummary& summary = listing.summary;
    if (context.args.has("totals") && (summary.without_pages() != 0 || summary.hidden != 0 || summary.others_hidden))
      context.messages.say("the sums are not complete");
    return;
  }
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, fmt::format("memkit.smem-{}/1", name), listing.snapshot);
  view.write_rows(json, name);
  end_json(json, listing);
}

/// smem's totals of processes: how many, of how many users, sums.
std::vector<Cell> process_total_cells(std::span<const std::size_t> chosen, const ProcessTotals& totals) {
  std::vector<Cell> cells;
  for (const std::size_t i : chosen) {
    const ColumnInfo& column = process_columns()[i];
    cells.push_back(column.id == "pid"    ? Cell(totals.processes)
                    : column.id == "user" ? Cell(totals.users)
                    : column.summable     ? to_cell(totals.sums[i])
                                          : Cell(std::string_view()));
  }
  return cells;
}

/// A process that was not walked has no PSS to be among the top by, however large it is.
void say_which_giant_is_not_shown(const Context& context, const Listing& listing, const View<ProcessRow>& view) {
  const Process* giant = nullptr;
  for (const std::size_t i : view.left_out()) {
    const Process& process = *listing.rows[i].process;
    if (process.pss_bytes || process.pss_bytes.missing() != Missing::skipped || !process.rss_bytes) continue;
    if (giant == nullptr || *process.rss_bytes > *giant->rss_bytes) giant = &process;
  }
  if (giant == nullptr) return;
  context.messages.say(fmt::format("not among the rows, since its pages were not walked: {} ({}), {} RSS",
                                   for_terminal(giant->name), giant->pid, size_text(giant->rss_bytes)));
}

void run_processes(const Context& context) {
  Choice choice = choose(context.args, process_columns(), "pss");
  WalkRequest request = walk_request(context, infos(process_columns()), choice.columns, choice.sort);
  bound_to_top(context, process_columns()[choice.sort].id, choice.top, request);
  const Listing listing = list_processes(context, request);
  // Where no PSS is known at all, RSS orders, as with smem.
  const bool any_pss = std::any_of(listing.rows.begin(), listing.rows.end(),
                                   [](const ProcessRow& row) { return row.process->pss_bytes.has_value(); });
  if (!context.args.has("sort") && !any_pss) choice.sort = find_column(infos(process_columns()), "rss");
  const View<ProcessRow> view(context, choice, process_columns(), listing.rows);
  const ProcessTotals totals = process_totals(listing.rows, listing.summary);
  if (context.json()) {
    JsonWriter json(context.out, context.stdout_is_tty);
    begin_envelope(json, "memkit.smem/1", listing.snapshot);
    view.write_rows(json, "processes");
    json.key("totals");
    write_totals(json, totals);
    return end_json(json, listing);
  }
  view.print(style_of(context, listing.meminfo()),
             context.args.has("totals") ? process_total_cells(choice.columns, totals) : std::vector<Cell>());
  if (context.args.has("totals") && !totals.complete) context.messages.say("the sums are not complete");
  say_which_giant_is_not_shown(context, listing, view);
  if (context.args.has("explain")) {
    context.out.write("\n");
    explain_processes(context.out, listing.rows, listing.meminfo().mem_total_bytes);
  }
}

/// What --by groups a process by; "-" where it has none.
std::string_view group_key(const ProcessRow& row, std::string_view by) {
  const auto named = [](std::string_view name) { return name.empty() ? std::string_view("-") : name; };
  if (by == "user") return row.process->uid ? row.user : "-";
  if (by == "name") return named(row.process->name);
  if (by == "command") return named(row.process->command);
  if (by == "exe") return named(row.process->exe);
  if (by == "unit") return named(row.workload->unit);
  if (by == "container") return named(row.workload->container);
  if (by == "pod") return named(row.workload->pod);
  if (by == "slice") return named(row.workload->slice);
  return named(row.process->cgroup);
}

void run_groups(const Context& context, const std::string& by) {
  const Choice choice = choose(context.args, group_columns(), "pss");
  const Listing listing = list_processes(context, walk_request_for(context, by));
  ProcessGroups groups;
  for (const ProcessRow& row : listing.rows) groups.add(group_key(row, by), *row.process);
  const View<ProcessGroup> view(context, choice, group_columns(), groups.groups());
  show(context, listing, view, "groups",
       [&](Out& out) { explain_groups(out, groups.groups(), listing.meminfo().mem_total_bytes); });
  const auto partial = std::count_if(groups.groups().begin(), groups.groups().end(), [](const ProcessGroup& group) {
    return group.sums.pss.unknown != 0 && group.sums.pss.known != 0;
  });
  if (partial != 0 && !context.json())
    context.messages.say(
        fmt::format("rows that lack a part of their processes: {} (-o +unknown says how many each)", partial));
}

void run_mappings(const Context& context) {
  const Choice choice = choose(context.args, mapping_columns(), "pss");
  if (context.args.has("no-walk")) throw UsageError("--mappings needs the page walk: no --no-walk");
  WalkRequest request = walk_request_for(context, "mapping");
  std::vector<MappingGroups> parts(request.policy.jobs);
  request.policy.on_mapping = [&](unsigned worker, const Process& process, const Mapping& mapping) {
    parts[worker].add(process.pid, mapping_name(mapping), mapping);
  };
  const Listing listing = list_processes(context, request);
  for (std::size_t i = 1; i < parts.size(); ++i) parts[0].merge(parts[i]);
  const std::vector<MappingGroup> groups = parts[0].groups();
  show(context, listing, View<MappingGroup>(context, choice, mapping_columns(), groups), "mappings",
       [&](Out& out) { explain_mappings(out, groups); });
}

void run_tree(const Context& context) {
  const Choice choice = choose(context.args, tree_columns(), "tree_pss");
  for (const std::string_view option : {"sort", "reverse", "top"}) {
    if (context.args.has(option)) throw UsageError(fmt::format("--tree has an order of its own: no --{}", option));
  }
  const Listing listing = list_processes(context, walk_request_for(context, "tree"));
  std::vector<const Process*> processes;
  for (const ProcessRow& row : listing.rows) processes.push_back(row.process);
  std::vector<TreeRow> rows;
  for (const TreeNode& node : process_tree(processes)) {
    const ProcessRow& row = listing.rows[node.row];
    rows.push_back(
        {node, row, std::string(std::size_t{2} * std::min(node.depth, 20u), ' ').append(row.process->command)});
  }
  View<TreeRow> view(context, choice, tree_columns(), rows);
  view.keep_order();
  show(context, listing, view, "tree", [&](Out& out) { explain_tree(out, rows); });
}

void run_system(const Context& context) {
  Choice choice = choose(context.args, area_columns(), "area");
  if (context.args.has("top")) throw UsageError("--system has five lines: no --top");
  const Listing listing = list_no_processes(context);
  Got<std::uint64_t> real = Missing::absent;
  if (context.args.has("realmem")) real = parse_size("realmem", *context.args.value("realmem"));
  const std::uint64_t kernel = context.args.has("kernel") ? measure_kernel_image(*context.args.value("kernel")) : 0;
  const auto areas = system_areas(listing.meminfo(), real, kernel);
  View<SystemArea> view(context, choice, area_columns(), areas);
  if (!context.args.has("sort")) view.keep_order();
  show(context, listing, view, "system", [&](Out& out) { explain_areas(out, listing.meminfo()); });
}

int run_smem(const Context& context) {
  const Arguments& args = context.args;
  // Not every view uses it; a wrong one is refused by all.
  if (args.has("realmem")) static_cast<void>(parse_size("realmem", *args.value("realmem")));
  const std::string by = args.has("users") ? "user" : args.value("by").value_or("");
  if (args.has("mappings") || by == "mapping") {
    run_mappings(context);
  } else if (args.has("system")) {
    run_system(context);
  } else if (args.has("tree")) {
    run_tree(context);
  } else if (!by.empty()) {
    run_groups(context, by);
  } else {
    run_processes(context);
  }
  return 0;
}

std::vector<ColumnGroup> column_groups() {
  return {{"Columns", infos(process_columns())},
          {"Columns of --by and --users", infos(group_columns())},
          {"Columns of --mappings", infos(mapping_columns())},
          {"Columns of --system", infos(area_columns())},
          {"Columns of --tree", infos(tree_columns())}};
}

}  // namespace

const Command kSmemCommand = {
    .name = "smem",
    .summary = "Memory of each process, with shared memory divided fairly",
    .question = "Which processes hold the memory?",
    .usage = "[OPTION]...",
    .options = kSmemOptions,
    .columns = column_groups,
    .run = run_smem,
};

}  // namespace memkit
