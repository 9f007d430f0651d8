#pragma once

#include <string>

#include "options.h"

namespace memkit {

/// "-o, --output LIST": how --help, messages and man pages write an option.
std::string option_synopsis(const OptionSpec& spec);

}  // namespace memkit
