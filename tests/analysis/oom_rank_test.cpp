#include "analysis/oom_rank.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/oom_advice.h"
#include "analysis/oom_risk.h"
#include "support/fixtures.h"

namespace memkit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kMib = std::uint64_t{1} << 20;
constexpr std::uint64_t kGib = std::uint64_t{1} << 30;

/// A machine of 8 GiB without swap, whose processes have what a test gives them.
struct OomRank : testing::Test {
  OomRank() {
    state.names = std::make_unique<NamePool>();
    state.snapshot.page_size_bytes = 4096;
    Meminfo meminfo;
    meminfo.mem_total_bytes = 8 * kGib;
    meminfo.mem_free_bytes = 4 * kGib;
    meminfo.mem_available_bytes = 4 * kGib;
    meminfo.swap_total_bytes = 0;
    meminfo.swap_free_bytes = 0;
    state.snapshot.meminfo = meminfo;
    state.cgroup_version = CgroupVersion::v2;
    state.swappiness = 60;
    state.whole_machine = true;
  }

  /// Its kernel score is that of the new scale, unless a test says otherwise.
  Process& add(std::uint32_t pid, std::uint64_t rss_bytes, std::int16_t adj = 0, std::string_view cgroup = "/") {
    OomProcess one;
    one.process.pid = pid;
    one.process.name = state.names->intern("p" + std::to_string(pid));
    one.process.rss_bytes = rss_bytes;
    one.process.swap_bytes = std::uint64_t{0};
    one.process.page_tables_bytes = std::uint64_t{0};
    one.process.oom_score_adj = adj;
    one.process.starttime_ticks = std::uint64_t{pid};
    one.process.cgroup = one.process.unit_cgroup = one.cgroup = state.names->intern(cgroup);
    const std::int64_t total = 8 * kGib / 4096;
    const std::int64_t badness = static_cast<std::int64_t>(rss_bytes / 4096) + adj * (total / 1000);
    one.process.oom_score =
        adj == -1000 || pid == 1 ? 0u : static_cast<std::uint32_t>((1000 + badness * 1000 / total) * 2 / 3);
    state.processes.push_back(std::move(one));
    return state.processes.back().process;
  }
  OomCgroup& limit(const std::string& path, std::uint64_t max) {
    OomCgroup cgroup;
    cgroup.path = path;
    cgroup.max = CgroupValue{max};
    cgroup.current_bytes = max / 2;
    const auto at = std::lower_bound(state.cgroups.begin(), state.cgroups.end(), path,
                                     [](const OomCgroup& one, const std::string& name) { return one.path < name; });
    return *state.cgroups.insert(at, std::move(cgroup));
  }

  static std::vector<std::uint32_t> order(const OomRanking& ranking) {
    std::vector<std::uint32_t> pids;
    for (const RankedTask& task : ranking.tasks) {
      if (task.rank != 0) pids.push_back(task.process->pid);
    }
    return pids;
  }
  static std::uint32_t victim(const OomRanking& ranking, const OomDomain& domain) {
    return domain.victim == OomDomain::kNone ? 0 : ranking.tasks[domain.victim].process->pid;
  }
  static std::vector<std::uint32_t> killed(const OomRanking& ranking, const OomDomain& domain) {
    std::vector<std::uint32_t> pids;
    for (const std::size_t i : domain.killed) pids.push_back(ranking.tasks[i].process->pid);
    std::sort(pids.begin(), pids.end());
    return pids;
  }
  static OomStanding standing(const OomRanking& ranking, std::uint32_t pid) {
    for (const RankedTask& task : ranking.tasks) {
      if (task.process->pid == pid) return task.standing;
    }
    ADD_FAILURE() << "no process " << pid;
    return OomStanding::unknown;
  }

  OomState state;
};

