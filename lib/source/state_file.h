#pragma once

#include <string>
#include <string_view>

namespace memkit {

/// A small file that a command keeps between its runs, named on its command line.
/// The text of it; empty where there is none yet. Throws RunError where it is there and can't be read, or is no regular
/// file.
std::string read_state_file(const std::string& path);
/// Replaces a file at once (a temporary file in the same folder, then rename; mode 0644), so that nobody ever sees half
/// of it. The temporary name ends in six random characters: no collector takes it for one of its files.
/// Throws RunError.
void replace_file(const std::string& path, std::string_view text);

}  // namespace memkit
