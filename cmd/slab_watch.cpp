// `memkit slab` over time: --interval, --count and --diff.
#include <fmt/format.h>
#include <sys/stat.h>

#include "collect/slab_document.h"
#include "envelope.h"
#include "output/escape.h"
#include "output/rows.h"
#include "output/slab_growth_views.h"
#include "output/text.h"
#include "slab_request.h"
#include "source/errors.h"
#include "source/file_view.h"
#include "ticker.h"

namespace memkit {
namespace {

constexpr std::size_t kUsualTop = 10;  // rows of a sample: those below hardly matter

bool changed(const SlabRow& row) { return row.growth.growth_bytes.value_or(0) != 0; }

/// The caches that changed, those that grew most first; `all` of them or the first few.
void print_grown(const Context& context, const SlabSample& sample, const SlabRequest& request, bool all) {
  std::vector<SlabRow> rows;
  for (SlabRow& row : shown_rows(sample, request)) {
    if (changed(row)) rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  const std::span<const Column<SlabRow>> table = slab_columns();
  const std::vector<const ColumnInfo*> columns = infos(table);
  const bool chosen = context.args.has("output");
  const std::vector<std::size_t> shown =
      chosen ? request.columns : select_columns(columns, "size,step,growth,slope_bytes_per_s,active,name");
  std::vector<std::size_t> order =
      context.args.has("sort")
          ? sorted_order(std::span<const SlabRow>(rows), request.sort, request.descending)
          : sorted_order(std::span<const SlabRow>(rows), table[find_column(columns, "growth")], true);
  const std::size_t top = request.top != 0 ? request.top : all ? order.size() : kUsualTop;
  if (order.size() > top) order.resize(top);
  TextTable text = text_table(table, shown, slab_table_style(context));
  for (const std::size_t i : order) text.add_row(cells_of(table, shown, rows[i]));
  text.print(context.out);
}

void print_step(const Context& context, const SlabSample& sample, const SlabRequest& request) {
  const Got<std::string> time = sample.snapshot.host.time_ns.transform(rfc3339_utc);
  context.out.print("{}  Slab {} = {} of RAM\n", time.value_or("-"), size_text(sample.table.slab_bytes),
                    percent_text(sample.judgement.slab_pct));
  if (sample.growth.samples < 2) return;
  print_grown(context, sample, request, false);
  for (const std::string& sentence : slab_growth_sentences(sample.growth, sample.table)) {
    print_wrapped(context.out, sentence);
  }
}

/// Where A and B are: folders are read as roots, files as documents.
SlabSample read_capture(const std::string& place, const SlabRequest& request) {
  struct stat status {};
  if (stat(place.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return take_slab_sample(Root::at(place), request);
  }
  const FileView file(place);
  if (file.error() != 0) {
    throw RunError(fmt::format("cannot read '{}': {}", for_terminal(place), error_text(file.error())));
  }
  Got<SlabDocument> document = parse_slab_document(file.text());
  if (!document) {
    throw RunError(fmt::format("'{}' is neither a folder nor the output of 'memkit slab --json'", for_terminal(place)));
  }
  if (!document->complete) {
    throw RunError(fmt::format("'{}' does not hold all caches: make it without REGEX and --top", for_terminal(place)));
  }
  SlabSample sample;
  sample.snapshot = document->snapshot;
  sample.facts = document->facts;
  sample.table = slab_table(sample.facts, sample.snapshot);
  sample.judgement = judge_slab(sample.table, sample.facts);
  return sample;
}

}  // namespace

int run_slab_watch(const Context& context, const SlabRequest& request) {
  Ticker ticker = Ticker::from(context.args);
  if (request.by_kind) throw UsageError("--interval follows caches: no --by");
  const Root root = context.root();
  SlabHistory history;
  for (bool first = true;; first = false) {
    SlabSample sample = take_slab_sample(root, request);
    if (first) check_slab_sample(context, sample, request);
    sample.growth = history.add(sample.table, sample.facts, sample.snapshot);
    if (context.json()) {
      write_slab_json(context, sample, request);
    } else {
      if (!first) context.out.write("\n");
      print_step(context, sample, request);
    }
    if (ticker.done()) return 0;
    context.out.flush();
    ticker.wait();
  }
}

int run_slab_diff(const Context& context, const SlabRequest& request) {
  if (request.by_kind) throw UsageError("--diff compares caches: no --by");
  SlabSample before = read_capture(*context.args.value("diff"), request);
  SlabSample after = read_capture(context.args.positionals().front(), request);
  check_slab_sample(context, before, request);
  check_slab_sample(context, after, request);
  SlabHistory history;
  history.add(before.table, before.facts, before.snapshot);
  after.growth = history.add(after.table, after.facts, after.snapshot);
  if (context.json()) {
    write_slab_json(context, after, request);
    return 0;
  }
  for (const std::string& sentence : slab_growth_sentences(after.growth, after.table)) {
    print_wrapped(context.out, sentence);
  }
  context.out.write("\n");
  print_grown(context, after, request, true);
  return 0;
}

}  // namespace memkit
