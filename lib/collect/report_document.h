#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parse/got.h"

namespace memkit {

/// What a document of `memkit report --json` says, as far as two of them are compared.
struct ReportDocument {
  struct Size {
    std::string name;  ///< an id, a path, a cache
    Got<std::int64_t> bytes;
  };
  struct Process {
    std::uint64_t pid = 0;
    std::string name;
    Got<std::int64_t> pss_bytes;
    Got<std::int64_t> rss_bytes;
  };
  struct Finding {
    std::string id;
    std::string severity;
    std::string text;
  };
  /// A list, and whether it holds all that there are: what is not in it is gone, or only not listed.
  template <class Item>
  struct List {
    std::vector<Item> items;
    bool complete = false;
  };

  std::string source;
  Got<std::string> host;
  Got<std::string> boot_id;
  Got<std::string> time;  ///< RFC 3339
  Got<double> uptime_s;
  std::string status;
  Got<std::int64_t> total_bytes;
  Got<std::int64_t> available_bytes;
  Got<std::int64_t> swap_used_bytes;
  List<Size> memory;  ///< the parts of RAM; one that is not there is 0
  List<Process> processes;
  List<Size> cgroups;
  List<Size> caches;  ///< of slab; empty and not complete where they may not be read
  std::vector<Finding> findings;
  std::vector<std::string> not_judged;
};

/// Of several documents, one a line, the last. Missing::malformed where the text is none.
Got<ReportDocument> parse_report_document(std::string_view text);

}  // namespace memkit
