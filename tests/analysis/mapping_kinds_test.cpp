#include "analysis/mapping_kinds.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"

namespace memkit::test {
namespace {

using Kind = MappingKind;

/// The kinds of the mappings of a text, the first pass of each being told.
std::vector<MappingClassifier::Kind> classify(std::string_view maps, StackPointers stacks = {}) {
  MappingClassifier classifier(std::move(stacks));
  std::vector<MappingClassifier::Kind> kinds;
  visit_smaps(maps, [&](const Mapping& mapping) { kinds.push_back(classifier.classify(mapping)); });
  return kinds;
}

Kind kind_of(const std::string& header) {
  const auto kinds = classify(header + "\n");
  return kinds.size() == 1 ? kinds[0].kind : throw std::runtime_error("no mapping: " + header);
}

TEST(MappingKinds, NamesAndPermissionsTell) {
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 [heap]"), Kind::heap);
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 [stack]"), Kind::stacks);
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 [stack:77]"), Kind::stacks) << "3.4 to 4.4";
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 [anon: glibc: pthread stack: 77]"), Kind::stacks);
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 [anon: glibc: malloc arena]"), Kind::arenas);
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 [anon:x]"), Kind::named_anonymous);
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 "), Kind::anonymous);
  EXPECT_EQ(kind_of("1000-2000 r--p 0 00:00 0 "), Kind::anonymous);
  EXPECT_EQ(kind_of("1000-2000 ---p 0 00:00 0 "), Kind::reserved);
  EXPECT_EQ(kind_of("1000-2000 r-xp 0 08:01 5 /a"), Kind::file_text);
  EXPECT_EQ(kind_of("1000-2000 ---p 0 08:01 5 /a"), Kind::file_data);
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 00:01 5 /dev/zero (deleted)"), Kind::shared_memory);
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 00:01 5 /dev/shm/x"), Kind::shared_memory);
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 00:01 5 [anon_shmem:x]"), Kind::shared_memory);
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:05 5 /dev/nvidia0"), Kind::devices);
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 00:01 5 anon_inode:[io_uring]"), Kind::devices);
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 00:01 5 /memfd:a/b (deleted)"), Kind::memfd);
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 00:01 5 /SYSV0000002a (deleted)"), Kind::sysv);
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 08:01 5 /SYSV0000002a"), Kind::file_data) << "a file of that name";
  EXPECT_EQ(kind_of("1000-2000 rw-s 0 00:01 5 /SYSVfile (deleted)"), Kind::file_data);
  EXPECT_EQ(kind_of("1000-2000 r-xp 0 00:00 0 [vdso]"), Kind::kernel);
  EXPECT_EQ(kind_of("200000-400000 rw-p 0 00:0f 5 /anon_hugepage (deleted)"), Kind::huge_pages);
  EXPECT_EQ(kind_of("200000-400000 rw-s 0 00:20 5 /mnt/huge/x\nVmFlags: rd wr sh ht"), Kind::huge_pages);
  EXPECT_EQ(kind_of("1000-2000 rw-p 0 00:00 0 \nVmFlags: rd wr gd"), Kind::stacks);
}

TEST(MappingKinds, AnArenaIsToldByItsRest) {
  const auto kinds = classify(
      "7f0000000000-7f0000021000 rw-p 0 00:00 0 \n7f0000021000-7f0004000000 ---p 0 00:00 0 \n"
      "7f0008000000-7f0008021000 rw-p 0 00:00 0 \n7f0008021000-7f000b000000 ---p 0 00:00 0 \n");
  ASSERT_EQ(kinds.size(), 4U);
  EXPECT_EQ(kinds[1].kind, Kind::arenas);
  EXPECT_TRUE(kinds[1].before_too);
  EXPECT_TRUE(kinds[1].is_guess);
  EXPECT_EQ(kinds[2].kind, Kind::anonymous);
  EXPECT_EQ(kinds[3].kind, Kind::reserved) << "it does not end where an arena does";
}

TEST(MappingKinds, WhatFollowsTheDataOfAFileIsItsBss) {
  const auto kinds = classify(
      "1000-2000 rw-p 0 08:01 5 /a\n2000-3000 rw-p 0 00:00 0 \n3000-4000 rw-p 0 00:00 0 [heap]\n"
      "5000-6000 r--p 0 08:01 5 /a\n6000-7000 rw-p 0 00:00 0 \n");
  EXPECT_EQ(kinds[1].kind, Kind::file_data);
  EXPECT_TRUE(kinds[1].is_bss);
  EXPECT_EQ(kinds[2].kind, Kind::heap);
  EXPECT_EQ(kinds[4].kind, Kind::anonymous) << "behind what cannot be written to";
}

TEST(MappingKinds, StacksOfThreads) {
  const char* const maps =
      "10000-11000 ---p 0 00:00 0 \n11000-91000 rw-p 0 00:00 0 \n"       // a guard and a stack
      "a0000-b0000 rw-p 0 00:00 0 \n"                                    // another stack, without a guard
      "c00000-e00000 ---p 0 00:00 0 \ne00000-f00000 rw-p 0 00:00 0 \n";  // no guard is that large
  const auto guessed = classify(maps);
  EXPECT_EQ(guessed[1].kind, Kind::stacks);
  EXPECT_TRUE(guessed[1].is_guess);
  EXPECT_EQ(guessed[2].kind, Kind::anonymous);
  EXPECT_EQ(guessed[4].kind, Kind::anonymous);
  const auto known = classify(maps, {{0xa8000}, false});
  EXPECT_EQ(known[1].kind, Kind::anonymous) << "no thread is there";
  EXPECT_EQ(known[2].kind, Kind::stacks);
  EXPECT_FALSE(known[2].is_guess);
}

TEST(MappingKinds, SumsMoveTheBeginningOfAnArena) {
  KindSums sums;
  KindTeller teller({}, [&](const Mapping& mapping, const MappingClassifier::Kind& kind) { sums.add(mapping, kind); });
  visit_smaps(
      "7f0000000000-7f0000021000 rw-p 0 00:00 0 \nRss: 8 kB\n7f0000021000-7f0004000000 ---p 0 00:00 0 \nRss: 0 kB\n",
      [&](const Mapping& mapping) { teller.add(mapping); });
  teller.finish();
  const std::vector<KindSum> kinds = sums.rows();
  ASSERT_EQ(kinds.size(), 1U);
  EXPECT_EQ(kinds[0].kind, Kind::arenas);
  EXPECT_EQ(kinds[0].mappings, 2U);
  EXPECT_EQ(kinds[0].guessed, 2U);
  EXPECT_EQ(kinds[0].sums.vsz.value(), std::uint64_t{64} << 20);
  EXPECT_EQ(kinds[0].sums.rss.value(), 8192U);
}

TEST(MappingKinds, EveryPrefixOfACaptureSums) {
  const std::string text = captured_process(kHostilePid, "smaps").substr(0, 12000);
  for (std::size_t length = 0; length <= text.size(); ++length) {
    KindSums kinds;
    FileGroups files;
    KindTeller teller({}, [&](const Mapping& mapping, const MappingClassifier::Kind& kind) {
      kinds.add(mapping, kind);
      files.add(mapping, kind);
    });
    std::uint64_t size = 0;
    visit_smaps(std::string_view(text).substr(0, length), [&](const Mapping& mapping) {
      teller.add(mapping);
      size += mapping.end - mapping.start;
    });
    teller.finish();
    std::uint64_t by_kind = 0;
    std::uint64_t by_file = 0;
    for (const KindSum& sum : kinds.rows()) by_kind += sum.sums.vsz.bytes;
    for (const FileGroup& group : files.rows()) by_file += group.sums.vsz.bytes;
    ASSERT_EQ(by_kind, size);
    ASSERT_EQ(by_file, size);
  }
}

}  // namespace
}  // namespace memkit::test
