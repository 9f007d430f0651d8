#include "pmap_diff.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "collect/pids.h"
#include "collect/pmap_document.h"
#include "envelope.h"
#include "output/columns_growth.h"
#include "output/escape.h"
#include "output/mappings_diff.h"
#include "output/table.h"
#include "output/text.h"
#include "pmap_target.h"
#include "source/errors.h"
#include "source/file_view.h"

namespace memkit {
namespace {

constexpr std::string_view kNotWithDiff[] = {"name", "root", "range", "show-path", "format"};

using Pid = std::optional<std::uint32_t>;

/// A or B: its place, and what is read of it.
struct Side {
  std::string place;
  Host host;
  std::optional<Root> root;             ///< of a folder
  std::vector<std::uint32_t> pids;      ///< that it holds
  std::vector<SavedProcess> processes;  ///< of a document
  std::vector<std::uint32_t> partial;   ///< of a document: those with mappings left out
};

std::string quoted(const std::string& place) { return "'" + for_terminal(place) + "'"; }

/// Adds mappings up, whatever they come from; it stays where it is, since its teller calls it. Threads' stacks are told
/// by their place alone, so that a folder and a document tell the same.
class Sums {
 public:
  Sums() = default;
  Sums(const Sums&) = delete;
  Sums& operator=(const Sums&) = delete;
  void add(const Mapping& mapping) { teller_.add(mapping); }
  /// What was added, without the names.
  SavedProcess finish() {
    teller_.finish();
    SavedProcess process;
    process.groups = groups_.rows();
    process.totals = totals_;
    return process;
  }

