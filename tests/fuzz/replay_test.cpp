// The fuzzer's targets without a fuzzer: over their seeds, over what it once found, and over seeds that were damaged.
#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "fuzz/targets.h"
#include "support/fixtures.h"

namespace memkit::test {
namespace {

std::string name_of(const testing::TestParamInfo<FuzzTarget>& target) {
  std::string name(target.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// Files of testdata that are, or lie below, `place`.
void add_place(const std::filesystem::path& place, std::vector<std::string>& texts) {
  if (std::filesystem::is_regular_file(place)) texts.push_back(slurp(place));
  if (!std::filesystem::is_directory(place)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) {
    if (entry.is_regular_file()) texts.push_back(slurp(entry.path()));
  }
}

std::vector<std::string> seeds_of(const FuzzTarget& target) {
  std::vector<std::string> texts = {"", "\n", std::string(1, '\0')};
  for (const std::string_view seed : target.seeds) {
    add_place(testdata() / seed, texts);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(testdata() / "roots")) {
      if (entry.path().filename() == seed && entry.is_regular_file()) texts.push_back(slurp(entry.path()));
    }
  }
  add_place(testdata() / "fuzz" / target.name, texts);
  return texts;
}

void try_one(const FuzzTarget& target, const std::string& text) {
  try {
    target.run(text);
  } catch (const std::exception& error) {
    ADD_FAILURE() << error.what() << ": not of\n" << testing::PrintToString(text);
  }
}

/// Cuts, doubles, swaps and changes bytes, as a fuzzer does that knows nothing.
std::string damaged(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random); };
  for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = below(text.size());
    const std::size_t length = std::min(text.size() - at, 1 + below(40));
    switch (below(5)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(at, length));
        break;
      case 2:
        text.insert(below(text.size()), text.substr(at, length));
        break;
      case 3:
        text[at] = static_cast<char>(below(256));
        break;
      default:
        text.insert(at, "18446744073709551615");
    }
  }
  return text;
}

struct Fuzz : testing::TestWithParam<FuzzTarget> {};

TEST_P(Fuzz, HoldsForSeedsAndDamagedOnes) {
  const std::vector<std::string> seeds = seeds_of(GetParam());
  EXPECT_TRUE(GetParam().seeds.empty() || seeds.size() > 3) << "no file of testdata has the name of a seed";
  std::mt19937 random(1);
  constexpr std::size_t kMostBytes = std::size_t{2} << 20;  // tried in all, whatever the seeds' number
  std::size_t tried = 0;
  for (const std::string& seed : seeds) try_one(GetParam(), seed);
  for (std::size_t i = 0; tried < kMostBytes && i < 3000 && !HasFailure(); ++i) {
    const std::string text = damaged(seeds[i % seeds.size()], random);
    tried += text.size() + 1;
    try_one(GetParam(), text);
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Fuzz, testing::ValuesIn(fuzz_targets().begin(), fuzz_targets().end()), name_of);

}  // namespace

void PrintTo(const FuzzTarget& target, std::ostream* out) { *out << target.name; }

}  // namespace memkit::test
