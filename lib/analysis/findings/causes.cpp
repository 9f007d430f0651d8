// Cause before symptom: which finding explains which.
#include <algorithm>
#include <array>
#include <tuple>

#include "analysis/findings/rules.h"

namespace memkit {
namespace {

/// They hold memory that nothing else can have.
constexpr std::string_view kHolders[] = {"memory-locked",    "hugepages-idle",     "tmpfs-heavy",   "shm-orphaned",
                                         "pagetables-heavy", "slab-unreclaimable", "kmalloc-large", "vmalloc-heavy",
                                         "unaccounted",      "kernel-stacks",      "min-free-odd"};
/// What follows from memory being short, once something is found to hold it.
constexpr std::string_view kOfShortage[] = {"psi-some",       "psi-full",       "swap-full",
                                            "zone-below-low", "zone-below-min", "process-dominates"};

/// What explains others by what it does to the machine, the most telling first.
struct Stall {
  std::string_view cause;
  std::array<std::string_view, 4> symptoms;
  Severity least = Severity::info;  ///< a milder one of them is over: it explains nothing of now
};
constexpr std::string_view kPsiSome = "psi-some";
constexpr std::string_view kPsiFull = "psi-full";
constexpr Stall kStalls[] = {
    {"memcg-oom", {"memcg-limit", "oom-recent", kPsiSome, kPsiFull}, Severity::critical},
    {"oom-recent", {kPsiSome, kPsiFull}, Severity::critical},
    {"memcg-throttled", {kPsiSome, kPsiFull, "memcg-limit"}},
    {"swap-thrashing", {kPsiSome, kPsiFull, "swap-full"}},
    {"file-thrashing", {kPsiSome, kPsiFull}},
    {"fragmented", {kPsiSome, kPsiFull}},  // direct compaction counts as a stall for memory
};

Finding* find(std::vector<Finding>& findings, std::string_view id) {
  const auto at = std::find_if(findings.begin(), findings.end(), [id](const Finding& f) { return f.id == id; });
  return at == findings.end() ? nullptr : &*at;
}

void explain(Finding& cause, Finding& symptom) {
  if (&cause == &symptom || !symptom.explained_by.empty()) return;
  symptom.explained_by = cause.id;
  symptom.text = symptom.id;
  cause.explains.push_back(symptom.id);
  cause.severity = std::max(cause.severity, symptom.severity);
}

double number(const Evidence* evidence) {
  if (evidence == nullptr) return 0;
  if (const auto* whole = std::get_if<std::uint64_t>(&evidence->value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&evidence->value)) return *real;
  return 0;
}

/// Would enough be available, so that nobody warned, if this memory came back?
bool would_cure(const Finding& cause, const Finding& low) {
  const Evidence* const share = low.find("available_pct");
  const double ram = number(low.find("ram_bytes"));
  if (share == nullptr || ram <= 0 || !cause.held_bytes) return false;
  return number(share) + 100 * static_cast<double>(*cause.held_bytes) / ram >= find_rule(low.id)->limits.warning;
}

void explain_shortage(std::vector<Finding>& findings) {
  Finding* const low = find(findings, "available-low");
  if (low == nullptr) return;
  Finding* best = nullptr;
  for (const std::string_view id : kHolders) {
    Finding* const cause = find(findings, id);
    if (cause == nullptr || !would_cure(*cause, *low)) continue;
    if (best == nullptr || *cause->held_bytes > *best->held_bytes) best = cause;
  }
  if (best == nullptr) return;
  explain(*best, *low);
  for (const std::string_view id : kOfShortage) {
    if (Finding* const symptom = find(findings, id)) explain(*best, *symptom);
  }
}

void explain_stalls(std::vector<Finding>& findings) {
  for (const Stall& stall : kStalls) {
    Finding* const cause = find(findings, stall.cause);
    if (cause == nullptr || cause->severity < stall.least) continue;
    for (const std::string_view id : stall.symptoms) {
      if (Finding* const symptom = find(findings, id)) explain(*cause, *symptom);
    }
  }
}

}  // namespace

void order_by_cause(std::vector<Finding>& findings) {
  explain_shortage(findings);
  explain_stalls(findings);
  const auto key = [](const Finding& f) {
    return std::tuple(-static_cast<int>(f.severity), !f.explained_by.empty(), f.explains.empty(), -f.weight_pct);
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

}  // namespace memkit
