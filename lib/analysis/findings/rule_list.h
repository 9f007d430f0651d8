#pragma once

#include "analysis/findings/rules.h"

/// The rules, one function a row of the table in rules.cpp. Each judges the figures of its finding by the limits of
/// its row.
namespace memkit {

// rules_available.cpp: is there enough?
Judgement judge_available_low(const FindingFacts& facts, const Limits& limits);
Judgement judge_process_dominates(const FindingFacts& facts, const Limits& limits);
Judgement judge_swap_full(const FindingFacts& facts, const Limits& limits);
Judgement judge_no_swap(const FindingFacts& facts, const Limits& limits);
Judgement judge_anon_growth(const FindingFacts& facts, const Limits& limits);

// rules_pressure.cpp: does anything wait for memory?
Judgement judge_psi_some(const FindingFacts& facts, const Limits& limits);
Judgement judge_psi_full(const FindingFacts& facts, const Limits& limits);
Judgement judge_file_thrashing(const FindingFacts& facts, const Limits& limits);
Judgement judge_swap_thrashing(const FindingFacts& facts, const Limits& limits);

// rules_kernel.cpp: what the kernel itself holds
Judgement judge_slab_unreclaimable(const FindingFacts& facts, const Limits& limits);
Judgement judge_slab_reclaimable_large(const FindingFacts& facts, const Limits& limits);
Judgement judge_unaccounted(const FindingFacts& facts, const Limits& limits);
Judgement judge_pagetables_heavy(const FindingFacts& facts, const Limits& limits);

}  // namespace memkit
