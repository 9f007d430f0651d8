#pragma once

#include "output/report.h"

/// The keys of one item of a report, inside an object that is open: the document of --json and the lines of ndjson are
/// made of the same ones.
namespace memkit {

void write_fields(JsonWriter& json, const Finding& finding, Language language);
void write_fields(JsonWriter& json, const NotJudged& rule);
void write_fields(JsonWriter& json, const MemoryGroup& group);
void write_fields(JsonWriter& json, const SwapArea& area);
void write_fields(JsonWriter& json, const PressureLine& line);
/// `mem_total_bytes`: a limit of all RAM or more limits nothing.
void write_fields(JsonWriter& json, const CgroupRow& row, const Got<std::uint64_t>& mem_total_bytes);

}  // namespace memkit
