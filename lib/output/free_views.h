#pragma once

#include <string>

#include "analysis/accounting.h"
#include "analysis/available.h"
#include "analysis/free_rows.h"
#include "analysis/headroom.h"
#include "output/out.h"
#include "output/table.h"

namespace memkit {

/// "64.5 % of 23.5 GiB available - ok": the sentence of --health, and of --check without the threshold.
std::string health_sentence(const HealthVerdict& verdict, bool color);

/// --breakdown: each kind of memory, the overlapping ones indented below it, and what no field names.
/// `chosen`: indices of breakdown_columns().
void print_breakdown(Out& out, const Accounting& accounting, std::span<const std::size_t> chosen,
                     const TableStyle& style);

/// --cgroup: limit, use and headroom, a line each.
void print_cgroup(Out& out, const CgroupFacts& facts, const CgroupMemory& memory);

/// --explain: what the rows mean on this machine, and how MemAvailable comes about.
void explain_free(Out& out, const FreeRows& rows, const Accounting& accounting, const HealthVerdict& verdict,
                  const AvailableRebuilt& rebuilt);

}  // namespace memkit
