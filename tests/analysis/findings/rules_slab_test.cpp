// Rules that look at the kernel's caches one by one, on both sides of their thresholds.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "analysis/findings/machine.h"

namespace memkit::test {
namespace {

constexpr std::optional<Severity> kNothing;

/// The machine of 10,000,000 kB with one cache of one-page slabs: 25,000 of them are 1 % of RAM.
Machine with_cache(std::string_view name, std::uint64_t active, std::uint64_t objects, std::uint64_t object_bytes,
                   std::uint64_t per_slab, std::uint64_t slabs) {
  Machine machine;
  machine.slab.emplace();
  machine.slab->slabinfo = parse_slabinfo(fmt::format(
      "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : "
      "tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n"
      "{} {} {} {} {} 1 : tunables 0 0 0 : slabdata {} {} 0\n",
      name, active, objects, object_bytes, per_slab, slabs, slabs));
  machine->slab_bytes = slabs * 4 * kKib;
  return machine;
}

Machine with_dentries(std::uint64_t slabs, std::uint64_t negative) {
  Machine machine = with_cache("dentry", slabs * 21, slabs * 21, 192, 21, slabs);
  machine.slab->dentry_state.dentries = 1000;
  machine.slab->dentry_state.negative = negative;
  return machine;
}

TEST(DentryNegative, MostNamesDoNotExistAndNamesTakeMuch) {
  EXPECT_EQ(with_dentries(125'001, 501).severity("dentry-negative"), Severity::info);
  EXPECT_EQ(with_dentries(125'000, 501).severity("dentry-negative"), kNothing) << "5 % of RAM";
  EXPECT_EQ(with_dentries(125'001, 500).severity("dentry-negative"), kNothing) << "half of them";
}

TEST(DentryNegative, IsNotJudgedWhereTheKernelDoesNotCount) {
  Machine machine = with_dentries(125'001, 501);
  machine.slab->dentry_state.negative = Missing::absent;  // before 5.1
  EXPECT_EQ(machine.not_judged("dentry-negative"), LackWhy::absent);
}

TEST(SlabFragmented, LessThanHalfInUseAndMuchIsWasted) {
  EXPECT_EQ(with_cache("filp", 24'000, 50'000, 4096, 1, 50'000).severity("slab-fragmented"), Severity::info);
  EXPECT_EQ(with_cache("filp", 25'000, 50'000, 4096, 1, 50'000).severity("slab-fragmented"), kNothing)
      << "half of it is in use";
  EXPECT_EQ(with_cache("filp", 23'500, 48'000, 4096, 1, 48'000).severity("slab-fragmented"), kNothing)
      << "0.98 % of RAM is wasted";
  const auto found = with_cache("filp", 24'000, 50'000, 4096, 1, 50'000).finding("slab-fragmented");
  EXPECT_EQ(std::get<std::string>(found->find("cache")->value), "filp");
}

TEST(KmallocLarge, OverTwoPerCentIsInNoCache) {
  Machine machine = with_cache("filp", 25'000, 25'000, 4096, 1, 25'000);
  machine->slab_bytes = 100'000 * kKib + 200'001 * kKib;
  EXPECT_EQ(machine.severity("kmalloc-large"), Severity::warning);
  EXPECT_EQ(machine.finding("kmalloc-large")->held_bytes, 200'001 * kKib);
  machine->slab_bytes = 100'000 * kKib + 200'000 * kKib;
  EXPECT_EQ(machine.severity("kmalloc-large"), kNothing);
}

TEST(SlabUnreclaimable, OfAFirewallsConnectionsIsInformation) {
  Machine machine = with_cache("nf_conntrack", 150'000, 150'000, 4096, 1, 150'000);
  machine->sunreclaim_bytes = 1'200'000 * kKib;
  EXPECT_EQ(machine.severity("slab-unreclaimable"), Severity::info);
  EXPECT_EQ(machine.finding("slab-unreclaimable")->confidence, Confidence::low);
  machine->sunreclaim_bytes = 1'300'000 * kKib;
  EXPECT_EQ(machine.severity("slab-unreclaimable"), Severity::warning) << "less than half of it";
}

TEST(AvailableLow, WithFastSwapLeftIsLessSure) {
  Machine machine;
  machine->mem_available_bytes = 900'000 * kKib;
  EXPECT_EQ(machine.finding("available-low")->confidence, Confidence::high);
  machine.snapshot.zram = {ZramDevice{"zram0", {}}};
  EXPECT_EQ(machine.finding("available-low")->confidence, Confidence::medium);
  machine->swap_free_bytes = 400'000 * kKib;
  EXPECT_EQ(machine.finding("available-low")->confidence, Confidence::high) << "little is left of it";
}

TEST(SlabRules, SayWhySlabinfoIsMissing) {
  Machine machine;
  machine.slab.emplace();
  machine.slab->slabinfo = Missing::denied;
  for (const char* const id : {"slab-fragmented", "kmalloc-large"}) {
    EXPECT_EQ(machine.not_judged(id), LackWhy::denied) << id;
  }
}

}  // namespace
}  // namespace memkit::test
