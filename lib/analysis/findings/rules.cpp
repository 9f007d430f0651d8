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
    {"process-dominates", {.info = 50}, judge_process_dominates, {"memkit pmap {holder_pid} --track"}},
    {"psi-some", {.warning = 10, .critical = 25}, judge_psi_some, {"memkit psi"}},
    {"psi-full", {.warning = 0, .critical = 20}, judge_psi_full, {"memkit psi"}},
    {"file-thrashing",
     {.critical = 100, .also = 5},
     judge_file_thrashing,
     {"memkit psi", "memkit smem -k -r --top 10"}},
    {"swap-thrashing", {.critical = 1 << 20, .also = 10}, judge_swap_thrashing, {"memkit smem -k -r -s swap --top 10"}},
    {"swap-full", {.info = 50, .critical = 90, .also = 10}, judge_swap_full, {"memkit smem -k -r -s swap --top 10"}},
    {"no-swap", {}, judge_no_swap, {}},
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
};

bool is_named(std::span<const std::string_view> list, std::string_view id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

std::string text_of(const Evidence& evidence) {
  if (const auto* text = std::get_if<std::string>(&evidence.value)) return *text;
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
