#pragma once

#include <stdexcept>
#include <string>

namespace memkit {

/// What was asked for cannot be done: one line that names the thing, the reason and the way out. Exit status 1.
struct RunError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The command line cannot be understood. Exit status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// "Permission denied" and so on; thread-safe.
std::string error_text(int error);

}  // namespace memkit
