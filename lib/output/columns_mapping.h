#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "analysis/mapping_kinds.h"
#include "output/column.h"
#include "output/mapping_label.h"
#include "parse/smaps.h"

namespace memkit {

/// What a mapping is for, where that was told; else null.
using KindOf = const MappingClassifier::Kind*;

/// A mapping as pmap's tables and documents show it. It and the text that the mapping was taken from outlive what is
/// made of it.
class MappingRow {
  // First, since what follows is made with them.
  std::array<char, 3 * 16 + 24> digits_{};
  std::string label_scratch_;
  std::string path_scratch_;

 public:
  /// `whole_path`: files with their folders.
  MappingRow(const Mapping& mapping, bool whole_path, KindOf kind = nullptr);
  /// The sums of many: no address and no name.
  MappingRow(const Mapping& sums, std::string_view title);
  MappingRow(const MappingRow&) = delete;
  MappingRow& operator=(const MappingRow&) = delete;

  const Mapping& mapping;
  KindOf kind = nullptr;
  std::string_view label;               ///< label_of()
  std::string_view path;                ///< path_of()
  std::string_view start, end, offset;  ///< hexadecimal; offset with 16 digits too
  std::string_view device;              ///< "fe:00"
  std::array<char, 5> mode{};

 private:
  std::string_view hex(std::uint64_t number, std::size_t place);
};

/// Columns of pmap, a mapping each row. Those shown by default are pmap -x's.
std::span<const Column<MappingRow>> mapping_row_columns();

/// Adds mappings up; what it has no figure of is unknown in the sum.
class MappingTotals {
 public:
  void add(const Mapping& mapping);
  [[nodiscard]] std::uint64_t mappings() const { return sum_.mappings(); }
  /// A mapping as long as all of them, with their counters.
  [[nodiscard]] Mapping as_mapping() const;

 private:
  SmapsSum sum_;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace memkit
