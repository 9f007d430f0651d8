#include "output/units.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "output/text.h"

namespace memkit {
namespace {

constexpr std::uint64_t kKi = 1024;
constexpr std::uint64_t kMi = kKi * 1024;
constexpr std::uint64_t kGi = kMi * 1024;
constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
constexpr SizeFormat kCompact{SizeFormat::Style::compact, 1, false};
constexpr SizeFormat kCompactSi{SizeFormat::Style::compact, 1, true};
constexpr SizeFormat kSpaced{SizeFormat::Style::spaced, 1, false};
constexpr SizeFormat kSmem{SizeFormat::Style::smem, 1, false};

SizeFormat scaled(std::uint64_t divisor) { return {SizeFormat::Style::scaled, divisor, false}; }

TEST(Units, ScaledSizesAreCut) {
  EXPECT_EQ(format_size(0, scaled(1024)), "0");
  EXPECT_EQ(format_size(1023, scaled(1024)), "0");
  EXPECT_EQ(format_size(2047, scaled(1024)), "1");
  EXPECT_EQ(format_size(1999999, scaled(1000)), "1999");
  EXPECT_EQ(format_size(kMost, scaled(1)), "18446744073709551615");
}

TEST(Units, CompactTakesTheFirstUnitThatFits) {
  EXPECT_EQ(format_size(0, kCompact), "0B");
  EXPECT_EQ(format_size(999, kCompact), "999B");
  EXPECT_EQ(format_size(1000, kCompact), "1.0Ki");
  EXPECT_EQ(format_size(1024, kCompact), "1.0Ki");
  EXPECT_EQ(format_size(10 * kKi, kCompact), "10Ki");
  EXPECT_EQ(format_size(999 * kKi, kCompact), "999Ki");
  EXPECT_EQ(format_size(1000 * kKi, kCompact), "1.0Mi");
  EXPECT_EQ(format_size(1536 * kMi, kCompact), "1.5Gi");
  EXPECT_EQ(format_size(10188 * kKi, kCompact), "9.9Mi");
  EXPECT_EQ(format_size(10189 * kKi, kCompact), "10Mi") << "procps has 9Mi";
  EXPECT_EQ(format_size(10239 * kKi, kCompact), "10Mi");
  EXPECT_EQ(format_size(10240 * kKi, kCompact), "10Mi");
  EXPECT_EQ(format_size(kMost, kCompact), "16Ei");
}

TEST(Units, CompactSi) {
  EXPECT_EQ(format_size(1000, kCompactSi), "1.0K");
  EXPECT_EQ(format_size(999'999, kCompactSi), "999K");
  EXPECT_EQ(format_size(25'276'502'016, kCompactSi), "25G");
  EXPECT_EQ(format_size(kMost, kCompactSi), "18E");
}

TEST(Units, CompactIsNeverWiderThanItsRoom) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t bytes = random() >> (random() % 64);
    ASSERT_LE(format_size(bytes, kCompact).size(), 5u) << bytes;
    ASSERT_LE(format_size(bytes, kCompactSi).size(), 4u) << bytes;
  }
}

TEST(Units, SpacedIsForSentences) {
  EXPECT_EQ(format_size(0, kSpaced), "0 B");
  EXPECT_EQ(format_size(1023, kSpaced), "1023 B");
  EXPECT_EQ(format_size(1024, kSpaced), "1.0 KiB");
  EXPECT_EQ(format_size(kMi - 1, kSpaced), "1.0 MiB") << "never 1024.0 KiB";
  EXPECT_EQ(format_size(1023 * kKi, kSpaced), "1023.0 KiB");
  EXPECT_EQ(format_size(12 * kGi + 700 * kMi, kSpaced), "12.7 GiB");
  EXPECT_EQ(format_size(kMost, kSpaced), "16.0 EiB");
  EXPECT_EQ(format_size(1'500'000, {SizeFormat::Style::spaced, 1, true}), "1.5 MB");
}

TEST(Units, Smem) {
  EXPECT_EQ(format_size(0, kSmem), "0");
  EXPECT_EQ(format_size(8 * kKi, kSmem), "8.0K");
  EXPECT_EQ(format_size(1200 * kKi, kSmem), "1.2M");
  EXPECT_EQ(format_size(3 * kGi, kSmem), "3.0G");
}

TEST(Units, SignsStandInFront) {
  EXPECT_EQ(format_signed_size(5 * 1024, scaled(1024)), "5");
  EXPECT_EQ(format_signed_size(-5 * 1024, scaled(1024)), "-5");
  EXPECT_EQ(format_signed_size(-5, scaled(1024)), "0") << "no minus nothing";
  EXPECT_EQ(format_signed_size(-1536, kSpaced), "-1.5 KiB");
  EXPECT_EQ(format_signed_size(-1955840, kCompact), "-1.9Mi");
  EXPECT_EQ(format_signed_size(std::numeric_limits<std::int64_t>::min(), kSpaced), "-8.0 EiB");
}

TEST(Text, WhatIsNotKnownIsADash) {
  EXPECT_EQ(size_text(Missing::denied), "-");
  EXPECT_EQ(signed_size_text(Missing::absent), "-");
  EXPECT_EQ(percent_text(Missing::absent), "-");
  EXPECT_EQ(size_text(std::uint64_t{2048}), "2.0 KiB");
  EXPECT_EQ(percent_text(64.46), "64.5 %");
}

TEST(Text, PercentOfNothingIsNoFigure) {
  EXPECT_EQ(percent_of(std::uint64_t{1}, std::uint64_t{4}), 25.0);
  EXPECT_FALSE(percent_of(std::uint64_t{1}, std::uint64_t{0}));
  EXPECT_FALSE(percent_of(Missing::absent, std::uint64_t{4}));
  EXPECT_FALSE(percent_of(std::uint64_t{1}, Missing::denied));
}

}  // namespace
}  // namespace memkit
