#pragma once

#include <string_view>

#include "got.h"

namespace memkit {

/// /proc/PID/comm: the thread's name, any bytes (newline too), without the newline that ends the file. A view
/// into the text; absent where that is empty. Source: fs/proc/base.c comm_show.
Got<std::string_view> parse_comm(std::string_view text);

}  // namespace memkit
