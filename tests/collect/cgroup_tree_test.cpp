#include "collect/cgroup_tree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit::test {
namespace {

constexpr const char* kStalled =
    "some avg10=1.50 avg60=0.00 avg300=0.00 total=1500\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=500\n";
constexpr const char* kCalm =
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";

/// What a visitor keeps of a cgroup.
struct Seen {
  std::string path;
  CgroupNode node;
  [[nodiscard]] const Got<Pressure>& memory() const { return node.pressure[0]; }
};

struct Walked {
  CgroupWalk walk;
  std::vector<Seen> seen;
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> all;
    for (const Seen& one : seen) all.push_back(one.path);
    return all;
  }
  [[nodiscard]] const Seen& at(std::string_view path) const {
    for (const Seen& one : seen) {
      if (one.path == path) return one;
    }
    throw std::runtime_error("not visited: " + std::string(path));
  }
};

Walked walk(const TempDir& dir, const CgroupWalkPolicy& policy = {}) {
  Walked walked;
  walked.walk = walk_cgroups(Root::at(dir.string()), policy, [&](const CgroupNode& node) {
    walked.seen.push_back({std::string(node.path), node});
  });
  return walked;
}

/// Why there is no pressure of a cgroup; empty where there is.
std::optional<Missing> why_no_pressure(const Walked& w, std::string_view path) {
  const Got<Pressure>& memory = w.at(path).memory();
  if (memory) return std::nullopt;
  return memory.missing();
}

void write_v2(const TempDir& dir, const std::string& base) {
  dir.write(base + "/cgroup.controllers", "memory\n");
  dir.write(base + "/memory.pressure", kStalled);
  dir.write(base + "/b.slice/memory.pressure", kCalm);
  dir.write(base + "/b.slice/memory.current", "1000\n");
  dir.write(base + "/b.slice/memory.max", "max\n");
  dir.write(base + "/b.slice/memory.high", "5000\n");
  dir.write(base + "/b.slice/memory.stat", "anon 700\n");
  dir.write(base + "/b.slice/memory.events", "oom_kill 2\n");
  dir.write(base + "/b.slice/x.service/memory.pressure", kStalled);
  dir.write(base + "/b.slice/x.service/cpu.pressure", kCalm);
  dir.write(base + "/a.slice/memory.pressure", kCalm);
}

TEST(CgroupTree, ParentsComeBeforeChildrenAndSiblingsByName) {
  const TempDir dir;
  write_v2(dir, "sys/fs/cgroup");
  const Walked w = walk(dir);
  EXPECT_EQ(w.walk.version, CgroupVersion::v2);
  EXPECT_FALSE(w.walk.hybrid);
  EXPECT_EQ(w.walk.mount_point, "sys/fs/cgroup");
  EXPECT_EQ(w.paths(), (std::vector<std::string>{"/", "/a.slice", "/b.slice", "/b.slice/x.service"}));
  EXPECT_EQ(w.walk.visited, 4u);
  EXPECT_EQ(w.at("/b.slice/x.service").node.depth, 2u);
  EXPECT_EQ(w.at("/b.slice/x.service").memory()->full.total_us, 500u);
  EXPECT_EQ(w.at("/").memory()->some.avg10_pct, 1.5);
}

TEST(CgroupTree, ReadsWhatIsWantedAndNothingElse) {
  const TempDir dir;
  write_v2(dir, "sys/fs/cgroup");
  Walked w = walk(dir);
  EXPECT_EQ(w.at("/b.slice").node.current_bytes, Missing::absent);
  EXPECT_FALSE(w.at("/b.slice/x.service").node.pressure[1]);
  w = walk(dir, {.want = CgroupWant::cpu_pressure | CgroupWant::current | CgroupWant::max | CgroupWant::high |
                         CgroupWant::stat | CgroupWant::events});
  const CgroupNode& b = w.at("/b.slice").node;
  EXPECT_EQ(b.current_bytes, 1000u);
  EXPECT_TRUE(b.max->unlimited());
  EXPECT_EQ(b.high->value, 5000u);
  EXPECT_EQ(b.stat->anon_bytes, 700u);
  EXPECT_EQ(b.events->oom_kill, 2u);
  EXPECT_FALSE(b.pressure[0]);
  EXPECT_TRUE(w.at("/b.slice/x.service").node.pressure[1]);
  EXPECT_FALSE(w.at("/a.slice").node.current_bytes) << "the controller is off there";
  EXPECT_EQ(w.walk.unreadable, 0u);
}

