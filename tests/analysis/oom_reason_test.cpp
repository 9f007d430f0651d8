// Why a process was killed, held against how the kill was brought about: scripts/lib/lab_provocations.py says of each
// log in testdata/oom what was done. What no machine of the lab can be brought to is written by hand here, and says so.
#include "analysis/oom_reason.h"

#include <gtest/gtest.h>

#include "analysis/oom_story.h"
#include "support/klog.h"

namespace memkit::test {
namespace {

using Sure = Confidence;
using Why = OomReason;

struct Row {
  std::string_view log;          ///< below testdata/oom, without its ending
  std::string_view provocation;  ///< how the kill was brought about
  OomReason reason;
  Confidence confidence;
  std::string_view whose;
  std::string_view holder;
};

constexpr Row kProvoked[] = {
    // A cgroup's own limit: a process that grows, with and without swap, of both versions
    {"5.10-memcg-v2", "grows in a cgroup of 40 MiB", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"6.1-memcg-v2", "grows in a cgroup of 40 MiB", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"6.12-memcg-v2", "grows in a cgroup of 40 MiB", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"6.1-memcg-v2-swap", "grows in a cgroup with swap", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"5.10-memcg-v2-negative", "others are protected", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"6.12-memcg-v2-negative", "others are protected", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"6.1-memcg-v2-group", "oom.group is set", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"6.1-no-table", "oom_dump_tasks is 0", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"5.10-memcg-v1", "grows in a cgroup of 40 MiB", Why::cgroup_limit, Sure::high, "own", "anon"},
    {"6.1-memcg-v1-memsw", "RAM and swap are limited", Why::cgroup_limit, Sure::high, "own", "anon"},
    // A limit above the victim's own cgroup
    {"5.10-memcg-v2-ancestor", "two services below one limit", Why::cgroup_limit, Sure::high, "ancestor", "anon"},
    {"6.1-memcg-v2-ancestor", "two services below one limit", Why::cgroup_limit, Sure::high, "ancestor", "anon"},
    {"6.12-memcg-v2-ancestor", "two services below one limit", Why::cgroup_limit, Sure::high, "ancestor", "anon"},
    {"6.1-memcg-v1-ancestor", "use_hierarchy", Why::cgroup_limit, Sure::high, "ancestor", "anon"},
    // tmpfs counts in the cgroup of who wrote it
    {"6.1-memcg-v2-tmpfs", "dd into a tmpfs in a cgroup", Why::cgroup_limit, Sure::high, "own", "shmem"},
    // Page cache that is locked, and the kernel's own pages, count too
    {"6.1-memcg-v2-cache", "a file locked in memory", Why::cgroup_limit, Sure::high, "own", "cache"},
    {"6.12-memcg-v2-cache", "a file locked in memory", Why::cgroup_limit, Sure::high, "own", "cache"},
    {"6.1-memcg-v2-kernel", "pages in pipes", Why::cgroup_limit, Sure::high, "own", "kernel"},
    {"6.12-memcg-v2-kernel", "pages in pipes", Why::cgroup_limit, Sure::high, "own", "kernel"},
    // The limit, where nobody may be killed; the line that names it is then not printed
    {"6.1-memcg-v2-protected", "adjustment -1000 in a cgroup", Why::cgroup_limit, Sure::high, "", "anon"},
    // The whole machine: what held its memory
    {"5.10-global", "grows without end", Why::machine_exhausted, Sure::high, "", "anon"},
    {"6.1-global", "grows without end", Why::machine_exhausted, Sure::high, "", "anon"},
    {"6.12-global", "grows without end", Why::machine_exhausted, Sure::high, "", "anon"},
    {"6.1-swap-full", "grows without end, with swap", Why::machine_exhausted, Sure::high, "", "anon"},
    {"6.1-allocating-task", "oom_kill_allocating_task", Why::machine_exhausted, Sure::high, "", "anon"},
    {"6.1-panic-on-oom", "panic_on_oom", Why::machine_exhausted, Sure::high, "", "anon"},
    {"6.1-tmpfs", "dd into a tmpfs", Why::machine_exhausted, Sure::high, "", "shmem"},
    {"5.10-slab", "sockets without end", Why::machine_exhausted, Sure::high, "", "slab"},
    {"6.1-slab", "sockets without end", Why::machine_exhausted, Sure::high, "", "slab"},
    {"5.10-hugepages", "huge pages set aside", Why::machine_exhausted, Sure::high, "", "hugepages"},
    {"6.1-hugepages", "huge pages set aside", Why::machine_exhausted, Sure::high, "", "hugepages"},
    {"6.1-unaccounted", "pages in pipes", Why::machine_exhausted, Sure::high, "", "unaccounted"},
    // One node of two
    {"5.10-cpuset", "bound to a node by a cpuset", Why::zone_short, Sure::high, "", ""},
    {"6.1-cpuset", "bound to a node by a cpuset", Why::zone_short, Sure::high, "", ""},
    {"5.10-mempolicy", "bound to a node by mbind", Why::zone_short, Sure::high, "", ""},
    {"6.1-mempolicy", "bound to a node by mbind", Why::zone_short, Sure::high, "", ""},
    // Zones that the kernel's own memory cannot be in had plenty; 6.1 does not list them
    {"5.10-low-zone", "sockets, beside a ZONE_MOVABLE", Why::zone_short, Sure::medium, "", ""},
    {"6.1-low-zone", "sockets, beside a ZONE_MOVABLE", Why::zone_short, Sure::high, "", ""},
    // Free, and kept
    {"5.10-kept-free", "vm.min_free_kbytes is a third of RAM", Why::watermarks, Sure::high, "", "anon"},
    {"6.1-kept-free", "vm.min_free_kbytes is a third of RAM", Why::watermarks, Sure::high, "", "anon"},
    {"6.1-order", "blocks of 32 KiB, memory in fragments", Why::fragmentation, Sure::high, "", ""},
    {"5.10-sysrq", "echo f > /proc/sysrq-trigger", Why::sysrq, Sure::high, "", ""},
    {"6.12-sysrq", "echo f > /proc/sysrq-trigger", Why::sysrq, Sure::high, "", ""},
    {"5.10-nothing-killable", "adjustment -1000", Why::nothing_killable, Sure::high, "", "anon"},
    {"6.1-nothing-killable", "adjustment -1000", Why::nothing_killable, Sure::high, "", "anon"},
    {"6.1-earlyoom", "earlyoom below 40 % available", Why::daemon, Sure::high, "", ""},
    // The same kill, with less and less of it in the log: what is not there is not guessed
    {"5.10-global.cut-before-kill", "the end is lost", Why::machine_exhausted, Sure::high, "", "anon"},
    {"5.10-global.cut-head", "the figures are lost", Why::unknown, Sure::low, "", ""},
    {"5.10-global.grep-two-lines", "the figures are lost", Why::unknown, Sure::low, "", ""},
    {"6.1-memcg-v2-ancestor.cut-before-kill", "the end is lost", Why::cgroup_limit, Sure::high, "", "anon"},
    {"6.1-memcg-v2-ancestor.cut-head", "the figures are lost", Why::cgroup_limit, Sure::high, "ancestor", ""},
    {"6.1-memcg-v2-ancestor.grep-two-lines", "the path is lost", Why::cgroup_limit, Sure::medium, "", ""},
    {"6.1-memcg-v2-ancestor.cut-after-head", "only the request is left", Why::unknown, Sure::low, "", ""},
};

std::vector<OomEvent> lab_events(std::string_view name) {
  return events_of(slurp(testdata() / "oom" / (std::string(name) + ".log")));
}

TEST(OomReason, IsWhatWasDone) {
  for (const Row& row : kProvoked) {
    SCOPED_TRACE(std::string(row.log) + ": " + std::string(row.provocation));
    const auto events = lab_events(row.log);
    ASSERT_FALSE(events.empty());
    const OomStory story = explain(events[0]);
    EXPECT_EQ(reason_id(story.reason), reason_id(row.reason));
    EXPECT_EQ(to_string(story.confidence), to_string(row.confidence));
    EXPECT_EQ(story.whose, row.whose);
    EXPECT_EQ(story.holder, row.holder);
  }
}

template <class T>
T evidence(const OomStory& story, std::string_view key) {
  const Evidence* const found = story.find(key);
  const T* const value = found == nullptr ? nullptr : std::get_if<T>(&found->value);
  EXPECT_NE(value, nullptr) << key;
  return value == nullptr ? T() : *value;
}
std::uint64_t bytes(const OomStory& story, std::string_view key) { return evidence<std::uint64_t>(story, key); }

TEST(OomReason, RestsOnFiguresOfTheLog) {
  const OomStory limit = explain(lab_events("6.1-memcg-v2-swap")[0]);
  EXPECT_EQ(bytes(limit, "limit_bytes"), 40U << 20);
  EXPECT_EQ(bytes(limit, "swap_limit_bytes"), 16U << 20);
  EXPECT_GT(bytes(limit, "anon_bytes"), 20U << 20);
  EXPECT_EQ(evidence<std::string>(limit, "largest_name"), "hog");

  const OomStory full = explain(lab_events("6.1-swap-full")[0]);
  EXPECT_GT(bytes(full, "swap_total_bytes"), 64U << 20);
  EXPECT_LT(bytes(full, "swap_free_bytes"), 1U << 20);
  EXPECT_EQ(bytes(explain(lab_events("6.1-global")[0]), "swap_total_bytes"), 0U);

  const OomStory bound = explain(lab_events("6.1-cpuset")[0]);
  EXPECT_GT(bytes(bound, "free_bytes"), 100U << 20) << "the other node had plenty";

  const OomStory fragments = explain(lab_events("6.1-order")[0]);
  EXPECT_GT(bytes(fragments, "zone_usable_bytes"), bytes(fragments, "zone_needed_bytes"));
  EXPECT_LT(bytes(fragments, "largest_block_bytes"), 32U << 10);

  for (const std::string_view name : {"5.10-low-zone", "6.1-low-zone"})
    EXPECT_GT(bytes(explain(lab_events(name)[0]), "elsewhere_free_bytes"), 100U << 20) << name;
  const OomStory kept = explain(lab_events("6.1-kept-free")[0]);
  EXPECT_GT(bytes(kept, "zone_usable_bytes"), 100U << 20);
  EXPECT_LT(bytes(kept, "zone_usable_bytes"), bytes(kept, "zone_needed_bytes"));

  EXPECT_EQ(bytes(explain(lab_events("6.1-hugepages")[0]), "hugepages_bytes"), 160U << 21);
}

TEST(OomReason, ARestartLoopIsABurst) {
  for (const std::string_view name : {"5.10-memcg-v2-loop", "6.1-memcg-v2-loop"}) {
    std::vector<OomSummary> events;
    for (const OomEvent& event : lab_events(name)) events.push_back(summarize(event, explain(event)));
    const auto loops = find_loops(events);
    ASSERT_EQ(loops.size(), 1U) << name;
    EXPECT_EQ(loops[0].what, "api.service");
    EXPECT_EQ(loops[0].kills, 3U);
  }
}

TEST(OomReason, ADaemonsKillIsItsDecision) {
  for (const OomEvent& event : events_of(slurp(testdata() / "klog" / "daemons.log"))) {
    const OomStory story = explain(event);
    EXPECT_EQ(story.reason, OomReason::daemon);
    EXPECT_EQ(story.confidence, Confidence::high);
  }
}

// --- by hand: no machine of the lab has such zones ---

/// A machine with a small DMA zone, a DMA32 of 1 GiB, and what `normal` says of the rest. `mask` is what was asked for.
OomStory of_zones(std::string_view mask, int order, std::string_view dma32, std::string_view normal,
                  std::string_view buddy = "") {
  std::string log =
      "x invoked oom-killer: gfp_mask=" + std::string(mask) + ", order=" + std::to_string(order) +
      ", oom_score_adj=0\nMem-Info:\nactive_anon:9000 inactive_anon:200000 isolated_anon:0\n free:9 free_pcp:0\n";
  log += "Node 0 DMA free:11264kB min:40kB low:52kB high:64kB present:15992kB managed:15360kB\n";
  log += "lowmem_reserve[]: 0 960 3960 3960\n";
  log +=
      "Node 0 DMA32 " + std::string(dma32) + " present:1046000kB managed:983040kB\nlowmem_reserve[]: 0 0 3000 3000\n";
  if (!normal.empty())
    log += "Node 0 Normal " + std::string(normal) + " present:3100000kB managed:3072000kB\nlowmem_reserve[]: 0 0 0 0\n";
  log += std::string(buddy) + "1048576 pages RAM\n30000 pages reserved\n";
  log +=
      "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/"
      ",task=x,pid=7,uid=0\n";
  const auto events = events_of(log);
  EXPECT_EQ(events.size(), 1U);
  return events.empty() ? OomStory() : explain(events[0]);
}

TEST(OomReason, ADeviceThatReachesOnlyLowMemory) {
  const std::string_view short_of = "free:900kB min:4000kB low:5000kB high:6000kB";
  const std::string_view plenty = "free:2000000kB min:9000kB low:11000kB high:13000kB";
  const OomStory device = of_zones("0xcc4(GFP_KERNEL|GFP_DMA32)", 0, short_of, plenty);
  EXPECT_EQ(device.reason, OomReason::zone_short);
  EXPECT_EQ(bytes(device, "elsewhere_free_bytes"), 2000000U << 10);
  // The same machine serves who may use all of it, so that it must have been a moment.
  EXPECT_EQ(of_zones("0x100cca(GFP_HIGHUSER_MOVABLE)", 0, short_of, plenty).reason, OomReason::watermarks);
  // In hex alone, as kernels up to 4.4 print it.
  EXPECT_EQ(of_zones("0xd4", 0, short_of, plenty).reason, OomReason::zone_short);
}

TEST(OomReason, WhatIsKeptForOthersIsNotFree) {
  // DMA has 11 MiB free, and keeps 15 MiB from who may use Normal.
  const OomStory story = of_zones("0x100cca(GFP_HIGHUSER_MOVABLE)", 0, "free:900kB min:4000kB low:5000kB high:6000kB",
                                  "free:8000kB min:9000kB low:11000kB high:13000kB");
  EXPECT_EQ(story.reason, OomReason::machine_exhausted);
  EXPECT_EQ(story.confidence, Confidence::high);
}

TEST(OomReason, BetweenTheWatermarksNothingIsLeft) {
  const auto normal = [](std::string_view free) {
    return of_zones("0x100cca(GFP_HIGHUSER_MOVABLE)", 0, "free:900kB min:4000kB low:5000kB high:6000kB",
                    "free:" + std::string(free) + "kB min:9000kB low:11000kB high:13000kB")
        .reason;
  };
  EXPECT_EQ(normal("10000"), OomReason::machine_exhausted);
  EXPECT_EQ(normal("13400"), OomReason::machine_exhausted) << "what comes free in a moment";
  EXPECT_EQ(normal("13500"), OomReason::watermarks);
}

TEST(OomReason, OrderNeedsABlock) {
  const std::string_view normal = "free:20000kB min:9000kB low:11000kB high:13000kB";
  const std::string_view dma32 = "free:900kB min:4000kB low:5000kB high:6000kB";
  const auto with = [&](std::string_view blocks) {
    return of_zones("0xcc0(GFP_KERNEL)", 2, dma32, normal, "Node 0 Normal: " + std::string(blocks) + " = 20000kB\n")
        .reason;
  };
  EXPECT_EQ(with("5000*4kB (UME) 0*8kB 0*16kB"), OomReason::fragmentation);
  EXPECT_EQ(with("1000*4kB (UME) 1000*8kB (U) 500*16kB (UM)"), OomReason::watermarks);
  EXPECT_EQ(with("4000*4kB (UME) 0*8kB 250*16kB (H)"), OomReason::fragmentation) << "a reserve for others";
}

TEST(OomReason, TheLimitOfAllPodsIsTheNodes) {
  const auto whose = [](const std::string& limited) {
    const auto events =
        events_of("oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=" + limited +
                  ",task_memcg=/kubepods/burstable/pod12/ab,task=x,pid=7,uid=0\n");
    return std::string(explain(events.at(0)).whose);
  };
  EXPECT_EQ(whose("/kubepods"), "node");
  EXPECT_EQ(whose("/kubepods.slice/kubepods-burstable.slice"), "node");
  EXPECT_EQ(whose("/kubepods/burstable/pod12"), "ancestor");
  EXPECT_EQ(whose("/kubepods/burstable/pod12/ab"), "own");
}

TEST(OomReason, SharesAreOfTheLimitOrOfTheMachine) {
  const OomStory story = explain(lab_events("6.1-memcg-v2-group")[0]);
  ASSERT_GE(story.by_name.size(), 2U);
  EXPECT_EQ(story.by_name[0].name, "main");
  EXPECT_GT(*story.by_name[0].share_pct, 50);
  EXPECT_LE(*story.by_name[0].share_pct, 101);
}

TEST(OomRepeats, ACopyOfAnEventIsNoEvent) {
  const auto mark_twice = [](OomEvent first, OomEvent second) {
    OomRepeats repeats;
    first.number = 1;
    second.number = 2;
    repeats.mark(first);
    repeats.mark(second);
    EXPECT_FALSE(first.repeat_of);
    return second;
  };
  const OomEvent whole = lab_events("6.1-memcg-v2-ancestor")[0];
  EXPECT_EQ(mark_twice(whole, whole).repeat_of, 1U);
  EXPECT_EQ(summarize(mark_twice(whole, whole), {}).killed, 0U);
  EXPECT_EQ(mark_twice(whole, lab_events("6.1-memcg-v2-ancestor.cut-head")[0]).repeat_of, 1U)
      << "the same event, of which a buffer has dropped the first lines";
  EXPECT_FALSE(mark_twice(whole, lab_events("5.10-memcg-v2-ancestor")[0]).repeat_of);
  const auto loop = lab_events("6.1-memcg-v2-loop");
  EXPECT_FALSE(mark_twice(loop.at(0), loop.at(1)).repeat_of);
  // The journal's daemons have no clock of the kernel's.
  OomEvent daemon;
  daemon.kind = OomKind::systemd_oomd;
  daemon.daemon.cgroup = "/a.slice";
  daemon.time.wall_us = 1;
  daemon.time.sure = LogTime::Sure::exact;
  OomEvent later = daemon;
  later.time.wall_us = 2;
  EXPECT_EQ(mark_twice(daemon, daemon).repeat_of, 1U);
  EXPECT_FALSE(mark_twice(daemon, later).repeat_of);
}

}  // namespace
}  // namespace memkit::test
