#include "collect/cgroup.h"

#include <gtest/gtest.h>

#include <string>

#include "collect/cgroup_mounts.h"
#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit::test {
namespace {

constexpr const char* kV2Mount = "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* kV1Mount = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
constexpr const char* kUnified = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

void write_self(const TempDir& dir, const std::string& cgroup, const std::string& mountinfo) {
  dir.write("proc/self/cgroup", cgroup);
  dir.write("proc/self/mountinfo", mountinfo);
}

void write_v2(const TempDir& dir, const std::string& below, const std::string& current, const std::string& max) {
  const std::string base = "sys/fs/cgroup" + below;
  dir.write(base + "/memory.current", current + "\n");
  dir.write(base + "/memory.max", max + "\n");
  dir.write(base + "/memory.high", "max\n");
  dir.write(base + "/memory.stat", "anon 100\nfile 200\ninactive_file 50\n");
  dir.write(base + "/cgroup.type", "domain\n");
}

void write_v1(const TempDir& dir, const std::string& below, const std::string& usage, const std::string& limit) {
  const std::string base = "sys/fs/cgroup/memory" + below;
  dir.write(base + "/memory.usage_in_bytes", usage + "\n");
  dir.write(base + "/memory.limit_in_bytes", limit + "\n");
  dir.write(base + "/memory.use_hierarchy", "1\n");
  dir.write(base + "/memory.stat", "total_rss 100\ntotal_cache 200\n");
}

CgroupFacts own(const TempDir& dir) { return collect_cgroup(Root::at(dir.string()), ""); }
CgroupFacts named(const TempDir& dir, const std::string& path) { return collect_cgroup(Root::at(dir.string()), path); }

TEST(FindCgroup, TakesTheLongestRootThatLeadsThere) {
  const auto mounts = cgroup_mounts(
      "1 0 0:1 / /a rw - cgroup2 c rw\n2 0 0:1 /docker /b rw - cgroup2 c rw\n3 0 0:1 /docker/12 /c\\040d rw - cgroup2 "
      "c "
      "rw\n4 0 0:1 /docker/1 /e rw - cgroup2 c rw\n5 0 0:2 / /f rw - cgroup c rw,cpu\n");
  ASSERT_EQ(mounts.size(), 4u);
  const CgroupPlace place = find_cgroup(mounts, true, "/docker/12/x");
  EXPECT_TRUE(place.found);
  EXPECT_FALSE(place.low_confidence);
  EXPECT_EQ(place.mount_directory, "c d");
  EXPECT_EQ(place.below, "/x");
  EXPECT_EQ(find_cgroup(mounts, true, "/docker/123").mount_directory, "b");
  EXPECT_EQ(find_cgroup(mounts, true, "/other").mount_directory, "a");
  EXPECT_FALSE(find_cgroup(mounts, false, "/other").found);
}

TEST(FindCgroup, ThePointItselfStandsInWhereNoRootLeadsThere) {
  const auto mounts = cgroup_mounts("2 0 0:1 /docker/12 /sys/fs/cgroup rw - cgroup2 c rw\n");
  for (const char* path : {"/", "/docker/123", "/../x", "/.."}) {
    const CgroupPlace place = find_cgroup(mounts, true, path);
    EXPECT_TRUE(place.found) << path;
    EXPECT_TRUE(place.low_confidence) << path;
    EXPECT_EQ(place.below, "") << path;
  }
  EXPECT_FALSE(find_cgroup(mounts, true, "/docker/12").low_confidence);
  EXPECT_TRUE(find_cgroup(cgroup_mounts(kV2Mount), true, "/../other").low_confidence);
  EXPECT_FALSE(find_cgroup(cgroup_mounts(kV2Mount), true, "/..a").low_confidence);
}

TEST(Cgroup, OwnV2WithItsAncestors) {
  const TempDir dir;
  write_self(dir, "0::/app.slice/a.service\n", kV2Mount);
  dir.write("sys/fs/cgroup/memory.stat", "anon 1\n");
  dir.write("sys/fs/cgroup/cgroup.controllers", "memory\n");
  write_v2(dir, "/app.slice", "800", "1000");
  write_v2(dir, "/app.slice/a.service", "300", "max");
  dir.write("sys/fs/cgroup/app.slice/a.service/memory.events", "low 0\nhigh 2\nmax 3\noom 1\noom_kill 1\n");
  dir.write("sys/fs/cgroup/app.slice/a.service/memory.pressure",
            "some avg10=1.50 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");
  const CgroupFacts facts = own(dir);
  EXPECT_EQ(facts.version, CgroupVersion::v2);
  EXPECT_FALSE(facts.hybrid);
  EXPECT_FALSE(facts.namespaced);
  EXPECT_FALSE(facts.low_confidence);
  EXPECT_EQ(facts.path, "/app.slice/a.service");
  ASSERT_EQ(facts.levels.size(), 3u);
  EXPECT_EQ(facts.levels[0].current_bytes, 300u);
  EXPECT_TRUE(facts.levels[0].max.has_value() && facts.levels[0].max->unlimited());
  EXPECT_EQ(facts.levels[1].path, "/app.slice");
  EXPECT_EQ(facts.levels[1].max->value, 1000u);
  EXPECT_EQ(facts.levels[2].path, "/");
  EXPECT_EQ(facts.levels[2].current_bytes, Missing::absent);
  ASSERT_TRUE(facts.stat);
  EXPECT_EQ(facts.stat->anon_bytes, 100u);
  ASSERT_TRUE(facts.events);
  EXPECT_EQ(facts.events->max, 3u);
  ASSERT_TRUE(facts.pressure);
  EXPECT_EQ(facts.pressure->some.total_us, 7u);
}

TEST(Cgroup, InANamespaceTheTopIsNotTheRoot) {
  const TempDir dir;
  write_self(dir, "0::/\n", kV2Mount);
  write_v2(dir, "", "300", "1000");
  const CgroupFacts facts = own(dir);
  EXPECT_TRUE(facts.namespaced);
  ASSERT_EQ(facts.levels.size(), 1u);
  EXPECT_EQ(facts.levels[0].max->value, 1000u);
}

TEST(Cgroup, ABindMountOfAPartHidesWhatIsAbove) {
  const TempDir dir;
  write_self(dir, "4:memory:/docker/12\n",
             "35 31 0:32 /docker/12 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  write_v1(dir, "", "300", "1000");
  const CgroupFacts facts = own(dir);
  EXPECT_EQ(facts.version, CgroupVersion::v1);
  EXPECT_TRUE(facts.namespaced);
  EXPECT_EQ(facts.path, "/docker/12");
}

TEST(Cgroup, OnHybridHostsV1LimitsAndV2HasThePressure) {
  const TempDir dir;
  write_self(dir, "4:cpu,memory:/a\n1:name=systemd:/a\n0::/b\n", std::string(kV1Mount) + kUnified);
  write_v1(dir, "", "5000", "9223372036854771712");
  write_v1(dir, "/a", "300", "1000");
  dir.write("sys/fs/cgroup/memory/a/memory.memsw.usage_in_bytes", "350\n");
  dir.write("sys/fs/cgroup/memory/a/memory.memsw.limit_in_bytes", "2000\n");
  dir.write("sys/fs/cgroup/memory/a/memory.failcnt", "12\n");
  dir.write("sys/fs/cgroup/memory/a/memory.max_usage_in_bytes", "990\n");
  dir.write("sys/fs/cgroup/memory/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
  dir.write("sys/fs/cgroup/unified/b/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=9\n");
  const CgroupFacts facts = own(dir);
  EXPECT_EQ(facts.version, CgroupVersion::v1);
  EXPECT_TRUE(facts.hybrid);
  ASSERT_EQ(facts.levels.size(), 2u);
  EXPECT_EQ(facts.levels[0].swap_current_bytes, 50u);
  EXPECT_EQ(facts.levels[0].memsw_max->value, 2000u);
  EXPECT_TRUE(facts.levels[1].max->unlimited());
  EXPECT_EQ(facts.failcnt, 12u);
  EXPECT_EQ(facts.peak_bytes, 990u);
  ASSERT_TRUE(facts.events);
  EXPECT_EQ(facts.events->oom_kill, 4u);
  ASSERT_TRUE(facts.pressure);
  EXPECT_EQ(facts.pressure->some.total_us, 9u);
}

TEST(Cgroup, AHybridHostWithMemoryInV2) {
  const TempDir dir;
  write_self(dir, "3:cpu:/a\n0::/a\n",
             std::string("35 31 0:32 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n") + kV2Mount);
  write_v2(dir, "/a", "300", "1000");
  EXPECT_EQ(own(dir).version, CgroupVersion::v2);
}

TEST(Cgroup, AV1ParentWithoutHierarchyDoesNotLimit) {
  const TempDir dir;
  write_self(dir, "4:memory:/a/b\n", kV1Mount);
  write_v1(dir, "", "5000", "9223372036854771712");
  write_v1(dir, "/a", "10", "20");
  write_v1(dir, "/a/b", "300", "1000");
  EXPECT_EQ(own(dir).levels.size(), 3u);
  dir.write("sys/fs/cgroup/memory/a/memory.use_hierarchy", "0\n");
  EXPECT_EQ(own(dir).levels.size(), 1u);
}

TEST(Cgroup, WhereTheControllerIsOffTheNextOneAboveCounts) {
  const TempDir dir;
  write_self(dir, "0::/a/b\n", kV2Mount);
  write_v2(dir, "/a", "300", "1000");
  dir.write("sys/fs/cgroup/a/b/cgroup.procs", "1\n");
  const CgroupFacts facts = own(dir);
  ASSERT_FALSE(facts.levels.empty());
  EXPECT_EQ(facts.levels[0].path, "/a");
  EXPECT_EQ(facts.path, "/a/b");
}

TEST(Cgroup, AHiddenPressureFileIsNotAnAbsentOne) {
  const TempDir dir;
  write_self(dir, "0::/a\n", kV2Mount);
  write_v2(dir, "/a", "300", "1000");
  EXPECT_EQ(own(dir).pressure.missing(), Missing::absent);
  dir.write("sys/fs/cgroup/a/cgroup.pressure", "0\n");
  EXPECT_EQ(own(dir).pressure.missing(), Missing::hidden);
}

TEST(Cgroup, ACaptureWithoutItsProcessAsksForAName) {
  const TempDir dir;
  write_v2(dir, "/a", "300", "1000");
  const CgroupFacts facts = own(dir);
  EXPECT_EQ(facts.version, CgroupVersion::none);
  EXPECT_NE(facts.problem.find("name the cgroup"), std::string_view::npos);
}

TEST(Cgroup, NoMemoryHierarchyIsSaid) {
  const TempDir dir;
  write_self(dir, "3:cpu:/\n", "35 31 0:32 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
  EXPECT_EQ(own(dir).version, CgroupVersion::none);
  write_self(dir, "0::/\n", kUnified);
  EXPECT_EQ(own(dir).version, CgroupVersion::none);
  EXPECT_FALSE(own(dir).problem.empty());
}

TEST(Cgroup, NamedInEveryWayThatPeopleWriteIt) {
  const TempDir dir;
  write_v2(dir, "/a.slice", "800", "2000");
  write_v2(dir, "/a.slice/b.service", "300", "1000");
  for (const char* path : {"/a.slice/b.service", "a.slice/b.service", "/sys/fs/cgroup/a.slice/b.service",
                           "sys/fs/cgroup/a.slice/b.service", "/a.slice/b.service/"}) {
    const CgroupFacts facts = named(dir, path);
    EXPECT_EQ(facts.version, CgroupVersion::v2) << path;
    ASSERT_GE(facts.levels.size(), 2u) << path;
    EXPECT_EQ(facts.levels[0].path, "/a.slice/b.service") << path;
    EXPECT_EQ(facts.levels[0].current_bytes, 300u) << path;
  }
}

TEST(Cgroup, NamedOnAHybridHost) {
  const TempDir dir;
  write_v1(dir, "/a", "300", "1000");
  dir.write("sys/fs/cgroup/unified/a/cgroup.procs", "");
  dir.write("sys/fs/cgroup/unified/a/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=9\n");
  for (const char* path : {"/a", "/sys/fs/cgroup/memory/a"}) {
    const CgroupFacts facts = named(dir, path);
    EXPECT_EQ(facts.version, CgroupVersion::v1) << path;
    EXPECT_TRUE(facts.hybrid) << path;
    ASSERT_TRUE(facts.pressure) << path;
    EXPECT_EQ(facts.pressure->some.total_us, 9u);
  }
}

TEST(Cgroup, ANameThatIsNotThereIsNotReplaced) {
  const TempDir dir;
  write_v2(dir, "", "300", "1000");
  write_v2(dir, "/a", "300", "1000");
  EXPECT_EQ(named(dir, "/a").version, CgroupVersion::v2);
  for (const char* path : {"/nope", "/a/nope", "/a/../a", "..", "/a/memory.current"}) {
    const CgroupFacts facts = named(dir, path);
    EXPECT_EQ(facts.version, CgroupVersion::none) << path;
    EXPECT_FALSE(facts.problem.empty()) << path;
    EXPECT_TRUE(facts.levels.empty()) << path;
  }
}

TEST(Cgroup, AnEmptyFileIsMalformedAndNoted) {
  const TempDir dir;
  write_v2(dir, "/a", "300", "1000");
  dir.write("sys/fs/cgroup/a/memory.max", "");
  const CgroupFacts facts = named(dir, "/a");
  EXPECT_EQ(facts.levels[0].max.missing(), Missing::malformed);
  ASSERT_EQ(facts.unread.size(), 1u);
  EXPECT_EQ(facts.unread[0].error, kEmptyFile);
}

TEST(Cgroup, OfTheLiveMachineIsReadOrExplained) {
  const CgroupFacts facts = collect_cgroup(Root::live(), "");
  if (facts.version == CgroupVersion::none) {
    EXPECT_FALSE(facts.problem.empty());
    GTEST_SKIP() << facts.problem;
  }
  EXPECT_FALSE(facts.levels.empty());
  EXPECT_TRUE(facts.stat);
}

TEST(Cgroup, OfTheCapturedMachine) {
  const CgroupFacts facts = collect_cgroup(Root::at((testdata() / "roots/6.18-x86_64-vm").string()), "/fixture-1");
  EXPECT_EQ(facts.version, CgroupVersion::v1) << facts.problem;
  ASSERT_FALSE(facts.levels.empty());
  EXPECT_TRUE(facts.levels[0].current_bytes);
  EXPECT_TRUE(facts.levels[0].max.has_value() && !facts.levels[0].max->unlimited());
}

}  // namespace
}  // namespace memkit::test
