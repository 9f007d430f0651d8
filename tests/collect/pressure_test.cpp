#include "collect/pressure.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "support/fixtures.h"
#include "support/temp_dir.h"

namespace memkit::test {
namespace {

constexpr const char* kStalled =
    "some avg10=1.50 avg60=0.00 avg300=0.00 total=1500\nfull avg10=0.50 avg60=0.00 avg300=0.00 total=500\n";
constexpr const char* kV2Mount = "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* kV1Mount = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
constexpr const char* kUnified = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

PressureReading read(const Root& root, const PressurePlace& place, PressureKind kind = PressureKind::memory) {
  return PressureReader(root, place, {&kind, 1}).sample(false).readings.front();
}

PressureState machine_state(const TempDir& dir, PressureKind kind = PressureKind::memory) {
  return read(Root::at(dir.string()), machine_pressure(), kind).state;
}

PressureState cgroup_state(const TempDir& dir, std::string_view path) {
  const Root root = Root::at(dir.string());
  return read(root, cgroup_pressure(root, path)).state;
}

TEST(PressureState, TellsTheWaysOfNotHavingItApart) {
  const PressureSigns live{.live = true};
  EXPECT_EQ(pressure_state(ENOENT, live), PressureState::no_kernel_support);
  EXPECT_EQ(pressure_state(EOPNOTSUPP, live), PressureState::switched_off);
  EXPECT_EQ(pressure_state(EACCES, live), PressureState::denied);
  EXPECT_EQ(pressure_state(EIO, live), PressureState::malformed);
  EXPECT_EQ(pressure_state(ENOENT, {.live = true, .boots_without = true}), PressureState::switched_off);
  EXPECT_EQ(pressure_state(ENOENT, {.live = true, .machine_has = true}), PressureState::no_such_file) << "irq";
  EXPECT_EQ(pressure_state(ENOENT, {}), PressureState::not_captured);
  EXPECT_EQ(pressure_state(ENOENT, {.boots_without = true}), PressureState::switched_off) << "a capture that says why";
  EXPECT_EQ(pressure_state(ENOTSUP, {}), PressureState::malformed) << "a FIFO in a capture";
}

TEST(PressureState, OfACgroupHasWaysOfItsOwn) {
  PressureSigns signs{.live = true, .of_cgroup = true, .machine_has = true};
  EXPECT_EQ(pressure_state(ENOENT, signs), PressureState::no_cgroup);
  signs.cgroup_is_there = true;
  EXPECT_EQ(pressure_state(ENOENT, signs), PressureState::not_in_cgroups) << "cgroup_disable=pressure";
  signs.cgroup_hides = true;
  EXPECT_EQ(pressure_state(ENOENT, signs), PressureState::hidden);
  signs = {.live = true, .of_cgroup = true, .machine_has = true, .cgroup_is_there = true, .cgroup_has_memory = true};
  EXPECT_EQ(pressure_state(ENOENT, signs), PressureState::no_such_file);
  signs.machine_has = signs.cgroup_has_memory = false;
  EXPECT_EQ(pressure_state(ENOENT, signs), PressureState::no_kernel_support);
  EXPECT_EQ(pressure_state(EOPNOTSUPP, signs), PressureState::switched_off);
}

TEST(Pressure, OfTheMachineIsItsFile) {
  const TempDir dir;
  dir.write("proc/pressure/memory", kStalled);
  dir.write("proc/pressure/io", "");
  dir.write("proc/pressure/cpu", "no figures\n");
  const PressureReading reading = read(Root::at(dir.string()), machine_pressure());
  EXPECT_EQ(reading.state, PressureState::known);
  EXPECT_EQ(reading.pressure->full.total_us, 500u);
  EXPECT_EQ(machine_state(dir, PressureKind::io), PressureState::malformed) << "empty: copied without being allowed to";
  EXPECT_EQ(machine_state(dir, PressureKind::cpu), PressureState::malformed);
  EXPECT_EQ(machine_state(dir, PressureKind::irq), PressureState::not_captured);
}

TEST(Pressure, OldFormsAreUnderstood) {
  const TempDir dir;
  dir.write("proc/pressure/cpu", "some avg10=2.04 avg60=0.75 avg300=0.40 total=157656722\n");
  const PressureReading reading = read(Root::at(dir.string()), machine_pressure(), PressureKind::cpu);
  EXPECT_EQ(reading.state, PressureState::known);
  EXPECT_EQ(reading.pressure->some.avg10_pct, 2.04);
  EXPECT_FALSE(reading.pressure->full.avg10_pct) << "before 5.13";
}

TEST(Pressure, OffOnTheCommandLineIsSeen) {
  const TempDir dir;
  dir.write("proc/meminfo", "MemTotal: 1 kB\n");
  EXPECT_EQ(machine_state(dir), PressureState::not_captured);
  dir.write("proc/cmdline", "BOOT_IMAGE=/vmlinuz psi=0 quiet\n");
  EXPECT_EQ(machine_state(dir), PressureState::switched_off);
  dir.write("proc/cmdline", "psi=0 psi=1 quiet\n");
  EXPECT_EQ(machine_state(dir), PressureState::not_captured) << "the last one counts";
  dir.write("proc/cmdline", "epsi=0 quiet\n");
  EXPECT_EQ(machine_state(dir), PressureState::not_captured);
}

TEST(CgroupPressure, IsFoundByEachSpellingOfItsPath) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/a.slice/memory.pressure", kStalled);
  const Root root = Root::at(dir.string());
  for (const char* const path : {"/a.slice", "a.slice", "/a.slice/", "/sys/fs/cgroup/a.slice"}) {
    const PressurePlace place = cgroup_pressure(root, path);
    EXPECT_EQ(place.path, "/a.slice") << path;
    EXPECT_EQ(place.stat_file, "sys/fs/cgroup/a.slice/memory.stat");
    EXPECT_EQ(read(root, place).state, PressureState::known);
  }
}

TEST(CgroupPressure, SaysWhyThereIsNone) {
  const TempDir dir;
  dir.write("proc/pressure/memory", kStalled);
  dir.write("sys/fs/cgroup/memory/v1/memory.usage_in_bytes", "1\n");
  dir.write("sys/fs/cgroup/unified/hidden/cgroup.procs", "");
  dir.write("sys/fs/cgroup/unified/hidden/cgroup.pressure", "0\n");
  dir.write("sys/fs/cgroup/unified/none/cgroup.procs", "");
  EXPECT_EQ(cgroup_state(dir, "/v1"), PressureState::v1_only);
  EXPECT_EQ(cgroup_state(dir, "/hidden"), PressureState::hidden);
  EXPECT_EQ(cgroup_state(dir, "/none"), PressureState::not_captured);
  EXPECT_EQ(cgroup_state(dir, "/nowhere"), PressureState::no_cgroup);
  EXPECT_EQ(cgroup_state(dir, "/hidden/../../../../proc"), PressureState::no_cgroup);
}

TEST(CgroupPressure, OnHybridHostsPressureIsV2sAndCountersAreV1s) {
  const TempDir dir;
  dir.write("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "1\n");
  dir.write("sys/fs/cgroup/unified/a/memory.pressure", kStalled);
  dir.write("sys/fs/cgroup/unified/only-v2/memory.pressure", kStalled);
  const Root root = Root::at(dir.string());
  const PressurePlace place = cgroup_pressure(root, "/a");
  EXPECT_EQ(place.directory, "sys/fs/cgroup/unified/a");
  EXPECT_EQ(place.stat_file, "sys/fs/cgroup/memory/a/memory.stat");
  EXPECT_EQ(cgroup_pressure(root, "/only-v2").stat_file, "sys/fs/cgroup/unified/only-v2/memory.stat");
}

TEST(CgroupPressure, OwnIsByMembershipAndMounts) {
  const TempDir dir;
  dir.write("proc/self/cgroup", "4:memory:/limits\n0::/app.slice/a.service\n");
  dir.write("proc/self/mountinfo", std::string(kV1Mount) + kUnified);
  const Root root = Root::at(dir.string());
  EXPECT_EQ(cgroup_pressure(root, "").directory, "sys/fs/cgroup/unified/app.slice/a.service");
  EXPECT_EQ(cgroup_pressure(root, "").stat_file, "sys/fs/cgroup/memory/limits/memory.stat");

  dir.write("proc/self/cgroup", "0::/app.slice\n");
  dir.write("proc/self/mountinfo", kV2Mount);
  EXPECT_EQ(cgroup_pressure(root, "").directory, "sys/fs/cgroup/app.slice");
  EXPECT_EQ(cgroup_pressure(root, "").stat_file, "sys/fs/cgroup/app.slice/memory.stat");

  dir.write("proc/self/cgroup", "4:memory:/limits\n");
  dir.write("proc/self/mountinfo", kV1Mount);
  EXPECT_EQ(cgroup_pressure(root, "").state, PressureState::v1_only);
  const TempDir nothing;
  nothing.write("proc/meminfo", "MemTotal: 1 kB\n");
  EXPECT_EQ(cgroup_pressure(Root::at(nothing.string()), "").state, PressureState::no_cgroup);
}

TEST(PressureReader, ReadsTheSameFilesAnew) {
  const TempDir dir;
  dir.write("proc/pressure/memory", kStalled);
  dir.write("proc/vmstat", "pgscan_kswapd 1\npgscan_direct 2\n");
  const Root root = Root::at(dir.string());
  const PressureKind kind = PressureKind::memory;
  PressureReader reader(root, machine_pressure(), {&kind, 1});
  const PressureSample first = reader.sample(true);
  EXPECT_EQ(first.vmstat->pgscan_direct, 2u);
  EXPECT_EQ(first.machine_memory->some.total_us, 1500u);
  EXPECT_FALSE(first.stat);
  dir.write("proc/pressure/memory", "some avg10=9.00 avg60=0.00 avg300=0.00 total=1700\n");
  const PressureSample second = reader.sample(false);
  EXPECT_EQ(second.readings.front().pressure->some.total_us, 1700u);
  EXPECT_FALSE(second.vmstat) << "not wanted";
  EXPECT_GT(second.monotonic_ns, first.monotonic_ns);
}

}  // namespace
}  // namespace memkit::test
