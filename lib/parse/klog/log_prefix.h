#pragma once

#include <string_view>

#include "log_line.h"

namespace memkit {

/// Takes what loggers put in front of a line of text: priority, time, host, program, the kernel's clock, caller.
/// out.text is what is left.
void take_prefixes(std::string_view line, LogLine& out);

/// Takes "systemd[1]: " off `text` into out.ident, where it stands there.
bool take_ident(std::string_view& text, LogLine& out);

/// Where "14:08:11" stands in `text`; npos where it does not.
std::size_t find_clock(std::string_view text);

}  // namespace memkit
