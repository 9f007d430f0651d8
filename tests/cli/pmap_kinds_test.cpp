// memkit pmap --kind, --group, --sort, --top and --explain, on a program that makes mappings of known sizes.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cli/free_fixtures.h"
#include "cli/pmap_support.h"
#include "cli/support.h"

namespace memkit {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

const std::string kRoot = MEMKIT_SOURCE_DIR "/testdata/roots/6.18-x86_64-vm";

struct Made {
  std::uint64_t bytes = 0;
  std::uint64_t touched = 0;
};

struct PmapKinds : testing::Test {
  void SetUp() override {
    for (const std::string& line : program.lines_until("ready")) {
      const Words words = words_of(line);
      made[words.at(0)] = {std::stoull(words.at(1)), std::stoull(words.at(2))};
    }
    ASSERT_GE(made.size(), 5u);
    const Outcome done = run({"pmap", "--kind", "--json", program.pid_text()});
    ASSERT_EQ(done.status, 0) << done.err;
    process = json::parse(done.out)["processes"][0];
    for (const json& row : process["kinds"]) kinds[row["kind"].get<std::string>()] = row;
  }
  TestProgram program{{"mappings"}};
  std::map<std::string, Made> made;
  json process;
  std::map<std::string, json> kinds;
};

TEST_F(PmapKinds, SizesAreThoseThatTheProgramMade) {
  const std::map<std::string, std::string> titles = {{"named_anonymous", "named anonymous"},
                                                     {"shared_memory", "shared memory"},
                                                     {"memfd", "memfd"},
                                                     {"sysv", "SysV shared memory"},
                                                     {"huge_pages", "huge pages"}};
  for (const auto& [id, title] : titles) {
    if (made.count(id) == 0) continue;
    ASSERT_EQ(kinds.count(title), 1u) << process;
    EXPECT_EQ(kinds[title]["vsz_bytes"], made[id].bytes) << id;
    EXPECT_EQ(kinds[title]["mappings_count"], 1) << id;
    if (id == "huge_pages") {
      EXPECT_EQ(kinds[title]["hugetlb_bytes"], made[id].touched);
      EXPECT_EQ(kinds[title]["rss_bytes"], 0);
    } else {
      EXPECT_EQ(kinds[title]["rss_bytes"], made[id].touched) << id;
    }
  }
  EXPECT_GE(kinds["heap"]["vsz_bytes"].get<std::uint64_t>(), made["heap"].bytes);
  EXPECT_LT(kinds["heap"]["vsz_bytes"].get<std::uint64_t>(), made["heap"].bytes * 2);
  EXPECT_GE(kinds["file data"]["rss_bytes"].get<std::uint64_t>(), made["deleted"].touched);
  EXPECT_GE(kinds["reserved"]["vsz_bytes"].get<std::uint64_t>(), made["reserved"].bytes);
  EXPECT_EQ(kinds["reserved"]["rss_bytes"], 0);
  EXPECT_GT(kinds["file text"]["rss_bytes"].get<std::uint64_t>(), 0u);
  EXPECT_GE(kinds["vdso, vvar"]["mappings_count"], 1);
  EXPECT_GT(process["memory"]["page_tables_bytes"].get<std::uint64_t>(), 0u);
}

TEST_F(PmapKinds, ThreadStacksAndArenasAreTold) {
  EXPECT_GE(kinds["anonymous"]["vsz_bytes"].get<std::uint64_t>(), made["anonymous"].bytes);
  EXPECT_LT(kinds["anonymous"]["vsz_bytes"].get<std::uint64_t>(), made["anonymous"].bytes + (1u << 20));
  const std::uint64_t stacks = kinds["stacks"]["vsz_bytes"];
  EXPECT_GE(stacks, made["thread_stack"].bytes);
  EXPECT_LT(stacks, made["thread_stack"].bytes + (1u << 20)) << "and the first thread's";
  EXPECT_EQ(kinds["stacks"]["mappings_count"], 2);
  EXPECT_EQ(kinds["malloc arenas"]["vsz_bytes"], 64u << 20);
  EXPECT_EQ(kinds["malloc arenas"]["guessed_count"], 2);
}

TEST_F(PmapKinds, KindsAndGroupsSumToAllMappings) {
  const json groups = json::parse(run({"pmap", "--group", "--json", program.pid_text()}).out)["processes"][0];
  for (const auto& [rows, totals] :
       {std::pair(process["kinds"], process["totals"]), std::pair(groups["groups"], groups["totals"])}) {
    for (const char* const figure : {"rss_bytes", "uss_bytes", "swap_bytes"}) {
      std::uint64_t sum = 0;
      for (const json& row : rows) sum += row[figure].get<std::uint64_t>();
      EXPECT_EQ(sum, totals[figure]) << figure;
    }
    std::uint64_t size = 0;
    for (const json& row : rows) size += row["vsz_bytes"].get<std::uint64_t>();
    EXPECT_EQ(size, totals["size_bytes"]);
  }
  for (const json& row : groups["groups"]) {
    std::uint64_t parts = 0;
    for (const char* const part : {"text_rss_bytes", "data_rss_bytes", "bss_rss_bytes"})
      parts += row[part].get<unsigned>();
    EXPECT_EQ(parts, row["rss_bytes"]) << row;
  }
}

TEST_F(PmapKinds, ALibraryIsOneGroup) {
  const json groups = json::parse(run({"pmap", "--group", "--json", program.pid_text()}).out)["processes"][0]["groups"];
  int libraries = 0;
  for (const json& row : groups) {
    if (row["group"].get<std::string>().find("/libc.so") == std::string::npos) continue;
    ++libraries;
    EXPECT_GE(row["mappings_count"], 4);
    EXPECT_GT(row["text_rss_bytes"].get<std::uint64_t>(), 0u);
    EXPECT_GT(row["data_rss_bytes"].get<std::uint64_t>(), 0u);
    EXPECT_GT(row["bss_rss_bytes"].get<std::uint64_t>(), 0u);
  }
  if (libraries == 0) GTEST_SKIP() << "skipped: statically linked";
  EXPECT_EQ(libraries, 1);
}

TEST_F(PmapKinds, OneScreenSaysWhatItIsMadeOf) {
  const Outcome done = run({"pmap", "--kind", program.pid_text()});
  const Words lines = lines_of(done.out);
  EXPECT_THAT(lines[0], testing::StartsWith(program.pid_text() + " memkit_test_map: "));
  EXPECT_THAT(lines[0],
              AllOf(HasSubstr(" PSS of "), HasSubstr(" RSS, "), HasSubstr(" in swap; "), HasSubstr(" % of RAM")));
  EXPECT_THAT(lines[1], testing::MatchesRegex("Kind +VSZ +RSS +PSS +Swap +Mappings +Guessed"));
  EXPECT_THAT(lines.back(), testing::StartsWith("page tables "));
  EXPECT_LE(lines.size(), 24u);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 80u);
}

