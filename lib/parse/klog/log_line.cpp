#include "parse/klog/log_line.h"

#include <algorithm>
#include <cstring>

#include "parse/klog/log_prefix.h"
#include "parse/text.h"

namespace memkit {
namespace {

/// Without escape sequences of colours, and with no-break spaces (of mail and web pages) as spaces.
std::string_view cleaned(std::string_view line, std::string& scratch) {
  if (line.find('\x1b') == std::string_view::npos && line.find("\xc2\xa0") == std::string_view::npos) return line;
  scratch.clear();
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.substr(i, 2) == "\xc2\xa0") {
      scratch += ' ';
      ++i;
    } else if (line.substr(i, 2) == "\x1b[") {
      const std::size_t end = line.find_first_not_of("0123456789;", i + 2);
      if (end == std::string_view::npos) break;
      i = end;
    } else {
      scratch += line[i];
    }
  }
  return scratch;
}

bool is_key(std::string_view text) {
  return !text.empty() && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

/// A record's dictionary line: " SUBSYSTEM=acpi", " DEVICE=+acpi:PNP0A03:00".
bool is_dictionary(std::string_view line) {
  return line.size() > 2 && line[0] == ' ' && is_key(line.substr(1, line.find('=') - 1)) &&
         line.find('=') != std::string_view::npos;
}

/// "\x0a" and "\x5c" of kernel records as the bytes they stand for; "#012" of rsyslog as a newline.
std::string_view unescaped(std::string_view text, std::string& scratch) {
  if (text.find("\\x") == std::string_view::npos && text.find("#012") == std::string_view::npos) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Got<unsigned> byte = text.substr(i, 2) == "\\x" && i + 4 <= text.size()
                                   ? to_number<unsigned>(text.substr(i + 2, 2), 16)
                                   : Got<unsigned>(Missing::absent);
    // Only a newline is sure to be the log's escape: "\x2d" is systemd's own.
    if (byte == 0x0aU) {
      scratch += '\n';
      i += 3;
    } else if (text.substr(i, 4) == "#012") {
      scratch += '\n';
      i += 3;
    } else {
      scratch += text[i];
    }
  }
  return scratch;
}

}  // namespace

void LogLineDecoder::emit(LogLine& line, const Sink& sink, bool plain) {
  if (plain) return sink(line);
  std::string_view rest = unescaped(line.text, unescaped_);
  do {
    line.text = take_line(rest);
    sink(line);
    line.continues = true;
  } while (!rest.empty());
}

void LogLineDecoder::decode(std::string_view line, const Sink& sink, bool plain) {
  if (decode_export(line, sink)) return;
  while (!line.empty() && (line.back() == '\0' || line.back() == '\r')) line.remove_suffix(1);
  while (!line.empty() && line.front() == '\0') line.remove_prefix(1);
  if (!plain) line = cleaned(line, cleaned_);
  if (line.starts_with('{') && (decode_json(line, sink) || (after_json_ && line.starts_with("{\"")))) return;
  if (decode_kmsg(line, sink, plain)) return;
  LogLine out;
  decode_text(line, out);
  // Half of a record, or what a program printed.
  if (out.style == LogLine::Style::bare && line.starts_with("{\"")) return;
  emit(out, sink, plain);
}

// 6,1234,5678,-,caller=T12;text
bool LogLineDecoder::decode_kmsg(std::string_view line, const Sink& sink, bool plain) {
  if (after_kmsg_ && is_dictionary(line)) return true;
  after_kmsg_ = false;
  if (line.empty() || line[0] < '0' || line[0] > '9') return false;
  const std::size_t semicolon = line.substr(0, 128).find(';');
  if (semicolon == std::string_view::npos) return false;
  std::string_view head = line.substr(0, semicolon);
  const auto field = [&head] {
    const std::size_t comma = std::min(head.find(','), head.size());
    const std::string_view word = head.substr(0, comma);
    head.remove_prefix(std::min(comma + 1, head.size()));
    return word;
  };
  LogLine out;
  const Got<std::uint64_t> priority = to_number<std::uint64_t>(field());
  const Got<std::uint64_t> sequence = to_number<std::uint64_t>(field());
  const std::string_view time = field();
  out.monotonic_us = to_number<std::uint64_t>(time);
  if (!priority || !sequence || !out.monotonic_us) return false;
  out.monotonic_text = time;
  out.style = LogLine::Style::kmsg;
  out.user_space_record = *priority >> 3 != 0;
  while (!head.empty()) {
    const std::string_view word = field();
    if (word.starts_with("caller=")) out.caller = word.substr(7);
  }
  out.text = line.substr(semicolon + 1);
  if (out.user_space_record) take_ident(out.text, out);
  after_kmsg_ = true;
  emit(out, sink, plain);
  return true;
}

