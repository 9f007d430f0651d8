#include "uptime.h"

#include "text.h"

namespace memkit {
namespace {

Got<std::uint64_t> take_ms(std::string_view& text) {
  return to_hundredths(take_whole_word(text)).transform([](std::uint64_t hundredths) { return hundredths * 10; });
}

}  // namespace

Uptime parse_uptime(std::string_view text) {
  text = without_padding(text);
  Uptime uptime;
  if (text.empty()) return uptime;
  uptime.uptime_ms = take_ms(text);
  uptime.idle_ms = take_ms(text);
  return uptime;
}

}  // namespace memkit
