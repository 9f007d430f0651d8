#include "parse/ps_table.h"

#include <gmock/gmock.h>

namespace memkit {
namespace {

// As procps-ng 4.0.2 prints it; the second process has a heading's words in its command.
constexpr std::string_view kAux =
    "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
    "root           1  0.0  0.1 167340 12800 ?        Ss   Nov22   0:07 /sbin/init splash\n"
    "postgres     812  0.1  2.0 218000 99000 ?        Ss   10:00   0:01 /usr/bin/postgres -D  /a  b PID\n"
    "root           2  0.0  0.0      0     0 ?        S    Nov22   0:00 [kthreadd]\n"
    "root           -  0.0    -      -     - -        Sl   Nov22   0:00 -\n";

TEST(PsTable, FindsColumnsByTheirHeadings) {
  const std::vector<PsRow> rows = parse_ps(kAux);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1].pid, 812u);
  EXPECT_EQ(rows[1].rss_bytes, 99000u * 1024);
  EXPECT_EQ(rows[1].vsz_bytes, 218000u * 1024);
  EXPECT_EQ(rows[1].command, "/usr/bin/postgres -D  /a  b PID");
  EXPECT_FALSE(rows[1].ppid);
  EXPECT_EQ(rows[2].command, "[kthreadd]");
}

TEST(PsTable, ReadsOtherFormats) {
  const auto rows =
      parse_ps("F UID PID PPID PRI NI VSZ RSS WCHAN STAT TTY TIME COMMAND\n4 0 7 1 20 0 10 8 - S ? 0:00 sh -c x\n");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].ppid, 1u);
  EXPECT_EQ(rows[0].command, "sh -c x");
}

TEST(PsTable, OfWhatIsNoneThereIsNone) {
  for (const std::string_view text :
       {"", "\n", "PID RSS\n1 2\n", "COMMAND PID RSS\nx 1 2\n", "USER PID COMMAND\na 1 b\n"}) {
    EXPECT_TRUE(parse_ps(text).empty()) << text;
  }
  EXPECT_EQ(parse_ps("PID RSS COMMAND\n1 99999999999999999999 a\n-1 2 b\n3\n").size(), 2u);
}

TEST(PsTable, EveryPrefixGivesAResult) {
  for (std::size_t end = 0; end <= kAux.size(); ++end) {
    for (const PsRow& row : parse_ps(kAux.substr(0, end))) EXPECT_TRUE(row.pid == 1 || row.pid == 812 || row.pid == 2);
  }
}

}  // namespace
}  // namespace memkit
