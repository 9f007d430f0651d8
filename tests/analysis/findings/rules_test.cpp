// Each rule on both sides of its threshold, and where it must be silent.
#include "analysis/findings/rules.h"

#include <gmock/gmock.h>

#include <set>

#include "analysis/findings/machine.h"
#include "parse/meminfo.h"

namespace memkit::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kTotal = 10000000 * kKib;  // of Machine
constexpr auto kNothing = std::nullopt;

std::uint64_t pct(double share) { return static_cast<std::uint64_t>(share / 100 * static_cast<double>(kTotal)); }

Delta samples(double seconds) {
  Delta delta;
  delta.seconds = seconds;
  return delta;
}

TEST(Rules, FindNothingOnAHealthyMachine) {
  const Diagnosis diagnosis = Machine().diagnose();
  EXPECT_THAT(diagnosis.findings, IsEmpty());
  for (const NotJudged& rule : diagnosis.not_judged) EXPECT_FALSE(rule.lack.what.empty()) << rule.id;
}

TEST(Rules, HaveEachAnIdOfItsOwn) {
  std::set<std::string_view> ids;
  for (const Rule& rule : rules()) EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
}

TEST(Rules, SayWhatTheyCouldNotJudge) {
  Machine machine;
  machine.snapshot.meminfo = parse_meminfo("MemTotal: 1000 kB\n");
  machine.snapshot.pressure.memory = Missing::denied;
  const Diagnosis diagnosis = machine.diagnose();
  EXPECT_THAT(diagnosis.findings, IsEmpty());
  EXPECT_EQ(machine.not_judged("available-low"), LackWhy::absent);
  EXPECT_EQ(machine.not_judged("psi-some"), LackWhy::denied);
  EXPECT_EQ(machine.not_judged("pagetables-heavy"), LackWhy::absent);
  EXPECT_EQ(machine.not_judged("swap-thrashing"), LackWhy::one_sample);
}

TEST(Rules, CanBeChosen) {
  Machine machine;
  machine->page_tables_bytes = pct(3);
  machine->swap_total_bytes = machine->swap_free_bytes = 0;
  const Accounting accounting = account(machine.snapshot);
  const HealthVerdict verdict = health(machine.snapshot);
  const FindingFacts facts{machine.snapshot, accounting, verdict};
  const std::string_view tables[] = {"pagetables-heavy"};
  EXPECT_EQ(diagnose(facts).findings.size(), 2u);
  EXPECT_EQ(diagnose(facts, tables).findings.size(), 1u);
  EXPECT_THAT(diagnose(facts, tables).not_judged, IsEmpty());
  EXPECT_EQ(diagnose(facts, {}, tables).find("pagetables-heavy"), nullptr);
  EXPECT_NE(diagnose(facts, {}, tables).find("no-swap"), nullptr);
}

TEST(AvailableLow, WarnsBelowTenPerCentAndIsCriticalBelowFive) {
  Machine machine;
  machine->mem_available_bytes = pct(10);
  EXPECT_EQ(machine.severity("available-low"), kNothing);
  machine->mem_available_bytes = pct(9.9);
  EXPECT_EQ(machine.severity("available-low"), Severity::warning);
  machine->mem_available_bytes = pct(5);
  EXPECT_EQ(machine.severity("available-low"), Severity::warning);
  machine->mem_available_bytes = pct(4.9);
  EXPECT_EQ(machine.severity("available-low"), Severity::critical);
}

TEST(AvailableLow, JudgesAgainstWhatIsNotSetAsideAsHugePages) {
  Machine machine;
  machine->mem_available_bytes = pct(8);
  machine->hugetlb_bytes = pct(70);
  EXPECT_EQ(machine.severity("available-low"), kNothing);
}

TEST(AvailableLow, NamesTheProcessThatHoldsMostOrElseTheKind) {
  Machine machine;
  machine->mem_available_bytes = pct(4);
  machine->anon_pages_bytes = pct(80);
  EXPECT_EQ(machine.finding("available-low")->text, "available-low.kind");
  EXPECT_EQ(std::get<std::string>(machine.finding("available-low")->find("kind_term")->value), "anonymous");
  machine.add_process("small", 7, pct(1));
  machine.add_process("java", 12345, pct(70));
  const std::optional<Finding> found = machine.finding("available-low");
  EXPECT_EQ(found->text, "available-low.holder");
  EXPECT_EQ(std::get<std::string>(found->find("holder")->value), "java (PID 12345)");
  EXPECT_THAT(found->next, testing::Contains("memkit pmap 12345 --kind"));
}

