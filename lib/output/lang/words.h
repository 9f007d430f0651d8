#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "output/lang/language.h"

namespace memkit {

/// The words of one report, in its language.
class Words {
 public:
  explicit Words(Language language) : language_(language) {}
  [[nodiscard]] std::string_view operator()(std::string_view key) const { return message(language_, key); }
  /// The text of `key` with each {} filled in.
  template <class... Args>
  [[nodiscard]] std::string operator()(std::string_view key, const Args&... args) const {
    return fmt::format(fmt::runtime(message(language_, key)), args...);
  }
  [[nodiscard]] Language language() const { return language_; }

 private:
  Language language_;
};

}  // namespace memkit
