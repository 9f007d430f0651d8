#include "analysis/groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "support/fixtures.h"

namespace memkit {
namespace {

Process process(std::uint32_t pid, std::uint32_t ppid, PackedCount pss = 0, PackedCount uss = 0) {
  Process made;
  made.pid = pid;
  made.ppid = ppid;
  made.pss_bytes = pss;
  made.uss_bytes = uss;
  made.rss_bytes = 1000;
  made.vsz_bytes = 5000;
  made.swap_bytes = 7;
  return made;
}

TEST(PartialSum, SaysWhatItLeavesOut) {
  PartialSum sum;
  EXPECT_EQ(sum.value(), Got<std::uint64_t>(0)) << "of nothing";
  sum.add(Got<std::uint64_t>(Missing::denied));
  EXPECT_FALSE(sum.value()) << "unknown alone is not zero";
  sum.add(Got<std::uint64_t>(5));
  PartialSum other;
  other.add(Got<std::uint64_t>(3));
  other.add(Got<std::uint64_t>(Missing::skipped));
  sum.add(other);
  EXPECT_EQ(sum.value(), Got<std::uint64_t>(8));
  EXPECT_EQ(sum.known, 2u);
  EXPECT_EQ(sum.unknown, 2u);
}

TEST(ProcessGroups, SumWhatIsKnownInTheOrderOfTheKeys) {
  ProcessGroups groups;
  groups.add("web", process(1, 0, 100, 50));
  groups.add("db", process(2, 0, Missing::denied, Missing::denied));
  groups.add("web", process(3, 0, Missing::skipped, Missing::skipped));
  groups.add("web", process(4, 0, 11, 1));
  ASSERT_EQ(groups.groups().size(), 2u);
  const ProcessGroup& web = groups.groups()[0];
  EXPECT_EQ(web.key, "web");
  EXPECT_EQ(web.processes, 3u);
  EXPECT_EQ(web.sums.pss.value(), Got<std::uint64_t>(111));
  EXPECT_EQ(web.sums.pss.unknown, 1u);
  EXPECT_EQ(web.sums.uss.value(), Got<std::uint64_t>(51));
  EXPECT_EQ(web.sums.rss.value(), Got<std::uint64_t>(3000));
  EXPECT_EQ(web.sums.vsz.value(), Got<std::uint64_t>(15000));
  EXPECT_EQ(web.sums.swap.value(), Got<std::uint64_t>(21));
  EXPECT_FALSE(groups.groups()[1].sums.pss.value()) << "the group of one that was denied has no PSS, not 0";
  EXPECT_EQ(groups.groups()[1].sums.rss.value(), Got<std::uint64_t>(1000));
}

TEST(ProcessGroups, TasksOfOneAddressSpaceCountOnce) {
  ProcessGroups groups;
  Process sharer = process(2, 1, 100, 50);
  sharer.same_memory_as_pid = 1;
  groups.add("x", process(1, 0, 100, 50));
  groups.add("x", sharer);
  EXPECT_EQ(groups.groups()[0].processes, 2u) << "both are processes";
  EXPECT_EQ(groups.groups()[0].sums.pss.value(), Got<std::uint64_t>(100));
  EXPECT_EQ(groups.groups()[0].sums.rss.value(), Got<std::uint64_t>(1000));
}

Mapping mapping(std::uint64_t size, Got<std::uint64_t> pss) {
  Mapping made;
  made.start = 4096;
  made.end = 4096 + size;
  made.counters.pss_bytes = pss;
  made.counters.rss_bytes = 2 * pss.value_or(0);
  made.counters.swap_bytes = 1;
  return made;
}

TEST(MappingGroups, CountMappingsAndTheProcessesThatHaveThem) {
  MappingGroups first;
  first.add(10, "libc", mapping(100, 30));
  first.add(10, "[heap]", mapping(50, 8));
  first.add(10, "libc", mapping(200, 10));
  first.add(11, "libc", mapping(100, 5));
  MappingGroups second;
  second.add(12, "libc", mapping(100, Missing::absent));
  second.add(12, "other", mapping(1, 1));
  first.merge(second);
  const std::vector<MappingGroup> groups = first.groups();
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].name, "[heap]");
  EXPECT_EQ(groups[1].name, "libc");
  EXPECT_EQ(groups[1].mappings, 4u);
  EXPECT_EQ(groups[1].processes, 3u);
  EXPECT_EQ(groups[1].sums.pss.value(), Got<std::uint64_t>(45));
  EXPECT_EQ(groups[1].sums.pss.unknown, 1u);
  EXPECT_EQ(groups[1].sums.vsz.value(), Got<std::uint64_t>(500));
  EXPECT_EQ(groups[1].sums.swap.value(), Got<std::uint64_t>(4));
  EXPECT_EQ(groups[2].name, "other");
  EXPECT_EQ(groups[2].processes, 1u);
}

