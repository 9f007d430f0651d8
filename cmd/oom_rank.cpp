#include "oom_rank.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "analysis/oom_advice.h"
#include "analysis/oom_rank.h"
#include "analysis/pattern.h"
#include "collect/oom_state.h"
#include "collect/users.h"
#include "envelope.h"
#include "output/columns_oom_rank.h"
#include "output/escape.h"
#include "output/json_memory.h"
#include "output/oom_rank_json.h"
#include "output/oom_rank_text.h"
#include "output/process_views.h"
#include "output/rows.h"
#include "parse/text.h"
#include "source/errors.h"

namespace memkit {
namespace {

std::uint32_t parse_pid(std::string_view option, std::string_view text) {
  const Got<std::uint32_t> pid = to_number<std::uint32_t>(text);
  if (pid && *pid != 0) return *pid;
  throw UsageError(fmt::format("--{} takes a process id, not '{}'", option, for_terminal(text)));
}

OomWhatIf parse_what_if(const Arguments& args) {
  OomWhatIf change;
  for (const std::string& text : args.values("what-if")) {
    const std::size_t equals = text.find('=');
    const std::string_view value = std::string_view(text).substr(std::min(equals, text.size() - 1) + 1);
    const Got<std::int16_t> adj = to_number<std::int16_t>(value);
    if (equals == std::string::npos || !adj || *adj < -1000 || *adj > 1000) {
      throw UsageError(fmt::format("--what-if takes PID=ADJ, ADJ from -1000 to 1000, not '{}'", for_terminal(text)));
    }
    change.adjust.emplace_back(parse_pid("what-if", std::string_view(text).substr(0, equals)), *adj);
  }
  for (const std::string& text : args.values("what-if-kill")) change.kill.push_back(parse_pid("what-if-kill", text));
  return change;
}

bool tries(const OomWhatIf& change) { return !change.adjust.empty() || !change.kill.empty(); }

/// -P, -U and --unit: what is listed. Who dies is told of all processes.
class Filter {
 public:
  explicit Filter(const Arguments& args)
      : process_(of(args, "processfilter")), user_(of(args, "userfilter")), unit_(of(args, "unit")) {}

  [[nodiscard]] bool any() const { return process_ || user_ || unit_; }
  [[nodiscard]] bool accepts(const OomRankRow& row) const {
    const Process& process = *row.task->process;
    return (!process_ || process_->matches(process.name) || process_->matches(process.command)) &&
           (!user_ || (process.uid && user_->matches(row.user))) && (!unit_ || unit_->matches(row.task->unit));
  }