TEST(CgroupTree, StartsBelowWhereAsked) {
  const TempDir dir;
  write_v2(dir, "sys/fs/cgroup");
  for (const char* const name : {"/b.slice", "b.slice", "/b.slice/", "/sys/fs/cgroup/b.slice"}) {
    EXPECT_EQ(walk(dir, {.below = name}).paths(), (std::vector<std::string>{"/b.slice", "/b.slice/x.service"})) << name;
  }
  EXPECT_FALSE(walk(dir, {.below = "/none"}).walk.problem.empty());
  EXPECT_FALSE(walk(dir, {.below = "/b.slice/../../.."}).walk.problem.empty());
  EXPECT_TRUE(walk(dir, {.below = "/none"}).seen.empty());
}

TEST(CgroupTree, HiddenPressureIsToldFromNone) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
  dir.write("sys/fs/cgroup/off/cgroup.pressure", "0\n");
  dir.write("sys/fs/cgroup/on/cgroup.pressure", "1\n");
  dir.write("sys/fs/cgroup/none/cgroup.procs", "");
  const Walked w = walk(dir);
  EXPECT_EQ(why_no_pressure(w, "/off"), Missing::hidden);
  EXPECT_EQ(why_no_pressure(w, "/on"), Missing::absent);
  EXPECT_EQ(why_no_pressure(w, "/none"), Missing::absent);
  EXPECT_EQ(w.walk.hidden, 1u);
  EXPECT_EQ(w.walk.unreadable, 0u);
}

TEST(CgroupTree, AnEmptyFileIsUnreadableNotCalm) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/memory.pressure", kCalm);
  dir.write("sys/fs/cgroup/a/memory.pressure", "");
  const Walked w = walk(dir);
  EXPECT_EQ(why_no_pressure(w, "/a"), Missing::malformed);
  EXPECT_EQ(w.walk.unreadable, 1u);
}

TEST(CgroupTree, WhatMayNotBeListedIsCounted) {
  if (geteuid() == 0) GTEST_SKIP() << "root may look everywhere";
  const TempDir dir;
  write_v2(dir, "sys/fs/cgroup");
  const std::string b = dir.string() + "/sys/fs/cgroup/b.slice";
  chmod(b.c_str(), 0);
  const Walked w = walk(dir);
  chmod(b.c_str(), 0700);
  EXPECT_EQ(w.walk.unlisted, 1u);
  EXPECT_EQ(w.paths(), (std::vector<std::string>{"/", "/a.slice"}));
}

