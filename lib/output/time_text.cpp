#include "output/time_text.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace memkit {

std::string rfc3339_utc(std::int64_t time_ns) {
  // Not gmtime_r, which opens the time zone's files.
  using namespace std::chrono;
  const sys_time<milliseconds> time{floor<milliseconds>(nanoseconds(time_ns))};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string zoned_time(std::int64_t time_us) {
  using namespace std::chrono;
  const char* const zone = std::getenv("TZ");
  const std::time_t seconds = floor<std::chrono::seconds>(microseconds(time_us)).count();
  std::tm local{};
  if (zone == nullptr || *zone == '\0') {
    const std::string utc = rfc3339_utc(time_us * 1000);
    return fmt::format("{} {} UTC", utc.substr(0, 10), utc.substr(11, 8));
  }
  tzset();
  if (localtime_r(&seconds, &local) == nullptr) return rfc3339_utc(time_us * 1000);
  char text[80];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z (UTC%z)", &local);
  return {text, length};
}

}  // namespace memkit
