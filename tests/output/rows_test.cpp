#include "output/rows.h"

#include <gtest/gtest.h>

namespace memkit {
namespace {

struct Item {
  Got<std::uint64_t> size;
  int serial = 0;
};

constexpr Column<Item> kSize{{"size", "SIZE", Unit::bytes, Align::right, true, true, "size"},
                             [](const Item& item) -> Cell { return to_cell(item.size); }};

std::vector<int> serials(const std::vector<Item>& items, bool reverse) {
  std::vector<int> found;
  for (const std::size_t i : sorted_order(std::span<const Item>(items), kSize, reverse)) {
    found.push_back(items[i].serial);
  }
  return found;
}

TEST(Rows, OrderIsStableAndMissingIsLeast) {
  const std::vector<Item> items{{5, 1}, {Missing::denied, 2}, {3, 3}, {5, 4}, {Missing::absent, 5}};
  EXPECT_EQ(serials(items, false), (std::vector<int>{2, 5, 3, 1, 4}));
  EXPECT_EQ(serials(items, true), (std::vector<int>{1, 4, 3, 2, 5}));
  EXPECT_TRUE(serials({}, true).empty());
}

TEST(Rows, SumTellsWhatIsNotInIt) {
  const auto sum = [](const std::vector<Item>& items) { return sum_of(std::span<const Item>(items), kSize); };
  EXPECT_EQ(sum({}).value, Got<std::uint64_t>(0)) << "of nothing";
  EXPECT_EQ(sum({{5, 1}, {Missing::denied, 2}, {3, 3}}).value, Got<std::uint64_t>(8));
  EXPECT_EQ(sum({{5, 1}, {Missing::denied, 2}, {3, 3}}).unknown_rows, 1u);
  EXPECT_EQ(sum({{Missing::denied, 1}}).value, Got<std::uint64_t>(Missing::absent)) << "never 0";
  EXPECT_EQ(sum({{~std::uint64_t{0}, 1}, {1, 2}}).value, Got<std::uint64_t>(Missing::malformed)) << "past 64 bits";
}

}  // namespace
}  // namespace memkit
