#include "envelope.h"

#include <gtest/gtest.h>

namespace memkit {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Rfc3339, IsUtcToTheMillisecond) {
  EXPECT_EQ(rfc3339_utc(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339_utc(951782400 * kSecond - 1), "2000-02-28T23:59:59.999Z");
  EXPECT_EQ(rfc3339_utc(951782400 * kSecond), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(rfc3339_utc(1798761599 * kSecond + 123'456'789), "2026-12-31T23:59:59.123Z");
  EXPECT_EQ(rfc3339_utc(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(rfc3339_utc(4102444800 * kSecond), "2100-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace memkit
