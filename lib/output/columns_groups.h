#pragma once

#include <span>
#include <string>

#include "analysis/groups.h"
#include "analysis/system_areas.h"
#include "output/column.h"
#include "output/columns_process.h"

namespace memkit {

/// Columns of smem --by and --users.
std::span<const Column<ProcessGroup>> group_columns();
/// Columns of smem --mappings.
std::span<const Column<MappingGroup>> mapping_columns();
/// Columns of smem --system.
std::span<const Column<SystemArea>> area_columns();

/// A line of smem --tree: a process, its place, and what it holds with all below it.
struct TreeRow {
  TreeNode node;
  ProcessRow row;
  std::string command;  ///< indented by depth
};
std::span<const Column<TreeRow>> tree_columns();

}  // namespace memkit
