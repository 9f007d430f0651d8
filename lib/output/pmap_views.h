#pragma once

#include <string>

#include "analysis/mapping_kinds.h"
#include "collect/mappings.h"
#include "output/columns_mapping.h"
#include "output/out.h"

namespace memkit {

/// The answer above pmap --kind and --group: "12345 java: 12.7 GiB PSS of 12.9 GiB RSS, 1.6 GiB in swap; 82 % of RAM".
std::string process_summary(const MappedProcess& process, const MappingTotals& totals, const PidStatus& status,
                            const Got<std::uint64_t>& mem_total_bytes);

/// The line below: page tables, which are in no figure of the table, and what of the table is a guess.
std::string kernel_side(const PidStatus& status);

/// --explain of pmap, with the process's own figures.
void explain_mappings(Out& out, const MappingTotals& totals, const PidStatus& status, const MappingsRead& read);

}  // namespace memkit
