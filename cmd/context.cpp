#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "command.h"
#include "output/escape.h"

namespace memkit {

void Messages::say(std::string_view text) const {
  const std::string line = fmt::format("{}: {}\n", who_, for_terminal(text));
  // Where stderr is gone too there is nobody left to tell.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

Root Context::root() const {
  const std::optional<std::string> dir = args.value("root");
  if (!dir) return Root::live();
  Root root = Root::at(*dir);
  if (root.is_partial()) messages.say("the capture '" + *dir + "' is not whole: saving it failed, or was interrupted");
  return root;
}

bool Context::color() const {
  const std::string when = args.value("color").value_or("auto");
  if (when != "auto") return when == "always";
  const char* const term = std::getenv("TERM");
  const char* const no_color = std::getenv("NO_COLOR");
  return stdout_is_tty && (no_color == nullptr || *no_color == '\0') && term != nullptr &&
         std::string_view(term) != "dumb";
}

std::size_t Context::window_width() const {
  if (!stdout_is_tty) return 0;
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

}  // namespace memkit
