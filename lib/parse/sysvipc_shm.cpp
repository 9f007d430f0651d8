#include "sysvipc_shm.h"

#include "text.h"

namespace memkit {
namespace {

/// Puts the next word into `into`; false where it is no number.
template <class T>
bool take(std::string_view& line, T& into) {
  const Got<T> value = to_number<T>(take_word(line));
  if (value) into = *value;
  return value.has_value();
}

// "key shmid perms size cpid lpid nattch uid gid cuid cgid atime dtime ctime rss swap"
// " 305419896          3   600     8388608  4711  4711      0     0     0     0     0 1790000000          0 1790000000
// 8388608 0"
bool parse_segment(std::string_view line, ShmSegment& segment) {
  constexpr int kBehindUid = 6;  // gid cuid cgid atime dtime ctime
  take_word(line);               // key: may be negative
  if (!take(line, segment.shmid)) return false;
  take_word(line);  // perms: octal
  if (!take(line, segment.size_bytes) || !take(line, segment.creator_pid) || !take(line, segment.last_pid) ||
      !take(line, segment.attached_count) || !take(line, segment.uid))
    return false;
  for (int i = 0; i < kBehindUid; ++i) take_word(line);
  const std::string_view rss = take_word(line);
  const std::string_view swap = take_word(line);
  if (!rss.empty()) segment.rss_bytes = not_underflown(to_number<std::uint64_t>(rss));
  if (!swap.empty()) segment.swap_bytes = not_underflown(to_number<std::uint64_t>(swap));
  return true;
}

}  // namespace

std::vector<ShmSegment> parse_sysvipc_shm(std::string_view text) {
  std::vector<ShmSegment> segments;
  text = complete_lines(text);
  while (!text.empty()) {
    ShmSegment segment;
    if (parse_segment(take_line(text), segment)) segments.push_back(segment);
  }
  return segments;
}

}  // namespace memkit
