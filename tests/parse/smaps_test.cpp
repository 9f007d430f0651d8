#include "parse/smaps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <vector>

#include "parse/smaps_reader.h"
#include "parse/smaps_rollup.h"
#include "parse/smaps_table.h"
#include "support/fixtures.h"
#include "support/prefixes.h"

namespace memkit::test {
namespace {

using namespace std::literals;
constexpr std::uint64_t kKiB = 1024;

std::vector<Mapping> mappings(std::string_view text) {
  std::vector<Mapping> all;
  visit_smaps(text, [&all](const Mapping& mapping) { all.push_back(mapping); });
  return all;
}

TEST(SmapsRollup, ReadsTheCapturedProcess) {
  const SmapsCounters rollup = parse_smaps_rollup(captured_process(kHostilePid, "smaps_rollup"));
  EXPECT_EQ(rollup.rss_bytes, 38148 * kKiB);
  EXPECT_EQ(rollup.pss_bytes, 35967 * kKiB);
  EXPECT_EQ(rollup.pss_dirty_bytes, 31468 * kKiB);
  EXPECT_EQ(rollup.pss_shmem_bytes, 28664 * kKiB);
  EXPECT_EQ(rollup.uss_bytes(), (4324 + 31468) * kKiB);
  EXPECT_EQ(rollup.swap_bytes, 19044 * kKiB);
  EXPECT_EQ(rollup.swap_pss_bytes, 3676 * kKiB) << "without shared memory that is in swap";
  EXPECT_EQ(rollup.locked_bytes, 256 * kKiB);
  EXPECT_EQ(rollup.ksm_bytes, 0U);
}

TEST(SmapsRollup, TheFirstKernelsThatHaveIt) {
  const SmapsCounters rollup = parse_smaps_rollup(by_hand("smaps_rollup/4.14"));
  EXPECT_EQ(rollup.pss_bytes, 1288 * kKiB);
  EXPECT_EQ(rollup.private_hugetlb_bytes, 4096 * kKiB);
  EXPECT_EQ(rollup.pss_anon_bytes, Missing::absent);
  EXPECT_EQ(rollup.pss_dirty_bytes, Missing::absent);
  EXPECT_EQ(rollup.file_pmd_mapped_bytes, Missing::absent);
}

TEST(SmapsRollup, TroubleInTheText) {
  EXPECT_EQ(parse_smaps_rollup("").rss_bytes, Missing::absent);
  EXPECT_EQ(parse_smaps_rollup("").uss_bytes(), Missing::absent);
  EXPECT_EQ(parse_smaps_rollup("Rss: 4").rss_bytes, Missing::absent);
  EXPECT_EQ(parse_smaps_rollup("Rss: 18446744073709551612 kB\n").rss_bytes, Missing::malformed);
  EXPECT_EQ(parse_smaps_rollup("Private_Clean: 4 kB\n").uss_bytes(), Missing::absent);
  expect_no_invention(captured_process(kHostilePid, "smaps_rollup"), parse_smaps_rollup);
  expect_no_invention(by_hand("smaps_rollup/4.14"), parse_smaps_rollup);
}

TEST(MappingReader, AnUnknownKeyIsNotTakenForOneThatBeginsLikeIt) {
  std::string_view text =
      "1000-2000 rw-p 00000000 00:00 0\nRss: 4 kB\nFile: 0 kB\n"
      "2000-3000 rw-p 00000000 00:00 0\nRss: 4 kB\nFilePmdMapped: 8 kB\n";
  MappingReader reader;
  Mapping mapping;
  ASSERT_TRUE(reader.take(text, mapping));
  ASSERT_TRUE(reader.take(text, mapping));
  EXPECT_EQ(mapping.counters.file_pmd_mapped_bytes, 8 * kKiB);
}

TEST(Smaps, ReadsHeadersAndNames) {
  const std::string text = by_hand("smaps/5.17-hugetlb-and-names");
  const auto all = mappings(text);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].start, 0x7f0000000000U);
  EXPECT_EQ(all[0].end, 0x7f0000400000U);
  EXPECT_EQ(std::string_view(all[0].perms.data(), 4), "rw-s");
  EXPECT_EQ(all[0].dev_minor, 0x0fU);
  EXPECT_EQ(all[0].inode, 41231U);
  EXPECT_EQ(all[0].name, "/anon_hugepage");
  EXPECT_TRUE(all[0].deleted);
  EXPECT_EQ(all[0].kernel_page_size_bytes, 2048 * kKiB);
  EXPECT_EQ(all[0].counters.private_hugetlb_bytes, 4096 * kKiB);
  EXPECT_EQ(all[0].protection_key, 3U);
  EXPECT_EQ(all[0].thp_eligible, 0U);
  EXPECT_EQ(all[0].vm_flags, "rd wr sh mr mw me ms de ht");
  EXPECT_EQ(all[1].name, "[anon:buffer pool]");
  EXPECT_EQ(all[1].counters.locked_bytes, 512 * kKiB);
  EXPECT_EQ(all[1].thp_eligible, 1U);
  EXPECT_EQ(all[1].protection_key, Missing::absent) << "the mapping before had one";
  EXPECT_EQ(all[2].name, "/srv/a b/line\\012two");
  EXPECT_EQ(decode_map_name(all[2].name), "/srv/a b/line\ntwo");
  EXPECT_TRUE(all[2].deleted);
  EXPECT_EQ(all[2].dev_major, 0xfdU);
  EXPECT_EQ(all[3].name, "");
  EXPECT_FALSE(all[3].deleted);
  EXPECT_EQ(all[3].size_bytes, 8 * kKiB);
}

