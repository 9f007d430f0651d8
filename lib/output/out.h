#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace memkit {

/// Writing to stdout failed with this errno. EPIPE is a reader that had enough: no failure.
struct OutputError {
  int error;
};

/// The one buffered way to a file descriptor. Every failure throws OutputError, the last one at finish(), so
/// that a full disk is never taken for success.
class Out {
 public:
  explicit Out(int fd) : fd_(fd) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;

  void write(std::string_view text) {
    buffer_.append(text);
    if (buffer_.size() >= kFlushAt) flush();
  }
  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Args>(args)...);
    if (buffer_.size() >= kFlushAt) flush();
  }
  /// `count` times the byte.
  void fill(char byte, std::size_t count) { buffer_.append(count, byte); }

  /// Forgets what was not flushed yet: an error document takes its place.
  void discard() { buffer_.clear(); }
  void flush();
  /// Flushes and closes the descriptor: some filesystems report a failed write only there.
  void finish();

 private:
  static constexpr std::size_t kFlushAt = std::size_t{32} << 10;
  int fd_;
  std::string buffer_;
};

}  // namespace memkit