TEST_F(OomRank, TheHighestBadnessDiesFirst) {
  add(1, 900 * kMib);
  add(10, 500 * kMib);
  add(11, 10 * kMib, 200);  // 1.6 GiB of adjustment
  add(12, 2 * kGib, -500);  // 4 GiB off
  add(13, 3 * kGib, -1000);
  const OomRanking ranking = rank_oom(state);
  EXPECT_THAT(order(ranking), ElementsAre(11, 10, 12));
  EXPECT_EQ(ranking.scale, OomScale::two_thirds);
  EXPECT_EQ(standing(ranking, 1), OomStanding::init);
  EXPECT_EQ(standing(ranking, 13), OomStanding::protected_);
  EXPECT_EQ(ranking.protected_bytes, 3 * kGib);
  ASSERT_EQ(ranking.domains.size(), 1u);
  EXPECT_EQ(victim(ranking, ranking.domains[0]), 11u);
  EXPECT_EQ(ranking.domains[0].verdict, OomVerdict::kill);
  EXPECT_EQ(ranking.domains[0].killed_rss_bytes, 10 * kMib);
  EXPECT_LT(*ranking.tasks[2].badness_bytes, 0);
}

TEST_F(OomRank, OwnScoresAreThoseOfTheKernel) {
  add(1, 900 * kMib);
  add(10, 500 * kMib);
  add(11, 10 * kMib, 200);
  add(13, 3 * kGib, -1000);
  for (const RankedTask& task : rank_oom(state).tasks)
    EXPECT_EQ(task.own_score, Got<std::uint64_t>(*task.process->oom_score)) << task.process->pid;
}

TEST_F(OomRank, OfEqualsTheLaterOneDies) {
  add(10, 500 * kMib).starttime_ticks = std::uint64_t{700};  // pids have wrapped round
  add(11, 500 * kMib).starttime_ticks = std::uint64_t{600};
  add(12, 500 * kMib).starttime_ticks = std::uint64_t{600};
  const OomRanking ranking = rank_oom(state);
  EXPECT_THAT(order(ranking), ElementsAre(10, 12, 11));
  EXPECT_EQ(victim(ranking, ranking.domains[0]), 10u);
}

TEST_F(OomRank, OnTheOldScaleNobodyHasLessThanAPage) {
  add(10, 500 * kMib, -900).oom_score = 0u;
  add(11, 700 * kMib, -900).oom_score = 0u;
  add(12, 50 * kMib, -1000).oom_score = 0u;
  add(13, 8 * kMib).oom_score = 0u;
  add(14, 8 * kMib).oom_score = 0u;
  OomRanking ranking = rank_oom(state);
  EXPECT_EQ(ranking.scale, OomScale::per_mille);
  EXPECT_THAT(order(ranking), ElementsAre(14, 13, 11, 10));
  EXPECT_EQ(ranking.tasks[3].badness_pages, Got<std::int64_t>(1));
  EXPECT_EQ(ranking.tasks[2].badness_pages, Got<std::int64_t>(1)) << "equal, so the later one";
}

TEST_F(OomRank, InACgroupItsLimitIsTheTotal) {
  add(10, 40 * kMib, 0, "/a");
  add(11, 20 * kMib, 100, "/a/b");  // of the machine 819 MiB, of 64 MiB 6.4
  add(12, 60 * kMib, 900, "/ab");
  limit("/a", 64 * kMib);
  const OomRanking ranking = rank_oom(state);
  EXPECT_THAT(order(ranking), ElementsAre(12, 11, 10));
  ASSERT_EQ(ranking.domains.size(), 2u);
  EXPECT_EQ(ranking.domains[1].path, "/a");
  EXPECT_EQ(victim(ranking, ranking.domains[1]), 10u);
  EXPECT_EQ(ranking.domains[1].candidates, 2u) << "/ab is not below /a";
  EXPECT_EQ(ranking.domains[1].total_pages, Got<std::uint64_t>(64 * 256));
}

TEST_F(OomRank, SwapAllowanceMovesTheVictim) {
  add(10, 40 * kMib, 0, "/a");
  add(11, 20 * kMib, 100, "/a");
  Meminfo meminfo = *state.snapshot.meminfo;
  meminfo.swap_total_bytes = kGib;
  meminfo.swap_free_bytes = kGib;
  state.snapshot.meminfo = meminfo;
  limit("/a", 64 * kMib).swap_max = CgroupValue{CgroupValue::kUnlimited};
  OomRanking ranking = rank_oom(state);
  EXPECT_EQ(victim(ranking, ranking.domains.at(1)), 11u);
  state.swappiness = 0;
  ranking = rank_oom(state);
  EXPECT_EQ(victim(ranking, ranking.domains.at(1)), 10u);
}

