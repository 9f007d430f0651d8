#pragma once

#include <string>
#include <string_view>

namespace memkit {

/// A small file that a command keeps between its runs, named on its command line.
/// The text of it; empty where there is none yet. Throws RunError where it is there and can't be read, or is no regular
/// file.
std::string read_state_file(const std::string& path);
/// Replaces it at once (a temporary file in the same folder, then rename), so that no run ever sees half of it.
/// Throws RunError.
void replace_state_file(const std::string& path, std::string_view text);

}  // namespace memkit
