#include <fmt/format.h>

#include <algorithm>

#include "envelope.h"
#include "output/escape.h"
#include "output/json_memory.h"
#include "output/rows.h"
#include "output/slab_growth_views.h"
#include "output/slab_views.h"
#include "output/text.h"
#include "slab_options.h"
#include "slab_request.h"
#include "source/errors.h"

namespace memkit {
namespace {

constexpr std::string_view kUnits[] = {"bytes", "kibi", "mebi", "gibi", "human", "si"};

/// Columns whose values are names sort from A to Z, figures from the largest on, as with slabtop.
bool sorts_down(const ColumnInfo& column) { return column.align == Align::right; }

void choose_sort(const Arguments& args, SlabRequest& request) {
  const std::string key = args.value("sort").value_or("o");
  const std::string_view by_letter = key.size() == 1 ? slabtop_sort_column(key[0]) : "";
  request.sort = slab_columns()[find_column(infos(slab_columns()), by_letter.empty() ? key : by_letter)];
  if (key == "u") request.sort.value = slabtop_use;
  request.descending = sorts_down(request.sort) != args.has("reverse");
}

void choose_group_columns(const Arguments& args, SlabRequest& request) {
  const std::vector<const ColumnInfo*> columns = infos(slab_group_columns());
  request.group_columns = select_columns(columns, args.value("output").value_or(""));
  request.group_sort = find_column(columns, args.value("sort").value_or("size"));
  request.group_descending = sorts_down(*columns[request.group_sort]) != args.has("reverse");
}

void choose_columns(const Arguments& args, SlabRequest& request) {
  request.columns = select_columns(infos(slab_columns()), args.value("output").value_or(""));
  choose_sort(args, request);
}

bool needs_names(const SlabRequest& request) {
  const auto is_named = [](std::string_view id) { return id == "aliases" || id == "reclaimable"; };
  return std::any_of(request.columns.begin(), request.columns.end(),
                     [&](std::size_t i) { return is_named(slab_columns()[i].id); }) ||
         is_named(request.sort.id);
}

void refuse_contradictions(const Arguments& args) {
  const auto refuse = [&](std::string_view one, std::string_view other) {
    if (args.has(one) && args.has(other)) throw UsageError(fmt::format("--{} and --{} exclude each other", one, other));
  };
  for (const std::string_view other : {"by", "output", "json", "explain", "interval", "count", "diff"}) {
    refuse("once", other);
  }
  for (const std::string_view other : {"interval", "count", "root"}) refuse("diff", other);
}

/// Why slabinfo was not read, and the way out.
std::string why_no_rows(const SlabSample& sample) {
  const bool live = sample.snapshot.source == "live";
  for (const Unread& file : sample.facts.unread) {
    if (file.path != "proc/slabinfo") continue;
    const bool denied = missing_for(file.error) == Missing::denied;
    return fmt::format(
        "cannot read {}: {}{}",
        live ? "/proc/slabinfo" : "proc/slabinfo in --root '" + for_terminal(sample.snapshot.source) + "'",
        unread_text(file.error),
        live && denied ? "; run it as root, or give it the right: setcap cap_dac_read_search+ep" : "");
  }
  return "the capture has no list of caches";
}

std::vector<std::size_t> order_of(std::span<const SlabRow> rows, const SlabRequest& request) {
  std::vector<std::size_t> order = sorted_order(rows, request.sort, request.descending);
  if (request.top != 0 && order.size() > request.top) order.resize(request.top);
  return order;
}

void print_sentences(Out& out, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) print_wrapped(out, sentence);
}

void print_groups(const Context& context, const SlabSample& sample, const SlabRequest& request) {
  const std::vector<SlabRow> rows = shown_rows(sample, request);
  const std::vector<SlabGroup> groups = slab_groups(rows, sample.table);
  TextTable text = text_table(slab_group_columns(), request.group_columns, slab_table_style(context));
  std::vector<std::size_t> order = sorted_order(std::span<const SlabGroup>(groups),
                                                slab_group_columns()[request.group_sort], request.group_descending);
  if (request.top != 0 && order.size() > request.top) order.resize(request.top);
  for (const std::size_t i : order) text.add_row(cells_of(slab_group_columns(), request.group_columns, groups[i]));
  if (request.top == 0 && !request.pattern) {
    std::vector<Cell> totals;
    for (const std::size_t i : request.group_columns) {
      const Column<SlabGroup>& column = slab_group_columns()[i];
      const Got<std::uint64_t> total = sum_of(std::span<const SlabGroup>(groups), column).value;
      totals.push_back(column.id == "kind"                                     ? Cell(std::string_view("all"))
                       : column.unit == Unit::percent || column.id == "growth" ? Cell(std::string_view())
                                                                               : to_cell(total));
    }
    text.add_total(totals);
  }
  text.print(context.out);
}

void print_rows(const Context& context, const SlabSample& sample, const SlabRequest& request) {
  const std::vector<SlabRow> rows = shown_rows(sample, request);
  const std::vector<std::size_t> order = order_of(rows, request);
  if (!request.table) {
    print_slabtop(context.out, rows, order, !context.args.has("no-headings"));
    return;
  }
  TextTable text = text_table(slab_columns(), request.columns, slab_table_style(context));
  for (const std::size_t i : order) text.add_row(cells_of(slab_columns(), request.columns, rows[i]));
  text.print(context.out);
}

void print_sample(const Context& context, const SlabSample& sample, const SlabRequest& request) {
  if (sample.table.rows) {
    request.by_kind ? print_groups(context, sample, request) : print_rows(context, sample, request);
  }
  if (request.once) return;
  // A filter or a choice of columns is for a script or for a look at a few rows: no word on the whole.
  if (!request.pattern && !context.args.has("output")) {
    if (sample.table.rows) context.out.write("\n");
    print_sentences(context.out, slab_sentences(sample.table, sample.facts, sample.judgement));
  }
  if (context.args.has("explain")) {
    context.out.write("\n");
    explain_slab(context.out, sample.table, sample.facts);
  }
}

int run_slab(const Context& context) {
  const SlabRequest request = slab_request(context);
  if (context.args.has("diff")) return run_slab_diff(context, request);
  if (context.args.has("interval") || context.args.has("count")) return run_slab_watch(context, request);
  SlabSample sample = take_slab_sample(context.root(), request);
  check_slab_sample(context, sample, request);
  context.json() ? write_slab_json(context, sample, request) : print_sample(context, sample, request);
  return 0;
}

std::vector<ColumnGroup> slab_column_groups() {
  return {{"Columns", infos(slab_columns())}, {"Columns of --by kind", infos(slab_group_columns())}};
}

}  // namespace