TEST_F(OomRank, AV1LimitWithoutHierarchyIsOfItsOwnProcesses) {
  state.cgroup_version = CgroupVersion::v1;
  add(10, 40 * kMib, 0, "/a/b");
  add(11, 20 * kMib, 0, "/a");
  OomCgroup& cgroup = limit("/a", 64 * kMib);
  cgroup.swappiness = 60;
  cgroup.hierarchical = false;
  OomRanking ranking = rank_oom(state);
  EXPECT_EQ(victim(ranking, ranking.domains.at(1)), 11u);
  cgroup.hierarchical = true;
  ranking = rank_oom(state);
  EXPECT_EQ(victim(ranking, ranking.domains.at(1)), 10u);
  cgroup.kill_disabled = 1;
  ranking = rank_oom(state);
  EXPECT_EQ(ranking.domains.at(1).verdict, OomVerdict::paused);
  EXPECT_EQ(victim(ranking, ranking.domains.at(1)), 0u);
  EXPECT_EQ(oom_risk(state, ranking).stuck_cgroups, 1u);
}

TEST_F(OomRank, LimitsThatLimitNothingAndEmptyCgroupsAreLeftOut) {
  add(10, 40 * kMib, 0, "/a");
  limit("/a", 8 * kGib);
  limit("/empty", kMib);
  EXPECT_EQ(rank_oom(state).domains.size(), 1u);
}

TEST_F(OomRank, TheFullestCgroupComesFirst) {
  add(10, 40 * kMib, 0, "/a");
  add(11, 40 * kMib, 0, "/b");
  limit("/a", 100 * kMib).current_bytes = 50 * kMib;
  limit("/b", 200 * kMib).current_bytes = 199 * kMib;
  const OomRanking ranking = rank_oom(state);
  ASSERT_EQ(ranking.domains.size(), 3u);
  EXPECT_EQ(ranking.domains[1].path, "/b");
}

TEST_F(OomRank, AGroupDiesWholeButForTheProtected) {
  add(10, 400 * kMib, 0, "/a/b/c");
  add(11, 20 * kMib, 0, "/a/b");
  add(12, 20 * kMib, -1000, "/a/b");
  add(13, 20 * kMib, 0, "/a");
  add(14, 20 * kMib, 0, "/z");
  limit("/a", 4 * kGib);
  OomCgroup group;
  group.path = "/a/b";
  group.oom_group = 1;
  state.cgroups.push_back(group);
  OomRanking ranking = rank_oom(state);
  for (const OomDomain& domain : ranking.domains) {
    EXPECT_EQ(domain.verdict, OomVerdict::group);
    EXPECT_EQ(domain.group, "/a/b");
    EXPECT_THAT(killed(ranking, domain), ElementsAre(10, 11));
    EXPECT_EQ(domain.killed_rss_bytes, 420 * kMib);
  }
  // The highest one counts, up to the cgroup that ran out.
  state.cgroups.front().oom_group = 1;
  ranking = rank_oom(state);
  EXPECT_THAT(killed(ranking, ranking.domains[0]), ElementsAre(10, 11, 13));
  limit("/a/b/c", kGib);
  ranking = rank_oom(state);
  const auto& leaf = *std::find_if(ranking.domains.begin(), ranking.domains.end(),
                                   [](const OomDomain& domain) { return domain.path == "/a/b/c"; });
  EXPECT_EQ(leaf.verdict, OomVerdict::kill) << "the group is above the cgroup that ran out";
  EXPECT_THAT(killed(ranking, leaf), ElementsAre(10));
}

TEST_F(OomRank, ATaskInAnothersMemoryDiesWithIt) {
  add(10, 400 * kMib);
  add(11, 400 * kMib, 1000).same_memory_as_pid = 10;
  add(12, 1 * kMib);
  const OomRanking ranking = rank_oom(state);
  EXPECT_THAT(order(ranking), ElementsAre(10, 12));
  EXPECT_EQ(standing(ranking, 11), OomStanding::shared);
  EXPECT_THAT(killed(ranking, ranking.domains[0]), ElementsAre(10, 11));
  EXPECT_EQ(ranking.domains[0].killed_rss_bytes, 400 * kMib) << "its memory counts once";
}

