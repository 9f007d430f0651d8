#pragma once

#include <string_view>

#include "collect/slab.h"

namespace memkit {

/// What a document of `memkit slab --json` holds, as if it had been read from files.
struct SlabDocument {
  Snapshot snapshot;
  SlabFacts facts;
  bool complete = true;  ///< false where rows were left out when it was made
};

/// Of several documents, one a line, the last. Missing::malformed where the text is none.
Got<SlabDocument> parse_slab_document(std::string_view text);

}  // namespace memkit
