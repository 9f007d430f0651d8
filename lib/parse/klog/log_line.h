#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "oom_event.h"
#include "record_fields.h"

namespace memkit {

/// A line of a log without what the ways of logging put in front of it. Views live until the next line is decoded.
struct LogLine {
  /// How a line was logged. Lines of one event have one style.
  enum class Style : std::uint8_t { bare, monotonic, bracketed_time, syslog, kmsg, record };
  std::string_view text;       ///< what the kernel, or the program, said
  std::string_view time_text;  ///< as printed; empty: none but the kernel's own clock, or none at all
  std::string_view monotonic_text;
  std::string_view host;
  std::string_view ident;   ///< "kernel", "systemd"; empty where the log names no program
  std::string_view caller;  ///< "T1234", "C0": CONFIG_PRINTK_CALLER
  std::string_view boot_id;
  std::string_view unit;            ///< of a journal's record: the unit that it is about
  Got<std::uint64_t> monotonic_us;  ///< the kernel's clock
  Got<std::int64_t> wall_us;        ///< of a journal's record
  Style style = Style::bare;
  bool continues = false;          ///< a further line of the same message
  bool user_space_record = false;  ///< a kernel log record whose facility is not the kernel's

  [[nodiscard]] bool prefixed() const { return style != Style::bare; }
  /// Whether the kernel said it, as far as the log tells.
  [[nodiscard]] bool from_kernel() const { return ident.empty() || ident == "kernel"; }
};

/// Takes the prefixes off lines, told by their content: raw, -T and -x dmesg, caller ids, /dev/kmsg records, syslog
/// (RFC 3164 and 5424), journalctl's short forms, its json and export, JSON lines of docker and kubernetes, CRI, serial
/// consoles. Escapes (`\x0a`, `#012`, `\n` of JSON) become lines of their own.
class LogLineDecoder {
 public:
  using Sink = std::function<void(const LogLine&)>;
  /// Bytes that begin an escape: where a line has none of them, nothing in it stands for other bytes.
  static constexpr std::array<char, 4> kEscapes = {'\x1b', '\xc2', '\\', '#'};
  /// One line of the file, without its newline. Calls `sink` for each line of its message; not at all for lines that
  /// are only part of a record. `plain`: it is known that the line has none of kEscapes.
  void decode(std::string_view line, const Sink& sink, bool plain = false);
  /// The end of the log: a record of journalctl -o export that is still open.
  void finish(const Sink& sink);

 private:
  bool decode_export(std::string_view line, const Sink& sink);
  bool decode_json(std::string_view line, const Sink& sink);
  bool decode_kmsg(std::string_view line, const Sink& sink, bool plain);
  void decode_text(std::string_view line, LogLine& out);
  void emit_record(const Sink& sink);
  void emit(LogLine& line, const Sink& sink, bool plain);

  std::string cleaned_;
  std::string unescaped_;
  RecordFields record_;
  bool in_export_ = false;
  bool binary_message_ = false;  // of an export record: the next bytes are its length
  std::uint64_t binary_left_ = 0;
  bool after_kmsg_ = false;
  bool after_json_ = false;  // there were JSON records: half of one is no text
};

}  // namespace memkit