TEST(ShellWord, IsOneWordWhateverIsInTheName) {
  EXPECT_EQ(shell_word("/system.slice/a@b.service"), "/system.slice/a@b.service");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's \\ $(id)"), R"('it'\''s \ $(id)')");
  EXPECT_EQ(shell_word("/a\n\x1b'\\\xff"), R"($'/a\x0a\x1b\'\\\xff')");
}

TEST(ProcessDominates, OnlyWhileMemoryIsShort) {
  Machine machine;
  machine.add_process("java", 12345, pct(60));
  EXPECT_EQ(machine.severity("process-dominates"), kNothing);
  machine->mem_available_bytes = pct(9);
  EXPECT_EQ(machine.severity("process-dominates"), Severity::info);
  machine.processes[0].pss_bytes = pct(45);  // of the 91 % in use
  EXPECT_EQ(machine.severity("process-dominates"), kNothing);
}

TEST(ProcessDominates, ManyProcessesOfOneUnitDoTheSame) {
  Machine machine;
  machine->mem_available_bytes = pct(9);
  for (std::uint32_t pid = 10; pid < 20; ++pid)
    machine.add_process("worker", pid, pct(5)).unit_cgroup = "/system.slice/app.service";
  const auto found = machine.finding("process-dominates");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "process-dominates.unit");
  EXPECT_EQ(std::get<std::string>(found->find("unit")->value), "app.service");
  EXPECT_EQ(std::get<std::uint64_t>(found->find("unit_processes_count")->value), 10u);
  for (Process& process : machine.processes) process.pss_bytes = pct(4.5);  // 45 of the 91 % in use
  EXPECT_EQ(machine.severity("process-dominates"), kNothing);
}

TEST(Psi, SomeWarnsAtTenAndIsCriticalAtTwentyFive) {
  Machine machine;
  PressureLine& some = machine.snapshot.pressure.memory->some;
  some.avg10_pct = 9.99;
  EXPECT_EQ(machine.severity("psi-some"), kNothing);
  some.avg10_pct = 10.0;
  EXPECT_EQ(machine.severity("psi-some"), Severity::warning);
  some.avg10_pct = 25.0;
  EXPECT_EQ(machine.severity("psi-some"), Severity::critical);
}

TEST(Psi, FullWarnsWhereItLastsAndIsCriticalAtTwenty) {
  Machine machine;
  PressureLine& full = machine.snapshot.pressure.memory->full;
  full.avg10_pct = 1.0;
  EXPECT_EQ(machine.severity("psi-full"), kNothing) << "a single stall";
  full.avg60_pct = 0.1;
  full.avg10_pct = 0.99;
  EXPECT_EQ(machine.severity("psi-full"), kNothing) << "as healthy machines have it";
  full.avg10_pct = 1.0;
  EXPECT_EQ(machine.severity("psi-full"), Severity::warning);
  full.avg10_pct = 0.0;
  EXPECT_EQ(machine.severity("psi-full"), kNothing) << "it is over";
  full.avg10_pct = 20.0;
  EXPECT_EQ(machine.severity("psi-full"), Severity::critical);
}

TEST(FileThrashing, NeedsRefaultsOfTheWholeCacheAMinuteAndFullStalls) {
  Machine machine;
  EXPECT_EQ(machine.not_judged("file-thrashing"), LackWhy::one_sample);
  machine.delta = samples(2);
  const double cache_pages = 4000000.0 / 4;
  machine.delta->reclaim.refault_file.per_s = cache_pages / 60;
  machine.delta->memory.full_pct = 5.1;
  EXPECT_EQ(machine.severity("file-thrashing"), Severity::critical);
  machine.delta->memory.full_pct = 5.0;
  EXPECT_EQ(machine.severity("file-thrashing"), kNothing) << "a stream that nobody waits for";
  machine.delta->memory.full_pct = 50.0;
  machine.delta->reclaim.refault_file.per_s = cache_pages / 61;
  EXPECT_EQ(machine.severity("file-thrashing"), kNothing);
}

