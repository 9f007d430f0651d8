#include "analysis/accounting.h"

#include <gtest/gtest.h>

#include <string>

#include "parse/meminfo.h"
#include "support/fixtures.h"
#include "support/roots.h"

namespace memkit::test {
namespace {

constexpr auto kAll = static_cast<Want>(~0u);
constexpr std::uint64_t kKib = 1024;

/// A machine whose parts are all different, so that no two can be taken for each other.
const std::string kMeminfo =
    "MemTotal: 1000000 kB\nMemFree: 100000 kB\nBuffers: 2000 kB\nCached: 300000 kB\nSwapCached: 4000 kB\n"
    "Active: 350000 kB\nInactive: 350000 kB\nUnevictable: 0 kB\nMlocked: 16 kB\nMapped: 90000 kB\nDirty: 77 kB\n"
    "AnonPages: 395000 kB\nShmem: 50000 kB\nKReclaimable: 31000 kB\nSlab: 50000 kB\nSReclaimable: 30000 kB\n"
    "SUnreclaim: 20000 kB\nKernelStack: 3000 kB\nPageTables: 5000 kB\nSecPageTables: 11 kB\nBounce: 13 kB\n"
    "WritebackTmp: 17 kB\nVmallocUsed: 10000 kB\nVmallocChunk: 0 kB\nPercpu: 700 kB\nHardwareCorrupted: 4 kB\n"
    "AnonHugePages: 2048 kB\nHugePages_Total: 10\nHugePages_Free: 6\nHugePages_Rsvd: 2\nHugepagesize: 2048 kB\n"
    "Hugetlb: 20480 kB\n";
// anonymous, cached, buffers, swap cache 3000, slab, other reclaimable 1000, vmalloc with stacks, the rest, free
constexpr std::int64_t kSum =
    395000 + 300000 + 2000 + 3000 + 50000 + 1000 + 10000 + 5000 + 11 + 13 + 17 + 700 + 4 + 20480 + 100000;

Snapshot snapshot_of(const std::string& meminfo) {
  Snapshot snapshot;
  snapshot.meminfo = parse_meminfo(meminfo);
  snapshot.page_size_bytes = std::uint64_t{4096};
  return snapshot;
}

std::string without(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key + ":");
  return text.substr(0, at) + text.substr(text.find('\n', at) + 1);
}

std::string with(const std::string& text, const std::string& line) {
  return without(text, line.substr(0, line.find(':'))) + line + "\n";
}

const AccountPart* find(const std::vector<AccountPart>& parts, std::string_view id) {
  for (const AccountPart& part : parts) {
    if (part.id == id) return &part;
  }
  return nullptr;
}

Got<std::uint64_t> bytes(const Accounting& accounting, std::string_view id) {
  const AccountPart* const part = find(accounting.parts, id);
  return part != nullptr ? part->bytes : Got<std::uint64_t>();
}

std::int64_t parts_sum(const Accounting& accounting) {
  std::int64_t sum = 0;
  for (const AccountPart& part : accounting.parts) sum += static_cast<std::int64_t>(*part.bytes);
  return sum;
}

TEST(Accounting, CountsEveryKindOnce) {
  const Accounting a = account(snapshot_of(kMeminfo));
  ASSERT_TRUE(a.residual_bytes) << a.residual_why;
  EXPECT_EQ(*a.residual_bytes, (1000000 - kSum) * 1024);
  EXPECT_EQ(bytes(a, "page_cache"), 250000 * kKib);
  EXPECT_EQ(bytes(a, "shmem"), 50000 * kKib);
  EXPECT_EQ(bytes(a, "swap_cache"), 3000 * kKib);
  EXPECT_EQ(bytes(a, "slab_reclaimable"), 30000 * kKib);
  EXPECT_EQ(bytes(a, "slab_unreclaimable"), 20000 * kKib);
  EXPECT_EQ(bytes(a, "kernel_reclaimable"), 1000 * kKib);
  EXPECT_EQ(bytes(a, "kernel_stacks"), 3000 * kKib);
  EXPECT_EQ(bytes(a, "vmalloc"), 7000 * kKib);
  EXPECT_EQ(bytes(a, "hugepages"), 20480 * kKib);
  EXPECT_DOUBLE_EQ(find(a.parts, "anonymous")->share_pct.value_or(0), 39.5);
}

TEST(Accounting, OverlapsStandBelowTheirPartAndAreNotSummed) {
  const Accounting a = account(snapshot_of(kMeminfo));
  EXPECT_EQ(find(a.parts, "mapped"), nullptr);
  const AccountPart* const cache = find(a.parts, "page_cache");
  ASSERT_NE(cache, nullptr);
  ASSERT_NE(find(cache->of_which, "mapped"), nullptr);
  EXPECT_EQ(find(cache->of_which, "mapped")->bytes, 90000 * kKib);
  EXPECT_EQ(find(cache->of_which, "dirty")->bytes, 77 * kKib);
  EXPECT_EQ(find(cache->of_which, "writeback"), nullptr);
  const AccountPart* const huge = find(a.parts, "hugepages");
  ASSERT_NE(huge, nullptr);
  EXPECT_EQ(find(huge->of_which, "hugepages_used")->bytes, 4 * 2048 * kKib);
  EXPECT_EQ(find(huge->of_which, "hugepages_idle")->bytes, 4 * 2048 * kKib);
  EXPECT_EQ(find(huge->of_which, "hugepages_idle")->reclaim, Reclaim::idle);
}

TEST(Accounting, NegativeResidualIsKeptSigned) {
  const Accounting a = account(snapshot_of(with(kMeminfo, "MemFree: 300000 kB")));
  ASSERT_TRUE(a.residual_bytes);
  EXPECT_EQ(*a.residual_bytes, (1000000 - kSum - 200000) * 1024);
  EXPECT_LT(*a.residual_bytes, 0);
  EXPECT_LT(a.residual_share_pct.value_or(0), 0);
}

TEST(Accounting, AFieldThatTheKernelLacksIsNoPart) {
  const Accounting a = account(snapshot_of(without(kMeminfo, "Percpu")));
  EXPECT_EQ(find(a.parts, "percpu"), nullptr);
  EXPECT_EQ(*a.residual_bytes, (1000000 - kSum + 700) * 1024);
}

TEST(Accounting, AFieldThatMustBeThereIsNotTakenForZero) {
  for (const char* key : {"MemFree", "Buffers", "Cached", "AnonPages"}) {
    const Accounting a = account(snapshot_of(without(kMeminfo, key)));
    EXPECT_FALSE(a.residual_bytes) << key;
    EXPECT_FALSE(a.residual_why.empty()) << key;
    EXPECT_FALSE(a.parts.empty());
  }
  const Accounting slab = account(snapshot_of(without(without(kMeminfo, "Slab"), "SReclaimable")));
  EXPECT_FALSE(slab.residual_bytes);
}

TEST(Accounting, AnUnderflownPartLeavesNoResidual) {
  const Accounting a = account(snapshot_of(with(kMeminfo, "PageTables: 18446744073709288640 kB")));
  EXPECT_FALSE(a.residual_bytes);
  ASSERT_NE(find(a.parts, "page_tables"), nullptr);
  EXPECT_EQ(bytes(a, "page_tables"), Missing::malformed);
}

TEST(Accounting, WithoutMemTotalOrMeminfoNothingCanBeSaid) {
  const Accounting a = account(snapshot_of(without(kMeminfo, "MemTotal")));
  EXPECT_FALSE(a.total_bytes);
  EXPECT_FALSE(a.residual_bytes);
  EXPECT_FALSE(find(a.parts, "anonymous")->share_pct);
  const Accounting none = account(Snapshot{});
  EXPECT_TRUE(none.parts.empty());
  EXPECT_FALSE(none.residual_why.empty());
}

TEST(Accounting, SlabOfKernelsThatDoNotSplitIt) {
  const Accounting a = account(snapshot_of(without(without(kMeminfo, "SReclaimable"), "SUnreclaim")));
  EXPECT_EQ(bytes(a, "slab"), 50000 * kKib);
  EXPECT_TRUE(a.residual_bytes);
}

TEST(Accounting, ShmemAboveCachedNeverMakesTheCacheNegative) {
  const Accounting a = account(snapshot_of(with(kMeminfo, "Shmem: 300001 kB")));
  EXPECT_EQ(bytes(a, "page_cache"), 0u);
  EXPECT_EQ(bytes(a, "shmem"), 300000 * kKib);
  EXPECT_EQ(*a.residual_bytes, (1000000 - kSum) * 1024);
}

struct VmallocCase {
  const char* used;
  const char* chunk;
  Got<std::uint64_t> expected_kb;
};

TEST(Accounting, VmallocByWhatTheKernelPrints) {
  const VmallocCase cases[] = {
      {"10000", "0", 7000u},                   // stacks inside
      {"3000", "0", 0u},                       // nothing but stacks
      {"2999", "0", 2999u},                    // stacks cannot be inside
      {"0", "0", Missing::absent},             // 4.4 to 5.2 do not count it
      {"10000", "34359000", Missing::absent},  // before 4.4 it is address space
  };
  for (const VmallocCase& one : cases) {
    const std::string text = with(with(kMeminfo, "VmallocUsed: " + std::string(one.used) + " kB"),
                                  "VmallocChunk: " + std::string(one.chunk) + " kB");
    const auto expected = one.expected_kb.transform([](std::uint64_t kb) { return kb * 1024; });
    EXPECT_EQ(bytes(account(snapshot_of(text)), "vmalloc"), expected) << one.used << " " << one.chunk;
  }
}

TEST(Accounting, SwapCacheIsClampedToBothEnds) {
  EXPECT_EQ(bytes(account(snapshot_of(with(kMeminfo, "Active: 10 kB"))), "swap_cache"), 0u);
  EXPECT_EQ(bytes(account(snapshot_of(with(kMeminfo, "Active: 900000 kB"))), "swap_cache"), 4000 * kKib);
}

TEST(Accounting, PagesFromZoneinfoAndVmstat) {
  Snapshot snapshot = snapshot_of(kMeminfo);
  snapshot.zoneinfo = Zoneinfo{};
  Zone zone;
  zone.managed_pages = 250000;
  zone.pageset_count_pages = 500;
  snapshot.zoneinfo->zones = {zone, Zone{}};
  snapshot.vmstat = Vmstat{};
  snapshot.vmstat->nr_memmap_pages = 25;
  snapshot.vmstat->nr_memmap_boot_pages = 100000;
  snapshot.vmstat->nr_zspages = 250;
  const Accounting a = account(snapshot);
  EXPECT_EQ(bytes(a, "pcp_free"), 2000 * kKib);
  EXPECT_EQ(bytes(a, "struct_pages"), 100 * kKib);
  EXPECT_EQ(bytes(a, "compressed_swap"), 1000 * kKib);
  EXPECT_EQ(*a.residual_bytes, (1000000 - kSum - 2000 - 100 - 1000) * 1024);

  snapshot.page_size_bytes = Missing::absent;
  const Accounting unknown = account(snapshot);
  EXPECT_EQ(find(unknown.parts, "pcp_free"), nullptr);
  EXPECT_EQ(*unknown.residual_bytes, (1000000 - kSum) * 1024);
}

TEST(Accounting, CompressedSwapIsNeverCountedTwice) {
  Snapshot snapshot = snapshot_of(kMeminfo + "Zswap: 400 kB\nZswapped: 2000 kB\n");
  snapshot.zram.push_back({"zram0", {}});
  snapshot.zram[0].mm_stat.mem_used_total_bytes = 600 * kKib;
  snapshot.vmstat = Vmstat{};
  snapshot.vmstat->nr_zspages = 250;
  EXPECT_EQ(bytes(account(snapshot), "compressed_swap"), 1000 * kKib);
  snapshot.zswap_zpool = std::string("zsmalloc");
  EXPECT_EQ(bytes(account(snapshot), "compressed_swap"), 1000 * kKib);
  snapshot.zswap_zpool = std::string("zbud");
  EXPECT_EQ(bytes(account(snapshot), "compressed_swap"), 1400 * kKib);
  snapshot.zswap_zpool = Missing::absent;
  snapshot.vmstat->nr_zspages = 99;  // 396 kB cannot hold the 400 of zswap
  EXPECT_EQ(bytes(account(snapshot), "compressed_swap"), 796 * kKib);
  snapshot.vmstat->nr_zspages = Missing::absent;
  EXPECT_EQ(bytes(account(snapshot), "compressed_swap"), 1000 * kKib);
}

TEST(Accounting, HugepagesOfAllSizes) {
  Snapshot snapshot = snapshot_of(without(kMeminfo, "Hugetlb"));
  EXPECT_EQ(bytes(account(snapshot), "hugepages"), 20480 * kKib);
  snapshot.hugepages.push_back({2048 * kKib, 10u, 6u, 2u, 0u});
  snapshot.hugepages.push_back({1048576 * kKib, 1u, 1u, 0u, 0u});
  const Accounting a = account(snapshot);
  EXPECT_EQ(bytes(a, "hugepages"), (20480 + 1048576) * kKib);
  EXPECT_EQ(find(find(a.parts, "hugepages")->of_which, "hugepages_idle")->bytes, (4 * 2048 + 1048576) * kKib);
}

TEST(Accounting, ABalloonCountsOnlyWhereMemTotalHoldsIt) {
  Snapshot snapshot = snapshot_of(kMeminfo + "Balloon: 40000 kB\n");
  EXPECT_EQ(find(account(snapshot).parts, "balloon"), nullptr);  // not to be told
  snapshot.zoneinfo = Zoneinfo{};
  Zone zone;
  zone.managed_pages = 250000;
  zone.present_pages = 259999;  // a hole of 9999 pages is too small for 10000
  snapshot.zoneinfo->zones = {zone};
  EXPECT_EQ(bytes(account(snapshot), "balloon"), 40000 * kKib);
  snapshot.zoneinfo->zones[0].present_pages = 260000;
  EXPECT_EQ(find(account(snapshot).parts, "balloon"), nullptr);
}

TEST(Accounting, UnderLxcfsThereIsNoResidualAndNoHostFigure) {
  Snapshot snapshot = snapshot_of(kMeminfo);
  snapshot.meminfo_is_fuse = true;
  snapshot.vmstat = Vmstat{};
  snapshot.vmstat->nr_zspages = 250;
  const Accounting a = account(snapshot);
  EXPECT_EQ(a.view, MeminfoView::lxcfs);
  EXPECT_FALSE(a.residual_bytes);
  EXPECT_NE(a.residual_why.find("lxcfs"), std::string_view::npos);
  EXPECT_EQ(find(a.parts, "compressed_swap"), nullptr);
  EXPECT_EQ(bytes(a, "anonymous"), 395000 * kKib);
}

TEST(View, AMemTotalBelowTheZonesIsAContainers) {
  Snapshot snapshot = snapshot_of(kMeminfo);
  snapshot.zoneinfo = Zoneinfo{};
  Zone zone;
  zone.managed_pages = 255102;  // 2 % above MemTotal
  snapshot.zoneinfo->zones = {zone};
  EXPECT_EQ(meminfo_view(snapshot), MeminfoView::machine);
  snapshot.zoneinfo->zones[0].managed_pages = 255103;
  EXPECT_EQ(meminfo_view(snapshot), MeminfoView::mixed);
  EXPECT_FALSE(account(snapshot).residual_bytes);
  snapshot.zoneinfo->zones[0].managed_pages = 160000;  // guests that bring memory up lazily
  EXPECT_EQ(meminfo_view(snapshot), MeminfoView::machine);
  snapshot.page_size_bytes = Missing::malformed;  // meminfo and vmstat disagree
  EXPECT_EQ(meminfo_view(snapshot), MeminfoView::mixed);
  snapshot.page_size_bytes = Missing::absent;
  EXPECT_EQ(meminfo_view(snapshot), MeminfoView::machine);
}

TEST(ArcCredit, IsGivenOnceAndOnlyToTheHost) {
  Snapshot snapshot = snapshot_of(kMeminfo);
  EXPECT_EQ(arc_credit(snapshot).reclaimable_bytes, Missing::absent);
  EXPECT_TRUE(arc_credit(snapshot).why_not.empty());
  snapshot.arcstats = Arcstats{};
  snapshot.arcstats->size_bytes = 5000;
  EXPECT_FALSE(arc_credit(snapshot).why_not.empty());
  snapshot.arcstats->c_min_bytes = 2000;
  EXPECT_EQ(arc_credit(snapshot).reclaimable_bytes, 3000u);
  snapshot.arcstats->c_min_bytes = 6000;
  EXPECT_EQ(arc_credit(snapshot).reclaimable_bytes, 0u);
  EXPECT_EQ(account(snapshot).residual_bytes, account(snapshot_of(kMeminfo)).residual_bytes);
  snapshot.meminfo_is_fuse = true;
  EXPECT_EQ(arc_credit(snapshot).reclaimable_bytes, Missing::absent);
  EXPECT_EQ(arc_credit(snapshot).size_bytes, 5000u);
  EXPECT_FALSE(arc_credit(snapshot).why_not.empty());
  snapshot.meminfo_is_fuse = false;
  snapshot.arcstats->size_bytes = 1000001 * kKib;
  EXPECT_EQ(arc_credit(snapshot).reclaimable_bytes, Missing::absent);
}

TEST(Accounting, PartsAndResidualSumToMemTotalOnEveryCapture) {
  const std::vector<std::string> roots = all_roots();
  ASSERT_FALSE(roots.empty());
  int with_residual = 0;
  for (const std::string& root : roots) {
    const Accounting a = account(collect(Root::at(root), kAll));
    EXPECT_NE(a.residual_bytes.has_value(), !a.residual_why.empty()) << root;
    if (!a.residual_bytes) continue;
    ++with_residual;
    EXPECT_EQ(parts_sum(a) + *a.residual_bytes, static_cast<std::int64_t>(*a.total_bytes)) << root;
  }
  EXPECT_GT(with_residual, 0);
  if (corpus().empty()) GTEST_SKIP() << "the corpus of foreign captures is not there; own captures passed";
}

TEST(Accounting, OfTheLiveMachineLeavesLittleUnexplained) {
  const Accounting a = account(collect(Root::live(), kAll));
  ASSERT_TRUE(a.total_bytes);
  if (!a.residual_bytes) GTEST_SKIP() << a.residual_why;
  EXPECT_EQ(parts_sum(a) + *a.residual_bytes, static_cast<std::int64_t>(*a.total_bytes));
}

TEST(View, ContainersWithTheirHostsFilesAreSeenInTheCorpus) {
  if (corpus().empty()) GTEST_SKIP() << "the corpus of foreign captures is not there";
  const auto guest = corpus() / "roots/hotsos/sosreport-rabbitmq";
  if (!std::filesystem::exists(guest)) GTEST_SKIP() << "the corpus does not hold it unpacked";
  EXPECT_EQ(account(collect(Root::at(guest.string()), kAll)).view, MeminfoView::mixed);
}

}  // namespace
}  // namespace memkit::test
