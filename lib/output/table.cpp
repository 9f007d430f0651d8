#include "output/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "output/escape.h"

namespace memkit {
namespace {

std::string number_text(double value, Unit unit) {
  return unit == Unit::percent || unit == Unit::seconds ? fmt::format("{:.2f}", value) : fmt::format("{}", value);
}

/// A size as its share of the whole, as smem -p shows it; "N/A" where the whole is nothing.
std::string share_text(std::uint64_t bytes, const Got<std::uint64_t>& whole) {
  if (!whole) return "-";
  if (*whole == 0) return "N/A";
  return fmt::format("{:.2f}%", 100.0 * static_cast<double>(bytes) / static_cast<double>(*whole));
}

}  // namespace

std::string cell_text(const Cell& cell, Unit unit, const TableStyle& style) {
  struct Text {
    Unit unit;
    const TableStyle& style;
    std::string operator()(Missing) const { return "-"; }
    std::string operator()(std::uint64_t value) const {
      return unit == Unit::bytes ? format_size(value, style.size) : fmt::format_int(value).str();
    }
    std::string operator()(std::int64_t value) const {
      return unit == Unit::bytes ? format_signed_size(value, style.size) : fmt::format_int(value).str();
    }
    std::string operator()(double value) const { return number_text(value, unit); }
    std::string operator()(bool value) const { return value ? "yes" : "no"; }
    std::string operator()(std::string_view value) const { return for_terminal(value); }
  };
  return std::visit(Text{unit, style}, cell);
}

TextTable::TextTable(std::vector<const ColumnInfo*> columns, TableStyle style)
    : columns_(std::move(columns)), style_(style) {}

void TextTable::add_row(std::span<const Cell> cells) {
  Row row;
  row.cells.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto* const bytes = std::get_if<std::uint64_t>(&cells[i]);
    const bool share = style_.percent && columns_[i]->unit == Unit::bytes && bytes != nullptr;
    row.cells.push_back(share ? share_text(*bytes, columns_[i]->id.find("swap") != std::string_view::npos
                                                       ? style_.swap_percent_of
                                                       : style_.percent_of)
                              : cell_text(cells[i], columns_[i]->unit, style_));
  }
  rows_.push_back(std::move(row));
}

void TextTable::add_total(std::span<const Cell> cells) {
  add_row(cells);
  rows_.back().total = true;
}

std::vector<std::size_t> TextTable::column_widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = style_.headings ? display_width(columns_[i]->header) : 0;
    for (const Row& row : rows_) width = std::max(width, display_width(row.cells[i]));
    const std::size_t pad_to = columns_[i]->pad_to;
    if (style_.width == 0 && pad_to != 0) width = std::min(width, std::max(pad_to, columns_[i]->header.size()));
    widths.push_back(width);
  }
  if (style_.width != 0) shrink_to_window(widths);
  return widths;
}

/// Names give way to figures: columns of long names shrink, then the last left-aligned one; none below its heading.
void TextTable::shrink_to_window(std::vector<std::size_t>& widths) const {
  std::vector<std::size_t> order;
  for (std::size_t i = columns_.size(); i-- > 0;) {
    if (columns_[i]->pad_to != 0) order.push_back(i);
  }
  for (std::size_t i = columns_.size(); i-- > 0;) {
    if (columns_[i]->pad_to == 0 && columns_[i]->align == Align::left) {
      order.push_back(i);
      break;
    }
  }
  std::size_t all = std::accumulate(widths.begin(), widths.end(), std::size_t{2} * (widths.size() - 1));
  for (const std::size_t i : order) {
    const std::size_t least = std::max<std::size_t>(8, columns_[i]->header.size());
    if (all <= style_.width || widths[i] <= least) continue;
    const std::size_t taken = std::min(all - style_.width, widths[i] - least);
    widths[i] -= taken;
    all -= taken;
  }
}

void TextTable::print_row(Out& out, const std::vector<std::string>& cells, std::span<const std::size_t> widths) const {
  std::size_t owed = 0;  // blanks are written once something follows them: no line ends in blanks
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view text = style_.width == 0 ? cells[i] : cut_to_width(cells[i], widths[i]);
    const std::size_t padding = widths[i] - std::min(widths[i], display_width(text));
    const bool right = columns_[i]->align == Align::right;
    if (right) owed += padding;
    if (!text.empty()) out.fill(' ', std::exchange(owed, 0));
    out.write(text);
    owed += right ? 2 : padding + 2;
  }
  out.write("\n");
}

void TextTable::print(Out& out) const {
  const std::vector<std::size_t> widths = column_widths();
  if (style_.headings) {
    std::vector<std::string> headings;
    for (const ColumnInfo* column : columns_) headings.emplace_back(column->header);
    print_row(out, headings, widths);
  }
  for (const Row& row : rows_) {
    if (row.total) {
      out.fill('-', std::accumulate(widths.begin(), widths.end(), std::size_t{2} * (widths.size() - 1)));
      out.write("\n");
    }
    print_row(out, row.cells, widths);
  }
}

bool cell_less(const Cell& a, const Cell& b) {
  if (is_missing(a) || is_missing(b)) return is_missing(a) && !is_missing(b);
  return a < b;
}

}  // namespace memkit
