#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analysis/accounting.h"
#include "analysis/available.h"
#include "analysis/delta.h"
#include "analysis/findings/rules.h"
#include "analysis/oom_history.h"
#include "analysis/oom_rank.h"
#include "analysis/reclaim.h"
#include "analysis/where.h"
#include "collect/processes.h"
#include "collect/snapshot.h"
#include "output/columns_process.h"
#include "output/json_writer.h"
#include "output/lang/language.h"
#include "output/out.h"
#include "output/table.h"

namespace memkit {

/// All that a report says, in whatever form.
struct ReportFacts {
  Snapshot snapshot;
  Accounting accounting;
  HealthVerdict health;
  std::optional<Delta> delta;  ///< with --interval
  ProcessList processes;
  bool processes_from_ps = false;  ///< the tree has no proc/PID: they are of what ps printed there
  TopProcesses top;                ///< places in processes.rows
  std::unique_ptr<ProcessListing> listing = std::make_unique<ProcessListing>();
  std::vector<ProcessRow> top_rows;            ///< the largest, by PSS
  std::vector<ProcessRow> swap_rows;           ///< those with most in swap
  std::optional<CgroupSurvey> cgroups_before;  ///< with --interval
  CgroupSurvey cgroups;
  std::vector<TightCgroup> tight;  ///< cgroups near their limits
  CgroupFacts own_cgroup;
  KernelCaches slab;
  std::optional<SharedFiles> shared;  ///< looked at where much of Shmem has no place: see unplaced_shmem()
  OomHistory oom;
  OomState candidates;  ///< of the OOM killer, those that it would weigh heaviest
  OomRanking ranking;   ///< points into candidates
  Diagnosis diagnosis;
  std::size_t most = 10;  ///< how many processes, and cgroups for machines, are listed: --top
  bool list_all = false;  ///< cgroups and caches whole in JSON, not the largest alone: for a comparison

  /// The same as rules see it; points into this.
  [[nodiscard]] FindingFacts for_rules() const {
    FindingFacts facts{snapshot, accounting, health, delta ? &*delta : nullptr, processes.rows, &top};
    facts.walk = &processes.summary;
    facts.cgroups = &cgroups;
    facts.cgroups_before = cgroups_before ? &*cgroups_before : nullptr;
    facts.tight = tight;
    facts.own_cgroup = &own_cgroup;
    facts.slab = &slab;
    facts.oom = &oom;
    facts.shared = shared ? &*shared : nullptr;
    return facts;
  }
};

/// How the report for people looks.
struct ReportStyle {
  Language language = Language::en;
  bool color = false;
  bool brief = false;     ///< the diagnosis and the findings alone
  std::size_t width = 0;  ///< columns of the window, 0 in a pipe
};

/// The report for people: the first line is the answer.
void print_report(Out& out, const ReportFacts& facts, const ReportStyle& style);

/// What follows with --explain.
void explain_report(Out& out, const ReportFacts& facts, Language language);

/// Who the OOM killer would choose if the machine ran out now; nullptr where nobody, or it is not known.
const RankedTask* next_victim(const ReportFacts& facts);

/// What reclaim looked like between the samples; unknown with one.
ReclaimPattern pattern_of(const ReportFacts& facts);

/// Prometheus' text format: metrics "memkit_...", base units, the facts.most largest cgroups. What is unknown has no
/// sample. No pid and no command line is a label: series would be without number.
void print_prom(Out& out, const ReportFacts& facts);

/// A record a line (memkit.report-record/1): the machine, findings, where the memory is, pressure, swap areas, the
/// processes of top_rows and the facts.most largest cgroups. Each names host, boot and time, so that those of many
/// hosts and moments can lie in one table.
void print_ndjson(Out& out, const ReportFacts& facts, Language language);

/// An investigation report in Markdown: when, scope, symptom, state of the memory, breakdown, cause, measures,
/// evidence. In Japanese it has the sections of a 障害報告書. What a machine cannot know is a marked blank.
void print_incident(Out& out, const ReportFacts& facts, Language language);

/// The data of memkit.report/1, inside the open envelope.
void write_report(JsonWriter& json, const ReportFacts& facts, Language language);
/// Its keys "status", "diagnosis", "findings" and "not_judged".
void write_findings(JsonWriter& json, const ReportFacts& facts, Language language);

/// The first part of the report: the diagnosis, and the findings with their evidence.
void print_findings(Out& out, const ReportFacts& facts, const ReportStyle& style);
/// Its last part: the rules that could not be judged, and why.
void print_not_judged(Out& out, const Diagnosis& diagnosis, Language language);

}  // namespace memkit
