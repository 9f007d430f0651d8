#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace memkit {

/// The lines of a log that tell the last OOM event in short, word for word: who asked, the limit, who was chosen, who
/// was killed. Of a log of any size, in pieces, in bounded memory: at most kMost lines, each at most kLongest bytes.
class LogQuotes {
 public:
  static constexpr std::size_t kMost = 12;
  static constexpr std::size_t kLongest = 400;

  void feed(std::string_view piece);
  /// The end of the log: its last line may have no newline.
  [[nodiscard]] std::vector<std::string> finish();

 private:
  void take(std::string_view line);

  std::string open_;  // the beginning of a line that is not whole yet
  std::deque<std::string> lines_;
};

}  // namespace memkit