 private:
  static std::unique_ptr<Pattern> of(const Arguments& args, std::string_view option) {
    const std::optional<std::string> expression = args.value(option);
    return expression ? std::make_unique<Pattern>(option, *expression) : nullptr;
  }
  std::unique_ptr<Pattern> process_;
  std::unique_ptr<Pattern> user_;
  std::unique_ptr<Pattern> unit_;
};

struct Choice {
  std::vector<std::size_t> columns;
  std::optional<std::size_t> sort;  ///< none: the order in which they die
  std::size_t top = 10;             ///< 0: all
  bool all_rows = false;            ///< also those that are no candidates
};

Choice choose(const Arguments& args) {
  const std::vector<const ColumnInfo*> columns = infos(oom_rank_columns());
  Choice choice;
  choice.columns = select_columns(columns, args.value("output").value_or(""));
  if (const auto key = args.value("sort")) choice.sort = find_column(columns, *key);
  choice.top = parse_count("top", args.value("top").value_or(args.has("json") ? "0" : "10"), 0);
  choice.all_rows = choice.top == 0 || args.has("processfilter") || args.has("userfilter") || args.has("unit");
  return choice;
}

TableStyle style_of(const Context& context) {
  constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
      {"bytes", 1}, {"kibi", 1ull << 10}, {"mebi", 1ull << 20}, {"gibi", 1ull << 30}};
  TableStyle style;
  style.size = {SizeFormat::Style::compact, 1, false};
  for (const auto& [option, divisor] : kUnits) {
    if (context.args.has(option)) style.size = {SizeFormat::Style::scaled, divisor, false};
  }
  style.headings = !context.args.has("no-headings");
  style.width = context.window_width();
  return style;
}

/// The ranking, with what its views point into.
struct Ranked {
  OomState state;
  OomWhatIf change;
  OomRanking before;  ///< where a change is tried
  OomRanking ranking;
  std::vector<OomRankRow> rows;
};

std::vector<OomRankRow> rows_of(const Root& root, const Arguments& args, const Choice& choice, Ranked& ranked) {
  const Users users(root);
  const Filter filter(args);
  std::vector<OomRankRow> rows;
  for (const RankedTask& task : ranked.ranking.tasks) {
    OomRankRow row{&task, {}};
    if (task.process->uid) row.user = ranked.state.names->intern(users.name(*task.process->uid));
    if (filter.accepts(row) && (choice.all_rows || task.rank != 0)) rows.push_back(row);
  }
  if (choice.sort || args.has("reverse")) {
    const std::vector<OomRankRow> all = std::move(rows);
    rows.clear();
    const Column<OomRankRow>& by = oom_rank_columns()[choice.sort.value_or(0)];
    // By rank the order is that of death; a rank that is missing stands at its end, as does nothing else.
    if (!choice.sort) {
      rows.assign(all.rbegin(), all.rend());
    } else {
      for (const std::size_t i : sorted_order(std::span<const OomRankRow>(all), by, args.has("reverse")))
        rows.push_back(all[i]);
    }
  }
  if (choice.top != 0 && rows.size() > choice.top) rows.resize(choice.top);
  return rows;
}

void refuse_nothing(const OomState& state, const Root& root) {
  const std::string where = root.is_live() ? "/proc" : for_terminal(root.name()) + "/proc";
  if (state.summary.list_error != 0) {
    throw RunError(fmt::format("cannot list the processes in {}: {}", where, error_text(state.summary.list_error)));
  }
  if (state.processes.empty()) throw RunError(fmt::format("no process with memory can be read in {}", where));
}

Ranked rank(const Context& context) {
  const Root root = context.root();
  Ranked ranked;
  ranked.change = parse_what_if(context.args);
  ranked.state = collect_oom(root);
  refuse_nothing(ranked.state, root);
  if (const std::uint32_t pid = first_unknown_pid(ranked.state, ranked.change); pid != 0) {
    throw RunError(fmt::format("no process {} with memory of its own: nothing to try there", pid));
  }
  ranked.ranking = rank_oom(ranked.state, ranked.change);
  if (tries(ranked.change)) ranked.before = rank_oom(ranked.state);
  ranked.rows = rows_of(root, context.args, choose(context.args), ranked);
  return ranked;
}

void say_what_is_missing(const Context& context, const OomState& state) {
  std::string message;
  for (const std::string& reason : missing_reasons(state.summary, state.live)) {
    message += (message.empty() ? "" : "; ") + reason;
  }
  if (!state.whole_machine.value_or(true)) {
    message += (message.empty() ? "" : "; ");
    message += "the processes of this container alone are seen: outside, others may die first";
  }
  if (state.cgroups_unread != 0) {
    message += (message.empty() ? "" : "; ");
    message += fmt::format("{} cgroups may not be looked into", state.cgroups_unread);
  }
  if (!message.empty()) context.messages.say(message);
}

void write_json(const Context& context, const Ranked& ranked) {
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.oom/1", ranked.state.snapshot);
  const auto nulls = [&](std::initializer_list<std::string_view> of_the_log) {
    for (const std::string_view key : of_the_log) {
      json.key(key);
      json.null();
    }
  };
  nulls({"events", "summary", "logs"});
  json.key("ranking");
  const std::vector<OomAdvice> advice = oom_advice(ranked.before, ranked.change);
  const OomTrial trial{ranked.change, ranked.before, advice};
  write_oom_ranking(json, ranked.state, ranked.ranking, ranked.rows, tries(ranked.change) ? &trial : nullptr);
  json.key("skipped");
  json.begin_object();
  nulls({"undated_count", "unlinked_echoes_count"});
  json.key("files");
  write_unread(json, ranked.state.snapshot.unread);
  json.key("processes");
  write_skipped(json, ranked.state.summary, ranked.state.live);
  json.end_object();
  json.end_object();
  json.finish();
}

void print_text(const Context& context, const Ranked& ranked) {
  const Choice choice = choose(context.args);
  print_oom_answer(context.out, ranked.ranking, tries(ranked.change));
  context.out.write("\n");
  TextTable table = text_table(oom_rank_columns(), choice.columns, style_of(context));
  for (const OomRankRow& row : ranked.rows) table.add_row(cells_of(oom_rank_columns(), choice.columns, row));
  table.print(context.out);
  if (!choice.all_rows) {
    print_oom_cgroups(context.out, ranked.ranking, choice.top);
    print_oom_shielded(context.out, ranked.ranking, ranked.state.summary.kernel_threads);
  } else if (choice.top == 0) {
    print_oom_cgroups(context.out, ranked.ranking, 0);
    print_oom_shielded(context.out, ranked.ranking, ranked.state.summary.kernel_threads);
  }
  if (tries(ranked.change)) {
    print_oom_change(context.out, ranked.before, ranked.ranking, oom_advice(ranked.before, ranked.change));
  }
  if (context.args.has("explain")) explain_oom(context.out, ranked.ranking);
}

/// Refuses what cannot be meant, before anything is read.
void check_options(const Context& context) {
  const Arguments& args = context.args;
  choose(args);
  const Filter filter(args);
  const OomWhatIf change = parse_what_if(args);
  if (!args.has("check") && (args.has("warning") || args.has("critical")))
    throw UsageError("--warning and --critical need --check");
  if (args.has("check") && args.has("json"))
    throw UsageError("--check and --json exclude each other: a plugin prints one line");
  if (args.has("check") && filter.any()) throw UsageError("--check looks at all processes: no -P, -U, --unit");
  if (args.has("check") && tries(change)) throw UsageError("--check looks at what is: no --what-if, --what-if-kill");
  for (const auto& [pid, adj] : change.adjust) {
    if (std::find(change.kill.begin(), change.kill.end(), pid) != change.kill.end())
      throw UsageError(fmt::format("process {} cannot both be adjusted and be gone", pid));
  }
}

}  // namespace

int run_oom_rank(const Context& context) {
  check_options(context);
  if (context.args.has("check")) return run_oom_rank_check(context);
  const Ranked ranked = rank(context);
  context.json() ? write_json(context, ranked) : print_text(context, ranked);
  say_what_is_missing(context, ranked.state);
  return 0;
}

}  // namespace memkit
