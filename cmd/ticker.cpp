#include "ticker.h"

#include <algorithm>
#include <cerrno>
#include <cmath>

namespace memkit {
namespace {

double to_seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

timespec to_timespec(double seconds) {
  const double whole = std::floor(seconds);
  return {static_cast<std::time_t>(whole), static_cast<long>((seconds - whole) * 1e9)};
}

}  // namespace

void sleep_s(double seconds) {
  timespec left = to_timespec(seconds);
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
}

Ticker Ticker::every(double interval_s) {
  Ticker ticker;
  ticker.interval_s_ = interval_s;
  ticker.left_.reset();
  clock_gettime(CLOCK_MONOTONIC, &ticker.next_);
  return ticker;
}

Ticker Ticker::from(const Arguments& args) {
  Ticker ticker;
  const std::optional<std::string> interval = args.value("interval");
  const std::optional<std::string> count = args.value("count");
  if (interval) {
    ticker.interval_s_ = parse_seconds("interval", *interval);
    ticker.left_.reset();
  }
  if (count) ticker.left_ = parse_count("count", *count, 1);
  clock_gettime(CLOCK_MONOTONIC, &ticker.next_);
  return ticker;
}

bool Ticker::done() { return left_ && --*left_ == 0; }

void Ticker::wait() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const double behind = std::max(0.0, to_seconds(now) - to_seconds(next_));
  next_ = to_timespec(to_seconds(next_) + interval_s_ * std::floor(behind / interval_s_ + 1));
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next_, nullptr) == EINTR) {
  }
}

}  // namespace memkit
