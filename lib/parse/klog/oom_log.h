#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "log_line.h"
#include "oom_assembler.h"
#include "oom_event.h"

namespace memkit {

/// Finds the OOM events of a log of any size, encoding and line length that comes in pieces, in bounded memory. Lines
/// outside of events are searched for the beginning of one, not read. Nothing is taken from a last line that has no
/// newline but what its whole words say: see lib/parse/text.h.
class OomLog {
 public:
  /// Gets each event when no more of it can come. Events of one machine come in the log's order; `number` is the order
  /// in which they began.
  using Sink = OomAssembler::Sink;
  explicit OomLog(Sink sink);

  /// The year of time stamps that have none; 0: their wall clock is unknown.
  void assume_year(int year) { events_.assume_year(year); }

  /// Room for the next piece, never empty; `taken` says how much of it was filled.
  std::span<char> room();
  void taken(std::size_t bytes);
  /// The same with a copy.
  void feed(std::string_view piece);
  /// The end of the log: what is open comes to the sink.
  void finish();

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Echoes of other programs that belong to no event of this log.
  [[nodiscard]] std::uint64_t unlinked_echoes() const { return events_.unlinked_echoes(); }

 private:
  void scan(bool at_end);
  /// Up to the beginning of the next line that may belong to an event. False: nothing more is to be found in what came.
  bool seek();
  /// One line off the buffer. False: it is not whole yet.
  bool take_one_line(bool at_end);
  void read_line(std::string_view line, bool whole);
  bool is_plain(std::string_view line);
  void make_room();
  [[nodiscard]] char* data() { return buffer_.front().bytes; }
  [[nodiscard]] std::size_t capacity() const { return buffer_.size() * sizeof(CacheLine); }

  OomAssembler events_;
  LogLineDecoder decoder_;
  LogLineDecoder::Sink to_events_;
  /// Where the kernel copies to: with a destination that no line of the processor's cache begins at, a copy takes half
  /// as long again.
  struct alignas(64) CacheLine {
    char bytes[64];
  };
  std::vector<CacheLine> buffer_;
  std::size_t used_ = 0;  // bytes in the buffer
  std::size_t at_ = 0;    // the next line that was not looked at
  std::size_t seen_ = 0;  // up to here lines were read one by one: not to be read again
  /// Where the next of each of the decoder's escapes stands, or how far there is none: a line has them rarely, and
  /// looking for each once is cheaper than in every line.
  std::array<std::size_t, LogLineDecoder::kEscapes.size()> escape_at_{};
  bool reading_ = true;            // line by line: a log may begin in the middle of an event
  bool skip_rest_ = false;         // of a line that does not fit
  bool inside_long_line_ = false;  // at_ is in the middle of such a line
  std::uint64_t idle_bytes_ = 0;   // since the last line that belonged to an event
  std::uint64_t bytes_ = 0;
};

}  // namespace memkit
