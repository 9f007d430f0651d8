#include "output/free_table.h"

#include <string>
#include <vector>

namespace memkit {
namespace {

constexpr std::size_t kNameWidth = 9;
constexpr std::size_t kFigureWidth = 11;

/// "Mem:" and the figures; trailing missing cells are left out.
void print_line(Out& out, std::string_view name, const std::vector<std::string>& figures) {
  out.print("{:<{}}", name, kNameWidth);
  const char* space = "";
  for (const std::string& figure : figures) {
    out.print("{}{:>{}}", space, figure, kFigureWidth);
    space = " ";
  }
  out.write("\n");
}

}  // namespace

void print_free_table(Out& out, std::span<const FreeLine> lines, std::span<const std::size_t> chosen,
                      const TableStyle& style) {
  const std::span<const Column<FreeLine>> table = free_columns();
  std::vector<std::size_t> figures;
  for (const std::size_t column : chosen) {
    if (table[column].id != "name") figures.push_back(column);
  }
  if (style.headings) {
    std::vector<std::string> headings;
    for (const std::size_t column : figures) headings.emplace_back(table[column].header);
    print_line(out, "", headings);
  }
  for (const FreeLine& line : lines) {
    std::vector<std::string> texts;
    std::size_t known = 0;
    for (const std::size_t column : figures) {
      const Cell cell = table[column].value(line);
      texts.push_back(cell_text(cell, Unit::bytes, style));
      if (!is_missing(cell)) known = texts.size();
    }
    texts.resize(known);
    print_line(out, line.name + ":", texts);
  }
}

void print_free_line(Out& out, const FreeRows& rows, const TableStyle& style) {
  const auto figure = [&](const Got<std::uint64_t>& bytes) { return cell_text(to_cell(bytes), Unit::bytes, style); };
  out.print("SwapUse {:>11} CachUse {:>11}  MemUse {:>11} MemFree {:>11} \n", figure(rows.swap.used_bytes),
            figure(rows.memory.buff_cache_bytes), figure(rows.memory.used_bytes), figure(rows.memory.free_bytes));
}

}  // namespace memkit
