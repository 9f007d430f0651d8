#pragma once

#include "output/lang/words.h"
#include "output/report.h"

namespace memkit {

/// Shared memory that no file which can be found accounts for, the largest pieces with who holds them. Nothing where it
/// was not looked for.
void print_shared(Out& out, const ReportFacts& facts, const Words& words);

/// The same as the value of a key; null where it was not looked for.
void write_shared(JsonWriter& json, const ReportFacts& facts);

}  // namespace memkit
