#pragma once

#include <span>

#include "analysis/free_rows.h"
#include "output/columns_free.h"
#include "output/out.h"
#include "output/table.h"

namespace memkit {

/// The table of procps-ng's free, to the byte: names in 9 columns, figures in 11, cells that a row does not have
/// left out at its end. What is missing inside a row is "-", where free prints 0.
/// `chosen`: indices of free_columns(); the name always comes first.
void print_free_table(Out& out, std::span<const FreeLine> lines, std::span<const std::size_t> chosen,
                      const TableStyle& style);

/// free -L: swap used, cache, memory used and free on one line.
void print_free_line(Out& out, const FreeRows& rows, const TableStyle& style);

}  // namespace memkit
