#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"

namespace memkit {

/// Reads the words behind a command by its option table: clusters (-ht), values (-o LIST, -oLIST, --output=LIST),
/// unambiguous beginnings of long names (--hum), "--". Positionals beyond `max_positionals`, unknown options (with a
/// suggestion), missing values and options that exclude each other throw UsageError.
Arguments parse_arguments(std::span<const OptionSpec> table, std::vector<std::string> words,
                          std::size_t max_positionals);

/// Whether the words ask for `flag` ("json", "check"), even where the rest of them makes no sense.
bool asks_for(std::span<const OptionSpec> table, std::span<const std::string> words, std::string_view flag);

}  // namespace memkit
