#pragma once

#include <cstdint>
#include <string>

namespace memkit {

/// "2026-11-22T18:18:01.123Z" of nanoseconds since the epoch.
std::string rfc3339_utc(std::int64_t time_ns);

/// "2026-11-22 18:02:11 UTC" of microseconds since the epoch; where the variable TZ names a zone the time there:
/// "2026-11-23 03:02:11 JST (UTC+0900)". Without TZ no file of the system's zone is opened: its reader may be
/// elsewhere.
std::string zoned_time(std::int64_t time_us);

}  // namespace memkit