TEST_F(OomRank, WhomTheKernelScoresZeroIsPassedOver) {
  add(10, 400 * kMib).oom_score = 0u;  // in vfork, or reaped
  add(11, 40 * kMib);
  add(12, 30 * kMib);
  const OomRanking ranking = rank_oom(state);
  EXPECT_EQ(standing(ranking, 10), OomStanding::spared);
  EXPECT_THAT(order(ranking), ElementsAre(11, 12));
}

TEST_F(OomRank, OneThatEndsAlreadyIsWaitedFor) {
  add(10, 400 * kMib).exiting = true;
  add(11, 40 * kMib);
  const OomRanking ranking = rank_oom(state);
  EXPECT_EQ(standing(ranking, 10), OomStanding::exiting);
  EXPECT_EQ(ranking.domains[0].verdict, OomVerdict::waits);
  EXPECT_EQ(victim(ranking, ranking.domains[0]), 10u);
}

TEST_F(OomRank, AContainersFirstProcessIsNotTheMachines) {
  add(1, 400 * kMib).oom_score = 699u;
  add(10, 40 * kMib);
  add(11, 30 * kMib);
  const OomRanking ranking = rank_oom(state);
  EXPECT_THAT(order(ranking), ElementsAre(1, 10, 11));
}

TEST_F(OomRank, EverybodyProtectedPanics) {
  add(1, 40 * kMib);
  add(10, 40 * kMib, -1000, "/a");
  limit("/a", 50 * kMib);
  const OomRanking ranking = rank_oom(state);
  EXPECT_EQ(ranking.domains[0].verdict, OomVerdict::nobody);
  EXPECT_EQ(ranking.domains[1].verdict, OomVerdict::nobody);
  const OomRisk risk = oom_risk(state, ranking);
  EXPECT_EQ(risk.killable, Got<std::uint64_t>(0));
  EXPECT_EQ(risk.stuck_cgroups, 1u);
  ASSERT_NE(risk.largest_protected, nullptr);
  EXPECT_EQ(risk.largest_protected->process->pid, 10u);
  EXPECT_EQ(risk.protected_bytes, 40 * kMib);
  EXPECT_EQ(risk.no_swap_left, Got<bool>(true));
}

TEST_F(OomRank, SysctlsDecideOtherwise) {
  add(10, 40 * kMib, 0, "/a");
  limit("/a", 50 * kMib);
  state.kill_allocating_task = 1;
  OomRanking ranking = rank_oom(state);
  EXPECT_EQ(ranking.domains[0].verdict, OomVerdict::requester);
  EXPECT_EQ(ranking.domains[1].verdict, OomVerdict::kill);
  state.panic_on_oom = 1;
  ranking = rank_oom(state);
  EXPECT_EQ(ranking.domains[0].verdict, OomVerdict::panic);
  EXPECT_EQ(victim(ranking, ranking.domains[0]), 0u);
  EXPECT_EQ(ranking.domains[1].verdict, OomVerdict::kill);
  state.panic_on_oom = 2;
  EXPECT_EQ(rank_oom(state).domains[1].verdict, OomVerdict::panic);
}

TEST_F(OomRank, WhatIsNotKnownIsNotGuessed) {
  add(10, 40 * kMib, 5).page_tables_bytes = Missing::absent;
  OomRanking ranking = rank_oom(state);
  EXPECT_EQ(ranking.domains[0].verdict, OomVerdict::unknown);
  EXPECT_EQ(ranking.domains[0].unknown, 1u);
  EXPECT_FALSE(oom_risk(state, ranking).killable);
  add(11, 4 * kMib);
  ranking = rank_oom(state);
  EXPECT_EQ(victim(ranking, ranking.domains[0]), 11u);
  EXPECT_EQ(ranking.domains[0].unknown, 1u);
}

