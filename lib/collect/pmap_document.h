#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "collect/snapshot.h"
#include "parse/smaps.h"

namespace memkit {

/// What a document of `memkit pmap --json` says of a process, beside its mappings.
struct DocumentProcess {
  std::uint32_t pid = 0;
  std::string name;
  std::string command;
  Got<std::uint64_t> starttime_ticks;
  bool complete = false;  ///< no mapping was left out, by an option, a failure or the process's end
};

/// What is called for each process of a document: begin, each mapping, end.
struct PmapDocumentVisitor {
  std::function<void()> begin;
  /// As if it had been read from smaps, or from maps where the document has no figures of pages.
  std::function<void(const Mapping&)> mapping;
  std::function<void(const DocumentProcess&)> end;
};

/// Reads a document without keeping its mappings: a process may have 65,530. The host and the boot that it is of;
/// Missing::malformed where the text is no such document, whatever was visited until then.
Got<Host> visit_pmap_document(std::string_view text, const PmapDocumentVisitor& visitor);

}  // namespace memkit
