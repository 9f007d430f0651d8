#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "output/out.h"

/// Markdown (CommonMark with GitHub's tables) in which no name of the system is markup: not a heading, a link, a
/// table's border, HTML or the end of a code block.
namespace memkit::markdown {

/// Prose: what would be markup in the middle of a line stands behind a backslash. For a text that follows something on
/// its line; at the beginning of one "1." or "#" would be read as a list or a heading.
std::string text(std::string_view prose);

/// A name as code, in as many backticks as it takes.
std::string code(std::string_view name);

/// A block of code in a fence that is longer than any in it. Lines are escaped as for a terminal.
void print_block(Out& out, const std::vector<std::string>& lines);

/// A table; cells are Markdown already, a "|" in them is escaped here. Figures stand right, the first column left.
/// Nothing where there are no rows.
void print_table(Out& out, const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);

}  // namespace memkit::markdown
