#include "cmdline.h"

#include <algorithm>

#include "text.h"

namespace memkit {

std::string_view Cmdline::program() const { return arguments.substr(0, arguments.find('\0')); }

std::string Cmdline::joined() const {
  std::string line(arguments);
  std::replace(line.begin(), line.end(), '\0', ' ');
  return line;
}

Cmdline parse_cmdline(std::string_view text) { return {without_padding(text)}; }

std::string_view take_argument(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\0'), rest.size());
  const std::string_view argument = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return argument;
}

}  // namespace memkit