SlabRequest slab_request(const Context& context) {
  const Arguments& args = context.args;
  refuse_contradictions(args);
  SlabRequest request;
  request.once = args.has("once");
  request.by_kind = args.has("by");
  request.table = args.has("output") || std::any_of(std::begin(kUnits), std::end(kUnits),
                                                    [&](std::string_view unit) { return args.has(unit); });
  request.by_kind ? choose_group_columns(args, request) : choose_columns(args, request);
  if (request.by_kind) request.sort = slab_columns()[0];
  request.names = context.json() || needs_names(request);
  if (args.has("top")) request.top = parse_count("top", *args.value("top"), 1);
  const std::vector<std::string>& words = args.positionals();
  const std::size_t expressions = args.has("diff") ? 1 : 0;  // the second capture stands before it
  if (args.has("diff") && words.empty()) throw UsageError("--diff takes two captures: --diff A B");
  if (words.size() > expressions + 1) throw UsageError("one expression is enough: use 'A|B'");
  if (words.size() > expressions) request.pattern = std::make_unique<Pattern>("REGEX", words[expressions]);
  request.rows_only = request.once || request.by_kind || request.pattern || args.has("output") || args.has("sort");
  return request;
}

SlabSample take_slab_sample(const Root& root, const SlabRequest& request) {
  SlabSample sample;
  const bool capture = !root.is_live();
  if (request.once) {
    sample.snapshot = collect(root, capture ? Want::meminfo | Want::vmstat : Want{});
    sample.facts = collect_slab(root, SlabWant::caches);
    sample.table = slab_table(sample.facts, sample.snapshot, SlabCopies::keep);
    return sample;
  }
  Want want = Want::meminfo | Want::mounts | Want::host;
  if (capture) want = want | Want::vmstat;
  sample.snapshot = collect(root, want);
  sample.facts = collect_slab(root, request.names ? SlabWant::names : SlabWant::states);
  sample.table = slab_table(sample.facts, sample.snapshot);
  sample.judgement = judge_slab(sample.table, sample.facts);
  return sample;
}

