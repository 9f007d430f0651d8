#include "analysis/pattern.h"

#include "source/errors.h"

namespace memkit {
namespace {

/// The length of the longest beginning that is a whole expression: what follows it is at fault.
std::size_t sound_length(const std::string& expression) {
  for (std::size_t length = expression.size(); length-- > 0;) {
    regex_t part{};
    const bool sound = regcomp(&part, expression.substr(0, length).c_str(), REG_EXTENDED | REG_NOSUB) == 0;
    if (sound) {
      regfree(&part);
      return length;
    }
  }
  return 0;
}

/// Whether Python's class of digits is in it, which POSIX does not have: the C library takes "\d" for a plain "d".
bool has_digit_class(std::string_view expression) {
  for (std::size_t i = 0; i + 1 < expression.size(); ++i) {
    if (expression[i] != '\\') continue;
    if (expression[++i] == 'd') return true;
  }
  return false;
}

}  // namespace

Pattern::Pattern(std::string_view option, const std::string& expression) {
  if (has_digit_class(expression)) {
    throw UsageError("--" + std::string(option) + " takes a POSIX expression, which has [0-9] for '\\d', not '" +
                     expression + "'");
  }
  const int error = regcomp(&compiled_, expression.c_str(), REG_EXTENDED | REG_NOSUB);
  if (error == 0) return;
  std::string why(regerror(error, &compiled_, nullptr, 0), '\0');
  why.resize(regerror(error, &compiled_, why.data(), why.size()) - 1);
  const std::size_t at = sound_length(expression);
  throw UsageError("--" + std::string(option) + ": " + why + " in '" + expression + "', at '" + expression.substr(at) +
                   "' (character " + std::to_string(at + 1) + ")");
}

bool Pattern::matches(std::string_view name) const {
  // REG_STARTEND takes a length, so that views need no copy.
  regmatch_t range{0, static_cast<regoff_t>(name.size())};
  return regexec(&compiled_, name.data() == nullptr ? "" : name.data(), 1, &range, REG_STARTEND) == 0;
}

}  // namespace memkit
