#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/pattern.h"
#include "analysis/slab_growth.h"
#include "command.h"
#include "output/columns_slab.h"
#include "output/table.h"

namespace memkit {

/// What `memkit slab` is asked for, understood before anything is read.
struct SlabRequest {
  bool once = false;  ///< slabtop's output and nothing else
  bool by_kind = false;
  bool table = false;      ///< columns or a unit were asked for: no layout of slabtop
  bool rows_only = false;  ///< what was asked for needs the rows: without them the run fails
  bool names = false;      ///< aliases, or what is reclaimable, are shown
  std::size_t top = 0;     ///< 0: all
  std::vector<std::size_t> columns;
  Column<SlabRow> sort;
  bool descending = true;
  std::vector<std::size_t> group_columns;
  std::size_t group_sort = 0;
  bool group_descending = true;
  std::unique_ptr<Pattern> pattern;
};
/// Throws UsageError.
SlabRequest slab_request(const Context& context);

/// One sample, or one capture.
struct SlabSample {
  Snapshot snapshot;
  SlabFacts facts;
  SlabTable table;
  SlabJudgement judgement;
  SlabGrowth growth;
};
SlabSample take_slab_sample(const Root& root, const SlabRequest& request);

/// The rows that the request is about, with what is in no cache as one of them.
std::vector<SlabRow> shown_rows(const SlabSample& sample, const SlabRequest& request);

TableStyle slab_table_style(const Context& context);

/// The whole document.
void write_slab_json(const Context& context, const SlabSample& sample, const SlabRequest& request);

/// Says on standard error why there are no rows; throws RunError where nothing of what was asked for is known.
void check_slab_sample(const Context& context, const SlabSample& sample, const SlabRequest& request);

/// --interval and --count.
int run_slab_watch(const Context& context, const SlabRequest& request);
/// --diff A B.
int run_slab_diff(const Context& context, const SlabRequest& request);

}  // namespace memkit
