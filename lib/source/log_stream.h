#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "source/fd.h"

namespace memkit {

/// The bytes of a log, from the beginning to what is its end now. Nothing waits for lines that are yet to come, except
/// at a pipe.
class LogStream {
 public:
  /// The running kernel's log: /dev/kmsg, else syslog(2). Throws RunError where neither may be read.
  static LogStream running_kernel();
  /// A file that the user named, "-": standard input. FIFOs are read too (`<(zcat ...)`). Throws RunError.
  static LogStream file(const std::string& path);
  /// What a program prints. Throws RunError where it can't be started.
  static LogStream program(const std::vector<std::string>& words);

  LogStream(LogStream&&) noexcept = default;
  LogStream(const LogStream&) = delete;
  LogStream& operator=(LogStream&&) = delete;
  LogStream& operator=(const LogStream&) = delete;
  /// Ends the program, if it is one and still runs.
  ~LogStream();

  /// The next bytes; 0 at the end. Throws RunError.
  std::size_t read(std::span<char> into);

  /// As messages say it: "standard input", the path, "/dev/kmsg".
  [[nodiscard]] const std::string& name() const { return name_; }
  /// When the file was last written: its lines are not younger. Empty of what is no regular file.
  [[nodiscard]] std::optional<std::int64_t> modified_us() const { return modified_us_; }

 private:
  enum class Kind { stream, records, text };
  LogStream(Kind kind, Fd fd, std::string name) : kind_(kind), fd_(std::move(fd)), name_(std::move(name)) {}

  Kind kind_;
  Fd fd_;
  std::string name_;
  std::optional<std::int64_t> modified_us_;
  std::string text_;  // of syslog(2)
  std::size_t text_at_ = 0;
  pid_t child_ = -1;
};

/// What to add to the kernel's clock (CLOCK_MONOTONIC) for the wall clock, in microseconds.
std::int64_t monotonic_to_wall_us();

}  // namespace memkit
