#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "output/cell.h"

namespace memkit {

/// What a column's figures are. It ends the JSON key (pss -> "pss_bytes") and decides how a table shows them.
enum class Unit {
  none,     ///< names, ids, scores, addresses
  bytes,    ///< "_bytes"
  count,    ///< "_count"
  pages,    ///< "_pages"
  percent,  ///< "_pct"
  seconds,  ///< "_s"
  micros,   ///< "_us"
};

enum class Align { left, right };

/// What is known of a column without its row: enough for --help, -o, man pages, completion and schema tests.
struct ColumnInfo {
  std::string_view id;      ///< the name in -o and -s; the JSON key without its unit
  std::string_view header;  ///< the heading in tables
  Unit unit = Unit::none;
  Align align = Align::right;
  bool shown = false;           ///< part of the default table
  bool summable = false;        ///< a total of it means something
  std::string_view help;        ///< one line for --help and the man page, without a final stop
  std::string_view alias = {};  ///< a second name in -o and -s
  /// A column of long names: in a pipe it is padded to at most so many columns, and a longer name pushes its own
  /// line alone; in a window it is the first to be cut. 0: as wide as its longest cell.
  std::size_t pad_to = 0;
};

/// A row of the column table of a row type: the one place where a column is added.
template <class Row>
struct Column : ColumnInfo {
  Cell (*value)(const Row&) = nullptr;
};

std::string json_key(const ColumnInfo& column);
std::string_view unit_name(Unit unit);

/// Column tables as the command line, the man page and the completion see them.
template <class Row>
std::vector<const ColumnInfo*> infos(std::span<const Column<Row>> table) {
  std::vector<const ColumnInfo*> found;
  found.reserve(table.size());
  for (const Column<Row>& column : table) found.push_back(&column);
  return found;
}

/// The index of the column `name` (any case). Throws UsageError with a suggestion where there is none.
std::size_t find_column(std::span<const ColumnInfo* const> table, std::string_view name);

/// Which columns to show: the default ones where `list` is empty; "pid,rss" those, in that order; "+rss" the
/// default ones and rss; "all". Throws UsageError for an unknown name.
std::vector<std::size_t> select_columns(std::span<const ColumnInfo* const> table, std::string_view list);

}  // namespace memkit
