#pragma once

#include <string>
#include <string_view>

#include "collect/snapshot.h"
#include "output/json_writer.h"
#include "output/time_text.h"

namespace memkit {

/// Opens the document of a command: {"schema": "memkit.free/1", version, host, boot_id, time, source, uptime_s.
/// The object stays open for the data. The snapshot was collected with Want::host.
void begin_envelope(JsonWriter& json, std::string_view schema, const Snapshot& snapshot);

/// Why there is no MemTotal, for the message that ends the run: names the file, the reason and the way out.
std::string why_no_meminfo(const Snapshot& snapshot);

}  // namespace memkit
