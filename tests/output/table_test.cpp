#include "output/table.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "output/escape.h"
#include "output/free_table.h"
#include "output/text.h"
#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

std::string printed(const auto& work) {
  const test::TempDir dir;
  const std::string file = dir.string() + "/out";
  Out out(open(file.c_str(), O_WRONLY | O_CREAT, 0600));
  work(out);
  out.finish();
  return test::slurp(file);
}

constexpr ColumnInfo kId{"id", "ID", Unit::none, Align::right, true, false, "id"};
constexpr ColumnInfo kName{"name", "NAME", Unit::none, Align::left, true, false, "name", {}, 10};
constexpr ColumnInfo kSize{"size", "SIZE", Unit::bytes, Align::right, true, true, "size"};
constexpr ColumnInfo kNote{"note", "NOTE", Unit::none, Align::left, true, false, "note"};

using Cells = std::vector<Cell>;

std::string table(std::vector<const ColumnInfo*> columns, const std::vector<Cells>& rows, TableStyle style = {}) {
  TextTable text(std::move(columns), style);
  for (const Cells& row : rows) text.add_row(row);
  return printed([&](Out& out) { text.print(out); });
}

TEST(TextTable, AlignsByDisplayWidthAndEndsNoLineInBlanks) {
  EXPECT_EQ(table({&kId, &kNote, &kSize}, {{std::uint64_t{7}, std::string_view("日本"), std::uint64_t{2048}},
                                           {std::uint64_t{123}, std::string_view("x"), Missing::denied}}),
            " ID  NOTE  SIZE\n"
            "  7  日本     2\n"
            "123  x        -\n");
  EXPECT_EQ(table({&kId, &kNote}, {{std::uint64_t{1}, std::string_view("")}}), "ID  NOTE\n 1\n");
}

TEST(TextTable, NamesNeitherActNorMakeRows) {
  EXPECT_EQ(table({&kNote, &kId}, {{std::string_view("a\nb\x1b[0m"), std::uint64_t{1}}}),
            "NOTE         ID\n"
            "a\\nb\\x1b[0m   1\n");
}

TEST(TextTable, NoHeadings) {
  TableStyle style;
  style.headings = false;
  EXPECT_EQ(table({&kId, &kNote}, {{std::uint64_t{1}, std::string_view("x")}}, style), "1  x\n");
}

TEST(TextTable, ALongNameInAPipePushesItsOwnLineAlone) {
  EXPECT_EQ(table({&kName, &kId}, {{std::string_view("a name that is long"), std::uint64_t{1}},
                                   {std::string_view("short"), std::uint64_t{2}}}),
            "NAME        ID\n"
            "a name that is long   1\n"
            "short        2\n");
}

TEST(TextTable, AWindowCutsNamesOnly) {
  TableStyle style;
  style.width = 18;
  const std::string text =
      table({&kName, &kSize}, {{std::string_view("日本語日本語日本語"), std::uint64_t{1} << 30}}, style);
  EXPECT_EQ(text, "NAME          SIZE\n日本語日   1048576\n");
  for (std::size_t width = 1; width < 12; ++width) {
    style.width = width;
    EXPECT_NE(
        table({&kName, &kSize}, {{std::string_view("a long name"), std::uint64_t{1} << 30}}, style).find("1048576"),
        std::string::npos)
        << "figures are never cut";
  }
}

TEST(TextTable, TotalsAreSetOff) {
  TextTable text({&kId, &kSize}, {});
  text.add_row(Cells{std::uint64_t{1}, std::uint64_t{1024}});
  text.add_total(Cells{Missing::absent, std::uint64_t{1024}});
  EXPECT_EQ(printed([&](Out& out) { text.print(out); }), "ID  SIZE\n 1     1\n--------\n -     1\n");
}

TEST(CellText, EveryKind) {
  const TableStyle style;
  EXPECT_EQ(cell_text(Missing::denied, Unit::bytes, style), "-");
  EXPECT_EQ(cell_text(std::uint64_t{2048}, Unit::bytes, style), "2");
  EXPECT_EQ(cell_text(std::int64_t{-2048}, Unit::bytes, style), "-2");
  EXPECT_EQ(cell_text(std::uint64_t{2048}, Unit::count, style), "2048");
  EXPECT_EQ(cell_text(12.345, Unit::percent, style), "12.35");
  EXPECT_EQ(cell_text(true, Unit::none, style), "yes");
}

TEST(CellLess, MissingComesFirst) {
  EXPECT_TRUE(cell_less(Missing::absent, std::uint64_t{0}));
  EXPECT_FALSE(cell_less(std::uint64_t{0}, Missing::absent));
  EXPECT_FALSE(cell_less(Missing::absent, Missing::denied));
  EXPECT_TRUE(cell_less(std::uint64_t{1}, std::uint64_t{2}));
  EXPECT_TRUE(cell_less(std::string_view("a"), std::string_view("b")));
}

TEST(FreeTable, IsLaidOutAsProcpsDoesIt) {
  FreeRow row;
  row.total_bytes = 1024 * 1024;
  row.used_bytes = 512 * 1024;
  row.free_bytes = Missing::denied;
  row.shared_bytes = 0;
  const FreeLine lines[] = {{"Mem", row}};
  const std::vector<std::size_t> chosen = select_columns(infos(free_columns()), "");
  EXPECT_EQ(printed([&](Out& out) { print_free_table(out, lines, chosen, {}); }),
            "               total        used        free      shared  buff/cache   available\n"
            "Mem:            1024         512           -           0\n");
}

TEST(Wrapped, NoLineIsLongerThan79) {
  const std::string text = printed([](Out& out) {
    std::string words;
    for (int i = 0; i < 60; ++i) words += "wört ";
    print_wrapped(out, words + std::string(100, 'x') + " end");
  });
  std::size_t begin = 0;
  int lines = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++lines) {
    const std::string line = text.substr(begin, end - begin);
    EXPECT_TRUE(display_width(line) <= 79 || line == std::string(100, 'x')) << line;
    EXPECT_FALSE(line.ends_with(' '));
  }
  EXPECT_EQ(lines, 6);
}

TEST(Toned, ColoursOnlyWhereAsked) {
  EXPECT_EQ(toned("ok", Tone::good, false), "ok");
  EXPECT_EQ(toned("ok", Tone::plain, true), "ok");
  EXPECT_EQ(toned("ok", Tone::good, true), "\x1b[32mok\x1b[0m");
  EXPECT_EQ(toned("bad", Tone::bad, true), "\x1b[1;31mbad\x1b[0m");
}

}  // namespace
}  // namespace memkit
