#pragma once

#include <array>
#include <string>
#include <string_view>

namespace memkit {

/// Fields of a structured record (journald's JSON and export, JSON lines of container logs) that say what a line of
/// text says in its prefix. Their strings keep their capacity from record to record.
struct RecordFields {
  enum Field { text, time, realtime_us, monotonic_us, host, ident, boot_id, unit, transport, kCount };
  std::array<std::string, kCount> values;
  std::array<bool, kCount> given{};

  void clear();
  /// The field of a key ("MESSAGE", "log", "_HOSTNAME"), kCount where it is none of these. The first key wins.
  static Field field_of(std::string_view key);
};

/// Reads one JSON object of a line. Nested values are passed over; a MESSAGE that is an array of bytes (journald's
/// form for text that is no UTF-8) is text. False where the line is no whole object.
bool parse_json_record(std::string_view line, RecordFields& into);

}  // namespace memkit