TEST(Smaps, OldKernelsHaveFewerLines) {
  const std::string text = by_hand("smaps/2.6.32");
  const auto all = mappings(text);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].offset, 0xee000U);
  EXPECT_EQ(all[1].counters.swap_bytes, 8 * kKiB);
  EXPECT_EQ(all[1].counters.anonymous_bytes, Missing::absent);
  EXPECT_EQ(all[2].name, "[stack]");
  EXPECT_EQ(all[2].kernel_page_size_bytes, 4 * kKiB);
  EXPECT_EQ(all[2].vm_flags, "");
  EXPECT_EQ(sum_smaps(text).pss_bytes, (213 + 40 + 16) * kKiB);
  EXPECT_EQ(sum_smaps(text).swap_pss_bytes, Missing::absent);
}

TEST(Smaps, SumsToTheCapturedRollup) {
  for (const char* const pid : {kHostilePid, kSleepPid}) {
    const std::string text = captured_process(pid, "smaps");
    const SmapsCounters sum = sum_smaps(text);
    const SmapsCounters rollup = parse_smaps_rollup(captured_process(pid, "smaps_rollup"));
    EXPECT_EQ(sum.rss_bytes, rollup.rss_bytes);
    EXPECT_EQ(sum.uss_bytes(), rollup.uss_bytes());
    EXPECT_EQ(sum.swap_bytes, rollup.swap_bytes);
    EXPECT_EQ(sum.anonymous_bytes, rollup.anonymous_bytes);
    // each mapping's Pss is rounded down to a KiB
    EXPECT_LE(*sum.pss_bytes, *rollup.pss_bytes);
    EXPECT_GE(*sum.pss_bytes + mappings(text).size() * kKiB, *rollup.pss_bytes);
    EXPECT_EQ(sum.pss_anon_bytes, Missing::absent) << "mappings do not print it";
  }
}

TEST(Smaps, ReadsMapsToo) {
  const std::string text = captured_process(kHostilePid, "maps");
  const std::string smaps = captured_process(kHostilePid, "smaps");
  const auto lines = mappings(text);
  const auto full = mappings(smaps);
  ASSERT_EQ(lines.size(), full.size());
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].start, full[i].start);
    EXPECT_EQ(lines[i].name, full[i].name);
    EXPECT_EQ(full[i].size_bytes, full[i].end - full[i].start);
    EXPECT_EQ(lines[i].counters.rss_bytes, Missing::absent);
  }
}

