// Every log of the corpus gives the facts that stand beside it, and nothing else.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/fixtures.h"
#include "support/klog.h"

namespace memkit::test {
namespace {

using nlohmann::json;

json kib(const Got<std::uint64_t>& bytes) { return bytes ? json(*bytes / 1024) : json(); }
template <class T>
json figure(const Got<T>& got) {
  return got ? json(*got) : json();
}
json text(const std::string& words) { return words.empty() ? json() : json(words); }
json yes(bool is) { return is ? json(true) : json(); }

json kill_facts(const OomKill& kill) {
  return {{"pid", kill.pid},
          {"name", kill.name},
          {"total_vm_kb", kib(kill.total_vm_bytes)},
          {"anon_rss_kb", kib(kill.anon_rss_bytes)},
          {"file_rss_kb", kib(kill.file_rss_bytes)},
          {"shmem_rss_kb", kib(kill.shmem_rss_bytes)},
          {"uid", figure(kill.uid)},
          {"pgtables_kb", kib(kill.pgtables_bytes)},
          {"oom_score_adj", figure(kill.oom_score_adj)}};
}

json counter_facts(const OomCounter& counter) {
  if (!counter.seen()) return {};
  return {{"usage_kb", kib(counter.usage_bytes)},
          {"limit_kb", figure(counter.limit_kib)},
          {"failcnt", figure(counter.failcnt)}};
}

json list_or_null(const json& list) { return list.empty() ? json() : list; }

json machine_facts(const OomMachine& machine) {
  json counts;
  for (const OomCount& count : machine.counts) counts[count.name] = count.pages;
  const auto lines = [](std::uint64_t n) { return n == 0 ? json() : json(n); };
  return {{"mem_info_pages", counts},
          {"zone_lines", lines(machine.zone_lines)},
          {"buddy_lines", lines(machine.buddy_lines)},
          {"pagecache_pages", figure(machine.pagecache_pages)},
          {"swapcache_pages", figure(machine.swapcache_pages)},
          {"swap_free_kb", kib(machine.swap_free_bytes)},
          {"swap_total_kb", kib(machine.swap_total_bytes)},
          {"ram_pages", figure(machine.ram_pages)},
          {"highmem_pages", figure(machine.highmem_pages)},
          {"reserved_pages", figure(machine.reserved_pages)},
          {"unreclaimable_slab_dump", yes(machine.slab_listed)}};
}

json memcg_counts(const OomMemcg& memcg) {
  json counts;
  for (const char* name :
       {"active_anon", "inactive_anon", "active_file", "inactive_file", "unevictable", "shmem", "dirty", "writeback"}) {
    if (memcg.stat(name)) counts[name] = *memcg.stat(name) / 1024;
  }
  return counts;
}

json kernel_facts(const OomEvent& event, const json& expected) {
  json kills = json::array();
  for (const OomKill& kill : event.kills) kills.push_back(kill_facts(kill));
  json reaped = json::array();
  for (const OomReaped& one : event.reaped) reaped.push_back(one.pid);
  constexpr const char* kScopes[] = {"", "global", "memcg", "sysrq"};
  constexpr const char* kVersions[] = {"", "v1", "v2"};
  json facts = {{"time", text(event.time.text)},
                {"kill_time", text(event.kill_time.text)},
                {"trigger", text(event.trigger)},
                {"trigger_pid", figure(event.trigger_pid)},
                {"gfp_mask", text(event.gfp_mask)},
                {"gfp_flags", text(event.gfp_flags)},
                {"order", figure(event.order)},
                {"trigger_oom_score_adj", figure(event.trigger_oom_score_adj)},
                {"kernel", text(event.kernel)},
                {"constraint", text(event.constraint)},
                {"oom_memcg", text(event.oom_memcg)},
                {"task_memcg", text(event.task_memcg)},
                {"victim", event.victim() ? kill_facts(*event.victim()) : json()},
                {"kills", list_or_null(kills)},
                {"tasks", event.tasks.size() + event.tasks_dropped},
                {"table_header", text(event.table_header)},
                {"group_kill", text(event.group_kill)},
                {"memcg_memory", counter_facts(event.memcg.memory)},
                {"memcg_swap", counter_facts(event.memcg.swap)},
                {"memcg_memsw", counter_facts(event.memcg.memsw)},
                {"memcg_kmem", counter_facts(event.memcg.kmem)},
                {"memcg_stats_for", text(event.memcg.stats_for)},
                {"memcg_version", text(kVersions[event.memcg.version()])},
                {"oomkill_task", text(event.chosen_task)},
                {"oomkill_pid", figure(event.chosen_pid)},
                {"oomkill_uid", figure(event.chosen_uid)},
                {"cpuset", text(event.cpuset)},
                {"mems_allowed", text(event.mems_allowed)},
                {"nodemask", text(event.nodemask)},
                {"why", text(event.why)},
                {"scope", text(kScopes[static_cast<int>(event.scope())])},
                {"header_seen", event.header_seen},
                {"victim_seen", event.victim() != nullptr},
                {"score", figure(event.score)},
                {"score_pid", figure(event.score_pid)},
                {"page_size_kb", kib(event.page_size_bytes)},
                {"global_oom", yes(event.global_oom)},
                {"reaped", list_or_null(reaped)},
                {"no_killable", yes(event.nothing_killable)},
                {"panic", yes(!event.panic.empty())}};
  facts.update(machine_facts(event.machine));
  // Some descriptions list v1's statistics of the control group, which are in KB, among Mem-Info's counts.
  if (!event.machine.seen && expected.contains("mem_info_pages")) facts["mem_info_pages"] = memcg_counts(event.memcg);
  if (!event.group_kill.empty()) facts["group_kill_unique_pids"] = event.distinct_kills();
  return facts;
}

json daemon_facts(const OomEvent& event) {
  const DaemonKill& kill = event.daemon;
  return {{"source", kill.source},
          {"time", text(event.time.text)},
          {"verb", text(kill.verb)},
          {"cgroup", text(kill.cgroup)},
          {"reason", text(kill.reason)},
          {"monitored", text(kill.monitored)},
          {"pressure_pct", figure(kill.pressure_pct)},
          {"limit_pct", figure(kill.limit_pct)},
          {"duration", text(kill.duration)},
          {"mem_used", figure(kill.mem_used_bytes)},
          {"mem_total", figure(kill.mem_total_bytes)},
          {"swap_used", figure(kill.swap_used_bytes)},
          {"swap_total", figure(kill.swap_total_bytes)},
          {"candidates_considered", figure(kill.candidates)},
          {"processes_killed_in_unit", figure(kill.processes_killed)},
          {"signal", text(kill.signal)},
          {"pid", figure(kill.pid)},
          {"name", text(kill.name)},
          {"uid", figure(kill.uid)},
          {"badness", figure(kill.badness)},
          {"oom_score", figure(kill.oom_score)},
          {"vmrss_mib", kill.vmrss_bytes ? json(*kill.vmrss_bytes >> 20) : json()},
          {"exited_after_s", figure(kill.exited_after_s)}};
}

/// Facts that follow from others by this project's own rules: where the description does not mention them, they may be
/// there.
bool may_be_told_more(const std::string& key) {
  return key == "page_size_kb" || key == "scope" || key == "memcg_version";
}

/// Each fact that is expected is there and equal, and none is there that the description does not have.
void expect_facts(const json& found, json expected, const std::string& where) {
  expected.erase("constraint_inferred");  // a conclusion: see scope
  if (expected.contains("signal") && expected["signal"] == 15) expected["signal"] = "SIGTERM";
  for (const auto& [key, value] : expected.items()) {
    EXPECT_TRUE(found.contains(key)) << where << ": nothing is known of " << key;
    if (found.contains(key)) {
      EXPECT_EQ(found.at(key), value) << where << ": " << key;
    }
  }
  for (const auto& [key, value] : found.items()) {
    if (expected.contains(key) || may_be_told_more(key)) continue;
    EXPECT_TRUE(value.is_null() || value == 0 || value == false)
        << where << ": " << key << " is " << value << ", and nothing is expected";
  }
}

void expect_expected_facts(const std::filesystem::path& log) {
  const json expected = json::parse(slurp(std::filesystem::path(log).replace_extension(".expected.json")));
  std::vector<OomEvent> kernel;
  std::vector<OomEvent> daemons;
  for (OomEvent& event : events_of(slurp(log))) {
    (event.kind == OomKind::kernel ? kernel : daemons).push_back(std::move(event));
  }
  ASSERT_EQ(kernel.size(), expected.at("kernel_events")) << "events of the kernel";
  ASSERT_EQ(daemons.size(), expected.at("userspace_events")) << "kills of daemons";
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const json& facts = expected.at("events")[i];
    expect_facts(kernel_facts(kernel[i], facts), facts, "event " + std::to_string(i + 1));
  }
  for (std::size_t i = 0; i < daemons.size(); ++i) {
    expect_facts(daemon_facts(daemons[i]), expected.at("userspace")[i], "daemon kill " + std::to_string(i + 1));
  }
}

TEST(KlogCorpus, EveryLogGivesItsExpectedFacts) {
  if (logs_of_corpus().empty()) GTEST_SKIP() << "skipped: no corpus of kernel logs beside the checkout";
  for (const std::filesystem::path& log : logs_of_corpus()) {
    SCOPED_TRACE(log.stem().string());
    expect_expected_facts(log);
  }
}

TEST(KlogLab, EveryLogGivesWhatItWasProvokedToSay) {
  ASSERT_GE(logs_of_lab().size(), 60U) << "testdata/oom is what scripts/capture-oom writes";
  for (const std::filesystem::path& log : logs_of_lab()) {
    SCOPED_TRACE(log.stem().string());
    expect_expected_facts(log);
  }
}

}  // namespace
}  // namespace memkit::test
