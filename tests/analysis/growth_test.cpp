#include "analysis/growth.h"

#include <gtest/gtest.h>

#include "support/fixtures.h"

namespace memkit {
namespace {

constexpr std::uint64_t kGib = std::uint64_t{1} << 30;

CgroupMemory limited(std::uint64_t limit_bytes, std::int64_t headroom_bytes) {
  CgroupMemory cgroup;
  cgroup.binding_path = "/a.slice";
  cgroup.effective_limit.bytes = limit_bytes;
  cgroup.headroom_bytes = headroom_bytes;
  return cgroup;
}

Meminfo ram(std::uint64_t total_bytes, std::uint64_t available_bytes) {
  Meminfo meminfo;
  meminfo.mem_total_bytes = total_bytes;
  meminfo.mem_available_bytes = available_bytes;
  return meminfo;
}

TEST(BindingLimit, IsWhatLeavesLess) {
  EXPECT_EQ(binding_limit(limited(kGib, 1000), ram(8 * kGib, 2000)).name, "/a.slice");
  EXPECT_EQ(binding_limit(limited(kGib, 1000), ram(8 * kGib, 2000)).limit_bytes, kGib);
  const BindingLimit machine = binding_limit(limited(kGib, 3000), ram(8 * kGib, 2000));
  EXPECT_EQ(machine.name, "RAM");
  EXPECT_EQ(machine.limit_bytes, 8 * kGib);
  EXPECT_EQ(machine.headroom_bytes, 2000);
}

TEST(BindingLimit, OfWhatIsNotKnownIsNone) {
  EXPECT_EQ(binding_limit({}, ram(8 * kGib, 2000)).name, "RAM");
  EXPECT_EQ(binding_limit(limited(kGib, -5), {}).headroom_bytes, -5) << "above its limit";
  EXPECT_EQ(binding_limit({}, {}).name, "");
  EXPECT_EQ(binding_limit({}, {}).headroom_bytes, Missing::absent);
}

}  // namespace
}  // namespace memkit