TEST(Smaps, HeadersThatMakeNoSenseArePassedOver) {
  const std::string text =
      "7f00-6f00 rw-p 0 00:00 0\nRss: 1 kB\n1000-2000 rw-p 0 00:00\nRss: 2 kB\n1000-2000 rw- 0 00:00 0\n"
      "1000-2000 rw-p x 00:00 0\nabc\n1000-2000 rw-p 0 0000 0\n10000000000000000-2 rw-p 0 0:0 0\n\n"
      "1000-2000 rw-p 0 00:00 0 \r\nRss: 3 kB\r\nNew_Key: 9 kB\nRss: 4 kB\nSwap: x kB\n";
  const auto all = mappings(text);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].counters.rss_bytes, 3 * kKiB);
  EXPECT_EQ(all[0].counters.swap_bytes, Missing::malformed);
  EXPECT_EQ(all[0].name, "");
  EXPECT_TRUE(mappings("").empty());
  EXPECT_TRUE(mappings("Rss: 4 kB\n").empty());
  EXPECT_TRUE(mappings("1000-2000 rw-p 0 00:00 0").empty()) << "cut";
}

TEST(Smaps, ASumIsNeverTooSmall) {
  const std::string whole = "1000-2000 rw-p 0 00:00 0\nRss: 3 kB\nPss: 2 kB\n";
  EXPECT_EQ(sum_smaps(whole + whole).pss_bytes, 4 * kKiB);
  EXPECT_EQ(sum_smaps(whole + "1000-2000 rw-p 0 00:00 0\nRss: 3 kB\n").rss_bytes, 6 * kKiB);
  EXPECT_EQ(sum_smaps(whole + "1000-2000 rw-p 0 00:00 0\nRss: 3 kB\n").pss_bytes, Missing::malformed);
  EXPECT_EQ(sum_smaps("1000-2000 rw-p 0 00:00 0\n" + whole).pss_bytes, Missing::malformed);
  EXPECT_EQ(sum_smaps(whole + "1000-2000 rw-p 0 00:00 0\nRss: 9007199254740991 kB\nPss: 1 kB\n").rss_bytes,
            Missing::malformed)
      << "overflow";
  EXPECT_EQ(sum_smaps("").rss_bytes, Missing::absent);
}

// What a reader does that has a buffer of `capacity` bytes, and gets the file in pieces.
std::vector<std::uint64_t> read_in_pieces(std::string_view file, std::size_t capacity, std::size_t piece) {
  std::vector<std::uint64_t> starts;
  std::vector<char> buffer(capacity);
  std::size_t used = 0;
  for (;;) {
    const std::size_t more = std::min({piece, capacity - used, file.size()});
    std::memcpy(buffer.data() + used, file.data(), more);
    file.remove_prefix(more);
    used += more;
    std::string_view rest(buffer.data(), used);
    const TextEnd end = file.empty() ? TextEnd::last : TextEnd::more;
    Mapping mapping;
    while (take_mapping(rest, mapping, end)) {
      EXPECT_TRUE(mapping.counters.locked_bytes.has_value());
      starts.push_back(mapping.start);
    }
    if (end == TextEnd::last) return starts;
    if (more == 0) ADD_FAILURE() << "no progress";
    if (more == 0) return starts;
    std::memmove(buffer.data(), rest.data(), rest.size());
    used = rest.size();
  }
}

TEST(Smaps, ReadsAFileOfAnySizeThroughASmallBuffer) {
  const std::string text = captured_process(kHostilePid, "smaps");
  std::vector<std::uint64_t> expected;
  visit_smaps(text, [&expected](const Mapping& mapping) { expected.push_back(mapping.start); });
  ASSERT_GT(expected.size(), 50U);
  for (const std::size_t piece : {1U, 7U, 1000U, 4096U})
    EXPECT_EQ(read_in_pieces(text, 4096, piece), expected) << piece;
}

