#include "parse/klog/log_time.h"

#include <algorithm>
#include <chrono>

#include "parse/klog/line_words.h"
#include "parse/klog/log_prefix.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;

struct Date {
  Got<int> year;
  Got<unsigned> month;
  Got<unsigned> day;
};

Got<unsigned> month_named(std::string_view word) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (word.size() < 3 || word.size() > 9) return Missing::absent;
  const std::size_t at = kMonths.find(word.substr(0, 3));
  return at != npos && at % 3 == 0 ? Got<unsigned>(static_cast<unsigned>(at / 3 + 1)) : Missing::absent;
}

/// "2024-05-30" or "2024/05/30".
bool read_iso_date(std::string_view word, Date& date) {
  if (word.size() < 10 || (word[4] != '-' && word[4] != '/') || word[7] != word[4]) return false;
  const Got<int> year = to_number<int>(word.substr(0, 4));
  const Got<unsigned> month = to_number<unsigned>(word.substr(5, 2));
  const Got<unsigned> day = to_number<unsigned>(word.substr(8, 2));
  if (!year || !month || !day) return false;
  date = {year, month, day};
  return true;
}

void read_date_words(std::string_view text, Date& date) {
  for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
    while (!word.empty() && (word.back() == ',' || word.back() == '.')) word.remove_suffix(1);
    if (read_iso_date(word, date)) continue;
    if (const Got<unsigned> month = month_named(word)) date.month = month;
    const Got<unsigned> number = to_number<unsigned>(word);
    if (!number) continue;
    if (word.size() == 4) date.year = static_cast<int>(*number);
    if (word.size() <= 2) date.day = number;
  }
}

/// "+1000", "+10:00", "-05", "Z", " UTC": minutes east of Greenwich.
Got<std::int64_t> read_zone(std::string_view text) {
  text = trim(text);
  if (text.starts_with("Z") || text.starts_with("UTC") || text.starts_with("GMT")) return 0;
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-')) return Missing::absent;
  const Got<std::int64_t> hours = to_number<std::int64_t>(text.substr(1, 2));
  std::size_t at = 3;
  if (at < text.size() && text[at] == ':') ++at;
  const Got<std::int64_t> minutes =
      text.size() >= at + 2 && is_digit(text[at]) ? to_number<std::int64_t>(text.substr(at, 2)) : 0;
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return Missing::absent;
  return (*hours * 60 + *minutes) * (text[0] == '-' ? -1 : 1);
}

}  // namespace

void read_wall_clock(std::string_view text, int year, LogTime& into) {
  const std::size_t clock = find_clock(text);
  if (clock == npos) return;
  std::size_t at = clock;
  const auto number = [&] {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    const Got<std::int64_t> value = to_number<std::int64_t>(text.substr(at, end - at));
    at = end + 1;
    return value;
  };
  const Got<std::int64_t> hours = number();
  const Got<std::int64_t> minutes = number();
  const Got<std::int64_t> seconds = number();
  --at;
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 60) return;
  std::int64_t us = 0;
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
    std::int64_t scale = 100'000;
    for (++at; at < text.size() && is_digit(text[at]); ++at, scale /= 10) us += (text[at] - '0') * scale;
  }
  Date date;
  // "2026-08-27T15:51:41": the date stands before the T
  std::string_view before = text.substr(0, clock);
  if (before.ends_with('T')) before.remove_suffix(1);
  read_date_words(before, date);
  const std::string_view behind = text.substr(at);
  const Got<std::int64_t> zone = read_zone(behind);
  if (!zone) read_date_words(behind, date);  // "14:08:11 2024"
  const bool has_year = date.year.has_value();
  if (!date.month || !date.day || (!has_year && year == 0)) return;
  using namespace std::chrono;
  const year_month_day day(std::chrono::year(has_year ? *date.year : year), month(*date.month),
                           std::chrono::day(*date.day));
  if (!day.ok()) return;
  const microseconds wall = sys_days(day).time_since_epoch() + std::chrono::hours(*hours) +
                            std::chrono::minutes(*minutes - zone.value_or(0)) + std::chrono::seconds(*seconds);
  into.wall_us = wall.count() + us;
  into.sure = !has_year ? LogTime::Sure::no_year : zone ? LogTime::Sure::exact : LogTime::Sure::no_zone;
}

LogTime time_of(const LogLine& line, int year) {
  LogTime time;
  time.text = line.time_text.empty() ? line.monotonic_text : line.time_text;
  time.monotonic_us = line.monotonic_us;
  if (line.wall_us) {
    time.wall_us = line.wall_us;
    time.sure = LogTime::Sure::exact;
  } else if (!line.time_text.empty()) {
    read_wall_clock(line.time_text, year, time);
  }
  return time;
}

}  // namespace memkit
