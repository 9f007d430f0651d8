#pragma once

#include "collect/mappings.h"
#include "output/columns_mapping.h"
#include "output/json_writer.h"

namespace memkit {

/// Who a process is: its pid, names and kind, as keys of the open object.
void write_process(JsonWriter& json, const MappedProcess& process);

/// "memory": what the kernel keeps of the whole process, page tables too.
void write_status(JsonWriter& json, const PidStatus& status);

/// "totals": the sum of every column that has one; null where the mappings could not be read at all.
void write_mapping_totals(JsonWriter& json, const MappingTotals& totals, bool known = true);

}  // namespace memkit
