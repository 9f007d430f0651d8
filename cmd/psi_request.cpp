#include "psi_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "envelope.h"
#include "output/columns_psi.h"
#include "output/escape.h"
#include "output/suggest.h"
#include "source/errors.h"

namespace memkit {
namespace {

/// The names of figures. `some` and `full` are shares of an interval of one's own.
constexpr std::array<std::string_view, 8> kFigures = {"some.avg10", "some.avg60",  "some.avg300", "full.avg10",
                                                      "full.avg60", "full.avg300", "some",        "full"};
constexpr std::size_t kOfFiles = 6;  // those before it are in the files

/// The same with the kind in front, alive as long as the program.
std::string_view long_name(PressureKind kind, std::string_view figure) {
  static const auto kNames = [] {
    PerPressure<std::array<std::string, kFigures.size()>> names;
    for (const PressureKind one : kPressureKinds) {
      for (std::size_t i = 0; i < kFigures.size(); ++i) {
        names[static_cast<std::size_t>(one)][i] = fmt::format("{}.{}", to_string(one), kFigures[i]);
      }
    }
    return names;
  }();
  const auto* const at = std::find(kFigures.begin(), kFigures.end(), figure);
  return kNames[static_cast<std::size_t>(kind)][static_cast<std::size_t>(at - kFigures.begin())];
}

Got<double> value_of(const PressureFigures& figures, std::size_t figure) {
  const std::array<Got<double>, kFigures.size()> values = {
      figures.some.avg10_pct, figures.some.avg60_pct,  figures.some.avg300_pct, figures.full.avg10_pct,
      figures.full.avg60_pct, figures.full.avg300_pct, figures.now.some_pct,    figures.now.full_pct};
  return values[figure];
}

/// "io.some.avg10=5" is io's alone; without a kind in front it holds for each that is shown.
std::optional<PressureKind> take_kind(std::string_view& text) {
  for (const PressureKind kind : kPressureKinds) {
    const std::string_view name = to_string(kind);
    if (!text.starts_with(name) || !text.substr(name.size()).starts_with('.')) continue;
    text.remove_prefix(name.size() + 1);
    return kind;
  }
  return std::nullopt;
}

std::string_view usual_figure(PressureKind kind, const PsiRequest& request) {
  const bool all_at_once = kind == PressureKind::irq;  // which alone has no `some`
  if (request.waits) return all_at_once ? "full" : "some";
  return all_at_once ? "full.avg10" : "some.avg10";
}

void add_given(std::vector<Watched>& figures, PressureKind kind, const PsiRequest& request,
               const std::vector<std::string>& texts, std::vector<Range> Watched::*level) {
  for (std::string_view text : texts) {
    const std::optional<PressureKind> only = take_kind(text);
    if (only && std::find(request.kinds.begin(), request.kinds.end(), *only) == request.kinds.end()) {
      throw UsageError(fmt::format("a threshold for {0}, which is not shown: add '{0}'", to_string(*only)));
    }
    if (!only || *only == kind) add_range(figures, usual_figure(kind, request), text, level);
  }
}

Watched& figure_named(std::vector<Watched>& figures, std::string_view name) {
  return *std::find_if(figures.begin(), figures.end(), [&](const Watched& figure) { return figure.name == name; });
}

void add_usual(std::vector<Range>& ranges, double least) {
  if (ranges.empty()) ranges.push_back(parse_range(fmt::format("@{}:", least)));
}

/// The thresholds of findings psi-some and psi-full, where none is given.
void add_defaults(std::vector<Watched>& figures, PressureKind kind, const PsiRequest& request) {
  const bool given = std::any_of(figures.begin(), figures.end(), [](const Watched& figure) {
    return !figure.warning.empty() || !figure.critical.empty();
  });
  if (request.waits) {
    if (!given) add_usual(figure_named(figures, usual_figure(kind, request)).warning, kSomeThreshold.warning_pct);
    return;
  }
  const bool memory = kind == PressureKind::memory;
  if (!memory && (request.all_kinds || kind == PressureKind::irq)) return;
  Watched& some = figure_named(figures, kSomeThreshold.figure);
  add_usual(some.warning, kSomeThreshold.warning_pct);
  add_usual(some.critical, kSomeThreshold.critical_pct);
  if (!memory) return;
  Watched& full = figure_named(figures, "full.avg10");
  add_usual(full.critical, kFullCriticalPct);
  const Got<double> minute = figure_named(figures, "full.avg60").value;
  if (full.warning.empty() && minute.value_or(0) > 0) full.warning.push_back(parse_range("0"));
}

std::vector<Watched> figures_of(const Arguments& args, PressureKind kind, const PsiRequest& request,
                                const PressureFigures* known) {
  std::vector<Watched> figures;
  for (std::size_t i = 0; i < (request.has_interval ? kFigures.size() : kOfFiles); ++i) {
    Watched figure;
    figure.name = kFigures[i];
    figure.unit = "%";
    figure.total = 100.0;
    if (known != nullptr) figure.value = value_of(*known, i);
    figures.push_back(std::move(figure));
  }
  add_given(figures, kind, request, args.values("warning"), &Watched::warning);
  add_given(figures, kind, request, args.values("critical"), &Watched::critical);
  add_defaults(figures, kind, request);
  if (request.kinds.size() > 1) {
    for (Watched& figure : figures) figure.name = long_name(kind, figure.name);
  }
  return figures;
}

std::vector<PressureKind> kinds_of(const Arguments& args, bool& all) {
  std::vector<PressureKind> kinds;
  std::vector<std::string_view> names = {"all"};
  for (const PressureKind kind : kPressureKinds) names.push_back(to_string(kind));
  for (const std::string& word : args.positionals()) {
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      const std::string hint = did_you_mean(word, names);
      throw UsageError(fmt::format("unknown resource '{}'{}", for_terminal(word),
                                   hint.empty() ? "; there is memory, cpu, io, irq, all" : hint));
    }
    all = all || word == "all";
  }
  for (const PressureKind kind : kPressureKinds) {
    const auto& given = args.positionals();
    if (all || std::find(given.begin(), given.end(), to_string(kind)) != given.end()) kinds.push_back(kind);
  }
  if (kinds.empty()) kinds.push_back(PressureKind::memory);
  return kinds;
}

void check_values(const Arguments& args) {
  for (const std::string_view option : {"interval", "look", "timeout"}) {
    if (const auto text = args.value(option)) parse_seconds(option, *text);
  }
  for (const std::string_view option : {"count", "top"}) {
    if (const auto text = args.value(option)) parse_count(option, *text, 1);
  }
  if (args.has("by") && args.value("by") != "cgroup") {
    throw UsageError(fmt::format("--by takes cgroup, not '{}'", for_terminal(*args.value("by"))));
  }
  if (const auto key = args.value("sort")) find_column(infos(cgroup_pressure_columns()), *key);
  const auto columns = args.has("by") ? infos(cgroup_pressure_columns()) : infos(pressure_columns());
  select_columns(columns, args.value("output").value_or(""));
}

void check_modes(const Arguments& args) {
  const auto refuse_pair = [&](std::string_view mode, std::initializer_list<std::string_view> others) {
    if (!args.has(mode)) return;
    for (const std::string_view other : others) {
      if (args.has(other)) throw UsageError(fmt::format("--{} and --{} exclude each other", mode, other));
    }
  };
  refuse_pair("check", {"json", "interval", "count", "wait", "by", "look", "explain"});
  refuse_pair("wait", {"interval", "count", "by", "look", "explain"});
  refuse_pair("look", {"interval", "count", "by"});
  refuse_pair("by", {"warning", "critical", "explain"});
  if (args.has("timeout") && !args.has("wait")) throw UsageError("--timeout needs --wait");
  for (const std::string_view option : {"all", "top", "sort", "reverse"}) {
    if (args.has(option) && !args.has("by")) throw UsageError(fmt::format("--{} needs --by cgroup", option));
  }
  for (const std::string_view option : {"output", "no-headings"}) {
    const bool repeats = args.has("interval") || args.has("count");
    const bool lines = repeats && !args.has("by") && option == "output";
    if (args.has(option) && (args.has("check") || args.has("wait") || lines)) {
      throw UsageError(fmt::format("--{} is of tables", option));
    }
  }
}

}  // namespace

