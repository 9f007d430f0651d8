#pragma once

#include <span>

#include "output/columns_groups.h"
#include "output/out.h"
#include "parse/meminfo.h"

/// --explain of smem's views: what the figures mean, from these processes' own.
namespace memkit {

/// What USS, PSS and RSS mean.
void explain_processes(Out& out, std::span<const ProcessRow> rows, const Got<std::uint64_t>& mem_total_bytes);
/// What a group's sums mean, and what is in none.
void explain_groups(Out& out, std::span<const ProcessGroup> groups, const Got<std::uint64_t>& mem_total_bytes);
/// Which mapping costs most, and why its averages and its sums differ.
void explain_mappings(Out& out, std::span<const MappingGroup> groups);
/// What the five lines hold, and what they do not tell.
void explain_areas(Out& out, const Meminfo& meminfo);
/// What a line's subtree is.
void explain_tree(Out& out, std::span<const TreeRow> rows);

}  // namespace memkit