TEST_F(PmapKinds, RowsSayWhatTheyAreForAsTheSumsDo) {
  const json mapped = json::parse(run({"pmap", "--json", program.pid_text()}).out)["processes"][0];
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> counted;  // mappings, guesses
  for (const json& row : mapped["mappings"]) {
    auto& [mappings, guesses] = counted[row["kind"].get<std::string>()];
    ++mappings;
    guesses += row["kind_guessed"].get<bool>() ? 1 : 0;
  }
  ASSERT_EQ(counted.size(), kinds.size());
  for (const auto& [kind, row] : kinds) {
    EXPECT_EQ(counted[kind].first, row["mappings_count"]) << kind;
    EXPECT_EQ(counted[kind].second, row["guessed_count"]) << kind;
  }
  // As columns, sorted too.
  const Words lines = lines_of(run({"pmap", "-qs", "kind", "-o", "kind", program.pid_text()}).out);
  ASSERT_EQ(lines.size(), mapped["mappings"].size() + 1);
  EXPECT_TRUE(std::is_sorted(lines.begin() + 1, lines.end()));
}

/// smaps of two arenas, a library with its bss, and the rest.
constexpr const char* kArenas =
    "7f0000000000-7f0000021000 rw-p 00000000 00:00 0 \nRss: 8 kB\n"
    "7f0000021000-7f0004000000 ---p 00000000 00:00 0 \nRss: 0 kB\n"
    "7f0010000000-7f0010001000 rw-p 00000000 08:01 5 /lib/x.so\nRss: 4 kB\n"
    "7f0010001000-7f0010003000 rw-p 00000000 00:00 0 \nRss: 4 kB\n"
    "7fff00000000-7fff00001000 rw-p 00000000 00:00 0 [stack]\nRss: 4 kB\n";

TEST(PmapRange, NeighboursOutsideTellTheKindsWithin) {
  const TemporaryDir root;
  root.write("proc/77/smaps", kArenas);
  const auto kinds_in = [&](const std::string& range) {
    std::string found;
    const json document = json::parse(run({"pmap", "--json", "-A", range, "--root", root.path(), "77"}).out);
    for (const json& row : document["processes"][0]["mappings"]) found += row["kind"].get<std::string>() + ";";
    return found;
  };
  EXPECT_EQ(kinds_in("7f0000000000"), "malloc arenas;") << "told by what follows";
  EXPECT_EQ(kinds_in("7f0000021000"), "malloc arenas;") << "told by what is before";
  EXPECT_EQ(kinds_in("7f0010002000"), "file data;") << "bss of the file before";
  EXPECT_EQ(kinds_in("7f0005000000"), "") << "a hole";
  const json sums =
      json::parse(run({"pmap", "--kind", "--json", "-A", "7f0000000000", "--root", root.path(), "77"}).out);
  EXPECT_EQ(sums["processes"][0]["kinds"][0]["kind"], "malloc arenas");
  EXPECT_EQ(sums["processes"][0]["kinds"][0]["mappings_count"], 1);
  const json groups =
      json::parse(run({"pmap", "--group", "--json", "-A", "7f0010002000", "--root", root.path(), "77"}).out);
  EXPECT_EQ(groups["processes"][0]["totals"]["rss_bytes"], 4096);
}