std::vector<SlabRow> shown_rows(const SlabSample& sample, const SlabRequest& request) {
  std::vector<SlabRow> rows;
  if (!sample.table.rows) return rows;
  const auto add = [&](const SlabRow& row) {
    if (!request.pattern || request.pattern->matches(row.name)) rows.push_back(row);
  };
  for (const SlabRow& row : *sample.table.rows) add(row);
  if (request.once) return rows;
  if (const Got<SlabRow> rest = large_kmalloc_row(sample.table)) add(*rest);
  return rows;
}

TableStyle slab_table_style(const Context& context) {
  const Arguments& args = context.args;
  TableStyle style;
  style.headings = !args.has("no-headings");
  style.width = context.window_width();
  const std::uint64_t kilo = args.has("si") ? 1000 : 1024;
  const std::uint64_t divisor = args.has("bytes")  ? 1
                                : args.has("kibi") ? kilo
                                : args.has("mebi") ? kilo * kilo
                                : args.has("gibi") ? kilo * kilo * kilo
                                                   : 0;
  // Objects are too small for one unit that fits all columns.
  style.size = divisor == 0 ? SizeFormat{SizeFormat::Style::compact, 1, args.has("si")}
                            : SizeFormat{SizeFormat::Style::scaled, divisor, args.has("si")};
  return style;
}

void write_slab_json(const Context& context, const SlabSample& sample, const SlabRequest& request) {
  const std::vector<SlabRow> rows = shown_rows(sample, request);
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.slab/1", sample.snapshot);
  json.field("complete", !request.pattern && request.top == 0);
  const Got<std::vector<SlabRow>>& all = sample.table.rows;
  write_slab_sums(json, sample.table, all ? slab_totals(*all) : SlabTotals(), sample.facts);
  json.key("judgement");
  write_slab_judgement(json, sample.table, sample.facts, sample.judgement);
  json.key("growth");
  write_slab_growth(json, sample.growth, sample.table);
  json.key("kinds");
  json.begin_array();
  for (const SlabGroup& group : slab_groups(rows, sample.table)) write_row(json, slab_group_columns(), group);
  json.end_array();
  json.key("caches");
  json.begin_array();
  for (const std::size_t i : order_of(rows, request)) write_slab_row(json, rows[i]);
  json.end_array();
  json.key("skipped");
  json.begin_object();
  json.key("files");
  std::vector<Unread> unread = sample.snapshot.unread;
  unread.insert(unread.end(), sample.facts.unread.begin(), sample.facts.unread.end());
  write_unread(json, unread);
  json.end_object();
  json.end_object();
  json.finish();
}

void check_slab_sample(const Context& context, const SlabSample& sample, const SlabRequest& request) {
  if (sample.table.rows) {
    const std::uint64_t unread = sample.facts.slabinfo->unread_lines;
    if (unread != 0) context.messages.say(fmt::format("{} lines of slabinfo make no sense and are left out", unread));
    return;
  }
  const bool something =
      sample.table.slab_bytes || sample.facts.dentry_state.dentries || sample.facts.inode_state.inodes;
  const std::string why = why_no_rows(sample);
  if (!something || request.rows_only) throw RunError(why);
  context.messages.say(why + "; meminfo and the counts of dentries are all that is shown");
}

const Command kSlabCommand = {
    .name = "slab",
    .summary = "Memory of the kernel's own objects, cache by cache, and whether it is a leak",
    .question = "What does the kernel hold, and does it give it back?",
    .usage = "[OPTION]... [REGEX]",
    .options = kSlabOptions,
    .max_positionals = 2,
    .columns = slab_column_groups,
    .run = run_slab,
};

}  // namespace memkit
