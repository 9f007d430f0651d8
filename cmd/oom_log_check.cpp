#include "oom_log_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"
#include "output/oom.h"
#include "parse/text.h"
#include "source/errors.h"
#include "source/state_file.h"

namespace memkit {
namespace {

constexpr std::string_view kTitle = "memkit-oom-state 1";
/// More than any log holds: what is forgotten would be new again at the next run.
constexpr std::size_t kMostRemembered = 50'000;

std::vector<std::uint64_t> parse_state(const std::string& path, std::string_view text) {
  std::vector<std::uint64_t> seen;
  if (text.empty()) return seen;
  if (take_line(text) != kTitle)
    throw RunError("'" + path + "' is no state file of memkit oom: name another, or remove it");
  while (!text.empty()) {
    if (const auto fingerprint = to_number<std::uint64_t>(take_line(text), 16)) seen.push_back(*fingerprint);
  }
  return seen;
}

}  // namespace

OomCheck::OomCheck(const Context& context) : context_(context), figures_(1), state_(context.args.value("state")) {
  figures_[0].name = "kills";
  for (const std::string& range : context.args.values("warning"))
    add_range(figures_, "kills", range, &Watched::warning);
  for (const std::string& range : context.args.values("critical"))
    add_range(figures_, "kills", range, &Watched::critical);
  if (!context.args.has("warning") && !context.args.has("critical"))
    add_range(figures_, "kills", "0", &Watched::critical);
  if (!state_) return;
  order_ = parse_state(*state_, read_state_file(*state_));
  seen_.insert(order_.begin(), order_.end());
}

int OomCheck::finish(std::span<const OomSummary> events) {
  std::vector<OomSummary> fresh;
  std::uint64_t killed = 0;
  for (const OomSummary& event : events) {
    if (event.killed == 0 || seen_.contains(event.fingerprint)) continue;
    killed += event.killed;
    fresh.push_back(event);
  }
  if (state_) remember(events);
  figures_[0].value = static_cast<double>(killed);
  const PluginStatus status = judge(figures_);
  std::string text = fresh.empty() ? "no new kill" : events_line(fresh);
  if (!fresh.empty()) text += fmt::format(" ({})", reason_id(fresh.back().reason));
  std::replace(text.begin(), text.end(), '|', '/');
  context_.out.print("MEMKIT OOM {} - {} | {}\n", plugin_word(status), text, performance_data(figures_));
  return static_cast<int>(status);
}

/// The newest ones, those of this run last: what a log has dropped by rotation may still be in a copy of it.
void OomCheck::remember(std::span<const OomSummary> events) const {
  std::unordered_set<std::uint64_t> in_run;
  for (const OomSummary& event : events) in_run.insert(event.fingerprint);
  std::vector<std::uint64_t> all;
  std::copy_if(order_.begin(), order_.end(), std::back_inserter(all),
               [&in_run](std::uint64_t print) { return !in_run.contains(print); });
  for (const OomSummary& event : events) {
    if (in_run.erase(event.fingerprint) != 0) all.push_back(event.fingerprint);
  }
  if (all.size() > kMostRemembered) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(kMostRemembered));
  std::string text = fmt::format("{}\n", kTitle);
  for (const std::uint64_t print : all) text += fmt::format("{:016x}\n", print);
  replace_file(*state_, text);
}

}  // namespace memkit
