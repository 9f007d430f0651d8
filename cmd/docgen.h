#pragma once

#include <string>
#include <string_view>

#include "command.h"

namespace memkit {

/// The mdoc page that the template makes: lines that are @OPTIONS@, @COLUMNS@, @COMMANDS@ or @GLOBAL_OPTIONS@ become
/// lists from the tables. `page` is the page's name: "memkit-free" is about the command free.
std::string man_page(std::string_view page, std::string_view text);

/// Completion for bash, zsh or fish. Throws UsageError for any other shell.
std::string completion(std::string_view shell);

}  // namespace memkit
