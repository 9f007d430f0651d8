#pragma once

#include <span>
#include <string>

#include "analysis/oom_advice.h"
#include "analysis/oom_rank.h"
#include "output/out.h"

namespace memkit {

/// "java (12345, app.service)", safe for a terminal.
std::string oom_task_text(const RankedTask& task);

/// "java (12345, app.service) dies first", or why nobody does: the answer, for one domain.
std::string oom_verdict_text(const OomRanking& ranking, const OomDomain& domain);

/// The first line: who dies if the machine runs out, with how much.
void print_oom_answer(Out& out, const OomRanking& ranking, bool what_if);
/// Each limited cgroup with who dies there, at most `most` of them (0: all); nothing where there is none.
void print_oom_cgroups(Out& out, const OomRanking& ranking, std::size_t most);
/// Which processes are never chosen, and why.
void print_oom_shielded(Out& out, const OomRanking& ranking, std::uint64_t kernel_threads);
/// What would be different after a change, and the commands that make it last.
void print_oom_change(Out& out, const OomRanking& before, const OomRanking& after, std::span<const OomAdvice> advice);
/// --explain: the formula with this machine's figures, and what no longer counts.
void explain_oom(Out& out, const OomRanking& ranking);

}  // namespace memkit