TEST(PmapRange, WhatIsBehindItIsNotRead) {
  const TemporaryDir root;
  std::string text = kArenas;
  std::uint64_t start = 0x7fff10000000;
  for (int i = 0; i < 60'000; ++i, start += 0x2000)
    text += fmt::format("{:x}-{:x} rw-p 00000000 00:00 0 \nRss: 4 kB\n", start, start + 0x1000);
  root.write("proc/77/smaps", text);
  const Outcome traced =
      run({"-f", "-e", "trace=read", "-e", "signal=none", "-o", root.path() + "/trace", MEMKIT_BINARY, "pmap", "-x",
           "-A", "7f0000000000,7f0010003000", "--root", root.path(), "77"},
          {.program = "strace"});
  if (traced.status == 127 || !has_tool("strace")) GTEST_SKIP() << "skipped: no strace";
  EXPECT_THAT(traced.out, HasSubstr("total kB           65548      16       -"));
  std::uint64_t bytes = 0;
  for (const std::string& line : lines_of(read_file(root.path() + "/trace"))) {
    const std::size_t at = line.rfind("= ");
    if (at != std::string::npos && line.find("-7f") == std::string::npos)
      bytes += std::strtoull(&line[at + 2], nullptr, 10);
  }
  EXPECT_LT(bytes, text.size() / 4) << "of " << text.size();
  // All of it where there is no end.
  EXPECT_THAT(run({"pmap", "-x", "-A", "7fff00000000,", "--root", root.path(), "77"}).out, HasSubstr(" 240004 "));
}

TEST(PmapSort, OrdersAndCutsRows) {
  const auto column_of = [](const Words& more) {
    Words words{"pmap", "--root", kRoot, "-qo", "rss", "5007"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<std::uint64_t> rss;
    const Words lines = lines_of(run(words).out);
    for (std::size_t i = 1; i < lines.size(); ++i) rss.push_back(std::stoull(lines[i]));
    return rss;
  };
  const std::vector<std::uint64_t> as_they_come = column_of({});
  ASSERT_GT(as_they_come.size(), 40u);
  EXPECT_FALSE(std::is_sorted(as_they_come.begin(), as_they_come.end()));
  std::vector<std::uint64_t> sorted = as_they_come;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(column_of({"-s", "rss"}), sorted);
  std::reverse(sorted.begin(), sorted.end());
  EXPECT_EQ(column_of({"-s", "rss", "-r"}), sorted);
  for (const std::size_t top : {1u, 3u, 17u}) {
    EXPECT_EQ(column_of({"--top", std::to_string(top)}),
              std::vector<std::uint64_t>(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(top)));
  }
  EXPECT_EQ(column_of({"--top", "18446744073709551615"}), sorted);
  const Outcome by_name = run({"pmap", "--root", kRoot, "-qs", "mapping", "-o", "mapping", "5007"});
  Words names = lines_of(by_name.out);
  names.erase(names.begin());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  const json top = json::parse(run({"pmap", "--json", "--top", "2", "-s", "pss", "--root", kRoot, "5007"}).out);
  EXPECT_EQ(top["processes"][0]["mappings"].size(), 2u);
}

TEST(PmapSort, OptionsThatDoNotGoTogetherAreRefused) {
  const Outcome done = run({"pmap", "-x", "-o", "rss", "1"});
  EXPECT_EQ(done.status, 2);
  EXPECT_THAT(done.err, HasSubstr("options --output and --extended exclude each other"));
  EXPECT_EQ(run({"pmap", "--kind", "-o", "dirty", "1"}).status, 2) << "no column of --kind";
  EXPECT_EQ(run({"pmap", "--kind", "--group", "1"}).status, 2);
}

TEST(PmapExplain, UsesTheProcessesOwnFigures) {
  const Outcome done = run({"pmap", "--root", kRoot, "-x", "--explain", "5007"});
  const json totals = json::parse(run({"pmap", "--root", kRoot, "--json", "5007"}).out)["processes"][0]["totals"];
  EXPECT_THAT(done.out, HasSubstr(fmt::format("{:.1f} MiB", totals["pss_bytes"].get<double>() / (1 << 20))));
  EXPECT_THAT(done.out, HasSubstr("page tables"));
  const TemporaryDir root;
  root.write("proc/77/maps", "1000-3000 rw-p 00000000 00:00 0 [heap]\n");
  const Outcome maps = run({"pmap", "--root", root.path(), "--explain", "77"});
  EXPECT_THAT(maps.out, HasSubstr("Only maps could be read"));
  const Outcome kinds = run({"pmap", "--root", root.path(), "--kind", "77"});
  EXPECT_EQ(kinds.status, 0) << kinds.err;
  EXPECT_THAT(kinds.out, AllOf(HasSubstr("heap  8.0 KiB    -    -     -"), HasSubstr("page tables -")));
}

}  // namespace
}  // namespace memkit