PsiRequest psi_request(const Context& context) {
  const Arguments& args = context.args;
  check_values(args);
  check_modes(args);
  PsiRequest request;
  request.kinds = kinds_of(args, request.all_kinds);
  request.waits = args.has("wait");
  request.repeats = args.has("interval") || args.has("count");
  request.has_interval = request.waits || request.repeats || args.has("look");
  if (args.has("by") && request.kinds.size() > 1) throw UsageError("--by cgroup ranks by one resource: name one");
  PsiWatch(args, request, {});
  return request;
}

PsiWatch::PsiWatch(const Arguments& args, const PsiRequest& request, std::span<const PressureFigures> figures) {
  for (const PressureKind kind : request.kinds) {
    const auto found =
        std::find_if(figures.begin(), figures.end(), [kind](const PressureFigures& one) { return one.kind == kind; });
    for (Watched& figure : figures_of(args, kind, request, found == figures.end() ? nullptr : &*found)) {
      figures_.push_back(std::move(figure));
      kinds_.push_back(kind);
    }
  }
}

PluginStatus PsiWatch::status_of(PressureKind kind) const {
  std::vector<Watched> own;
  for (std::size_t i = 0; i < figures_.size(); ++i) {
    if (kinds_[i] == kind) own.push_back(figures_[i]);
  }
  return judge(own);
}

void PsiWatch::tell(PsiFacts& facts) const {
  facts.status = judge(figures_);
  facts.worst = facts.figures.front().kind;
  for (const PressureFigures& figures : facts.figures) {
    if (figures.state != PressureState::known || status_of(figures.kind) != facts.status) continue;
    facts.worst = figures.kind;
    break;
  }
  facts.because.clear();
  for (const Watched& figure : figures_) {
    if (is_alarm(judge({&figure, 1}))) facts.because.push_back(fmt::format("{} {:.2f}", figure.name, *figure.value));
  }
}

void write_psi_document(const Context& context, const Snapshot& host, const PsiFacts& facts) {
  JsonWriter json(context.out, context.stdout_is_tty);
  begin_envelope(json, "memkit.psi/1", host);
  write_psi(json, facts);
  json.end_object();
  json.finish();
}

void require_figures(const Context& context, const PressurePlace& place, std::span<const PressureFigures> figures) {
  std::string reasons;
  bool any = false;
  for (const PressureFigures& one : figures) {
    any = any || one.state == PressureState::known;
    if (one.state == PressureState::known) continue;
    const std::string reason = explain_missing(one.state, place, one.kind);
    if (reasons.find(reason) == std::string::npos) reasons += (reasons.empty() ? "" : "; ") + reason;
  }
  if (!any) {
    const std::optional<std::string> dir = context.args.value("root");
    throw RunError(dir ? fmt::format("--root '{}': {}", for_terminal(*dir), reasons) : reasons);
  }
  if (!reasons.empty()) context.messages.say(reasons);
}

}  // namespace memkit
