#include "output/markdown.h"

#include <gmock/gmock.h>

namespace memkit::markdown {
namespace {

TEST(Markdown, ProseHasNoMarkup) {
  EXPECT_EQ(text("a*b_c`d[e](f)<g>&h|i\\j"), "a\\*b\\_c\\`d\\[e\\](f)\\<g\\>\\&h\\|i\\\\j");
  EXPECT_EQ(text("http://x www.y a@b ratio 1:2, 12.5 %"), "http\\://x www\\.y a\\@b ratio 1:2, 12.5 %");
  EXPECT_EQ(text("a\n# b\x1b[2J"), "a\\\\n# b\\\\x1b\\[2J");
}

TEST(Markdown, CodeTakesAsManyBackticksAsItNeeds) {
  EXPECT_EQ(code("java"), "`java`");
  EXPECT_EQ(code("a``b"), "```a``b```");
  EXPECT_EQ(code("`a"), "`` `a ``");
  EXPECT_EQ(code(" a "), "`  a  `");
  EXPECT_EQ(code(""), "-");
}

TEST(Markdown, NothingEndsABlockOfCode) {
  Out out = Out::in_memory();
  print_block(out, {"a```b", "````", "c\nd"});
  EXPECT_EQ(out.text(), "`````text\na```b\n````\nc\\nd\n`````\n\n");
}

TEST(Markdown, NothingAddsAColumnToATable) {
  Out out = Out::in_memory();
  print_table(out, {"a", "b"}, {{code("x|y"), text("x|y")}, {code("x\\|y"), code("x\\\\|y")}});
  EXPECT_EQ(out.text(), "| a | b |\n|---|---:|\n| `x\\|y` | x\\|y |\n| `x\\|y` | `x\\\\\\|y` |\n\n");
  Out none = Out::in_memory();
  print_table(none, {"a"}, {});
  EXPECT_EQ(none.text(), "");
}

}  // namespace
}  // namespace memkit::markdown
