// Every row of the table of rules, just on this side of its threshold and just on the other; and what it then says, in
// every language. A rule that has no row here fails.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "analysis/findings/machine.h"
#include "output/finding_text.h"
#include "support/latin.h"

namespace memkit::test {
namespace {

constexpr std::uint64_t kTotal = 10000000 * kKib;  // of Machine

std::uint64_t pct(double share) { return static_cast<std::uint64_t>(share / 100 * static_cast<double>(kTotal)); }

/// How a rule comes to find something: what both machines have, and the figure that decides.
struct Case {
  std::string_view id;
  double silent;
  double found;
  void (*set)(Machine& machine, double figure);
  void (*both)(Machine& machine) = [](Machine&) {};
};

void two_samples(Machine& machine) {
  machine.delta.emplace();
  machine.delta->seconds = 2;
}

/// A cache of 4 KiB objects, one a slab: 2,500,000 of them are all of the RAM.
void set_cache(Machine& machine, std::string_view name, double active, std::uint64_t slabs) {
  machine.slab.emplace();
  machine.slab->slabinfo = Slabinfo{};
  SlabCache cache;
  cache.name = name;
  cache.active_objects = static_cast<std::uint64_t>(active);
  cache.objects = cache.slabs = cache.active_slabs = slabs;
  cache.object_bytes = 4 * kKib;
  cache.objects_per_slab = cache.pages_per_slab = 1;
  machine.slab->slabinfo->caches.push_back(cache);
  machine->slab_bytes = slabs * 4 * kKib;
}

CgroupRow& add_unit(Machine& machine) {
  machine.survey.walk.version = CgroupVersion::v2;
  CgroupRow row;
  row.path = "/system.slice/app.service";
  row.current_bytes = 950 * kMib;
  row.oom_kills = row.high_events = 0;
  row.high = CgroupValue{900 * kMib};
  machine.survey.rows = {row};
  machine.before = machine.survey;
  return machine.survey.rows.back();
}

void set_zone(Machine& machine, double free_pages) {
  Zone zone;
  zone.name = "Normal";
  zone.managed_pages = 2000000;
  zone.free_pages = static_cast<std::uint64_t>(free_pages);
  zone.min_pages = 1000;
  zone.low_pages = 2000;
  machine.snapshot.zoneinfo = Zoneinfo{{zone}, {}};
}

const Case kCases[] = {
    {"available-low", 10.1, 9.9, [](Machine& m, double v) { m->mem_available_bytes = pct(v); },
     [](Machine& m) { m.add_process("java", 12, pct(70)); }},
    {"process-dominates", 45.4, 45.6, [](Machine& m, double v) { m.add_process("java", 12, pct(v)); },
     [](Machine& m) { m->mem_available_bytes = pct(9); }},
    {"psi-some", 9.9, 10, [](Machine& m, double v) { m.snapshot.pressure.memory->some.avg10_pct = v; }},
    {"psi-full", 0.9, 1, [](Machine& m, double v) { m.snapshot.pressure.memory->full.avg10_pct = v; },
     [](Machine& m) { m.snapshot.pressure.memory->full.avg60_pct = 1.0; }},
    {"file-thrashing", 5.0, 5.1, [](Machine& m, double v) { m.delta->memory.full_pct = v; },
     [](Machine& m) {
       two_samples(m);
       m.delta->reclaim.refault_file.per_s = 17000.0;  // of 1,000,000 cached pages
     }},
    {"swap-thrashing", 1048575, 1048576, [](Machine& m, double v) { m.delta->swap_in_bytes.per_s = v; },
     [](Machine& m) {
       two_samples(m);
       m.delta->swap_out_bytes.per_s = 2e6;
       m.delta->memory.some_pct = 11.0;
     }},
    {"swap-full", 500001, 500000,
     [](Machine& m, double v) { m->swap_free_bytes = static_cast<std::uint64_t>(v) * kKib; }},
    {"anon-growth", 601, 599,
     [](Machine& m, double v) { m.delta->growth.anon_pages = static_cast<std::int64_t>(pct(60 * 2 / v)); },
     [](Machine& m) {
       two_samples(m);
       m.delta->growth.file_lru = -1;
       m.add_process("java", 12, pct(20));
     }},
    {"slab-unreclaimable", 9.9, 10.1, [](Machine& m, double v) { m->sunreclaim_bytes = pct(v); },
     [](Machine& m) { set_cache(m, "cache1", 300000, 300000); }},
    {"slab-reclaimable-large", 29.9, 30, [](Machine& m, double v) { m->slab_bytes = pct(v); },
     [](Machine& m) { m->sreclaimable_bytes = pct(25); }},
    {"unaccounted", 9.9, 10.1,
     [](Machine& m, double v) {
       const std::int64_t residual = *account(m.snapshot).residual_bytes;
       m->anon_pages_bytes = *m->anon_pages_bytes + static_cast<std::uint64_t>(residual) - pct(v);
     }},
    {"pagetables-heavy", 1.9, 2, [](Machine& m, double v) { m->page_tables_bytes = pct(v); }},
    {"dentry-negative", 500, 501,
     [](Machine& m, double v) { m.slab->dentry_state.negative = static_cast<std::uint64_t>(v); },
     [](Machine& m) {
       set_cache(m, "dentry", 200000, 200000);
       m.slab->dentry_state.dentries = 1000;
     }},
    {"slab-fragmented", 25000, 24000, [](Machine& m, double v) { set_cache(m, "cache1", v, 50000); }},
    {"kmalloc-large", 2.0, 2.1, [](Machine& m, double v) { m->slab_bytes = pct(1) + pct(v); },
     [](Machine& m) { set_cache(m, "cache1", 25000, 25000); }},
    {"vmalloc-heavy", 5.4, 5.6, [](Machine& m, double v) { m->vmalloc_used_bytes = pct(v); },
     [](Machine& m) {
       m->kernel_stack_bytes = pct(0.5);
       m.snapshot.vmallocinfo = Vmallocinfo{1000, {{"gpu_alloc", 900, 3}}};
     }},
    {"kernel-stacks", 79, 80,
     [](Machine& m, double v) {
       m.survey.pids = {{"/app.slice", "sys/fs/cgroup/app.slice", static_cast<std::uint64_t>(v), 100}};
     }},
    {"percpu-heavy", 1.9, 2, [](Machine& m, double v) { m->percpu_bytes = pct(v); }},
    {"dying-cgroups", 1000, 1001,
     [](Machine& m, double v) {
       m.snapshot.dying_cgroups.v2 = CgroupStat{};
       m.snapshot.dying_cgroups.v2->nr_dying_descendants = static_cast<std::uint64_t>(v);
     }},
    {"tmpfs-heavy", 19.9, 20.1,
     [](Machine& m, double v) {
       m->shmem_bytes = pct(40);
       m.snapshot.tmpfs = std::vector<TmpfsUse>{{"/tmp", pct(v), 0}};
     }},
    {"shm-orphaned", 1, 0,
     [](Machine& m, double v) {
       ShmSegment segment;
       segment.shmid = 7;
       segment.rss_bytes = pct(6);
       segment.attached_count = static_cast<std::uint64_t>(v);
       m.snapshot.shm = std::vector<ShmSegment>{segment};
     }},
    {"hugepages-idle", 4.9, 5.1,
     [](Machine& m, double v) {
       const std::uint64_t pages = pct(v) / (2 * kMib);
       m.snapshot.hugepages = {HugepagePool{2 * kMib, pages + 1, pages, std::uint64_t{0}, std::uint64_t{0}}};
     }},
    {"hugepages-short", 4, 5,
     [](Machine& m, double v) {
       m.snapshot.hugepages = {
           HugepagePool{2 * kMib, std::uint64_t{9}, std::uint64_t{5}, static_cast<std::uint64_t>(v), std::uint64_t{0}}};
     }},
    {"memory-locked", 20, 20.1, [](Machine& m, double v) { m->mlocked_bytes = m->unevictable_bytes = pct(v); },
     [](Machine& m) { m.add_process("p97", 97, pct(20)).locked_bytes = pct(20); }},
    {"overcommit-limit", 89, 90, [](Machine& m, double v) { m->committed_as_bytes = pct(v); },
     [](Machine& m) {
       m->commit_limit_bytes = pct(100);
       m.snapshot.settings.overcommit_memory = 2;
     }},
    {"zone-below-low", 2000, 1999, set_zone},
    {"zone-below-min", 1000, 999, set_zone},
    {"min-free-odd", 1.4, 1.8, [](Machine& m, double v) { m.snapshot.settings.min_free_bytes = pct(v / 2 + 1); }},
    {"fragmented", 800, 9520,
     [](Machine& m, double v) { m.snapshot.buddyinfo->zones[0].free_blocks[0] = static_cast<std::uint64_t>(v); },
     [](Machine& m) {
       two_samples(m);
       m.delta->reclaim.compact_stall.count = m.delta->reclaim.compact_fail.count = 1;
       BuddyZone normal;
       normal.name = "Normal";
       normal.orders = 11;
       normal.free_blocks[4] = 3;
       m.snapshot.buddyinfo = Buddyinfo{{normal}};
     }},
    {"numa-imbalance", 19, 21, [](Machine& m, double v) { m.snapshot.nodes[1].meminfo.mem_free_bytes = pct(v); },
     [](Machine& m) {
       for (const std::uint32_t number : {0U, 1U}) {
         NodeFacts node;
         node.node = number;
         node.meminfo.mem_total_bytes = kTotal;
         node.meminfo.mem_free_bytes = pct(9.9);
         node.meminfo.active_file_bytes = node.meminfo.inactive_file_bytes = node.meminfo.sreclaimable_bytes = 0;
         m.snapshot.nodes.push_back(node);
       }
     }},
    {"thp-bloat", 10.1, 9.9, [](Machine& m, double v) { m.processes[0].referenced_bytes = pct(v); },
     [](Machine& m) {
       m->anon_huge_pages_bytes = *m->anon_pages_bytes;
       m.add_process("p9", 9, pct(20)).anon_huge_bytes = pct(20);
       m.snapshot.settings.thp_enabled = std::string("always");
     }},
    {"zram-poor", 150, 149,
     [](Machine& m, double v) {
       ZramDevice device{"zram0", {}};
       device.mm_stat.orig_data_size_bytes = static_cast<std::uint64_t>(v) * kMib;
       device.mm_stat.mem_used_total_bytes = 100 * kMib;
       m.snapshot.zram = {device};
     }},
    {"zswap-poor", 150, 149, [](Machine& m, double v) { m->zswapped_bytes = static_cast<std::uint64_t>(v) * kMib; },
     [](Machine& m) { m->zswap_bytes = 100 * kMib; }},
    {"memcg-limit", 921, 922,
     [](Machine& m, double v) { m.tight[0].memory.usage_bytes = static_cast<std::uint64_t>(v) * kMib; },
     [](Machine& m) {
       TightCgroup cgroup;
       cgroup.memory.path = add_unit(m).path;
       cgroup.memory.binding_path = "/system.slice";
       cgroup.memory.limit = to_limit(CgroupValue{1024 * kMib}, {});
       cgroup.memory.hard_to_reclaim_bytes = 900 * kMib;
       cgroup.memory.oom_kills = 0;
       cgroup.pressure = *m.snapshot.pressure.memory;
       m.tight = {cgroup};
     }},
    {"memcg-throttled", 9.9, 10, [](Machine& m, double v) { m.survey.rows[0].some_avg10_pct = v; },
     [](Machine& m) { add_unit(m).high_events = 5; }},
    {"memcg-oom", 0, 1, [](Machine& m, double v) { m.survey.rows[0].oom_kills = static_cast<std::uint64_t>(v); },
     [](Machine& m) { add_unit(m); }},
    {"oom-recent", 0, 1, [](Machine& m, double v) { m.snapshot.vmstat->oom_kill = static_cast<std::uint64_t>(v); }},
    {"swappiness-odd", 100, 101,
     [](Machine& m, double v) { m.snapshot.settings.swappiness = static_cast<std::uint64_t>(v); }},
    {"hardware-corrupted", 0, 4096,
     [](Machine& m, double v) { m->hardware_corrupted_bytes = static_cast<std::uint64_t>(v); }},
    {"no-swap", 1, 0,
     [](Machine& m, double v) { m->swap_total_bytes = m->swap_free_bytes = static_cast<std::uint64_t>(v) * kGib; }},
    {"limited-view", 0, 3, [](Machine& m, double v) { m.walk.denied = static_cast<std::uint64_t>(v); }},
};

Machine machine_of(const Case& one, double figure) {
  Machine machine;
  one.both(machine);
  one.set(machine, figure);
  return machine;
}

TEST(TableOfRules, HasACaseForEachRow) {
  std::set<std::string_view> ids;
  for (const Case& one : kCases) EXPECT_TRUE(ids.insert(one.id).second) << one.id;
  for (const Rule& rule : rules()) EXPECT_EQ(ids.erase(rule.id), 1U) << rule.id << " has no case";
  EXPECT_THAT(ids, testing::IsEmpty()) << "of no rule";
}

TEST(TableOfRules, FindsOnOneSideOfTheThresholdAlone) {
  for (const Case& one : kCases) {
    EXPECT_FALSE(machine_of(one, one.silent).finding(one.id)) << one.id;
    EXPECT_FALSE(machine_of(one, one.silent).not_judged(one.id)) << one.id << " could not be judged";
    EXPECT_TRUE(machine_of(one, one.found).finding(one.id)) << one.id;
  }
}

TEST(TableOfRules, FindingsHaveEvidenceFilledInAndAdvice) {
  for (const Case& one : kCases) {
    const Machine machine = machine_of(one, one.found);
    const auto found = machine.finding(one.id);
    if (!found) continue;  // said above
    for (const Language language : {Language::en, Language::ja, Language::zh}) {
      EXPECT_EQ(sentence(*found, language).find("{"), std::string::npos) << one.id;
      EXPECT_NE(advice(*found, language), "") << one.id;
    }
    for (const std::string& command : found->next) EXPECT_EQ(command.find('{'), std::string::npos) << command;
  }
}

TEST(TableOfRules, FindingsLeaveNoEnglishInOtherLanguages) {
  for (const Case& one : kCases) {
    const Machine machine = machine_of(one, one.found);
    const auto found = machine.finding(one.id);
    if (!found) continue;
    for (const Language language : {Language::ja, Language::zh}) {
      std::string text = sentence(*found, language) + "\n" + advice(*found, language) + "\n";
      for (const Evidence& evidence : found->evidence) text += source_text(evidence.source, language) + "\n";
      for (const std::string& word : latin_words(text))
        EXPECT_TRUE(is_term(word)) << one.id << ": " << word << "\n" << text;
    }
  }
}

}  // namespace
}  // namespace memkit::test