TEST_F(OomRank, UnderLxcfsAdjustmentsCannotBeWeighed) {
  add(10, 40 * kMib, 5);
  add(11, 4 * kMib);
  state.snapshot.meminfo_is_fuse = true;
  const OomRanking ranking = rank_oom(state);
  EXPECT_EQ(ranking.total.pages, Got<std::uint64_t>(Missing::hidden));
  EXPECT_EQ(ranking.scale, OomScale::unknown);
  EXPECT_THAT(order(ranking), ElementsAre(11));
  EXPECT_EQ(standing(ranking, 10), OomStanding::unknown);
}

TEST_F(OomRank, TriesChanges) {
  add(10, 400 * kMib);
  add(11, 300 * kMib);
  add(12, 200 * kMib);
  OomWhatIf change;
  change.adjust = {{10, std::int16_t{-1000}}, {12, std::int16_t{100}}};
  OomRanking ranking = rank_oom(state, change);
  EXPECT_THAT(order(ranking), ElementsAre(12, 11));
  EXPECT_EQ(standing(ranking, 10), OomStanding::protected_) << "not spared: the kernel's score is from before";
  EXPECT_EQ(ranking.protected_bytes, 400 * kMib);
  change = {};
  change.kill = {10};
  ranking = rank_oom(state, change);
  EXPECT_THAT(order(ranking), ElementsAre(11, 12));
  EXPECT_EQ(ranking.tasks.size(), 2u);
  EXPECT_EQ(first_unknown_pid(state, change), 0u);
  change.adjust = {{77, std::int16_t{0}}};
  EXPECT_EQ(first_unknown_pid(state, change), 77u);
}

TEST_F(OomRank, AProtectedProcessCanBeTriedUnprotected) {
  add(10, 400 * kMib, -1000);
  add(11, 300 * kMib);
  add(12, 300 * kMib);
  OomWhatIf change;
  change.adjust = {{10, std::int16_t{0}}};
  EXPECT_THAT(order(rank_oom(state, change)), ElementsAre(10, 12, 11));
}

std::string commands(const std::vector<OomAdvice>& advice) {
  std::string text;
  for (const OomAdvice& one : advice) text += one.command + "\n";
  return text;
}

TEST_F(OomRank, AdviceMakesItLast) {
  add(10, 399 * kMib, 0, "/system.slice/app.service");
  add(11, 100 * kMib, 0, "/system.slice/app.service");
  add(12, 100 * kMib, 0, "/user.slice/user-7.slice/user@7.service/app.slice/gui\\x2done.scope");
  add(13, 100 * kMib, 0, "/x");
  OomWhatIf change;
  change.adjust = {{10, std::int16_t{-500}}, {12, std::int16_t{300}}, {13, std::int16_t{1}}};
  change.kill = {11};
  const std::string text = commands(oom_advice(rank_oom(state), change));
  EXPECT_EQ(text,
            "choom -n -500 -p 10\n"
            "printf '[Service]\\nOOMScoreAdjust=-500\\n' | systemctl edit --stdin app.service\n"
            "systemctl set-property app.service MemoryHigh=625M MemoryMax=750M\n"
            "systemctl set-property app.service ManagedOOMPreference=avoid\n"
            "choom -n 300 -p 12\n"
            "systemctl --user set-property 'gui\\x2done.scope' MemoryHigh=126M MemoryMax=151M\n"
            "systemctl --user set-property 'gui\\x2done.scope' ManagedOOMMemoryPressure=kill\n"
            "choom -n 1 -p 13\n"
            "choom -n 1 -- COMMAND\n"
            "kill 11\n"
            "systemctl stop app.service\n"
            "systemctl set-property app.service MemoryHigh=625M MemoryMax=750M\n");
}

TEST_F(OomRank, AdviceHoldsNoNameThatAShellWouldAct) {
  for (const char* name : {"/a;reboot.service", "/$(id).service", "/a b.service", "/-H.service", "/a'b.service",
                           "/a\nb.service", "/\xc3\xa4.service"}) {
    state.processes.clear();
    add(10, 399 * kMib, 0, name);
    OomWhatIf change;
    change.adjust = {{10, std::int16_t{5}}};
    EXPECT_EQ(commands(oom_advice(rank_oom(state), change)), "choom -n 5 -p 10\nchoom -n 5 -- COMMAND\n") << name;
  }
}

}  // namespace
}  // namespace memkit
