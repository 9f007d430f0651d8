#pragma once

#include "analysis/oom_story.h"

namespace memkit {

/// The reason of an event, with its evidence: sets reason, confidence, holder, whose and evidence; by_name is set
/// before. The rules follow mm/page_alloc.c __zone_watermark_ok: a zone serves a request if what is free, less its
/// lowmem_reserve for the zone asked and blocks that the request may not use, is above `min`.
void find_reason(const OomEvent& event, OomStory& story);

}  // namespace memkit
