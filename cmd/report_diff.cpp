#include "report_diff.h"

#include <sys/stat.h>

#include <limits>

#include "analysis/report_diff.h"
#include "output/escape.h"
#include "output/report_diff.h"
#include "report_facts.h"
#include "source/errors.h"
#include "source/log_stream.h"

namespace memkit {
namespace {

/// A report of a folder, as the document that it would be: both ways of naming a state are compared by one.
std::string document_of_folder(const Context& context, const std::string& folder, Language language) {
  const Root root = Root::at(folder);
  if (root.is_partial()) context.messages.say("the capture '" + folder + "' is not whole");
  ReportRequest request = report_request(context);
  request.top = std::numeric_limits<std::size_t>::max();
  ReportFacts facts = take_report(context, root, request);
  facts.list_all = true;
  Out document = Out::in_memory();
  write_report_document(document, false, facts, language);
  return std::string(document.text());
}

std::string text_of(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{64} << 20;
  LogStream stream = LogStream::file(path);
  std::string text;
  char piece[std::size_t{32} << 10];
  while (const std::size_t got = stream.read(piece)) {
    if (text.size() + got > kMost) throw RunError("'" + for_terminal(path) + "' is no report: it is too long");
    text.append(piece, got);
  }
  return text;
}

ReportDocument load(const Context& context, const std::string& path, Language language) {
  struct stat info {};
  const bool folder = stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  const Got<ReportDocument> document =
      parse_report_document(folder ? document_of_folder(context, path, language) : text_of(path));
  if (!document) {
    throw RunError("'" + for_terminal(path) +
                   "' is no report: name the folder of a capture (report --save DIR), or a document of report --json");
  }
  return *document;
}

void check(const Context& context) {
  const Arguments& args = context.args;
  if (args.positionals().size() != 2)
    throw UsageError("--diff takes two reports: captures, or documents of report --json");
  if (args.positionals()[0] == "-" && args.positionals()[1] == "-")
    throw UsageError("--diff reads standard input once: '-' is one of the two");
  for (const char* const other : {"root", "save", "check", "interval", "log", "brief", "explain", "output-file"}) {
    if (args.has(other)) throw UsageError(fmt::format("--diff compares what is recorded: no --{}", other));
  }
  const std::string format = args.value("format").value_or("text");
  if (format != "text" && format != "json") throw UsageError("--diff has the forms text and json, not " + format);
}

}  // namespace

int run_report_diff(const Context& context, Language language) {
  check(context);
  const ReportRequest request = report_request(context);
  const ReportDocument before = load(context, context.args.positionals()[0], language);
  const ReportDocument after = load(context, context.args.positionals()[1], language);
  const ReportDiff diff = diff_reports(before, after);
  const DiffView view{before, after, diff, request.top, language};
  if (context.json() || context.args.value("format") == "json") {
    JsonWriter json(context.out, context.stdout_is_tty);
    write_diff(json, view);
  } else {
    print_diff(context.out, view);
  }
  return 0;
}

}  // namespace memkit