 private:
  FileGroups groups_;
  MappingTotals totals_;
  KindTeller teller_{{}, [this](const Mapping& mapping, const MappingClassifier::Kind& kind) {
                       groups_.add(mapping, kind);
                       totals_.add(mapping);
                     }};
};

SavedProcess with_names(SavedProcess process, std::uint32_t pid, std::string name, std::string command,
                        const Got<std::uint64_t>& starttime_ticks) {
  process.pid = pid;
  process.name = std::move(name);
  process.command = std::move(command);
  process.starttime_ticks = starttime_ticks;
  return process;
}

void read_document(Side& side) {
  const FileView file(side.place);
  if (file.error() != 0)
    throw RunError(fmt::format("cannot read {}: {}", quoted(side.place), error_text(file.error())));
  std::unique_ptr<Sums> sums;
  const PmapDocumentVisitor visitor{[&] { sums = std::make_unique<Sums>(); },
                                    [&](const Mapping& mapping) { sums->add(mapping); },
                                    [&](const DocumentProcess& process) {
                                      side.pids.push_back(process.pid);
                                      if (!process.complete) side.partial.push_back(process.pid);
                                      side.processes.push_back(with_names(sums->finish(), process.pid, process.name,
                                                                          process.command, process.starttime_ticks));
                                    }};
  const Got<Host> host = visit_pmap_document(file.text(), visitor);
  if (!host) {
    throw RunError(fmt::format("{} is neither a folder nor the output of 'memkit pmap --json'", quoted(side.place)));
  }
  side.host = *host;
}

Side open_side(const std::string& place) {
  Side side;
  side.place = place;
  struct stat status {};
  if (stat(place.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    side.root = Root::at(place);
    side.host = collect(*side.root, Want::host).host;
    side.pids = list_pids(*side.root, "proc").pids;
  } else {
    read_document(side);
  }
  if (side.pids.empty()) throw RunError(fmt::format("no process in {}", quoted(place)));
  return side;
}

/// The process that both are of: the one that is named, or the only one of either.
std::uint32_t choose_pid(const Side& a, const Side& b, const Pid& named) {
  if (named) return *named;
  if (a.pids.size() == 1 && b.pids.size() == 1 && a.pids[0] != b.pids[0]) {
    throw RunError(fmt::format("{} and {} are not of one process: {} and {}", quoted(a.place), quoted(b.place),
                               a.pids[0], b.pids[0]));
  }
  if (a.pids.size() == 1) return a.pids[0];
  if (b.pids.size() == 1) return b.pids[0];
  throw RunError(fmt::format("{} holds {} processes: name one behind B", quoted(a.place), a.pids.size()));
}

SavedProcess take_from_folder(const Side& side, std::uint32_t pid) {
  MappedProcess process(*side.root, pid);
  Sums sums;
  const MappingsRead read = process.visit(true, [&](const Mapping& mapping) { sums.add(mapping); });
  if (read.error != 0) {
    throw RunError(fmt::format("cannot read the mappings of process {} in {}: {}", pid, quoted(side.place),
                               why_unread(*side.root, read.error)));
  }
  if (read.ended) throw RunError(fmt::format("process {} ended while it was read", pid));
  return with_names(sums.finish(), pid, process.name(), process.command(), process.starttime_ticks());
}

SavedProcess take(const Side& side, std::uint32_t pid) {
  const auto has = [pid](const std::vector<std::uint32_t>& pids) {
    return std::find(pids.begin(), pids.end(), pid) != pids.end();
  };
  if (!has(side.pids)) throw RunError(fmt::format("no process {} in {}", pid, quoted(side.place)));
  if (side.root) return take_from_folder(side, pid);
  if (has(side.partial)) {
    throw RunError(
        fmt::format("{} does not hold all mappings of process {}: make it without --range and --top, "
                    "with permission to read them",
                    quoted(side.place), pid));
  }
  return *std::find_if(side.processes.begin(), side.processes.end(),
                       [pid](const SavedProcess& process) { return process.pid == pid; });
}

/// A pid names another process after each boot, and after each process that had it.
void refuse_others(const MappingsDiff& diff) {
  const std::string places = quoted(diff.place_before) + " and " + quoted(diff.place_after);
  const auto differ = [](const auto& a, const auto& b) { return a && b && *a != *b; };
  if (differ(diff.host_before.boot_id, diff.host_after.boot_id)) {
    throw RunError(fmt::format("{} are not of one process: the machine, or its boot, is another", places));
  }
  if (differ(diff.before.starttime_ticks, diff.after.starttime_ticks)) {
    throw RunError(fmt::format("{} are not of one process: {} was started anew in between", places, diff.after.pid));
  }
}

void print_diff(const Context& context, const MappingsDiff& diff, const RowChoice& rows) {
  for (const std::string& sentence : diff_sentences(diff)) print_wrapped(context.out, sentence);
  if (!diff.changed.empty()) {
    TableStyle style;
    style.size.style = SizeFormat::Style::spaced;
    style.headings = !context.args.has("quiet");
    style.width = context.window_width();
    TextTable table = text_table(grown_columns(), rows.columns, style);
    for (const std::size_t row : chosen_order(std::span(diff.changed), grown_columns(), rows))
      table.add_row(cells_of(grown_columns(), rows.columns, diff.changed[row]));
    context.out.write("\n");
    table.print(context.out);
  }
  if (!context.args.has("explain")) return;
  context.out.write("\n");
  explain_diff(context.out, diff);
}

void write_diff(const Context& context, const MappingsDiff& diff, const RowChoice& rows) {
  Snapshot snapshot;
  snapshot.source = diff.place_after;
  snapshot.host = diff.host_after;
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.pmap-diff/1", snapshot);
  json.field("pid", diff.after.pid);
  json.field("starttime_ticks", diff.after.starttime_ticks);
  json.field("elapsed_s", diff.seconds());
  write_diff_sides(json, diff);
  json.key("changed");
  json.begin_array();
  for (const std::size_t row : chosen_order(std::span(diff.changed), grown_columns(), rows))
    write_row(json, grown_columns(), diff.changed[row]);
  json.end_array();
  json.list("sentences", diff_sentences(diff));
  json.end_object();
  json.finish();
}

}  // namespace

int run_mappings_diff(const Context& context, const RowChoice& rows) {
  for (const std::string_view other : kNotWithDiff) {
    if (context.args.has(other)) throw UsageError(fmt::format("--diff and --{} exclude each other", other));
  }
  const std::span<const std::string> words = context.args.positionals();
  if (words.empty()) throw UsageError("--diff takes two captures: --diff A B");
  const std::vector<std::uint32_t> pids = parse_pids(words.subspan(1));
  if (pids.size() > 1) throw UsageError("--diff compares one process, not several");
  const Side a = open_side(*context.args.value("diff"));
  const Side b = open_side(words.front());
  const std::uint32_t pid = choose_pid(a, b, pids.empty() ? Pid() : Pid(pids.front()));
  MappingsDiff diff{a.place, b.place, a.host, b.host, take(a, pid), take(b, pid), {}};
  refuse_others(diff);
  diff.changed = compare_groups(diff.before.groups, diff.after.groups);
  context.json() ? write_diff(context, diff, rows) : print_diff(context, diff, rows);
  return 0;
}

}  // namespace memkit
