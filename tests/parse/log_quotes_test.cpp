#include "parse/klog/log_quotes.h"

#include <gmock/gmock.h>

#include "support/fixtures.h"

namespace memkit {
namespace {

using testing::ElementsAre;

std::vector<std::string> quotes_of(std::string_view log, std::size_t piece) {
  LogQuotes quotes;
  for (; !log.empty(); log.remove_prefix(std::min(piece, log.size()))) quotes.feed(log.substr(0, piece));
  return quotes.finish();
}

TEST(LogQuotes, HasTheLinesOfTheLastEventWordForWord) {
  const std::string log =
      "[1.0] a invoked oom-killer: gfp_mask=0x0\n[1.1] Killed process 1 (a)\n[2.0] eth0: up\n"
      "[3.0] b invoked oom-killer: gfp_mask=0x0\r\n[3.1] [  7]  task table\n[3.2] oom-kill:constraint=X\n"
      "[3.3] Killed process 2 (b)";
  for (const std::size_t piece : {1u, 7u, 1000u}) {
    EXPECT_THAT(quotes_of(log, piece), ElementsAre("[3.0] b invoked oom-killer: gfp_mask=0x0",
                                                   "[3.2] oom-kill:constraint=X", "[3.3] Killed process 2 (b)"))
        << piece;
  }
}

TEST(LogQuotes, IsBounded) {
  std::string log;
  for (int i = 0; i < 100; ++i) log += "Killed process " + std::to_string(i) + std::string(10'000, 'x') + "\n";
  const std::vector<std::string> quotes = quotes_of(log, 4096);
  EXPECT_EQ(quotes.size(), LogQuotes::kMost);
  for (const std::string& quote : quotes) EXPECT_EQ(quote.size(), LogQuotes::kLongest);
  EXPECT_TRUE(quotes.back().starts_with("Killed process 99x"));
}

TEST(LogQuotes, OfNoEventThereAreNone) { EXPECT_TRUE(quotes_of("[1.0] eth0: up\n", 5).empty()); }

}  // namespace
}  // namespace memkit
