#include "loadavg.h"

#include "text.h"

namespace memkit {
namespace {

Got<double> load(std::string_view word) {
  if (word.empty()) return Missing::absent;
  return to_hundredths(word).transform([](std::uint64_t n) { return static_cast<double>(n) / 100; });
}

}  // namespace

Loadavg parse_loadavg(std::string_view text) {
  Loadavg loadavg;
  text = without_padding(text);
  loadavg.load1 = load(take_whole_word(text));
  loadavg.load5 = load(take_whole_word(text));
  loadavg.load15 = load(take_whole_word(text));
  const std::string_view tasks = take_whole_word(text);
  const std::size_t slash = tasks.find('/');
  if (tasks.empty()) return loadavg;
  loadavg.runnable_count = to_number<std::uint64_t>(tasks.substr(0, slash));
  loadavg.threads_count =
      slash == std::string_view::npos ? Missing::malformed : to_number<std::uint64_t>(tasks.substr(slash + 1));
  return loadavg;
}

}  // namespace memkit
