#pragma once

#include <span>

#include "analysis/mapping_kinds.h"
#include "output/column.h"

namespace memkit {

/// Columns of pmap --kind.
std::span<const Column<KindSum>> kind_columns();
/// Columns of pmap --group.
std::span<const Column<FileGroup>> file_group_columns();

}  // namespace memkit
