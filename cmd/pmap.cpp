#include <fmt/format.h>

#include <algorithm>

#include "command.h"
#include "envelope.h"
#include "output/columns_growth.h"
#include "output/columns_kinds.h"
#include "output/columns_mapping.h"
#include "output/escape.h"
#include "output/held_mappings.h"
#include "output/pmap_json.h"
#include "output/pmap_tables.h"
#include "output/pmap_views.h"
#include "output/rows.h"
#include "pmap_diff.h"
#include "pmap_options.h"
#include "pmap_target.h"
#include "pmap_track.h"
#include "source/errors.h"

namespace memkit {
namespace {

/// What the options ask to be shown of each process, understood before anything is read.
struct View {
  AddressRange range;
  PmapStyle style;
  RowChoice rows;
  bool pages = false;  ///< page tables are to be walked
  bool kinds = false;  ///< what each mapping is for is shown, or sorted by
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
  if (args.has("diff")) {
    view.rows = choose_rows(args, infos(grown_columns()), "rss_change");
  } else if (args.has("kind")) {
    view.rows = choose_rows(args, infos(kind_columns()), "pss");
  } else if (args.has("group")) {
    view.rows = choose_rows(args, infos(file_group_columns()), "pss");
  } else {
    view.rows = choose_rows(args, infos(mapping_row_columns()), "rss");
  }
  view.pages = args.has("extended") || args.has("smaps") || args.has("json") || args.has("kind") || args.has("group") ||
               args.has("explain");
  const auto tells_kind = [](std::size_t column) { return mapping_row_columns()[column].id.starts_with("kind"); };
  const bool own_table = args.has("output") || view.rows.sort;
  for (const std::string_view format : {"extended", "device", "smaps"}) {
    if (args.has("output") && args.has(format))
      throw UsageError(fmt::format("options --output and --{} exclude each other", format));
  }
  if (args.has("kind") || args.has("group") || args.has("diff")) return view;
  for (const std::size_t column : view.rows.columns) view.pages = view.pages || (own_table && !is_in_maps(column));
  view.pages = view.pages || (view.rows.sort && !is_in_maps(*view.rows.sort));
  view.kinds = args.has("json") || (view.rows.sort && tells_kind(*view.rows.sort)) ||
               std::any_of(view.rows.columns.begin(), view.rows.columns.end(), tells_kind);
  return view;
}

std::unique_ptr<MappingTable> table_for(const Context& context, const View& view) {
  const Arguments& args = context.args;
  if (args.has("extended")) return extended_table(context.out, view.style);
  if (args.has("device")) return device_table(context.out, view.style);
  if (args.has("smaps")) return smaps_table(context.out, view.style, args.times("smaps") > 1);
  if (args.has("output") || view.rows.sort) return column_table(context.out, view.style, view.rows.columns);
  return plain_table(context.out, view.style);
}

StackPointers stacks_of(MappedProcess& process) {
  StackPointers stacks;
  stacks.known = process.stack_pointers(stacks.some_unknown);
  return stacks;
}

/// Each mapping in the range, with its kind. All up to the range's end are looked at: their neighbours tell some kinds.
MappingsRead visit_kinds(const View& view, MappedProcess& process, const KindTeller::Each& each) {
  KindTeller teller(stacks_of(process), [&](const Mapping& mapping, const MappingClassifier::Kind& kind) {
    if (view.range.holds(mapping)) each(mapping, kind);
  });
  const MappingsRead read = process.visit(
      view.pages, [&](const Mapping& mapping) { teller.add(mapping); }, view.range.high);
  teller.finish();
  return read;
}

using EachMapping = std::function<void(const Mapping&, KindOf)>;

/// The mappings in the range as they come, with their kinds where the view shows them.
MappingsRead visit_range(const View& view, MappedProcess& process, const EachMapping& each) {
  if (view.kinds) {
    return visit_kinds(view, process,
                       [&](const Mapping& mapping, const MappingClassifier::Kind& kind) { each(mapping, &kind); });
  }
  return process.visit(
      view.pages,
      [&](const Mapping& mapping) {
        if (view.range.holds(mapping)) each(mapping, nullptr);
      },
      view.range.high);
}

/// The mappings that the view asks for, as they come, or sorted where that is asked for.
MappingsRead visit_chosen(const View& view, MappedProcess& process, const EachMapping& each) {
  if (!view.rows.sort) return visit_range(view, process, each);
  HeldMappings held(*view.rows.sort, view.style.whole_path, view.rows.reverse, view.rows.top);
  const MappingsRead read =
      visit_range(view, process, [&](const Mapping& mapping, KindOf kind) { held.add(mapping, kind); });
  held.visit(each);
  return read;
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
  const bool explain = context.args.has("explain");
  MappingTotals totals;
  const MappingsRead read = visit_chosen(view, process, [&](const Mapping& mapping, KindOf kind) {
    begin();
    if (explain) totals.add(mapping);
    table->add(mapping, kind);
  });
  if (read.error == 0) begin();
  if (begun) table->end();
  if (explain && begun) {
    context.out.write("\n");
    explain_mappings(context.out, totals, process.status(), read);
  }
  return read;
}

/// What stands behind a process's rows.
void end_process(JsonWriter& json, const MappingTotals& totals, const MappingsRead& read) {
  write_mapping_totals(json, totals, read.error == 0 || totals.mappings() != 0);
  json.field("walked", read.has_pages);
  json.field("complete", read.error == 0 && !read.ended && totals.mappings() == read.mappings);
  json.end_object();
}

MappingsRead write_process_json(JsonWriter& json, const View& view, MappedProcess& process) {
  json.begin_object();
  write_process(json, process);
  write_status(json, process.status());
  json.key("mappings");
  json.begin_array();
  MappingTotals totals;
  const MappingsRead read = visit_chosen(view, process, [&](const Mapping& mapping, KindOf kind) {
    totals.add(mapping);
    write_row(json, mapping_row_columns(), MappingRow(mapping, view.style.whole_path, kind));
  });
  json.end_array();
  end_process(json, totals, read);
  return read;
}

void write_pids(JsonWriter& json, std::string_view key, std::span<const std::uint32_t> pids) { json.list(key, pids); }

/// A document of all targets; write(json, process) writes one as an object.
template <class Write>
TargetOutcome write_document(const Context& context, const Root& root, const Targets& targets, std::string_view schema,
                             Write write) {
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, schema, collect(root, Want::host));
  json.key("processes");
  json.begin_array();
  TargetOutcome outcome = for_each_target(root, targets, [&](MappedProcess& process) { return write(json, process); });
  json.end_array();
  json.key("skipped");
  json.begin_object();
  write_pids(json, "missing_pids", outcome.missing);
  write_pids(json, "unread_pids", outcome.unread);
  write_pids(json, "ended_pids", outcome.ended);
  json.list("reasons", outcome.reasons);
  json.end_object();
  json.end_object();
  json.finish();
  return outcome;
}

/// What --kind and --group have in common: `Sums` adds mappings up to rows that `table` shows.
template <class Row>
struct SumsView {
  std::span<const Column<Row>> table;
  std::string_view key;  ///< of the rows in JSON, and the end of the schema's name
  std::vector<Row> (*sum)(MappedProcess&, const View&, MappingTotals&, MappingsRead&);
};

template <class Row, class Sums>
std::vector<Row> add_up(MappedProcess& process, const View& view, MappingTotals& totals, MappingsRead& read) {
  Sums sums;
  read = visit_kinds(view, process, [&](const Mapping& mapping, const MappingClassifier::Kind& kind) {
    totals.add(mapping);
    sums.add(mapping, kind);
  });
  return sums.rows();
}

const SumsView<KindSum> kByKind{kind_columns(), "kinds", add_up<KindSum, KindSums>};
const SumsView<FileGroup> kByFile{file_group_columns(), "groups", add_up<FileGroup, FileGroups>};

template <class Row>
MappingsRead print_sums(const Context& context, const View& view, const SumsView<Row>& sums,
                        const Got<std::uint64_t>& mem_total_bytes, MappedProcess& process) {
  MappingTotals totals;
  MappingsRead read;
  const std::vector<Row> rows = sums.sum(process, view, totals, read);
  if (read.error != 0 && read.mappings == 0) return read;
  const PidStatus status = process.status();
  context.out.print("{}\n", process_summary(process, totals, status, mem_total_bytes));
  TableStyle style;
  style.size.style = SizeFormat::Style::spaced;
  style.headings = view.style.headings;
  style.width = context.window_width();
  TextTable table = text_table(sums.table, view.rows.columns, style);
  for (const std::size_t row : chosen_order(std::span(rows), sums.table, view.rows))
    table.add_row(cells_of(sums.table, view.rows.columns, rows[row]));
  table.print(context.out);
  if (view.style.headings) context.out.print("{}\n", kernel_side(status));
  if (context.args.has("explain")) {
    context.out.write("\n");
    explain_mappings(context.out, totals, status, read);
  }
  return read;
}

template <class Row>
TargetOutcome show_sums(const Context& context, const Root& root, const Targets& targets, const View& view,
                        const SumsView<Row>& sums) {
  if (!context.json()) {
    const Snapshot snapshot = collect(root, Want::meminfo);
    const Got<std::uint64_t> mem_total =
        snapshot.meminfo ? snapshot.meminfo->mem_total_bytes : Got<std::uint64_t>(Missing::absent);
    return for_each_target(root, targets,
                           [&](MappedProcess& process) { return print_sums(context, view, sums, mem_total, process); });
  }
  return write_document(context, root, targets, fmt::format("memkit.pmap-{}/1", sums.key),
                        [&](JsonWriter& json, MappedProcess& process) {
                          MappingTotals totals;
                          MappingsRead read;
                          const std::vector<Row> rows = sums.sum(process, view, totals, read);
                          json.begin_object();
                          write_process(json, process);
                          write_status(json, process.status());
                          json.key(sums.key);
                          json.begin_array();
                          for (const std::size_t row : chosen_order(std::span(rows), sums.table, view.rows))
                            write_row(json, sums.table, rows[row]);
                          json.end_array();
                          end_process(json, totals, read);
                          return read;
                        });
}

TargetOutcome show_mappings(const Context& context, const Root& root, const Targets& targets, const View& view) {
  if (context.json()) {
    return write_document(context, root, targets, "memkit.pmap/1", [&](JsonWriter& json, MappedProcess& process) {
      return write_process_json(json, view, process);
    });
  }
  return for_each_target(root, targets, [&](MappedProcess& process) { return print_process(context, view, process); });
}

int run_pmap(const Context& context) {
  const View view = understand(context.args);
  const TrackPlan plan = parse_track_plan(context.args);
  if (context.args.has("diff")) return run_mappings_diff(context, view.rows);
  static_cast<void>(parse_pids(context.args));  // a wrong one is refused before anything is opened
  if (context.args.has("track")) return run_track(context, plan);
  const Root root = context.root();
  const Targets targets = find_targets(context, root);
  const TargetOutcome outcome = context.args.has("kind")    ? show_sums(context, root, targets, view, kByKind)
                                : context.args.has("group") ? show_sums(context, root, targets, view, kByFile)
                                                            : show_mappings(context, root, targets, view);
  return conclude(context, targets, outcome);
}

std::vector<ColumnGroup> column_groups() {
  return {{"Columns", infos(mapping_row_columns())},
          {"Columns of --kind", infos(kind_columns())},
          {"Columns of --group", infos(file_group_columns())},
          {"Columns of --track", infos(growth_columns())},
          {"Columns of --diff", infos(grown_columns())}};
}

}  // namespace

const Command kPmapCommand = {
    .name = "pmap",
    .summary = "What the memory of a process is made of",
    .question = "What is the memory of a process made of, does it grow?",
    .usage = "[OPTION]... PID...",
    .options = kPmapOptions,
    .max_positionals = std::size_t{1} << 20,
    .columns = column_groups,
    .run = run_pmap,
};

}  // namespace memkit
