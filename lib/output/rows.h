#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "output/column.h"
#include "output/table.h"

namespace memkit {

/// The order in which `rows` stand when sorted by a column: ascending, missing values first; rows that are alike
/// keep their order, reversed or not.
template <class Row>
std::vector<std::size_t> sorted_order(std::span<const Row> rows, const Column<Row>& by, bool reverse) {
  std::vector<Cell> keys;
  keys.reserve(rows.size());
  for (const Row& row : rows) keys.push_back(by.value(row));
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return reverse ? cell_less(keys[b], keys[a]) : cell_less(keys[a], keys[b]);
  });
  return order;
}

/// Which rows are shown, and how.
struct RowChoice {
  std::vector<std::size_t> columns;  ///< empty: the command's own
  std::optional<std::size_t> sort;   ///< a column; none: as they come
  bool reverse = false;
  std::size_t top = 0;  ///< 0: all
};

/// The rows that are shown, in their order.
template <class Row>
std::vector<std::size_t> chosen_order(std::span<const Row> rows, std::span<const Column<Row>> table,
                                      const RowChoice& choice) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (choice.sort) order = sorted_order(rows, table[*choice.sort], choice.reverse);
  if (choice.top != 0 && order.size() > choice.top) order.resize(choice.top);
  return order;
}

/// The sum of a column over its rows, as far as they are known.
struct ColumnSum {
  Got<std::uint64_t> value = 0;  ///< of the known ones; missing where rows are there and none is known, or past 64 bits
  std::uint64_t unknown_rows = 0;  ///< not in it: 0 where the sum is complete
};

/// `counts`: which rows are in it; all where it is empty.
template <class Row>
ColumnSum sum_of(std::span<const Row> rows, const Column<Row>& column, bool (*counts)(const Row&) = nullptr) {
  ColumnSum sum;
  std::uint64_t total = 0;
  std::uint64_t counted = 0;
  bool overflow = false;
  for (const Row& row : rows) {
    if (counts != nullptr && !counts(row)) continue;
    ++counted;
    const Cell cell = column.value(row);
    const auto* const number = std::get_if<std::uint64_t>(&cell);
    if (number == nullptr) {
      ++sum.unknown_rows;
    } else {
      overflow = overflow || *number > std::numeric_limits<std::uint64_t>::max() - total;
      total += *number;
    }
  }
  if (overflow) {
    sum.value = Missing::malformed;
  } else if (counted != 0 && sum.unknown_rows == counted) {
    sum.value = Missing::absent;
  } else {
    sum.value = total;
  }
  return sum;
}

}  // namespace memkit
