#include "collect/oom_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit {
namespace {

using test::TempDir;
using testing::ElementsAre;

void write_machine(const TempDir& dir) {
  dir.write("proc/meminfo", "MemTotal: 8000000 kB\nAnonPages: 4000 kB\nMapped: 400 kB\nSwapTotal: 0 kB\n");
  dir.write("proc/vmstat", "nr_anon_pages 1000\nnr_mapped 100\n");
  dir.write("proc/sys/vm/panic_on_oom", "2\n");
  dir.write("proc/sys/vm/oom_kill_allocating_task", "1\n");
  dir.write("proc/sys/vm/swappiness", "60\n");
}

void write_process(const TempDir& dir, int pid, const std::string& cgroup) {
  const std::string place = "proc/" + std::to_string(pid) + "/";
  dir.write(place + "status",
            "Name:\tapp\nState:\tS (sleeping)\nUid:\t0\t0\t0\t0\nVmSize:\t900 kB\nVmRSS:\t400 kB\nVmPTE:\t12 kB\n"
            "VmPMD:\t8 kB\nVmSwap:\t16 kB\nThreads:\t1\n");
  dir.write(place + "oom_score", "667\n");
  dir.write(place + "oom_score_adj", "-17\n");
  dir.write(place + "cgroup", cgroup);
}

std::vector<std::string> paths(const OomState& state) {
  std::vector<std::string> found;
  for (const OomCgroup& cgroup : state.cgroups) found.push_back(cgroup.path);
  return found;
}

TEST(OomState, ReadsWhatTheKillerGoesBy) {
  const TempDir dir;
  write_machine(dir);
  write_process(dir, 7, "0::/a/b\n");
  dir.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
  dir.write("sys/fs/cgroup/a/memory.max", "1048576\n");
  dir.write("sys/fs/cgroup/a/memory.current", "4096\n");
  dir.write("sys/fs/cgroup/a/memory.swap.max", "8192\n");
  dir.write("sys/fs/cgroup/a/memory.oom.group", "0\n");
  dir.write("sys/fs/cgroup/a/b/memory.max", "max\n");
  dir.write("sys/fs/cgroup/a/b/memory.oom.group", "1\n");
  dir.write("sys/fs/cgroup/empty/memory.max", "max\n");
  dir.write("sys/fs/cgroup/empty/memory.oom.group", "1\n");
  const OomState state = collect_oom(Root::at(dir.string()));
  ASSERT_EQ(state.processes.size(), 1u);
  const Process& process = state.processes[0].process;
  EXPECT_EQ(process.rss_bytes, Got<std::uint64_t>(400 << 10));
  EXPECT_EQ(process.swap_bytes, Got<std::uint64_t>(16 << 10));
  EXPECT_EQ(process.page_tables_bytes, Got<std::uint64_t>(20 << 10)) << "PTE and PMD of kernels before 4.15";
  EXPECT_EQ(process.oom_score, Got<std::uint32_t>(667));
  EXPECT_EQ(process.oom_score_adj, Got<std::int16_t>(-17));
  EXPECT_EQ(state.processes[0].cgroup, "/a/b");
  EXPECT_EQ(state.snapshot.page_size_bytes, Got<std::uint64_t>(4096));
  EXPECT_EQ(state.panic_on_oom, Got<std::uint64_t>(2));
  EXPECT_EQ(state.kill_allocating_task, Got<std::uint64_t>(1));
  EXPECT_EQ(state.swappiness, Got<std::uint64_t>(60));
  EXPECT_FALSE(state.whole_machine) << "a capture does not tell";
  EXPECT_EQ(state.cgroup_version, CgroupVersion::v2);
  ASSERT_THAT(paths(state), ElementsAre("/a", "/a/b"));
  EXPECT_EQ(state.cgroups[0].max, Got<CgroupValue>(CgroupValue{1048576}));
  EXPECT_EQ(state.cgroups[0].current_bytes, Got<std::uint64_t>(4096));
  EXPECT_EQ(state.cgroups[0].swap_max, Got<CgroupValue>(CgroupValue{8192}));
  EXPECT_EQ(state.cgroups[0].oom_group, Got<std::uint64_t>(0));
  EXPECT_EQ(state.cgroups[1].oom_group, Got<std::uint64_t>(1));
  EXPECT_FALSE(state.cgroups[1].max);
}

TEST(OomState, ReadsTheLimitsOfV1) {
  const TempDir dir;
  write_machine(dir);
  write_process(dir, 7, "4:memory:/a\n0::/init.scope\n");
  const std::string place = "sys/fs/cgroup/memory/a/memory.";
  dir.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "9\n");
  dir.write(place + "limit_in_bytes", "1048576\n");
  dir.write(place + "usage_in_bytes", "4096\n");
  dir.write(place + "memsw.limit_in_bytes", "9223372036854771712\n");
  dir.write(place + "swappiness", "0\n");
  dir.write(place + "use_hierarchy", "0\n");
  dir.write(place + "oom_control", "oom_kill_disable 1\nunder_oom 0\noom_kill 0\n");
  dir.write("sys/fs/cgroup/memory/b/memory.limit_in_bytes", "9223372036854771712\n");
  const OomState state = collect_oom(Root::at(dir.string()));
  EXPECT_EQ(state.cgroup_version, CgroupVersion::v1);
  ASSERT_EQ(state.processes.size(), 1u);
  EXPECT_EQ(state.processes[0].cgroup, "/a");
  ASSERT_THAT(paths(state), ElementsAre("/a"));
  const OomCgroup& cgroup = state.cgroups[0];
  EXPECT_TRUE(cgroup.memsw_max->unlimited());
  EXPECT_EQ(cgroup.swappiness, Got<std::uint64_t>(0));
  EXPECT_EQ(cgroup.hierarchical, Got<bool>(false));
  EXPECT_EQ(cgroup.kill_disabled, Got<std::uint64_t>(1));
  EXPECT_FALSE(cgroup.oom_group);
}

TEST(OomState, OfNothingIsEmptyAndMissing) {
  const TempDir dir;
  dir.write("proc/meminfo", "MemTotal: 8000000 kB\n");
  const OomState state = collect_oom(Root::at(dir.string()));
  EXPECT_TRUE(state.processes.empty());
  EXPECT_TRUE(state.cgroups.empty());
  EXPECT_FALSE(state.panic_on_oom);
  EXPECT_FALSE(state.snapshot.page_size_bytes);
}

TEST(OomState, OfThisMachineHasThisProcess) {
  const OomState state = collect_oom(Root::live());
  const auto self = std::find_if(state.processes.begin(), state.processes.end(), [](const OomProcess& one) {
    return one.process.pid == static_cast<std::uint32_t>(getpid());
  });
  ASSERT_NE(self, state.processes.end());
  EXPECT_TRUE(self->process.page_tables_bytes);
  EXPECT_GT(self->process.page_tables_bytes.value_or(0), 0u);
  EXPECT_TRUE(self->process.oom_score_adj);
  EXPECT_TRUE(state.whole_machine);
  EXPECT_TRUE(std::is_sorted(state.cgroups.begin(), state.cgroups.end(),
                             [](const OomCgroup& a, const OomCgroup& b) { return a.path < b.path; }));
}

}  // namespace
}  // namespace memkit
