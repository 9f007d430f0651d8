#include <fmt/format.h>

#include <set>

#include "collect/users.h"
#include "command.h"
#include "envelope.h"
#include "output/columns_process.h"
#include "output/escape.h"
#include "output/process_views.h"
#include "output/rows.h"
#include "smem_options.h"
#include "source/errors.h"

namespace memkit {
namespace {

/// What is to be shown, understood before anything is read.
struct Choice {
  std::vector<std::size_t> columns;
  std::optional<std::size_t> sort;  ///< as asked for
};

std::vector<ColumnGroup> column_groups() { return {{"Columns", infos(process_columns())}}; }

Choice choose(const Arguments& args) {
  const std::vector<const ColumnInfo*> columns = infos(process_columns());
  Choice choice;
  const std::optional<std::string> list = args.has("columns") ? args.value("columns") : args.value("output");
  choice.columns = select_columns(columns, list.value_or(""));
  if (const auto key = args.value("sort")) choice.sort = find_column(columns, *key);
  return choice;
}

struct Processes {
  std::vector<ProcessRow> rows;
  std::unique_ptr<NamePool> names;
  WalkSummary summary;
};

Processes read_processes(const Root& root, const Snapshot& snapshot) {
  Processes processes;
  const Users users(root);
  ProcessList list = read_processes(root, {}, snapshot.page_size_bytes);
  processes.summary = list.summary;
  processes.names = std::move(list.names);
  for (Process& process : list.rows) {
    if (process.kind != ProcessKind::user) continue;
    ProcessRow row{std::move(process), {}};
    if (row.process.uid) row.user = users.name(*row.process.uid);
    processes.rows.push_back(std::move(row));
  }
  const std::string where = root.is_live() ? "/proc" : for_terminal(root.name()) + "/proc";
  if (processes.summary.list_error != 0) {
    throw RunError(fmt::format("cannot list the processes in {}: {}", where, error_text(processes.summary.list_error)));
  }
  if (processes.summary.seen == 0) throw RunError(fmt::format("no process directory in {}", where));
  if (processes.summary.rows == 0) {
    throw RunError(fmt::format("nothing of any process in {} can be read", where));
  }
  return processes;
}

/// PSS by default; RSS where no PSS is known at all, as smem does.
std::size_t default_sort(std::span<const ProcessRow> rows) {
  const bool any_pss = rows.empty() || std::any_of(rows.begin(), rows.end(), [](const ProcessRow& row) {
                         return row.process.pss_bytes.has_value();
                       });
  return find_column(infos(process_columns()), any_pss ? "pss" : "rss");
}

/// smem's last line: number of processes, number of users, sums.
std::vector<Cell> total_cells(const ProcessTotals& totals, std::span<const ProcessRow> rows,
                              std::span<const std::size_t> columns) {
  std::vector<Cell> cells;
  for (const std::size_t i : columns) {
    const Column<ProcessRow>& column = process_columns()[i];
    if (column.id == "pid") {
      cells.emplace_back(totals.processes);
    } else if (column.id == "user") {
      std::set<std::uint32_t> users;
      for (const ProcessRow& row : rows) {
        if (row.process.uid) users.insert(*row.process.uid);
      }
      cells.emplace_back(std::uint64_t{users.size()});
    } else {
      cells.push_back(column.summable ? to_cell(totals.sums[i]) : Cell(std::string_view()));
    }
  }
  return cells;
}

void write_json(const Context& context, const Snapshot& snapshot, const Processes& processes,
                std::span<const std::size_t> order, const ProcessTotals& totals, bool live) {
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.smem/1", snapshot);
  json.key("processes");
  json.begin_array();
  for (const std::size_t i : order) write_row(json, process_columns(), processes.rows[i]);
  json.end_array();
  json.key("totals");
  write_totals(json, totals);
  json.key("skipped");
  write_skipped(json, processes.summary, live);
  json.end_object();
  json.finish();
}

void print_table(const Context& context, const Processes& processes, std::span<const std::size_t> columns,
                 std::span<const std::size_t> order, const ProcessTotals& totals) {
  TableStyle style;
  if (context.args.has("abbreviate")) style.size.style = SizeFormat::Style::smem;
  style.headings = !context.args.has("no-header");
  style.width = context.window_width();
  TextTable table = text_table(process_columns(), columns, style);
  for (const std::size_t i : order) table.add_row(cells_of(process_columns(), columns, processes.rows[i]));
  if (context.args.has("totals")) table.add_total(total_cells(totals, processes.rows, columns));
  table.print(context.out);
}

int run_smem(const Context& context) {
  const Choice choice = choose(context.args);
  const Root root = context.root();
  // meminfo and vmstat tell a capture's page size.
  const Snapshot snapshot =
      collect(root, root.is_live() ? Want::host | Want::meminfo : Want::host | Want::meminfo | Want::vmstat);
  const Processes processes = read_processes(root, snapshot);
  const std::span<const ProcessRow> rows = processes.rows;
  const std::size_t sort = choice.sort ? *choice.sort : default_sort(rows);
  const std::vector<std::size_t> order = sorted_order(rows, process_columns()[sort], context.args.has("reverse"));
  const ProcessTotals totals = process_totals(rows, processes.summary);

  if (context.json()) {
    write_json(context, snapshot, processes, order, totals, root.is_live());
  } else {
    print_table(context, processes, choice.columns, order, totals);
    if (context.args.has("explain")) {
      context.out.write("\n");
      explain_processes(context.out, rows, snapshot.meminfo.value_or({}).mem_total_bytes);
    }
  }
  std::string message;
  for (const std::string& reason : missing_reasons(processes.summary, root.is_live())) {
    message += (message.empty() ? "" : "; ") + reason;
  }
  if (!message.empty()) context.messages.say(message);
  return 0;
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
