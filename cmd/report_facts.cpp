#include "report_facts.h"

#include <unistd.h>

#include "analysis/findings/rule_list.h"
#include "analysis/shared_memory.h"
#include "collect/oom_events.h"
#include "collect/ps_listing.h"
#include "collect/users.h"
#include "envelope.h"
#include "output/escape.h"
#include "output/json_memory.h"
#include "output/process_views.h"
#include "output/suggest.h"
#include "parse/klog/log_quotes.h"
#include "source/errors.h"
#include "ticker.h"

namespace memkit {
namespace {

constexpr Want kReportWant = Want::host | Want::meminfo | Want::vmstat | Want::zoneinfo | Want::hugepages |
                             Want::swaps | Want::pressure | Want::arcstats | Want::mounts | Want::settings |
                             Want::sysvipc | Want::buddyinfo | Want::tmpfs | Want::ksm | Want::nodes |
                             Want::dying_cgroups;
constexpr std::size_t kTightCgroups = 8;  // that are looked at closely

/// Ids of "a,b" and of repeated options. Throws UsageError for one that no rule has.
std::vector<std::string> finding_ids(const Arguments& args, std::string_view option) {
  std::vector<std::string> ids;
  for (const std::string& list : args.values(option)) {
    std::string_view rest = list;
    for (;;) {
      const std::size_t comma = rest.find(',');
      const std::string_view id = rest.substr(0, comma);
      if (find_rule(id) == nullptr) {
        std::vector<std::string_view> names;
        for (const Rule& rule : rules()) names.push_back(rule.id);
        throw UsageError("--" + std::string(option) + " names no finding: '" + for_terminal(id) + "'" +
                         did_you_mean(id, names));
      }
      ids.emplace_back(id);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return ids;
}

/// The second sample of --interval, with what changed since the first.
Snapshot sample_again(const Context& context, const Root& root, double seconds, ReportFacts& facts) {
  const Snapshot first = collect(root, kReportWant);
  facts.cgroups_before = survey_cgroups(root);
  const bool waits = isatty(STDERR_FILENO) == 1 && !context.json();
  if (waits) context.messages.say("sampling for " + context.args.value("interval").value_or("") + " s ...");
  sleep_s(seconds);
  Snapshot second = collect(root, kReportWant);
  facts.delta = between(first, second);
  return second;
}

void add_rows(const Root& root, const Users& users, const std::vector<std::size_t>& places, std::size_t limit,
              ReportFacts& facts, std::vector<ProcessRow>& rows) {
  for (const std::size_t place : places) {
    if (rows.size() == limit) break;
    ProcessRow row;
    read_command(root, *facts.processes.names, facts.processes.rows[place]);
    row.process = &facts.processes.rows[place];
    if (row.process->uid) row.user = facts.processes.names->intern(users.name(*row.process->uid));
    row.listing = facts.listing.get();
    row.workload = &facts.listing->workload_of(row.process->unit_cgroup);
    rows.push_back(row);
  }
}

void walk(const Root& root, std::size_t limit, ReportFacts& facts) {
  constexpr std::size_t kSwapRows = 3;
  constexpr std::size_t kUnits = 64;  // processes of which it is read whose they are
  WalkPolicy policy;
  policy.jobs = root.usable_cpus().value_or(1);
  policy.read_oom_adj = true;
  policy.read_command = false;  // of the few that are shown
  facts.processes = read_processes(root, policy, facts.snapshot.page_size_bytes);
  if (!root.is_live() && facts.processes.rows.empty()) facts.processes_from_ps = read_ps_listing(root, facts.processes);
  facts.top = top_processes(facts.processes.rows, std::max(limit, kUnits));
  ProcessList& list = facts.processes;
  for (std::size_t i = 0; i < std::min(facts.top.by_pss.size(), kUnits); ++i)
    read_unit_cgroup(root, *list.names, list.rows[facts.top.by_pss[i]]);
  facts.listing->mem_total_bytes = facts.snapshot.meminfo->mem_total_bytes;
  const Users users(root);
  add_rows(root, users, facts.top.by_pss, limit, facts, facts.top_rows);
  add_rows(root, users, facts.top.by_swap, std::min(limit, kSwapRows), facts, facts.swap_rows);
}

void look_at_caches(const Root& root, ReportFacts& facts) {
  facts.slab.facts = collect_slab(root, SlabWant::states);
  facts.slab.table = slab_table(facts.slab.facts, facts.snapshot);
  facts.slab.judgement = judge_slab(facts.slab.table, facts.slab.facts);
}

void look_at_cgroups(const Root& root, ReportFacts& facts) {
  facts.cgroups = survey_cgroups(root);
  facts.own_cgroup = collect_cgroup(root, "");
  const Got<std::uint64_t>& total = facts.snapshot.meminfo->mem_total_bytes;
  for (const std::string& path : tight_cgroups(facts.cgroups, total, kTightCgroups)) {
    const CgroupFacts cgroup = collect_cgroup(root, path);
    facts.tight.push_back({cgroup_memory(cgroup, total), cgroup.pressure});
  }
}

/// What the kernel log tells of kills, and who would be the next.
void look_at_kills(const Root& root, const ReportRequest& request, ReportFacts& facts) {
  constexpr std::size_t kCandidates = 16;
  const auto take = [&](OomEvent&& event) { add_event(facts.oom, std::move(event), facts.snapshot.host); };
  LogQuotes quotes;
  LogPieces pieces;
  if (request.quote_log) pieces = [&quotes](std::string_view piece) { quotes.feed(piece); };
  facts.oom.log = request.log ? read_named_log(root, *request.log, take, pieces) : read_system_log(root, take, pieces);
  facts.oom.quotes = quotes.finish();
  facts.candidates = collect_candidates(root, facts.snapshot, facts.processes, kCandidates);
  facts.ranking = rank_oom(facts.candidates);
}

/// Who maps shared memory that no file and no segment accounts for: looked for only where it is much.
void look_for_holders(const Root& root, ReportFacts& facts) {
  const Got<double> share = unplaced_shmem_pct(facts.snapshot);
  if (!share || *share <= find_rule("tmpfs-heavy")->limits.also) return;
  const auto tmpfs = tmpfs_devices(root);
  facts.shared = collect_shared_files(root, facts.processes.rows, [&tmpfs](const Mapping& mapping) {
    return shared_kind(mapping, tmpfs) != SharedKind::other;
  });
}

/// Files that are large, and read only where they have something to say.
void look_closer(const Root& root, ReportFacts& facts) {
  constexpr std::string_view kOfLargeFiles[] = {"vmalloc-heavy", "unaccounted"};
  const Diagnosis first = diagnose(facts.for_rules(), kOfLargeFiles);
  if (first.find("vmalloc-heavy") != nullptr) facts.snapshot.vmallocinfo = collect(root, Want::vmallocinfo).vmallocinfo;
  if (first.find("unaccounted") != nullptr) facts.snapshot.allocinfo = collect(root, Want::allocinfo).allocinfo;
}

}  // namespace

ReportRequest report_request(const Context& context) {
  const Arguments& args = context.args;
  ReportRequest request;
  request.top = parse_count("top", args.value("top").value_or("10"), 0);
  if (const auto interval = args.value("interval")) request.interval_s = parse_seconds("interval", *interval);
  request.log = args.value("log");
  request.quote_log = args.value("format") == "incident";
  request.only = finding_ids(args, "only");
  request.ignore = finding_ids(args, "ignore");
  return request;
}

ReportFacts take_report(const Context& context, const Root& root, const ReportRequest& request) {
  const bool two = request.interval_s > 0;
  if (two && !root.is_live()) throw UsageError("--interval needs the live system: a capture is one moment");
  ReportFacts facts;
  facts.most = request.top;
  facts.snapshot = two ? sample_again(context, root, request.interval_s, facts) : collect(root, kReportWant);
  if (!facts.snapshot.meminfo || !facts.snapshot.meminfo->mem_total_bytes)
    throw RunError(why_no_meminfo(facts.snapshot));
  facts.accounting = account(facts.snapshot);
  facts.health = health(facts.snapshot);
  look_at_caches(root, facts);
  look_at_cgroups(root, facts);
  walk(root, request.top, facts);
  look_for_holders(root, facts);
  look_at_kills(root, request, facts);
  look_closer(root, facts);
  const std::vector<std::string_view> only(request.only.begin(), request.only.end());
  const std::vector<std::string_view> ignore(request.ignore.begin(), request.ignore.end());
  facts.diagnosis = diagnose(facts.for_rules(), only, ignore);
  return facts;
}

void write_report_document(Out& out, bool pretty, const ReportFacts& facts, Language language) {
  JsonWriter json(out, pretty);
  begin_envelope(json, "memkit.report/1", facts.snapshot);
  write_report(json, facts, language);
  json.key("skipped");
  json.begin_object();
  json.key("files");
  write_unread(json, facts.snapshot.unread);
  json.key("processes");
  write_skipped(json, facts.processes.summary, facts.snapshot.source == "live");
  json.end_object();
  json.end_object();
  json.finish();
}

}  // namespace memkit