TEST(SwapThrashing, NeedsBothWaysAndStalls) {
  Machine machine;
  machine.delta = samples(2);
  machine.delta->swap_in_bytes.per_s = machine.delta->swap_out_bytes.per_s = 1048576.0;
  machine.delta->memory.some_pct = 10.0;
  EXPECT_EQ(machine.severity("swap-thrashing"), Severity::critical);
  machine.delta->swap_in_bytes.per_s = 0.0;
  EXPECT_EQ(machine.severity("swap-thrashing"), kNothing) << "cold memory leaves";
  machine.delta->swap_in_bytes.per_s = 1048576.0;
  machine.delta->memory.some_pct = 9.0;
  EXPECT_EQ(machine.severity("swap-thrashing"), kNothing);
  machine.snapshot.pressure.memory->some.avg10_pct = 57.0;
  EXPECT_EQ(machine.severity("swap-thrashing"), Severity::critical) << "the interval was too short to see it";
}

TEST(SwapFull, IsCriticalOnlyWhereMemoryIsShortToo) {
  Machine machine;
  machine->swap_free_bytes = 500001 * kKib;
  EXPECT_EQ(machine.severity("swap-full"), kNothing);
  machine->swap_free_bytes = 500000 * kKib;
  EXPECT_EQ(machine.finding("swap-full")->text, "swap-full.half");
  machine->swap_free_bytes = 100000 * kKib;
  EXPECT_EQ(machine.finding("swap-full")->text, "swap-full");
  EXPECT_EQ(machine.severity("swap-full"), Severity::info);
  machine->mem_available_bytes = pct(9.9);
  EXPECT_EQ(machine.severity("swap-full"), Severity::critical);
  machine->swap_free_bytes = 101000 * kKib;
  EXPECT_EQ(machine.severity("swap-full"), Severity::info);
}

TEST(NoSwap, IsInformation) {
  Machine machine;
  EXPECT_EQ(machine.severity("no-swap"), kNothing);
  machine->swap_total_bytes = machine->swap_free_bytes = 0;
  EXPECT_EQ(machine.severity("no-swap"), Severity::info);
}

TEST(AnonGrowth, WarnsWhereAvailableIsGoneInTenMinutesAtTheCostOfTheCache) {
  Machine machine;
  machine.delta = samples(2);
  GrowthBytes& growth = machine.delta->growth;
  growth.anon_pages = static_cast<std::int64_t>(pct(60) / 599 * 2);
  growth.file_lru = -1;
  EXPECT_EQ(machine.severity("anon-growth"), Severity::warning);
  growth.file_lru = 0;
  EXPECT_EQ(machine.severity("anon-growth"), kNothing) << "out of free memory";
  growth.file_lru = -1;
  growth.anon_pages = static_cast<std::int64_t>(pct(60) / 601 * 2);
  EXPECT_EQ(machine.severity("anon-growth"), kNothing) << "slower";
  machine->mem_available_bytes = pct(0.01);
  growth.anon_pages = 4096;
  EXPECT_EQ(machine.severity("anon-growth"), kNothing) << "noise";
}

TEST(SlabUnreclaimable, WarnsAtTenPerCentOrWhereItGrows) {
  Machine machine;
  machine->sunreclaim_bytes = pct(9.9);
  EXPECT_EQ(machine.severity("slab-unreclaimable"), kNothing);
  machine.delta = samples(2);
  machine.delta->growth.sunreclaim = static_cast<std::int64_t>(pct(0.11));
  EXPECT_EQ(machine.finding("slab-unreclaimable")->text, "slab-unreclaimable.growth");
  EXPECT_EQ(machine.finding("slab-unreclaimable")->confidence, Confidence::low);
  machine.delta->growth.sunreclaim = static_cast<std::int64_t>(pct(0.09));
  EXPECT_EQ(machine.severity("slab-unreclaimable"), kNothing);
  machine->sunreclaim_bytes = pct(10.1);
  EXPECT_EQ(machine.severity("slab-unreclaimable"), Severity::warning);
}

TEST(SlabUnreclaimable, OfZfsIsInformation) {
  Machine machine;
  machine->sunreclaim_bytes = pct(12);
  machine.snapshot.arcstats = Arcstats{};
  machine.snapshot.arcstats->size_bytes = pct(30);
  EXPECT_EQ(machine.severity("slab-unreclaimable"), Severity::info);
}

TEST(SlabReclaimableLarge, IsInformationFromThirtyPerCentWhereMostGivesWay) {
  Machine machine;
  machine->slab_bytes = pct(30);
  machine->sreclaimable_bytes = pct(25);
  EXPECT_EQ(machine.severity("slab-reclaimable-large"), Severity::info);
  machine->sreclaimable_bytes = pct(15);
  EXPECT_EQ(machine.severity("slab-reclaimable-large"), kNothing);
  machine->slab_bytes = pct(29.9);
  machine->sreclaimable_bytes = pct(25);
  EXPECT_EQ(machine.severity("slab-reclaimable-large"), kNothing);
}

