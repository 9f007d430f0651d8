#include "log_quotes.h"

#include <algorithm>
#include <iterator>

namespace memkit {
namespace {

constexpr std::string_view kBegins = "invoked oom-killer";
constexpr std::string_view kTells[] = {
    "oom-kill:",           "Killed process", "Kill process", "memory: usage", "memory+swap: ", "oom_reaper:",
    "systemd-oomd killed", "Killed /",       "earlyoom",     "sending SIG",   "panic"};

bool contains(std::string_view line, std::string_view words) { return line.find(words) != std::string_view::npos; }

}  // namespace

void LogQuotes::take(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool begins = contains(line, kBegins);
  if (begins) lines_.clear();
  if (!begins && std::none_of(std::begin(kTells), std::end(kTells), [&](auto words) { return contains(line, words); }))
    return;
  if (lines_.size() == kMost) lines_.pop_front();
  lines_.emplace_back(line.substr(0, kLongest));
}

void LogQuotes::feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (open_.size() < kLongest) open_.append(part.substr(0, kLongest - open_.size()));
    if (end == std::string_view::npos) return;
    take(open_);
    open_.clear();
    piece.remove_prefix(end + 1);
  }
}

std::vector<std::string> LogQuotes::finish() {
  if (!open_.empty()) take(open_);
  open_.clear();
  return {lines_.begin(), lines_.end()};
}

}  // namespace memkit