TEST(CgroupTree, OnHybridHostsPressureIsV2sAndLimitsAreV1s) {
  const TempDir dir;
  write_v2(dir, "sys/fs/cgroup/unified");
  const std::string v1 = "sys/fs/cgroup/memory";
  dir.write(v1 + "/memory.usage_in_bytes", "9000\n");
  dir.write(v1 + "/b.slice/memory.usage_in_bytes", "800\n");
  dir.write(v1 + "/b.slice/memory.limit_in_bytes", "9223372036854771712\n");
  dir.write(v1 + "/b.slice/memory.stat", "total_rss 100\n");
  dir.write(v1 + "/b.slice/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  dir.write(v1 + "/only-v1/memory.usage_in_bytes", "1\n");
  Walked w = walk(dir);
  EXPECT_TRUE(w.walk.hybrid);
  EXPECT_EQ(w.walk.version, CgroupVersion::v2);
  EXPECT_EQ(w.walk.mount_point, "sys/fs/cgroup/unified");
  EXPECT_EQ(w.paths(), (std::vector<std::string>{"/", "/a.slice", "/b.slice", "/b.slice/x.service"}));

  w = walk(dir, {.tree = CgroupTree::memory,
                 .want = CgroupWant::memory_pressure | CgroupWant::current | CgroupWant::max | CgroupWant::high |
                         CgroupWant::stat | CgroupWant::events});
  EXPECT_EQ(w.walk.version, CgroupVersion::v1);
  EXPECT_EQ(w.paths(), (std::vector<std::string>{"/", "/b.slice", "/only-v1"}));
  const CgroupNode& b = w.at("/b.slice").node;
  EXPECT_EQ(b.current_bytes, 800u);
  EXPECT_TRUE(b.max->unlimited());
  EXPECT_FALSE(b.high);
  EXPECT_EQ(b.stat->total_rss_bytes, 100u);
  EXPECT_EQ(b.events->oom_kill, 3u);
  EXPECT_TRUE(w.at("/b.slice").memory()) << "from the v2 cgroup of the same path";
  EXPECT_FALSE(w.at("/only-v1").memory());
}

TEST(CgroupTree, V1AloneHasNoPressure) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/memory/memory.usage_in_bytes", "9000\n");
  const Walked w = walk(dir);
  EXPECT_EQ(w.walk.version, CgroupVersion::none);
  EXPECT_NE(w.walk.problem.find("v1"), std::string_view::npos);
  EXPECT_EQ(walk(dir, {.tree = CgroupTree::memory, .want = CgroupWant::current}).paths(),
            std::vector<std::string>{"/"});
}

TEST(CgroupTree, WithoutCgroupsSaysSo) {
  const TempDir dir;
  dir.write("proc/meminfo", "MemTotal: 1 kB\n");
  const Walked w = walk(dir);
  EXPECT_EQ(w.walk.version, CgroupVersion::none);
  EXPECT_FALSE(w.walk.problem.empty());
  EXPECT_TRUE(w.seen.empty());
}

TEST(CgroupTree, FollowsNoLinkOutOrInCircles) {
  const TempDir dir;
  write_v2(dir, "sys/fs/cgroup");
  const TempDir outside;
  outside.write("memory.pressure", kStalled);
  std::filesystem::create_directory_symlink(outside.path(), dir.path() / "sys/fs/cgroup/out");
  std::filesystem::create_directory_symlink("..", dir.path() / "sys/fs/cgroup/b.slice/up");
  EXPECT_EQ(walk(dir).paths().size(), 4u);
}

TEST(CgroupTree, DepthIsBounded) {
  const TempDir dir;
  std::string path = "sys/fs/cgroup";
  dir.write(path + "/cgroup.controllers", "\n");
  for (unsigned i = 0; i < kMaxCgroupDepth + 5; ++i) path += "/d";
  dir.write(path + "/memory.pressure", kCalm);
  const Walked w = walk(dir);
  EXPECT_EQ(w.walk.visited, kMaxCgroupDepth + 1u);
  EXPECT_EQ(w.walk.too_deep, 1u);
}

TEST(CgroupTree, OfTheLiveMachineIsWhatTheFileSystemShows) {
  Walked w;
  w.walk = walk_cgroups(Root::live(), {}, [&](const CgroupNode& node) {
    w.seen.push_back({std::string(node.path), {}});
  });
  if (w.walk.version == CgroupVersion::none) GTEST_SKIP() << w.walk.problem;
  std::uint64_t directories = 1;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("/" + w.walk.mount_point)) {
    if (entry.is_directory()) ++directories;
  }
  EXPECT_NEAR(static_cast<double>(w.walk.visited), static_cast<double>(directories), 50);
  EXPECT_EQ(w.seen.front().path, "/");
}

}  // namespace
}  // namespace memkit::test
