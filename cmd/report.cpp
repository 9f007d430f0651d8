#include "output/report.h"

#include <unistd.h>

#include "collect/users.h"
#include "command.h"
#include "envelope.h"
#include "output/escape.h"
#include "output/json_memory.h"
#include "output/process_views.h"
#include "source/errors.h"
#include "ticker.h"

namespace memkit {
namespace {

constexpr Want kReportWant = Want::host | Want::meminfo | Want::vmstat | Want::zoneinfo | Want::hugepages |
                             Want::swaps | Want::pressure | Want::arcstats | Want::mounts;

constexpr OptionSpec kReportOptions[] = {
    {"top", 0, "list the N largest processes (10)", Arg::required, "N"},
    {"interval", 0, "take two samples, S seconds apart, and give rates", Arg::required, "S"},
    opt::json,
    opt::root,
    opt::color,
    opt::explain,
    opt::help,
    opt::version,
};

/// The second sample of --interval, with what changed since the first.
Snapshot sample_again(const Context& context, const Root& root, double seconds, ReportFacts& facts) {
  Snapshot first = collect(root, kReportWant);
  const bool waits = isatty(STDERR_FILENO) == 1 && !context.json();
  if (waits) context.messages.say("sampling for " + context.args.value("interval").value_or("") + " s ...");
  sleep_s(seconds);
  Snapshot second = collect(root, kReportWant);
  facts.delta = between(first, second);
  return second;
}

void walk(const Root& root, std::size_t limit, ReportFacts& facts) {
  const Users users(root);
  WalkPolicy policy;
  policy.jobs = root.usable_cpus().value_or(1);
  ProcessList list = read_processes(root, policy, facts.snapshot.page_size_bytes);
  facts.walk = list.summary;
  facts.names = std::move(list.names);
  for (Process& process : list.rows) add_process(facts.processes, std::move(process), limit);
  facts.listing->mem_total_bytes = facts.snapshot.meminfo->mem_total_bytes;
  for (Process& process : facts.processes.top) {
    ProcessRow row;
    if (process.uid) row.user = facts.names->intern(users.name(*process.uid));
    row.process = std::move(process);
    row.listing = facts.listing.get();
    facts.top.push_back(std::move(row));
  }
}

ReportFacts take_report(const Context& context) {
  const std::size_t limit = parse_count("top", context.args.value("top").value_or("10"), 0);
  const std::optional<std::string> interval = context.args.value("interval");
  const double seconds = interval ? parse_seconds("interval", *interval) : 0;
  const Root root = context.root();
  if (interval && !root.is_live()) throw UsageError("--interval needs the live system: a capture is one moment");
  ReportFacts facts;
  facts.snapshot = interval ? sample_again(context, root, seconds, facts) : collect(root, kReportWant);
  if (!facts.snapshot.meminfo || !facts.snapshot.meminfo->mem_total_bytes)
    throw RunError(why_no_meminfo(facts.snapshot));
  facts.accounting = account(facts.snapshot);
  facts.verdict = health(facts.snapshot);
  walk(root, limit, facts);
  return facts;
}

void write_json(const Context& context, const ReportFacts& facts) {
  const bool live = facts.snapshot.source == "live";
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.report/1", facts.snapshot);
  write_report(json, facts);
  json.key("skipped");
  json.begin_object();
  json.key("files");
  write_unread(json, facts.snapshot.unread);
  json.key("processes");
  write_skipped(json, facts.walk, live);
  json.end_object();
  json.end_object();
  json.finish();
}

int run_report(const Context& context) {
  const ReportFacts facts = take_report(context);
  if (context.json()) {
    write_json(context, facts);
  } else {
    print_report(context.out, facts, context.color(), context.window_width());
    if (context.args.has("explain")) {
      context.out.write("\n");
      explain_report(context.out, facts);
    }
  }
  std::string message;
  for (const std::string& reason : missing_reasons(facts.walk, facts.snapshot.source == "live")) {
    message += (message.empty() ? "" : "; ") + reason;
  }
  if (!message.empty()) context.messages.say(message);
  return 0;
}

}  // namespace

const Command kReportCommand{
    "report",
    "The state of this machine's memory on one screen",
    "Is something wrong, where is the memory, who holds it?",
    "[OPTION]...",
    kReportOptions,
    0,
    nullptr,
    run_report,
};

}  // namespace memkit
