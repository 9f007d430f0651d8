#pragma once

#include <span>

#include "analysis/accounting.h"
#include "analysis/available.h"
#include "analysis/free_rows.h"
#include "analysis/headroom.h"
#include "output/json_writer.h"

namespace memkit {

/// Values (objects) of the documents of free and report. Every key is there whatever was found; unknown is null.
void write_free_row(JsonWriter& json, const FreeRow& row);
void write_commit_row(JsonWriter& json, const CommitRow& row);
void write_health(JsonWriter& json, const HealthVerdict& verdict);
void write_accounting(JsonWriter& json, const Accounting& accounting);
void write_available(JsonWriter& json, const AvailableRebuilt& rebuilt);
void write_cgroup(JsonWriter& json, const CgroupFacts& facts, const CgroupMemory& memory);
/// "skipped": files that were asked for and could not be read, with the reason.
void write_unread(JsonWriter& json, std::span<const Unread> unread);

}  // namespace memkit
