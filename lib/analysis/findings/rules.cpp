#include "analysis/findings/rules.h"

#include <algorithm>

#include "analysis/findings/rule_list.h"

namespace memkit {
namespace {

/// The table of rules. Limits are per cent unless the rule's comment says otherwise; those that are no rule of the
/// kernel's documents or of another tool's experience are ours, and low confidence says so.
constexpr Rule kRules[] = {
    {"available-low",
     {.warning = 10, .critical = 5},
     judge_available_low,
     {"memkit pmap {holder_pid} --kind", "memkit smem -k -r -s pss --top 10"}},
    {"process-dominates",
     {.info = 50},
     judge_process_dominates,
     {"memkit pmap {holder_pid} --track", "memkit oom --unit {unit}"}},
    {"psi-some", {.warning = 10, .critical = 25}, judge_psi_some, {"memkit psi"}},
    {"psi-full", {.warning = 1, .critical = 20}, judge_psi_full, {"memkit psi"}},
    {"file-thrashing",
     {.critical = 100, .also = 5},
     judge_file_thrashing,
     {"memkit psi", "memkit smem -k -r --top 10"}},
    {"swap-thrashing", {.critical = 1 << 20, .also = 10}, judge_swap_thrashing, {"memkit smem -k -r -s swap --top 10"}},
    {"swap-full", {.info = 50, .critical = 90, .also = 10}, judge_swap_full, {"memkit smem -k -r -s swap --top 10"}},
    {"anon-growth", {.warning = 600}, judge_anon_growth, {"memkit pmap {holder_pid} --track"}},
    {"slab-unreclaimable", {.warning = 10, .also = 1}, judge_slab_unreclaimable, {"memkit slab -s c"}},
    {"slab-reclaimable-large", {.info = 30}, judge_slab_reclaimable_large, {"memkit slab -s c"}},
    {"unaccounted",
     {.warning = 10},
     judge_unaccounted,
     {"memkit free --breakdown", "sort -rn /proc/allocinfo | head", "grep -h . /proc/net/sockstat"}},
    {"pagetables-heavy",
     {.warning = 2},
     judge_pagetables_heavy,
     {"grep -h VmPTE /proc/[0-9]*/status | sort -k2n | tail"}},
    {"dentry-negative",
     {.info = kSlabThresholds.negative_pct, .also = kSlabThresholds.dentry_pct},
     judge_dentry_negative,
     {"memkit slab -s c"}},
    {"slab-fragmented",
     {.info = kSlabThresholds.use_below_pct, .also = kSlabThresholds.waste_pct},
     judge_slab_fragmented,
     {"memkit slab -s c"}},
    {"kmalloc-large",
     {.warning = kSlabThresholds.large_kmalloc_pct},
     judge_kmalloc_large,
     {"sort -rn /proc/allocinfo | head"}},
    {"vmalloc-heavy", {.warning = 5}, judge_vmalloc_heavy, {"grep -v ioremap /proc/vmallocinfo | sort -k2n | tail"}},
    {"kernel-stacks",
     {.warning = 1, .also = 80},
     judge_kernel_stacks,
     {"grep . /{pids_directory}/pids.*", "grep -H Threads /proc/[0-9]*/status | sort -k2n | tail"}},
    {"percpu-heavy", {.info = 2}, judge_percpu_heavy, {"memkit free --breakdown"}},
    {"dying-cgroups", {.info = 1000}, judge_dying_cgroups, {"grep -H dying /sys/fs/cgroup/*/cgroup.stat"}},
    {"tmpfs-heavy",
     {.warning = 20, .also = 5},
     judge_tmpfs_heavy,
     {"memkit pmap {holder_pid} --kind", "du -xah {mount} | sort -h | tail", "df -h -t tmpfs", "ipcs -m"}},
    {"shm-orphaned",
     {.info = 0, .warning = 5},
     judge_shm_orphaned,
     {"ipcs -m -p", "ipcrm -m {shmid}", "memkit pmap {holder_pid} --kind"}},
    {"hugepages-idle",
     {.warning = 5},
     judge_hugepages_idle,
     {"grep -r . /sys/kernel/mm/hugepages", "sysctl vm.nr_hugepages"}},
    {"hugepages-short", {}, judge_hugepages_short, {"grep -r . /sys/kernel/mm/hugepages"}},
    {"memory-locked",
     {.info = 20},
     judge_memory_locked,
     {"memkit pmap {locker_pid} --kind", "grep -H VmLck /proc/[0-9]*/status | sort -k2n | tail"}},
    {"overcommit-limit", {.critical = 90}, judge_overcommit_limit, {"sysctl vm.overcommit_memory vm.overcommit_ratio"}},
    {"zone-below-low", {.info = 100}, judge_zone_below_low, {"cat /proc/zoneinfo"}},
    {"zone-below-min", {.critical = 100}, judge_zone_below_min, {"cat /proc/zoneinfo"}},
    {"min-free-odd", {.info = 1, .warning = 5}, judge_min_free_odd, {"sysctl vm.min_free_kbytes"}},
    {"fragmented", {.warning = 95}, judge_fragmented, {"cat /proc/buddyinfo", "grep compact_ /proc/vmstat"}},
    {"numa-imbalance", {.warning = 10, .also = 2}, judge_numa_imbalance, {"memkit free --nodes", "numastat -m"}},
    {"thp-bloat", {.info = 50, .also = 50}, judge_thp_bloat, {"cat /sys/kernel/mm/transparent_hugepage/enabled"}},
    {"zram-poor", {.info = 1.5}, judge_zram_poor, {"zramctl"}},
    {"zswap-poor", {.info = 1.5}, judge_zswap_poor, {"grep -i zswap /proc/meminfo"}},
    {"memcg-limit", {.warning = 10, .also = 80}, judge_memcg_limit, {"memkit free --cgroup={cgroup}"}},
    {"memcg-throttled", {.warning = 10}, judge_memcg_throttled, {"memkit free --cgroup={cgroup}", "memkit psi"}},
    {"memcg-oom", {}, judge_memcg_oom, {"memkit oom --log"}},
    {"oom-recent", {.critical = 1}, judge_oom_recent, {"memkit oom --log"}},
    {"swappiness-odd", {.info = 100}, judge_swappiness_odd, {"sysctl vm.swappiness"}},
    {"hardware-corrupted",
     {.warning = 0},
     judge_hardware_corrupted,
     {"ras-mc-ctl --errors", "journalctl -k -g 'Memory failure'"}},
    {"limited-view", {}, judge_limited_view, {}},
    {"no-swap", {}, judge_no_swap, {}},  // the last of equals: many machines have none
};

bool is_named(std::span<const std::string_view> list, std::string_view id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

std::string text_of(const Evidence& evidence) {
  if (const auto* text = std::get_if<std::string>(&evidence.value)) return shell_word(*text);
  if (const auto* number = std::get_if<std::int64_t>(&evidence.value)) return std::to_string(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&evidence.value)) return std::to_string(*number);
  return {};
}

/// A command with evidence in place of {key}; empty where it names what the finding does not have.
std::string filled(std::string_view command, const Finding& finding) {
  std::string text;
  while (!command.empty()) {
    const std::size_t open = command.find('{');
    text += command.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = command.find('}', open);
    const Evidence* const evidence = finding.find(command.substr(open + 1, close - open - 1));
    if (evidence == nullptr) return {};
    text += text_of(*evidence);
    command.remove_prefix(close + 1);
  }
  return text;
}

void complete(Finding& finding, const Rule& rule) {
  finding.id = rule.id;
  if (finding.text.empty()) finding.text = rule.id;
  for (const std::string_view command : rule.next) {
    std::string text = filled(command, finding);
    if (!text.empty()) finding.next.push_back(std::move(text));
  }
}

}  // namespace

std::string shell_word(const std::string& name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-";
  if (!name.empty() && name.find_first_not_of(kPlain) == std::string::npos) return name;
  const auto is_ascii = [](unsigned char c) { return c >= 0x20 && c < 0x7F; };
  std::string word = "'";
  if (!std::all_of(name.begin(), name.end(), is_ascii)) {
    // $'...' of bash, zsh and POSIX: what would act on the terminal, or on who pastes it, is written out.
    constexpr std::string_view kHex = "0123456789abcdef";
    word = "$'";
    for (const char c : name) {
      const auto byte = static_cast<unsigned char>(c);
      if (is_ascii(byte)) {
        word += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
      } else {
        word += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      }
    }
    return word + "'";
  }
  for (const char c : name) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::span<const Rule> rules() { return kRules; }

const Rule* find_rule(std::string_view id) {
  const auto* const at = std::find_if(std::begin(kRules), std::end(kRules), [id](const Rule& r) { return r.id == id; });
  return at == std::end(kRules) ? nullptr : at;
}

const Finding* Diagnosis::find(std::string_view id) const {
  const auto at = std::find_if(findings.begin(), findings.end(), [id](const Finding& f) { return f.id == id; });
  return at == findings.end() ? nullptr : &*at;
}

Severity Diagnosis::worst() const { return findings.empty() ? Severity::info : findings.front().severity; }

Diagnosis diagnose(const FindingFacts& facts, std::span<const std::string_view> only,
                   std::span<const std::string_view> ignore) {
  Diagnosis diagnosis;
  for (const Rule& rule : kRules) {
    if (is_named(ignore, rule.id) || (!only.empty() && !is_named(only, rule.id))) continue;
    Judgement judgement = rule.judge(facts, rule.limits);
    if (const Lack* const lack = std::get_if<Lack>(&judgement)) {
      diagnosis.not_judged.push_back({rule.id, *lack});
    } else if (Finding* const finding = std::get_if<Finding>(&judgement)) {
      complete(*finding, rule);
      diagnosis.findings.push_back(std::move(*finding));
    }
  }
  order_by_cause(diagnosis.findings);
  return diagnosis;
}

}  // namespace memkit
