#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "parse/got.h"

namespace memkit {

/// One figure or name of a row. Missing prints as "-" and is null in JSON, whatever the column.
/// A string_view lives as long as its row.
using Cell = std::variant<Missing, std::uint64_t, std::int64_t, double, bool, std::string_view>;

template <class T>
Cell to_cell(const Got<T>& got) {
  if (!got) return got.missing();
  if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double>) {
    return *got;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<std::int64_t>(*got);
  } else if constexpr (std::is_unsigned_v<T>) {
    return static_cast<std::uint64_t>(*got);
  } else {
    return std::string_view(*got);
  }
}

inline bool is_missing(const Cell& cell) { return std::holds_alternative<Missing>(cell); }

}  // namespace memkit
