#include "envelope.h"

#include <fmt/format.h>

#include <cerrno>

#include "output/escape.h"
#include "version.h"

namespace memkit {

std::string why_no_meminfo(const Snapshot& snapshot) {
  const std::string place =
      snapshot.source == "live" ? "/proc/meminfo" : "proc/meminfo in --root '" + for_terminal(snapshot.source) + "'";
  for (const Unread& file : snapshot.unread) {
    if (file.path != "proc/meminfo") continue;
    const std::string way_out = snapshot.source != "live" ? "; DIR has to hold proc/meminfo, or be a proc folder"
                                : file.error == ENOENT    ? "; is /proc mounted?"
                                                          : "";
    return fmt::format("cannot read {}: {}{}", place, unread_text(file.error), way_out);
  }
  return fmt::format("{} has no MemTotal: it is cut, or no meminfo", place);
}

void begin_envelope(JsonWriter& json, std::string_view schema, const Snapshot& snapshot) {
  const Host& host = snapshot.host;
  json.begin_object();
  json.field("schema", schema);
  json.field("version", kVersion);
  json.field("host", host.name);
  json.field("boot_id", host.boot_id);
  json.field("time", host.time_ns.transform(rfc3339_utc));
  json.field("source", snapshot.source);
  json.field("uptime_s", host.uptime_ms.transform([](std::uint64_t ms) { return static_cast<double>(ms) / 1000; }));
}

}  // namespace memkit