TEST(Smaps, JunkDoesNotFillAReadersBuffer) {
  std::string_view rest = "junk\nmore junk\nhalf a li";
  Mapping mapping;
  EXPECT_FALSE(take_mapping(rest, mapping, TextEnd::more));
  EXPECT_EQ(rest, "half a li");
}

TEST(Smaps, NamesAreDecoded) {
  EXPECT_EQ(decode_map_name(""), "");
  EXPECT_EQ(decode_map_name("\\012\\012"), "\n\n");
  EXPECT_EQ(decode_map_name("a\\040b\\01"), "a\\040b\\01") << "nothing else is escaped";
}

bool agrees(const Mapping& part, const Mapping& whole) {
  return part.start == whole.start && part.end == whole.end && part.perms == whole.perms &&
         part.offset == whole.offset && part.inode == whole.inode && part.name == whole.name &&
         part.deleted == whole.deleted && test::agrees(part.size_bytes, whole.size_bytes) &&
         test::agrees(part.kernel_page_size_bytes, whole.kernel_page_size_bytes) &&
         test::agrees(part.mmu_page_size_bytes, whole.mmu_page_size_bytes) &&
         test::agrees(part.counters, whole.counters) && test::agrees(part.thp_eligible, whole.thp_eligible) &&
         test::agrees(part.protection_key, whole.protection_key) &&
         (part.vm_flags.empty() || part.vm_flags == whole.vm_flags);
}

TEST(Smaps, NoPrefixInvents) {
  for (const std::string& text : {by_hand("smaps/2.6.32"), by_hand("smaps/5.17-hugetlb-and-names"),
                                  captured_process(kHostilePid, "smaps").substr(0, 6000)}) {
    const auto whole = mappings(text);
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const std::vector<char> exact(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
      const auto part = mappings({exact.data(), exact.size()});
      ASSERT_LE(part.size(), whole.size());
      for (std::size_t i = 0; i < part.size(); ++i) ASSERT_TRUE(agrees(part[i], whole[i])) << size;
    }
  }
}

/// What a mapping says, for comparing two ways to read it.
std::string told(const Mapping& mapping) {
  std::string text = std::to_string(mapping.start) + "-" + std::to_string(mapping.end) + " " +
                     std::string(mapping.name) + " flags " + std::string(mapping.vm_flags) + " fields " +
                     std::to_string(mapping.fields.size());
  const auto add = [&](const Got<std::uint64_t>& value) {
    text += value ? " " + std::to_string(*value) : " missing" + std::to_string(static_cast<int>(value.missing()));
  };
  for (const auto& field : kSmapsTable.fields()) add(mapping.counters.*field.member);
  for (const auto& value : {mapping.size_bytes, mapping.kernel_page_size_bytes, mapping.mmu_page_size_bytes,
                            mapping.thp_eligible, mapping.protection_key}) {
    add(value);
  }
  return text;
}

void expect_read_alike(std::string_view text) {
  std::vector<std::string> plain;
  visit_smaps(text, [&](const Mapping& mapping) { plain.push_back(told(mapping)); });
  std::vector<std::string> fast;
  MappingReader reader;
  Mapping mapping;
  for (std::string_view rest = text; reader.take(rest, mapping);) fast.push_back(told(mapping));
  ASSERT_EQ(fast, plain);
  // In parts of any size, as a file is read.
  fast.clear();
  MappingReader parts;
  std::size_t taken = 0;
  for (std::size_t size = 1; size <= text.size(); size += 97) {
    std::string_view rest = text.substr(taken, size - taken);
    const std::size_t before = rest.size();
    while (parts.take(rest, mapping, TextEnd::more)) fast.push_back(told(mapping));
    taken += before - rest.size();
  }
  for (std::string_view rest = text.substr(taken); parts.take(rest, mapping);) fast.push_back(told(mapping));
  ASSERT_EQ(fast, plain);
}

TEST(MappingReader, ReadsWhatTakeMappingReads) {
  for (const char* const pid : {kHostilePid, kSleepPid}) expect_read_alike(captured_process(pid, "smaps"));
  for (const auto& file : std::filesystem::directory_iterator(testdata() / "parse/smaps")) {
    SCOPED_TRACE(file.path());
    expect_read_alike(slurp(file.path()));
  }
}

