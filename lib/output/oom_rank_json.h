#pragma once

#include <span>

#include "analysis/oom_advice.h"
#include "analysis/oom_rank.h"
#include "output/columns_oom_rank.h"
#include "output/json_writer.h"

namespace memkit {

/// What a ranking was tried with, and what it was without.
struct OomTrial {
  const OomWhatIf& change;
  const OomRanking& before;
  std::span<const OomAdvice> advice;
};

/// The object "ranking" of memkit.oom/1. `rows`: the processes to list. `trial`: nullptr where nothing was tried.
void write_oom_ranking(JsonWriter& json, const OomState& state, const OomRanking& ranking,
                       std::span<const OomRankRow> rows, const OomTrial* trial);

}  // namespace memkit