TEST(Unaccounted, WarnsAtTenPerCentAndNotUnderLxcfs) {
  Machine machine;
  const std::int64_t residual = *account(machine.snapshot).residual_bytes;
  machine->anon_pages_bytes = *machine->anon_pages_bytes + static_cast<std::uint64_t>(residual) - pct(9.9);
  EXPECT_EQ(machine.severity("unaccounted"), kNothing);
  machine->anon_pages_bytes = *machine->anon_pages_bytes - pct(0.2);
  EXPECT_EQ(machine.severity("unaccounted"), Severity::warning);
  machine.snapshot.meminfo_is_fuse = true;
  EXPECT_EQ(machine.severity("unaccounted"), kNothing);
  EXPECT_EQ(machine.not_judged("unaccounted"), LackWhy::other_view);
}

TEST(PagetablesHeavy, WarnsAtTwoPerCentOfOrdinaryRam) {
  Machine machine;
  machine->page_tables_bytes = pct(1.99);
  EXPECT_EQ(machine.severity("pagetables-heavy"), kNothing);
  machine->page_tables_bytes = pct(2);
  EXPECT_EQ(machine.severity("pagetables-heavy"), Severity::warning);
  machine->page_tables_bytes = pct(1.1);
  machine->hugetlb_bytes = pct(50);
  EXPECT_EQ(machine.severity("pagetables-heavy"), Severity::warning);
}

TEST(Causes, GoBeforeTheirSymptomsAndTakeOverTheirSeverity) {
  Machine machine;
  machine->mem_available_bytes = pct(4);
  machine->page_tables_bytes = pct(12);
  machine.snapshot.pressure.memory->some.avg10_pct = 12.0;
  const Diagnosis diagnosis = machine.diagnose();
  ASSERT_GE(diagnosis.findings.size(), 3u);
  const Finding& first = diagnosis.findings.front();
  EXPECT_EQ(first.id, "pagetables-heavy");
  EXPECT_EQ(first.severity, Severity::critical);
  EXPECT_THAT(first.explains, ElementsAre("available-low", "psi-some"));
  EXPECT_EQ(diagnosis.findings[1].id, "available-low");
  EXPECT_EQ(diagnosis.findings[1].explained_by, "pagetables-heavy");
  EXPECT_EQ(diagnosis.findings[1].text, "available-low") << "who holds the memory is the cause's to say";
}

TEST(Causes, AreNoneWhereTheirMemoryWouldNotHelp) {
  Machine machine;
  machine->mem_available_bytes = pct(4);
  machine->page_tables_bytes = pct(5.9);
  EXPECT_EQ(machine.diagnose().findings.front().id, "available-low");
  EXPECT_EQ(machine.finding("available-low")->explained_by, "");
  machine->page_tables_bytes = pct(6);
  EXPECT_EQ(machine.diagnose().findings.front().id, "pagetables-heavy");
}

TEST(Causes, OfStallsAreThrashing) {
  Machine machine;
  machine.delta = samples(2);
  machine.delta->swap_in_bytes.per_s = machine.delta->swap_out_bytes.per_s = 1e8;
  machine.delta->memory.some_pct = 60.0;
  machine.snapshot.pressure.memory->some.avg10_pct = 30.0;
  EXPECT_EQ(machine.diagnose().findings.front().id, "swap-thrashing");
  EXPECT_EQ(machine.finding("psi-some")->explained_by, "swap-thrashing");
}

TEST(Causes, KillsOfNowExplainTheLimitTheyHappenedAt) {
  std::vector<Finding> findings(3);
  findings[0].id = "memcg-limit";
  findings[0].severity = Severity::critical;
  findings[1].id = "memcg-oom";
  findings[1].severity = Severity::info;
  findings[2].id = "oom-recent";
  findings[2].severity = Severity::info;
  std::vector<Finding> old = findings;
  order_by_cause(old);
  EXPECT_EQ(old.front().id, "memcg-limit") << "kills of long ago explain nothing of now";
  findings[1].severity = Severity::critical;
  order_by_cause(findings);
  EXPECT_EQ(findings.front().id, "memcg-oom");
  EXPECT_THAT(findings.front().explains, ElementsAre("memcg-limit", "oom-recent"));
}

}  // namespace
}  // namespace memkit::test
