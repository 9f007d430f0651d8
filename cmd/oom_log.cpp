#include "oom_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "collect/oom_events.h"
#include "envelope.h"
#include "oom_log_check.h"
#include "oom_log_options.h"
#include "oom_log_request.h"
#include "output/escape.h"
#include "output/markdown.h"
#include "output/oom.h"
#include "output/rows.h"
#include "output/table.h"
#include "output/text.h"
#include "source/errors.h"

namespace memkit {
namespace {

/// What a run over the logs left.
struct Found {
  OomTaskCgroups running;  ///< of the running kernel's log: where tasks of the event chosen are, that still run
  std::vector<OomSummary> events;
  std::optional<OomEvent> chosen;  ///< the event of --event, or the last
  std::vector<std::string> logs;   ///< which were read
  std::uint64_t undated = 0;       ///< events of which --since and --until could not tell
  std::uint64_t unlinked_echoes = 0;
};

using Each = std::function<void(const OomEvent&, const OomStory&)>;

/// Takes the events of one log after another: numbers them through, leaves out what is not asked for.
class Taker {
 public:
  Taker(const OomLogRequest& request, Found& found, Each each)
      : request_(request), found_(found), each_(std::move(each)) {}

  void operator()(OomEvent&& event) {
    event.number += before_;
    highest_ = std::max(highest_, event.number);
    repeats_.mark(event);
    const OomStory story = explain(event);
    OomSummary summary = summarize(event, story);
    if (!request_.wants(event, summary)) return;
    if ((request_.since || request_.until) && !summary.time.wall_us) ++found_.undated;
    if (each_) each_(event, story);
    // The last one, and a second copy only where its first is not asked for.
    const auto rank = [](const OomEvent& of) { return std::pair(!of.repeat_of, of.number); };
    const bool last = !found_.chosen || rank(*found_.chosen) < rank(event);
    const bool chosen = request_.event == 0 ? last : request_.event == event.number;
    found_.events.push_back(std::move(summary));
    if (chosen) found_.chosen = std::move(event);
  }
  void next_log(const std::string& name) {
    before_ = highest_;
    found_.logs.push_back(name);
  }

