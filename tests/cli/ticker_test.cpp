#include "ticker.h"

#include <gtest/gtest.h>

#include <chrono>

#include "source/errors.h"

namespace memkit {
namespace {

constexpr OptionSpec kInterval = opt::interval;
constexpr OptionSpec kCount = opt::count;

Ticker ticker(const std::vector<std::string>& interval, const std::vector<std::string>& count) {
  return Ticker::from(Arguments({{&kInterval, !interval.empty(), interval}, {&kCount, !count.empty(), count}}, {}));
}

int samples(Ticker clock, int most = 100) {
  int taken = 1;
  while (!clock.done() && taken < most) ++taken;
  return taken;
}

TEST(Ticker, CountsSamples) {
  EXPECT_EQ(samples(ticker({}, {})), 1);
  EXPECT_EQ(samples(ticker({}, {"3"})), 3);
  EXPECT_EQ(samples(ticker({"0.1"}, {"2"})), 2);
  EXPECT_EQ(samples(ticker({"0.1"}, {})), 100) << "until a signal";
}

TEST(Ticker, RefusesWhatIsNoTime) {
  EXPECT_THROW(ticker({"0"}, {}), UsageError);
  EXPECT_THROW(ticker({"nan"}, {}), UsageError);
  EXPECT_THROW(ticker({"1"}, {"0"}), UsageError);
}

TEST(Ticker, TheTimeThatASampleTakesDoesNotAddUp) {
  using Seconds = std::chrono::duration<double>;
  const auto begin = std::chrono::steady_clock::now();
  Ticker clock = ticker({"0.2"}, {});
  for (int i = 0; i < 4; ++i) {
    sleep_s(0.1);  // the sample
    clock.wait();
  }
  const Seconds took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took.count(), 0.8);
  EXPECT_LT(took.count(), 1.15) << "1.2 if it added up";
}

TEST(Ticker, BeatsThatHavePassedAreLeftOut) {
  const auto begin = std::chrono::steady_clock::now();
  Ticker clock = ticker({"0.2"}, {});
  sleep_s(0.5);
  clock.wait();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took.count(), 0.6) << "the third beat";
}

}  // namespace
}  // namespace memkit
