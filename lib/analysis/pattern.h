#pragma once

#include <regex.h>

#include <string>
#include <string_view>

namespace memkit {

/// A POSIX extended regular expression, searched for anywhere in a name. One object may serve several threads.
class Pattern {
 public:
  /// Throws UsageError that names `option`, shows the expression and where it stops making sense.
  Pattern(std::string_view option, const std::string& expression);
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() { regfree(&compiled_); }

  /// Names with a NUL in them are searched up to it.
  [[nodiscard]] bool matches(std::string_view name) const;

 private:
  regex_t compiled_{};
};

}  // namespace memkit
