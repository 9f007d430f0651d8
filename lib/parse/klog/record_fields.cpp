#include "parse/klog/record_fields.h"

#include <algorithm>

#include "parse/text.h"

namespace memkit {
namespace {

/// Walks over one JSON text.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : rest_(text) {}

  void skip_blanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\r' || rest_[0] == '\n')) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char c) {
    skip_blanks();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char next() {
    skip_blanks();
    return rest_.empty() ? '\0' : rest_[0];
  }

  /// A string, unescaped, behind its opening quote.
  bool take_string(std::string* into) {
    if (!take('"')) return false;
    while (!rest_.empty()) {
      const std::size_t plain = std::min(rest_.find_first_of("\"\\"), rest_.size());
      if (into != nullptr) into->append(rest_.substr(0, plain));
      rest_.remove_prefix(plain);
      if (rest_.empty()) return false;
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (!take_escape(into)) return false;
    }
    return false;
  }

  /// "[66, 97]": bytes.
  bool take_bytes(std::string& into) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      skip_blanks();
      const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
      const Got<unsigned> byte = to_number<unsigned>(rest_.substr(0, end));
      if (!byte || *byte > 255) return false;
      into += static_cast<char>(*byte);
      rest_.remove_prefix(end);
    } while (take(','));
    return take(']');
  }

  /// A number, true, false or null as text; or anything nested, which leaves no text.
  bool take_other(std::string* into) {
    skip_blanks();
    if (!rest_.empty() && (rest_[0] == '{' || rest_[0] == '[')) return skip_nested();
    const std::size_t end = std::min(rest_.find_first_of(",} ]"), rest_.size());
    if (end == 0) return false;
    if (into != nullptr && rest_.substr(0, end) != "null") into->assign(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return true;
  }

 private:
  bool skip_nested() {
    std::size_t depth = 0;
    while (!rest_.empty()) {
      const char c = rest_[0];
      if (c == '"') {
        if (!take_string(nullptr)) return false;
        continue;
      }
      rest_.remove_prefix(1);
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  bool take_escape(std::string* into) {
    if (rest_.empty()) return false;
    const char c = rest_[0];
    rest_.remove_prefix(1);
    if (c == 'u') return take_code_point(into);
    constexpr std::string_view kNames = "nrtbf";
    constexpr std::string_view kBytes = "\n\r\t\b\f";
    const std::size_t known = kNames.find(c);
    if (into != nullptr) *into += known == std::string_view::npos ? c : kBytes[known];
    return true;
  }

  bool take_code_point(std::string* into) {
    if (rest_.size() < 4) return false;
    const Got<unsigned> code = to_number<unsigned>(rest_.substr(0, 4), 16);
    if (!code) return false;
    rest_.remove_prefix(4);
    if (into == nullptr) return true;
    // Halves of surrogate pairs become "?": no name that matters here has any.
    if (*code < 0x80) {
      *into += static_cast<char>(*code);
    } else if (*code < 0x800) {
      *into += static_cast<char>(0xc0 | (*code >> 6));
      *into += static_cast<char>(0x80 | (*code & 0x3f));
    } else if (*code >= 0xd800 && *code < 0xe000) {
      *into += '?';
    } else {
      *into += static_cast<char>(0xe0 | (*code >> 12));
      *into += static_cast<char>(0x80 | ((*code >> 6) & 0x3f));
      *into += static_cast<char>(0x80 | (*code & 0x3f));
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace

void RecordFields::clear() {
  for (std::string& value : values) value.clear();
  given.fill(false);
}

RecordFields::Field RecordFields::field_of(std::string_view key) {
  struct Name {
    std::string_view key;
    Field field;
  };
  static constexpr Name kNames[] = {
      {"MESSAGE", text},
      {"log", text},
      {"message", text},
      {"msg", text},
      {"time", time},
      {"@timestamp", time},
      {"timestamp", time},
      {"__REALTIME_TIMESTAMP", realtime_us},
      {"_SOURCE_MONOTONIC_TIMESTAMP", monotonic_us},
      {"_HOSTNAME", host},
      {"host", host},
      {"hostname", host},
      {"SYSLOG_IDENTIFIER", ident},
      {"ident", ident},
      {"_BOOT_ID", boot_id},
      {"UNIT", unit},
      {"USER_UNIT", unit},
      {"_TRANSPORT", transport},
  };
  for (const Name& name : kNames) {
    if (name.key == key) return name.field;
  }
  return kCount;
}

bool parse_json_record(std::string_view line, RecordFields& into) {
  JsonCursor json(line);
  if (!json.take('{')) return false;
  std::string key;
  do {
    key.clear();
    if (json.next() == '}') break;
    if (!json.take_string(&key) || !json.take(':')) return false;
    const RecordFields::Field field = RecordFields::field_of(key);
    std::string* const value = field == RecordFields::kCount || into.given[field] ? nullptr : &into.values[field];
    if (value != nullptr) into.given[field] = true;
    const char next = json.next();
    const bool whole = next == '"'                                                      ? json.take_string(value)
                       : next == '[' && field == RecordFields::text && value != nullptr ? json.take_bytes(*value)
                                                                                        : json.take_other(value);
    if (!whole) return false;
  } while (json.take(','));
  return json.take('}');
}

}  // namespace memkit
