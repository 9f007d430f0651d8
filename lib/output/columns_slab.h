#pragma once

#include <span>

#include "analysis/slab_groups.h"
#include "output/column.h"

namespace memkit {

/// Columns of slab. Those of slabtop are shown by default, in its order.
std::span<const Column<SlabRow>> slab_columns();
/// Columns of slab --by kind.
std::span<const Column<SlabGroup>> slab_group_columns();

/// slabtop's letters for --sort: the column, and "" for a letter that it does not have.
std::string_view slabtop_sort_column(char letter);
/// USE as slabtop shows it and sorts by it: cut to whole per cent, 0 where there are no objects.
Cell slabtop_use(const SlabRow& row);

}  // namespace memkit
