#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "source/root.h"

namespace memkit {

/// Users of etc/passwd by uid. No other name service is asked: it may be slow, or gone when memory is.
class Users {
 public:
  explicit Users(const Root& root);
  /// The name; the number as text where the file does not know it.
  [[nodiscard]] std::string name(std::uint32_t uid) const;

 private:
  std::vector<std::pair<std::uint32_t, std::string>> names_;  // sorted by uid
};

}  // namespace memkit