bool LogLineDecoder::decode_json(std::string_view line, const Sink& sink) {
  record_.clear();
  if (!parse_json_record(line, record_) || !record_.given[RecordFields::text]) return false;
  after_json_ = true;
  emit_record(sink);
  return true;
}

void LogLineDecoder::emit_record(const Sink& sink) {
  const auto value = [this](RecordFields::Field field) { return std::string_view(record_.values[field]); };
  std::string_view message = value(RecordFields::text);
  const bool journal = record_.given[RecordFields::realtime_us] || record_.given[RecordFields::transport];
  bool further = false;
  // A container's log line may itself be a line of a log; a journal's is the message.
  do {
    LogLine out;
    const std::string_view line = take_line(message);
    if (journal) {
      out.text = line;
      out.ident = value(RecordFields::ident);
      if (out.ident.empty() && value(RecordFields::transport) == "kernel") out.ident = "kernel";
      out.user_space_record =
          out.ident == "kernel" && record_.given[RecordFields::transport] && value(RecordFields::transport) != "kernel";
    } else {
      decode_text(line, out);
      if (out.ident.empty() && out.style == LogLine::Style::bare) out.ident = value(RecordFields::ident);
    }
    if (out.time_text.empty()) out.time_text = value(RecordFields::time);
    if (out.host.empty()) out.host = value(RecordFields::host);
    out.style = LogLine::Style::record;
    out.boot_id = value(RecordFields::boot_id);
    out.unit = value(RecordFields::unit);
    if (const auto us = to_number<std::int64_t>(value(RecordFields::realtime_us))) out.wall_us = *us;
    if (const auto us = to_number<std::uint64_t>(value(RecordFields::monotonic_us))) out.monotonic_us = *us;
    out.continues = further;
    emit(out, sink, false);
    further = true;
  } while (!message.empty());
}

// __CURSOR=...  __REALTIME_TIMESTAMP=...  MESSAGE=...  and an empty line behind each record. A MESSAGE of several lines
// is "MESSAGE", a newline, its length as eight bytes (little endian), and the text.
bool LogLineDecoder::decode_export(std::string_view line, const Sink& sink) {
  std::string& message = record_.values[RecordFields::text];
  if (in_export_ && binary_left_ > 0) {
    message += '\n';
    message += line;
    binary_left_ -= std::min<std::uint64_t>(binary_left_, line.size() + 1);
    return true;
  }
  if (in_export_ && binary_message_) {
    binary_message_ = false;
    if (line.size() < 8) return true;
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(line[static_cast<std::size_t>(i)]);
    constexpr std::uint64_t kLongest = std::uint64_t{1} << 20;
    message.assign(line.substr(8));
    record_.given[RecordFields::text] = true;
    binary_left_ = std::min(length, kLongest) - std::min<std::uint64_t>(std::min(length, kLongest), line.size() - 8);
    return true;
  }
  if (!in_export_) {
    // The cursor comes first, if it was not lost.
    if (!line.starts_with("__CURSOR=") && !line.starts_with("__REALTIME_TIMESTAMP=")) return false;
    in_export_ = true;
    record_.clear();
    if (line.starts_with("__CURSOR=")) return true;
  }
  if (line.empty() || line.starts_with("__CURSOR=")) {
    finish(sink);
    in_export_ = !line.empty();
    return true;
  }
  if (line == "MESSAGE") {
    binary_message_ = true;
    return true;
  }
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || !is_key(line.substr(0, equals))) return true;  // a binary field
  const RecordFields::Field field = RecordFields::field_of(line.substr(0, equals));
  if (field != RecordFields::kCount && !record_.given[field]) {
    record_.values[field].assign(line.substr(equals + 1));
    record_.given[field] = true;
  }
  return true;
}

void LogLineDecoder::finish(const Sink& sink) {
  if (in_export_ && record_.given[RecordFields::text]) emit_record(sink);
  record_.clear();
  in_export_ = binary_message_ = false;
  binary_left_ = 0;
}

void LogLineDecoder::decode_text(std::string_view line, LogLine& out) { take_prefixes(line, out); }

}  // namespace memkit
