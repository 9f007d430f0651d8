#pragma once

#include <array>

#include "options.h"

namespace memkit {

/// Options of the ranking alone.
inline constexpr std::array<OptionSpec, 0> kOomRankOptions{};

}  // namespace memkit
