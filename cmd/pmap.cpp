#include <fmt/format.h>

#include "command.h"
#include "envelope.h"
#include "output/columns_mapping.h"
#include "output/escape.h"
#include "output/pmap_json.h"
#include "output/pmap_tables.h"
#include "pmap_options.h"
#include "pmap_target.h"

namespace memkit {
namespace {

/// What the options ask to be shown of each process, understood before anything is read.
struct View {
  AddressRange range;
  PmapStyle style;
  std::vector<std::size_t> columns;  ///< of --output; empty: one of pmap's formats
  bool pages = false;                ///< page tables are to be walked
};

/// Whether a column can be had without walking page tables: it stands in maps.
bool is_in_maps(std::size_t column) {
  const std::string_view id = mapping_row_columns()[column].id;
  for (const std::string_view known :
       {"address", "size", "mode", "mapping", "path", "end", "offset", "device", "inode"}) {
    if (id == known) return true;
  }
  return false;
}

View understand(const Arguments& args) {
  View view;
  if (args.has("range")) view.range = parse_addresses(*args.value("range"));
  view.style = {!args.has("quiet"), args.has("show-path")};
  view.pages = args.has("extended") || args.has("smaps") || args.has("json");
  if (args.has("output")) {
    view.columns = select_columns(infos(mapping_row_columns()), *args.value("output"));
    for (const std::size_t column : view.columns) view.pages = view.pages || !is_in_maps(column);
  }
  return view;
}

std::unique_ptr<MappingTable> table_for(const Context& context, const View& view) {
  const Arguments& args = context.args;
  if (!view.columns.empty()) return column_table(context.out, view.style, view.columns);
  if (args.has("extended")) return extended_table(context.out, view.style);
  if (args.has("device")) return device_table(context.out, view.style);
  if (args.has("smaps")) return smaps_table(context.out, view.style, args.times("smaps") > 1);
  return plain_table(context.out, view.style);
}

/// Prints one process: nothing of one whose mappings cannot be read.
MappingsRead print_process(const Context& context, const View& view, MappedProcess& process) {
  const std::unique_ptr<MappingTable> table = table_for(context, view);
  bool begun = false;
  const auto begin = [&] {
    if (!begun) context.out.print("{}:   {}\n", process.pid(), for_terminal(process.command()));
    if (!begun) table->begin();
    begun = true;
  };
  const MappingsRead read = process.visit(view.pages, [&](const Mapping& mapping) {
    begin();
    if (view.range.holds(mapping)) table->add(mapping);
  });
  if (read.error == 0) begin();
  if (begun) table->end();
  return read;
}

MappingsRead write_process_json(JsonWriter& json, const View& view, MappedProcess& process) {
  json.begin_object();
  write_process(json, process);
  write_status(json, process.status());
  json.key("mappings");
  json.begin_array();
  MappingTotals totals;
  const MappingsRead read = process.visit(view.pages, [&](const Mapping& mapping) {
    if (!view.range.holds(mapping)) return;
    totals.add(mapping);
    write_row(json, mapping_row_columns(), MappingRow(mapping, view.style.whole_path));
  });
  json.end_array();
  write_mapping_totals(json, totals);
  json.field("walked", read.has_pages);
  json.field("complete", read.error == 0 && !read.ended);
  json.end_object();
  return read;
}

void write_pids(JsonWriter& json, std::string_view key, std::span<const std::uint32_t> pids) {
  json.key(key);
  json.begin_array();
  for (const std::uint32_t pid : pids) json.value(pid);
  json.end_array();
}

TargetOutcome write_json(const Context& context, const Root& root, const View& view, const Targets& targets) {
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.pmap/1", collect(root, Want::host));
  json.key("processes");
  json.begin_array();
  const TargetOutcome outcome =
      for_each_target(root, targets, [&](MappedProcess& process) { return write_process_json(json, view, process); });
  json.end_array();
  json.key("skipped");
  json.begin_object();
  write_pids(json, "missing_pids", outcome.missing);
  write_pids(json, "unread_pids", outcome.unread);
  write_pids(json, "ended_pids", outcome.ended);
  json.key("reasons");
  json.begin_array();
  for (const std::string& reason : outcome.reasons) json.value(reason);
  json.end_array();
  json.end_object();
  json.end_object();
  json.finish();
  return outcome;
}

int run_pmap(const Context& context) {
  const View view = understand(context.args);
  static_cast<void>(parse_pids(context.args));  // a wrong one is refused before anything is opened
  const Root root = context.root();
  const Targets targets = find_targets(context, root);
  const TargetOutcome outcome = context.json() ? write_json(context, root, view, targets)
                                               : for_each_target(root, targets, [&](MappedProcess& process) {
                                                   return print_process(context, view, process);
                                                 });
  return conclude(context, targets, outcome);
}

std::vector<ColumnGroup> column_groups() { return {{"Columns", infos(mapping_row_columns())}}; }

}  // namespace

const Command kPmapCommand = {
    .name = "pmap",
    .summary = "What the memory of a process is made of",
    .question = "What is the memory of a process made of?",
    .usage = "[OPTION]... PID...",
    .options = kPmapOptions,
    .max_positionals = std::size_t{1} << 20,
    .columns = column_groups,
    .run = run_pmap,
};

}  // namespace memkit