 private:
  const OomLogRequest& request_;
  Found& found_;
  Each each_;
  OomRepeats repeats_;
  std::uint64_t before_ = 0;
  std::uint64_t highest_ = 0;
};

std::vector<std::string> journalctl_words(const OomLogRequest& request) {
  std::vector<std::string> words{"journalctl", "--no-pager", "-q", "-o", "json"};
  if (request.boot) words.push_back(request.boot->empty() ? "--boot" : "--boot=" + *request.boot);
  if (request.since) words.push_back(fmt::format("--since=@{}", request.since->utc_us / 1'000'000));
  if (request.until) words.push_back(fmt::format("--until=@{}", (request.until->utc_us + 999'999) / 1'000'000));
  for (const char* word :
       {"_TRANSPORT=kernel", "+", "SYSLOG_IDENTIFIER=systemd-oomd", "+", "SYSLOG_IDENTIFIER=earlyoom"})
    words.emplace_back(word);
  return words;
}

void read_tree(const Root& root, Taker& taker, Found& found) {
  const std::vector<std::string> files = log_files_below(root);
  if (files.empty()) {
    throw RunError(
        "no kernel log in --root '" + root.name() +
        "': neither var/log/{kern.log,messages,syslog}, dmesg, sos_commands/kernel/dmesg nor vmcore-dmesg.txt");
  }
  // Several hold the same events: the first that has any is told. A crash's own log is another machine state.
  for (const std::string& file : files) {
    if (!found.events.empty()) break;
    taker.next_log(file);
    const int error = read_oom_events_below(root, file, [&taker](OomEvent&& event) { taker(std::move(event)); });
    if (error != 0) throw RunError("cannot read '" + file + "' in --root '" + root.name() + "': " + error_text(error));
  }
}

Found read_logs(const Context& context, const OomLogRequest& request, Each each) {
  Found found;
  Taker taker(request, found, std::move(each));
  const auto sink = [&taker](OomEvent&& event) { taker(std::move(event)); };
  const Root root = context.root();
  if (!root.is_live()) {
    read_tree(root, taker, found);
  } else if (request.journal) {
    taker.next_log("journalctl");
    LogStream stream = LogStream::program(journalctl_words(request));
    found.unlinked_echoes = read_oom_events(stream, sink);
  } else if (request.files.empty()) {
    taker.next_log("/dev/kmsg");
    found.unlinked_echoes = read_oom_events_of_this_boot(sink);
    if (found.chosen) found.running = cgroups_of_tasks(root, *found.chosen);
  }
  for (const std::string& file : request.files) {
    LogStream stream = LogStream::file(file);
    taker.next_log(stream.name());
    found.unlinked_echoes += read_oom_events(stream, sink);
  }
  std::stable_sort(found.events.begin(), found.events.end(),
                   [](const OomSummary& a, const OomSummary& b) { return a.number < b.number; });
  return found;
}

template <class Row>
struct Choice {
  std::vector<std::size_t> columns;
  std::optional<std::size_t> sort;
};

template <class Row>
Choice<Row> choose(const Arguments& args, std::span<const Column<Row>> table) {
  Choice<Row> choice;
  const auto all = infos(table);
  choice.columns = select_columns(all, args.value("output").value_or(""));
  if (const auto key = args.value("sort")) choice.sort = find_column(all, *key);
  return choice;
}

template <class Row>
void print_table(const Context& context, std::span<const Column<Row>> table, const Choice<Row>& choice,
                 std::span<const Row> rows) {
  TableStyle style;
  style.size.style = SizeFormat::Style::compact;
  style.headings = !context.args.has("no-headings");
  style.width = context.window_width();
  TextTable text = text_table(table, choice.columns, style);
  const bool reverse = context.args.has("reverse");
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = reverse ? order.size() - 1 - i : i;
  if (choice.sort) order = sorted_order(rows, table[*choice.sort], reverse);
  for (const std::size_t i : order) text.add_row(cells_of(table, choice.columns, rows[i]));
  text.print(context.out);
}

void print_list(const Context& context, const Choice<OomRow>& choice, const Found& found) {
  std::vector<OomRow> rows;
  rows.reserve(found.events.size());
  for (const OomSummary& event : found.events) rows.emplace_back(event);
  print_table<OomRow>(context, oom_columns(), choice, rows);
}

std::string names_of(const Found& found) {
  std::string names;
  for (const std::string& log : found.logs) names += (names.empty() ? "" : ", ") + for_terminal(log);
  return names;
}

void explain_log(Out& out) {
  out.write("\n");
  print_wrapped(
      out,
      "An event begins where a process asked for memory and the kernel could not find any. The one who asked is often "
      "not the one who held the memory, and not the one who is killed: that is the process with the highest score, its "
      "memory plus oom_score_adj. A control group's event says nothing of the machine; its own limit was too small, or "
      "its processes grew. RSS in the task table is at the time of the event and counts shared pages in each process.");
}

void print_markdown(Out& out, const OomLogRequest& request, const Found& found, const OomStory& story, bool summary) {
  out.print("# OOM events\n\n{} in {}.\n\n", markdown::text(events_line(found.events)),
            markdown::text(names_of(found)));
  if (summary) return print_oom_markdown_summary(out, found.events);
  if (found.events.size() > 1 && !request.one_event) print_oom_markdown_list(out, found.events);
  print_oom_markdown(out, *found.chosen, story);
}

void print_text(const Context& context, const OomLogRequest& request, const Found& found, const Choice<OomRow>& list,
                const Choice<OomTaskRow>& tasks) {
  Out& out = context.out;
  const OomStory story = found.chosen ? explain(*found.chosen, found.running) : OomStory();
  if (context.args.has("tasks")) {
    const std::vector<OomTaskRow> rows = task_rows(*found.chosen);
    if (rows.empty())
      throw RunError(fmt::format("event {} has no task table: vm.oom_dump_tasks is 0, or it is not in the log",
                                 found.chosen->number));
    print_table<OomTaskRow>(context, oom_task_columns(), tasks, rows);
  } else if (context.args.has("markdown")) {
    print_markdown(out, request, found, story, context.args.has("summary"));
  } else if (context.args.has("summary")) {
    print_oom_summary(out, found.events);
  } else if (request.one_event || found.events.size() == 1) {
    print_oom_story(out, *found.chosen, story, context.color());
  } else {
    if (!context.args.has("no-headings")) out.print("{}\n", events_line(found.events));
    print_list(context, list, found);
    // A list that was asked for by its columns goes to a program.
    if (!context.args.has("output") && !context.args.has("no-headings")) {
      out.write("\n");
      print_oom_story(out, *found.chosen, story, context.color());
    }
  }
  if (context.args.has("explain")) explain_log(out);
}

Snapshot described(const Context& context) {
  const Root root = context.root();
  return collect(root, Want::host);
}

void refuse_missing_event(const OomLogRequest& request, const Found& found) {
  if (request.event != 0 && !found.chosen)
    throw RunError(
        fmt::format("there is no event {} in {}: {}", request.event, names_of(found), events_line(found.events)));
}

void write_json(const Context& context, const OomLogRequest& request) {
  JsonWriter json(context.out, context.stdout_is_tty);
  Found found;
  // Which event is the last is known at the end; of all, each is written as it comes.
  if (request.one_event) {
    found = read_logs(context, request, nullptr);
    refuse_missing_event(request, found);
  }
  const bool this_machine = request.files.empty();
  Snapshot snapshot;
  snapshot.source = "log";
  begin_envelope(json, "memkit.oom/1", this_machine ? described(context) : snapshot);
  json.key("events");
  json.begin_array();
  if (!request.one_event) {
    found = read_logs(context, request,
                      [&](const OomEvent& event, const OomStory& story) { write_oom_event(json, event, story); });
  } else if (found.chosen) {
    write_oom_event(json, *found.chosen, explain(*found.chosen, found.running));
  }
  json.end_array();
  json.key("summary");
  write_oom_summary(json, found.events);
  json.list("logs", found.logs);
  json.key("ranking");
  json.null();
  json.key("skipped");
  json.begin_object();
  json.field("undated_count", found.undated);
  json.field("unlinked_echoes_count", found.unlinked_echoes);
  for (const std::string_view of_the_ranking : {"files", "processes"}) {
    json.key(of_the_ranking);
    json.null();
  }
  json.end_object();
  json.end_object();
  json.finish();
}

}  // namespace

bool wants_oom_log(const Arguments& args) {
  return !args.positionals().empty() || std::any_of(std::begin(kOomLogOptions), std::end(kOomLogOptions),
                                                    [&](const OptionSpec& option) { return args.has(option.name); });
}

int run_oom_log(const Context& context) {
  const OomLogRequest request(context.args);
  const bool tasks = context.args.has("tasks");
  const Choice<OomRow> list = tasks ? Choice<OomRow>() : choose(context.args, oom_columns());
  const Choice<OomTaskRow> task_list = tasks ? choose(context.args, oom_task_columns()) : Choice<OomTaskRow>();
  if (context.args.has("check")) {
    OomCheck check(context);
    const Found found = read_logs(context, request, nullptr);
    return check.finish(found.events);
  }
  if (context.json()) {
    write_json(context, request);
    return 0;
  }
  const Found found = read_logs(context, request, nullptr);
  if (found.undated > 0)
    context.messages.say(fmt::format("{} events have no wall clock: --since and --until kept them", found.undated));
  refuse_missing_event(request, found);
  if (found.events.empty()) {
    context.out.print("no OOM event in {}\n", names_of(found));
    if (found.unlinked_echoes > 0)
      context.out.print("{} lines of other programs speak of one that is not in this log\n", found.unlinked_echoes);
    return 0;
  }
  print_text(context, request, found, list, task_list);
  return 0;
}

}  // namespace memkit
