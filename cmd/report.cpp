#include "output/report.h"

#include "command.h"
#include "output/escape.h"
#include "output/process_views.h"
#include "report_check.h"
#include "report_diff.h"
#include "report_facts.h"
#include "save.h"
#include "source/errors.h"
#include "source/state_file.h"

namespace memkit {
namespace {

constexpr OptionSpec kReportOptions[] = {
    {"brief", 0, "the diagnosis and the findings alone"},
    {"top", 0, "list the N largest processes (10)", Arg::required, "N"},
    {"interval", 0, "take two samples, S seconds apart, and judge rates", Arg::required, "S"},
    {"only", 0, "judge the findings of LIST alone", Arg::required, "LIST"},
    {"ignore", 0, "leave out the findings of LIST", Arg::required, "LIST"},
    {"lang", 0, "language of findings and advice (en)", Arg::required, "LANG", {}, Complete::choices, "en|ja|zh"},
    {"format",
     0,
     "form of the report (text)",
     Arg::required,
     "FORM",
     {},
     Complete::choices,
     "text|json|ndjson|prom|incident"},
    {"diff", 0, "what changed from A to B: captures, or --json files"},
    {"output-file", 0, "write to FILE, replaced at once", Arg::required, "FILE", {}, Complete::file},
    {"log", 0, "read the kernel log FILE, not the system's; -: stdin", Arg::required, "FILE", {}, Complete::file},
    opt::save,
    opt::smaps,
    opt::command_lines,
    opt::json,
    with_help(opt::check, "monitoring plugin: the worst finding is the status"),
    with_letter(opt::warning, 'w'),
    with_letter(opt::critical, 'c'),
    {"quiet", 'q', "with --check: nothing but the exit status"},
    opt::root,
    opt::color,
    opt::explain,
    opt::help,
    opt::version,
};

Language language_of(const Context& context) { return parse_language(context.args.value("lang").value_or("en")); }

void write_json(const Context& context, const ReportFacts& facts) {
  write_report_document(context.out, context.stdout_is_tty, facts, language_of(context));
}

void write_text(const Context& context, const ReportFacts& facts) {
  ReportStyle style;
  style.language = language_of(context);
  style.color = context.color();
  style.brief = context.args.has("brief");
  style.width = context.window_width();
  print_report(context.out, facts, style);
  if (!context.args.has("explain")) return;
  context.out.write("\n");
  explain_report(context.out, facts, style.language);
}

void write_prom(const Context& context, const ReportFacts& facts) { print_prom(context.out, facts); }

void write_ndjson(const Context& context, const ReportFacts& facts) {
  print_ndjson(context.out, facts, language_of(context));
}

void write_incident(const Context& context, const ReportFacts& facts) {
  print_incident(context.out, facts, language_of(context));
}

/// A form of the report: the one place where one is added (with its name in the row of --format).
struct Format {
  std::string_view name;
  void (*write)(const Context&, const ReportFacts&);
};
constexpr Format kFormats[] = {{"text", write_text},
                               {"json", write_json},
                               {"ndjson", write_ndjson},
                               {"prom", write_prom},
                               {"incident", write_incident}};

const Format& format_of(const Context& context) {
  const std::string name = context.args.value("format").value_or(context.json() ? "json" : "text");
  for (const Format& format : kFormats) {
    if (format.name == name) return format;
  }
  throw UsageError("--format has no '" + name + "'");
}

/// Refuses what cannot be meant, before anything is read.
void check_options(const Context& context) {
  const Arguments& args = context.args;
  const bool check = args.has("check");
  if (!check && (args.has("warning") || args.has("critical")))
    throw UsageError("--warning and --critical need --check");
  if (!check && args.has("quiet")) throw UsageError("--quiet needs --check: the exit status is all that is left");
  if (check && (context.json() || args.has("format")))
    throw UsageError("--check and --json or --format exclude each other: a plugin prints one line");
  if (context.json() && args.value("format").value_or("json") != "json")
    throw UsageError("--json and --format " + *args.value("format") + " exclude each other");
  if (check && args.has("output-file")) throw UsageError("--check prints one line: no --output-file");
  if (check) watched_figures(args, nullptr);
}

int run_report(const Context& context) {
  if (context.args.has("diff")) return run_report_diff(context, language_of(context));
  if (!context.args.positionals().empty())
    throw UsageError("unexpected argument '" + for_terminal(context.args.positionals().front()) +
                     "'; --diff A B compares two reports");
  check_options(context);
  const ReportRequest request = report_request(context);
  const Format& format = format_of(context);
  Root root = context.root();
  const std::shared_ptr<Recorder> recorder = record_for_save(context, root);
  const ReportFacts facts = take_report(context, root, request);
  complete_capture(context, root, facts.snapshot.host, recorder.get());
  if (context.args.has("check")) return print_check(context, facts, language_of(context));
  if (const auto path = context.args.value("output-file")) {
    Out kept = Out::in_memory();
    format.write({context.args, kept, context.messages}, facts);
    replace_file(*path, kept.text());
  } else {
    format.write(context, facts);
  }
  std::string message;
  for (const std::string& reason : missing_reasons(facts.processes.summary, root.is_live())) {
    message += (message.empty() ? "" : "; ") + reason;
  }
  if (!message.empty()) context.messages.say(message);
  return 0;
}

}  // namespace

const Command kReportCommand{
    "report",
    "What is wrong with this machine's memory, why, and what to do",
    "Is something wrong, where is the memory, who holds it?",
    "[OPTION]... [--diff A B]",
    kReportOptions,
    2,
    nullptr,
    run_report,
};

}  // namespace memkit
