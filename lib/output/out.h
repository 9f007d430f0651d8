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
  /// Keeps everything in memory, for text(): what goes into a file that is replaced at once.
  static Out in_memory() { return Out(-1); }
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;

  void write(std::string_view text) {
    buffer_.append(text);
    if (is_full()) flush();
  }
  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Args>(args)...);
    if (is_full()) flush();
  }
  /// `count` times the byte.
  void fill(char byte, std::size_t count) { buffer_.append(count, byte); }

  /// Forgets what was not flushed yet: an error document takes its place.
  void discard() { buffer_.clear(); }
  void flush();
  /// What is kept and was not flushed.
  [[nodiscard]] std::string_view text() const { return buffer_; }
  /// Flushes and closes the descriptor: some filesystems report a failed write only there.
  void finish();

 private:
  [[nodiscard]] bool is_full() const { return fd_ >= 0 && buffer_.size() >= kFlushAt; }

  static constexpr std::size_t kFlushAt = std::size_t{32} << 10;
  int fd_;
  std::string buffer_;
};

}  // namespace memkit
