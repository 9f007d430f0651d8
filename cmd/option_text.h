#pragma once

#include <span>
#include <string>

#include "options.h"

namespace memkit {

/// "-o, --output LIST": how --help, messages and man pages write an option.
std::string option_synopsis(const OptionSpec& spec);

/// A line of --help for each option.
std::string options_text(std::span<const OptionSpec> options);

}  // namespace memkit
