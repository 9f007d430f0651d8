#pragma once

#include <span>
#include <string>
#include <vector>

#include "output/column.h"
#include "output/out.h"
#include "output/units.h"

namespace memkit {

/// How tables look. Nothing in it changes which rows and columns there are.
struct TableStyle {
  SizeFormat size{SizeFormat::Style::scaled, 1024, false};
  bool headings = true;
  /// Sizes as shares: of `percent_of`, and of `swap_percent_of` in columns of swap ("swap" in their id).
  bool percent = false;
  Got<std::uint64_t> percent_of = Missing::absent;
  Got<std::uint64_t> swap_percent_of = Missing::absent;
  /// Columns of the window, where columns of names are cut to fit; 0: never cut (pipes).
  std::size_t width = 0;
};

/// A cell as a table shows it: "-" where it is missing, names escaped.
std::string cell_text(const Cell& cell, Unit unit, const TableStyle& style);

/// Rows of text, aligned by display width. Columns are two spaces apart; the last left-aligned one is not padded.
class TextTable {
 public:
  TextTable(std::vector<const ColumnInfo*> columns, TableStyle style);
  void add_row(std::span<const Cell> cells);
  /// A row set off from the others by a rule, as smem -t does.
  void add_total(std::span<const Cell> cells);
  void print(Out& out) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    bool total = false;
  };
  void print_row(Out& out, const std::vector<std::string>& cells, std::span<const std::size_t> widths) const;
  [[nodiscard]] std::vector<std::size_t> column_widths() const;
  void shrink_to_window(std::vector<std::size_t>& widths) const;

  std::vector<const ColumnInfo*> columns_;
  TableStyle style_;
  std::vector<Row> rows_;
};

/// The cells of one row, in the order of `chosen`.
template <class Row>
std::vector<Cell> cells_of(std::span<const Column<Row>> table, std::span<const std::size_t> chosen, const Row& row) {
  std::vector<Cell> cells;
  cells.reserve(chosen.size());
  for (const std::size_t column : chosen) cells.push_back(table[column].value(row));
  return cells;
}

/// An empty table with the chosen columns of `table`.
template <class Row>
TextTable text_table(std::span<const Column<Row>> table, std::span<const std::size_t> chosen, TableStyle style) {
  std::vector<const ColumnInfo*> columns;
  for (const std::size_t column : chosen) columns.push_back(&table[column]);
  return {std::move(columns), style};
}

/// Orders two cells: missing ones first, so that ascending ends with the largest, then by value.
bool cell_less(const Cell& a, const Cell& b);

}  // namespace memkit
