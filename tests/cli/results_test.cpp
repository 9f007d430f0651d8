// The README's table of speed is part of the run that BENCHMARKS.md holds: scripts/bench writes both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/support.h"

namespace memkit::test {
namespace {

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells(1);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '|' && (i == 0 || row[i - 1] != '\\')) {
      cells.emplace_back();
    } else {
      cells.back() += row[i];
    }
  }
  for (std::string& cell : cells) {
    cell.erase(0, cell.find_first_not_of(' '));
    cell.erase(cell.find_last_not_of(' ') + 1);
  }
  return cells;
}

TEST(Results, ReadmeShowsTheRunOfBenchmarks) {
  const std::string readme = read_file(MEMKIT_SOURCE_DIR "/README.md");
  const std::string benchmarks = read_file(MEMKIT_SOURCE_DIR "/BENCHMARKS.md");
  const std::size_t begin = readme.find("<!-- written by scripts/bench -->");
  const std::size_t end = readme.find("<!-- end of what scripts/bench wrote -->");
  ASSERT_LT(begin, end);
  ASSERT_NE(end, std::string::npos);
  std::size_t rows = 0;
  for (const std::string& line : lines_of(readme.substr(begin, end - begin))) {
    SCOPED_TRACE(line);
    if (line.starts_with("- ")) {
      const std::string fact = line.substr(line.starts_with("- memkit ") ? std::size("- memkit ") - 1 : 2);
      EXPECT_THAT(benchmarks, testing::HasSubstr(": " + fact + "\n"));
    }
    if (!line.starts_with("| `memkit ")) continue;
    ++rows;
    const std::vector<std::string> cells = cells_of(line);
    ASSERT_EQ(cells.size(), 9U);  // one before the first mark and one behind the last
    for (const std::size_t time : {3, 4}) EXPECT_THAT(benchmarks, testing::HasSubstr(" " + cells[time] + " |"));
    EXPECT_THAT(benchmarks, testing::HasSubstr(" " + cells[5] + " |"));
  }
  EXPECT_GE(rows, 8U) << "free, smem twice, slab, psi, pmap, oom, report";
}

}  // namespace
}  // namespace memkit::test
