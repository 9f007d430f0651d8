#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "collect/snapshot.h"
#include "parse/text.h"
#include "source/root.h"

namespace memkit {

/// Reads files into one buffer, and keeps account of those that could not be read.
class Reader {
 public:
  Reader(const Root& root, std::vector<Unread>& unread) : root_(root), unread_(unread) {}

  /// 0, kEmptyFile or an errno.
  int read_quietly(const std::string& path) {
    const int error = root_.read(path, text_);
    if (error == 0 && without_padding(text_).empty()) return kEmptyFile;
    return error;
  }

  template <class Parse>
  auto parse(const std::string& path, Parse parser) -> Got<std::decay_t<decltype(parser(std::string_view{}))>> {
    if (const int error = read_quietly(path); error != 0) {
      unread_.push_back({path, error});
      return missing_for(error);
    }
    return parser(text_);
  }

  /// A file of one number: the value, or why there is none.
  Got<std::uint64_t> number(const std::string& path) {
    const auto value = parse(path, parse_number_file);
    if (!value) return value.missing();
    return *value;
  }

  [[nodiscard]] std::vector<std::string> list(const std::string& path) {
    std::vector<std::string> names;
    if (const int error = root_.list(path, names); error != 0) unread_.push_back({path, error});
    std::sort(names.begin(), names.end());
    return names;
  }

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const Root& root() const { return root_; }
  [[nodiscard]] bool is_live() const { return root_.is_live(); }
  /// Whether its errnos are those of the running system, now or when the capture was taken.
  [[nodiscard]] bool was_live() const { return root_.is_live() || root_.capture() != nullptr; }
  void note(std::string path, int error) { unread_.push_back({std::move(path), error}); }

 private:
  const Root& root_;
  std::vector<Unread>& unread_;
  std::string text_;
};

}  // namespace memkit
