#pragma once

#include <span>
#include <string_view>

#include "analysis/oom_rank.h"
#include "output/column.h"

namespace memkit {

/// A process of the ranking as tables show it. Names live in the pool of the state that was ranked.
struct OomRankRow {
  const RankedTask* task = nullptr;
  std::string_view user;  ///< name of the process's uid; meaningless where that is unknown
};

std::span<const Column<OomRankRow>> oom_rank_columns();

}  // namespace memkit
