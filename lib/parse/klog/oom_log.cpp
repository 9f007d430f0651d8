#include "parse/klog/oom_log.h"

#include <algorithm>
#include <cstring>

#include "parse/klog/anchors.h"

namespace memkit {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10;
/// What is read at once, where that much is there: it is still in the processor's cache when it is searched.
constexpr std::size_t kPiece = std::size_t{64} << 10;
/// What is kept in front of the place where the search goes on: an event is known by its last lines if its first were
/// lost, and those between belong to it.
constexpr std::size_t kLookBack = std::size_t{24} << 10;
/// The longest line that is read; of a longer one, the beginning.
constexpr std::size_t kLongestLine = std::size_t{32} << 10;
/// Behind the last line of an event: what happens next (reaper, restart of the unit) comes within so much.
constexpr std::size_t kIdle = std::size_t{48} << 10;
/// The longest anchor, less one.
constexpr std::size_t kAnchorOverlap = 32;

}  // namespace

OomLog::OomLog(Sink sink)
    : events_(std::move(sink)),
      to_events_([this](const LogLine& line) { events_.add(line); }),
      buffer_(kBuffer / sizeof(CacheLine)) {}

std::span<char> OomLog::room() {
  make_room();
  return {data() + used_, std::min(kPiece, capacity() - used_)};
}

void OomLog::taken(std::size_t bytes) {
  used_ += bytes;
  bytes_ += bytes;
  scan(false);
}

void OomLog::feed(std::string_view piece) {
  while (!piece.empty()) {
    const std::span<char> space = room();
    const std::size_t part = std::min(space.size(), piece.size());
    std::memcpy(space.data(), piece.data(), part);
    piece.remove_prefix(part);
    taken(part);
  }
}

void OomLog::finish() {
  scan(true);
  decoder_.finish(to_events_);
  events_.finish();
}

void OomLog::make_room() {
  if (capacity() - used_ >= kPiece) return;
  std::size_t drop = std::max(seen_, at_ - std::min(at_, kLookBack));
  drop -= std::min(drop, (drop - used_) % sizeof(CacheLine));  // what comes next begins a line of the cache
  std::memmove(data(), data() + drop, used_ - drop);
  used_ -= drop;
  at_ -= drop;
  seen_ -= std::min(seen_, drop);
  for (std::size_t& at : escape_at_) at -= std::min(at, drop);
}

void OomLog::scan(bool at_end) {
  while (at_ < used_) {
    if (!reading_ && !seek()) return;
    if (!take_one_line(at_end)) return;
  }
}

bool OomLog::seek() {
  const std::string_view text(data(), used_);
  const std::size_t anchor = find_anchor(text, at_);
  if (anchor == std::string_view::npos) {
    // The last line may go on with an anchor.
    const std::size_t last_line = text.rfind('\n') + 1;  // npos + 1 is 0
    if (last_line > at_) {
      at_ = last_line;
      inside_long_line_ = false;
    }
    if (used_ - at_ > kLongestLine) {
      at_ = used_ - kAnchorOverlap;
      inside_long_line_ = true;
    }
    return false;
  }
  reading_ = true;
  idle_bytes_ = 0;
  const std::size_t line = text.substr(0, anchor).rfind('\n') + 1;
  if (inside_long_line_ && line <= at_) {
    skip_rest_ = true;
    at_ = anchor;
  } else {
    // Lines before it may be of the same event.
    const std::size_t floor = std::max(seen_, line - std::min(line, kLookBack));
    at_ = floor == seen_ ? floor : std::min(text.find('\n', floor) + 1, line);
  }
  inside_long_line_ = false;
  return true;
}

bool OomLog::take_one_line(bool at_end) {
  const std::string_view rest(data() + at_, used_ - at_);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) {
    if (rest.size() < kLongestLine && !at_end) return false;
    if (!skip_rest_) read_line(rest.substr(0, kLongestLine), false);
    // Of a line that is too long the rest is passed over; at the end nothing comes.
    skip_rest_ = !at_end;
    at_ = seen_ = used_;
    return !at_end;
  }
  if (!skip_rest_) read_line(rest.substr(0, std::min(end, kLongestLine)), end <= kLongestLine);
  skip_rest_ = false;
  at_ += end + 1;
  seen_ = at_;
  return true;
}

/// `line` is in the buffer. Of one that reaches further than was looked at, it is not known.
bool OomLog::is_plain(std::string_view line) {
  const auto begin = static_cast<std::size_t>(line.data() - data());
  bool plain = true;
  for (std::size_t i = 0; i < escape_at_.size(); ++i) {
    std::size_t& at = escape_at_[i];
    if (at <= begin) {
      const void* const found = std::memchr(line.data(), LogLineDecoder::kEscapes[i], used_ - begin);
      at = found == nullptr ? used_ : static_cast<std::size_t>(static_cast<const char*>(found) - data());
    }
    plain = plain && at >= begin + line.size();
  }
  return plain;
}

void OomLog::read_line(std::string_view line, bool whole) {
  if (!whole) {
    // The last word may be cut.
    const std::size_t end = line.find_last_of(" ,");
    line = line.substr(0, end == std::string_view::npos ? 0 : end);
    events_.next_line_is_cut();
  }
  events_.clear_touched();
  decoder_.decode(line, to_events_, is_plain(line));
  idle_bytes_ = events_.touched() ? 0 : idle_bytes_ + line.size() + 1;
  if (idle_bytes_ > kIdle) reading_ = false;
}

}  // namespace memkit
