#include "collect/pmap_document.h"

#include <algorithm>

#include "collect/json_members.h"
#include "parse/text.h"

namespace memkit {
namespace {

using json::host_of;
using json::Json;
using json::member;
using json::number;

// {"processes": [{"mappings": [{...}]}]}: how deep the parser is where these begin and end.
constexpr int kTopKeys = 1;
constexpr int kProcess = 2;
constexpr int kProcessKeys = 3;
constexpr int kMapping = 4;

constexpr std::string_view kDeleted = " (deleted)";

/// A hexadecimal number in a text.
Got<std::uint64_t> hex_of(const Json& object, const char* key) {
  const Got<std::string> text = json::text(object, key);
  return text ? to_number<std::uint64_t>(*text, 16) : text.missing();
}

SmapsCounters counters_of(const Json& row) {
  SmapsCounters counters;
  counters.rss_bytes = number(row, "rss_bytes");
  counters.pss_bytes = number(row, "pss_bytes");
  counters.swap_bytes = number(row, "swap_bytes");
  counters.swap_pss_bytes = number(row, "swap_pss_bytes");
  counters.anonymous_bytes = number(row, "anonymous_bytes");
  counters.private_clean_bytes = number(row, "private_clean_bytes");
  counters.private_dirty_bytes = number(row, "private_dirty_bytes");
  counters.shared_clean_bytes = number(row, "shared_clean_bytes");
  counters.shared_dirty_bytes = number(row, "shared_dirty_bytes");
  return counters;
}

/// The mapping of a row, with the texts that it looks at.
class RowMapping {
 public:
  /// False where the row tells no addresses.
  bool read(const Json& row);
  [[nodiscard]] const Mapping& mapping() const { return mapping_; }

 private:
  Mapping mapping_;
  std::string path_;
  std::string flags_;
};

bool RowMapping::read(const Json& row) {
  mapping_ = {};
  const Got<std::uint64_t> start = hex_of(row, "address");
  const Got<std::uint64_t> end = hex_of(row, "end");
  const std::string mode = json::text(row, "mode").value_or("");
  if (!start || !end || *end < *start || mode.size() < mapping_.perms.size()) return false;
  mapping_.start = *start;
  mapping_.end = *end;
  std::copy_n(mode.begin(), mapping_.perms.size(), mapping_.perms.begin());
  if (mapping_.perms[3] != 's') mapping_.perms[3] = 'p';  // pmap shows a dash
  mapping_.offset = hex_of(row, "offset").value_or(0);
  const std::string device = json::text(row, "device").value_or("");
  const std::size_t colon = std::min(device.find(':'), device.size());
  const std::string_view minor = std::string_view(device).substr(std::min(colon + 1, device.size()));
  mapping_.dev_major = to_number<std::uint32_t>(std::string_view(device).substr(0, colon), 16).value_or(0);
  mapping_.dev_minor = to_number<std::uint32_t>(minor, 16).value_or(0);
  mapping_.inode = number(row, "inode").value_or(0);
  path_ = json::text(row, "path").value_or("");
  mapping_.name = path_;
  mapping_.deleted = mapping_.name.ends_with(kDeleted);
  if (mapping_.deleted) mapping_.name.remove_suffix(kDeleted.size());
  mapping_.kernel_page_size_bytes = number(row, "page_size_bytes");
  mapping_.counters = counters_of(row);
  flags_ = json::text(row, "vm_flags").value_or("");
  mapping_.vm_flags = flags_;
  return true;
}

DocumentProcess process_of(const Json& object, bool all_understood) {
  DocumentProcess process;
  const std::uint64_t pid = number(object, "pid").value_or(0);
  process.pid = pid <= INT32_MAX ? static_cast<std::uint32_t>(pid) : 0;
  process.name = json::text(object, "name").value_or("");
  process.command = json::text(object, "command").value_or("");
  process.starttime_ticks = number(object, "starttime_ticks");
  process.complete = all_understood && process.pid != 0 && member(object, "complete") == Json(true);
  return process;
}

/// Takes mappings and processes out of the tree as the parser builds it, so that it stays small.
class Extractor {
 public:
  explicit Extractor(const PmapDocumentVisitor& visitor) : visitor_(visitor) {}
  /// Whether the parser is to keep what it has just read.
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed);

 private:
  bool end_object(int depth, const Json& parsed);
  const PmapDocumentVisitor& visitor_;
  std::string top_key_;
  std::string process_key_;
  RowMapping row_;
  bool all_understood_ = true;
};

bool Extractor::operator()(int depth, Json::parse_event_t event, const Json& parsed) {
  if (event == Json::parse_event_t::key && depth == kTopKeys) top_key_ = parsed.get<std::string>();
  if (event == Json::parse_event_t::key && depth == kProcessKeys) process_key_ = parsed.get<std::string>();
  if (top_key_ != "processes") return true;
  if (event == Json::parse_event_t::object_start && depth == kProcess) {
    process_key_.clear();
    all_understood_ = true;
    visitor_.begin();
  }
  return event == Json::parse_event_t::object_end ? end_object(depth, parsed) : true;
}

bool Extractor::end_object(int depth, const Json& parsed) {
  if (depth == kProcess) {
    // Mappings were taken out one by one: what is left in their list is none.
    const Json& left = member(parsed, "mappings");
    visitor_.end(process_of(parsed, all_understood_ && left.is_array() && left.empty()));
    return false;
  }
  if (depth != kMapping || process_key_ != "mappings") return true;
  if (row_.read(parsed)) {
    visitor_.mapping(row_.mapping());
  } else {
    all_understood_ = false;
  }
  return false;
}

}  // namespace

Got<Host> visit_pmap_document(std::string_view text, const PmapDocumentVisitor& visitor) {
  Extractor extractor(visitor);
  const Json document = Json::parse(
      text, [&](int depth, Json::parse_event_t event, Json& parsed) { return extractor(depth, event, parsed); }, false);
  if (json::text(document, "schema") != std::string("memkit.pmap/1") || !member(document, "processes").is_array()) {
    return Missing::malformed;
  }
  return host_of(document);
}

}  // namespace memkit