TEST(MappingReader, LinesThatChangeFromMappingToMapping) {
  const std::string header = "1000-2000 rw-p 0 00:00 0 \n";
  const std::string usual = "Size:  4 kB\nRss:   4 kB\nSwap:  0 kB\nNew_key: 7 kB\nVmFlags: rd wr \n";
  for (const char* const other :
       {"Size:  4 kB\nRss:   8 kB\nSwap:  0 kB\nNew_key: 9 kB\nVmFlags: rd wr mr mw \n",    // other figures
        "Size:  4 kB\nRss:   123456789 kB\nSwap:  0 kB\nNew_key: 7 kB\nVmFlags: rd wr \n",  // wider ones
        "Size:  4 kB\nSwap:  4 kB\nRss:   0 kB\nNew_key: 7 kB\nVmFlags: rd wr \n",          // another order
        "Size:  4 kB\nRss:   4 kB\n", "", "Rss:   4 kB\nRss:   8 kB\n",                     // fewer, none, repeated
        "Size:  4 kB\nRss:   x kB\nSwap:  0 kB\nNew_key: 7 kB\nVmFlags: rd wr \n",
        "Size:  4 kB\nRss:   18446744073709551612 kB\nSwap:  0 kB\nNew_key: 7 kB\nVmFlags:\n",
        "Size:  4 kB\nRss:   4 kB\nSwap:  0 kB\nNew_key: 7 kB\nVmFlags: rd wr \nMore: 5 kB\n"}) {
    SCOPED_TRACE(other);
    expect_read_alike(header + usual + header + other + header + usual + header + usual);
    expect_read_alike(header + other + header + other + header + usual);
  }
}

/// What is known of lines that came before is never taken for others that begin alike.
TEST(MappingReader, EveryOrderOfLinesThatComeAgain) {
  const std::string header = "1000-2000 rw-p 0 00:00 0 \n";
  const std::string variants[] = {
      "Size:  4 kB\nRss:   4 kB\nSwap:  0 kB\nVmFlags: rd wr \n",
      "Size: 40 kB\nRss:   4 kB\nSwap:  0 kB\nVmFlags: rd wr \n",  // another size alone
      "Size:  4 kB\nRss:   0 kB\nSwap:  0 kB\nVmFlags: rd wr \n",
      "Size:  4 kB\nRss:   4 kB\nSwap:  0 kB\n",                              // no flags
      "Size:  4 kB\nRss:   4 kB\nSwap:  0 kB\nVmFlags: rd wr \nNew: 1 kB\n",  // one line more
      "Rss:   4 kB\nSize:  4 kB\nSwap:  0 kB\nVmFlags: rd wr \n",             // another line first
      "",
  };
  constexpr std::size_t kVariants = std::size(variants);
  for (std::size_t order = 0; order < kVariants * kVariants * kVariants * kVariants; ++order) {
    std::string text;
    for (std::size_t rest = order, i = 0; i < 4; ++i, rest /= kVariants) text += header + variants[rest % kVariants];
    ASSERT_NO_FATAL_FAILURE(expect_read_alike(text)) << text;
  }
}

TEST(MappingReader, NoPrefixOfACaptureIsReadOtherwise) {
  const std::string text = captured_process(kHostilePid, "smaps").substr(0, 4000);
  for (std::size_t length = 0; length <= text.size(); length += 7) {
    const std::string_view part = std::string_view(text).substr(0, length);
    std::vector<std::string> plain;
    visit_smaps(part, [&](const Mapping& mapping) { plain.push_back(told(mapping)); });
    std::vector<std::string> fast;
    MappingReader reader;
    Mapping mapping;
    for (std::string_view rest = part; reader.take(rest, mapping);) fast.push_back(told(mapping));
    ASSERT_EQ(fast, plain) << length;
  }
}

}  // namespace
}  // namespace memkit::test