/// The tree of processes, as "pid@depth:subtree" in its order.
std::vector<std::string> tree_of(const std::vector<Process>& processes) {
  std::vector<const Process*> pointers;
  for (const Process& one : processes) pointers.push_back(&one);
  std::vector<std::string> lines;
  for (const TreeNode& node : process_tree(pointers)) {
    EXPECT_EQ(node.process, pointers[node.row]);
    lines.push_back(std::to_string(node.process->pid) + "@" + std::to_string(node.depth) + ":" +
                    std::to_string(node.subtree.pss.bytes) + "/" + std::to_string(node.descendants));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(ProcessTree, ParentsComeBeforeChildrenLargestSubtreesFirst) {
  EXPECT_EQ(tree_of({process(1, 0, 10), process(2, 1, 5), process(3, 1, 1), process(4, 3, 50), process(5, 1, 6)}),
            (Lines{"1@0:72/4", "3@1:51/1", "4@2:50/0", "5@1:6/0", "2@1:5/0"}));
  EXPECT_EQ(tree_of({}), Lines{});
}

TEST(ProcessTree, OrphansStandAtTheTop) {
  Process unknown = process(9, 0, 3);
  unknown.ppid = Missing::absent;
  EXPECT_EQ(tree_of({process(1, 0, 10), process(7, 4711, 20), process(8, 7, 1), unknown}),
            (Lines{"7@0:21/1", "8@1:1/0", "1@0:10/0", "9@0:3/0"}));
}

TEST(ProcessTree, SiblingsAlikeKeepTheirOrder) {
  EXPECT_EQ(tree_of({process(1, 0, 1), process(4, 1, 2), process(3, 1, 2), process(2, 1, 2)}),
            (Lines{"1@0:7/3", "4@1:2/0", "3@1:2/0", "2@1:2/0"}));
}

TEST(ProcessTree, CirclesEnd) {
  EXPECT_EQ(tree_of({process(1, 1, 4)}), Lines{"1@0:4/0"}) << "its own parent";
  EXPECT_EQ(tree_of({process(1, 3, 4), process(2, 1, 5), process(3, 2, 6)}), (Lines{"1@0:15/2", "2@1:11/1", "3@2:6/0"}))
      << "each shown once, each counted once";
  const Lines both = tree_of({process(1, 2, 1), process(2, 1, 1), process(3, 2, 1), process(10, 0, 9)});
  EXPECT_EQ(both, (Lines{"10@0:9/0", "1@0:3/2", "2@1:2/1", "3@2:1/0"}));
}

TEST(ProcessTree, UnknownFiguresAndSharedMemoryAreNotSummed) {
  Process sharer = process(3, 1, 100);
  sharer.same_memory_as_pid = 1;
  const std::vector<Process> processes{process(1, 0, 100), process(2, 1, Missing::denied), sharer};
  std::vector<const Process*> pointers;
  for (const Process& one : processes) pointers.push_back(&one);
  const std::vector<TreeNode> tree = process_tree(pointers);
  EXPECT_EQ(tree[0].subtree.pss.value(), Got<std::uint64_t>(100));
  EXPECT_EQ(tree[0].subtree.pss.unknown, 1u);
  EXPECT_EQ(tree[0].descendants, 2u);
  const auto denied = std::find_if(tree.begin(), tree.end(), [](const TreeNode& n) { return n.process->pid == 2; });
  EXPECT_FALSE(denied->subtree.pss.value()) << "unknown, not zero";
}

TEST(ProcessTree, ChainsOfAnyDepthNeedNoStack) {
  constexpr std::uint32_t kDepth = 100000;
  std::deque<Process> chain;
  std::vector<const Process*> pointers;
  for (std::uint32_t pid = 1; pid <= kDepth; ++pid) pointers.push_back(&chain.emplace_back(process(pid, pid - 1, 1)));
  const std::vector<TreeNode> tree = process_tree(pointers);
  ASSERT_EQ(tree.size(), kDepth);
  EXPECT_EQ(tree.front().subtree.pss.bytes, kDepth);
  EXPECT_EQ(tree.back().depth, kDepth - 1);
}

}  // namespace
}  // namespace memkit
