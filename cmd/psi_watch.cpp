// `memkit psi` over time: --interval and --wait.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "envelope.h"
#include "output/escape.h"
#include "output/text.h"
#include "psi_request.h"
#include "source/errors.h"
#include "ticker.h"

namespace memkit {
namespace {

constexpr int kTimedOut = 4;

Got<std::uint64_t> page_size(const Root& root) {
  const std::optional<std::uint64_t> size = root.page_size_bytes();
  return size ? Got<std::uint64_t>(*size) : Got<std::uint64_t>();
}

/// "18.20", or "100" where two decimals are not worth the room.
std::string share_text(const Got<double>& pct) {
  if (!pct) return "-";
  return *pct >= 99.995 ? "100" : fmt::format("{:.2f}", *pct);
}

/// With fractions of a second only where lines come that fast.
std::string time_text(std::int64_t time_ns, double interval_s) {
  std::string text = rfc3339_utc(time_ns);
  constexpr std::size_t kWholeSeconds = 19;
  return interval_s < 1 ? text : text.substr(0, kWholeSeconds) + "Z";
}

/// Samples, with what the one before is needed for.
class Lines {
 public:
  Lines(const Context& context, const Root& root, const PsiRequest& request, PressureReader& reader)
      : context_(context), request_(request), reader_(reader), page_size_bytes_(page_size(root)) {
    interval_s_ = parse_seconds("interval", context.args.value("interval").value_or("1"));
    const auto& kinds = request.kinds;
    with_reclaim_ = std::find(kinds.begin(), kinds.end(), PressureKind::memory) != kinds.end();
    if (context.json()) host_ = collect(root, Want::host);
  }

  void print_heading() const {
    if (context_.json() || context_.args.has("no-headings")) return;
    const std::string time = fmt::format("{:<{}}", "TIME", interval_s_ < 1 ? 24 : 20);
    context_.out.print("{}  STATUS    {}SOME10 FULL10   SOME   FULL  RECLAIM\n", time,
                       request_.kinds.size() > 1 ? "WHAT   " : "");
  }

  void sample() {
    PressureSample sample = reader_.sample(with_reclaim_);
    const PressureSample* const before = before_ ? &*before_ : nullptr;
    PsiFacts facts;
    facts.of_cgroup = reader_.place().of_cgroup;
    facts.figures = pressure_figures(reader_.place(), before, sample);
    if (before == nullptr) require_figures(context_, reader_.place(), facts.figures);
    const PsiWatch watch(context_.args, request_, facts.figures);
    watch.tell(facts);
    if (before != nullptr && with_reclaim_) facts.reclaim = psi_reclaim(*before, sample, page_size_bytes_);
    context_.json() ? write_json(facts, sample) : print(facts, watch, sample);
    before_ = std::move(sample);
  }

 private:
  void print(const PsiFacts& facts, const PsiWatch& watch, const PressureSample& sample) const {
    for (const PressureFigures& one : facts.figures) {
      if (one.state == PressureState::no_such_file) continue;  // it was said once
      std::string pattern;
      if (one.kind == PressureKind::memory) pattern = pattern_of(facts.reclaim);
      const std::string what = request_.kinds.size() > 1 ? fmt::format("{:<7}", to_string(one.kind)) : "";
      std::string line = fmt::format("{}  {:<8}  {}{:>6} {:>6} {:>6} {:>6}  {}", time_text(sample.time_ns, interval_s_),
                                     plugin_word(watch.status_of(one.kind)), what, share_text(one.some.avg10_pct),
                                     share_text(one.full.avg10_pct), share_text(one.now.some_pct),
                                     share_text(one.now.full_pct), pattern);
      line.erase(line.find_last_not_of(' ') + 1);
      context_.out.print("{}\n", line);
    }
  }

  static std::string_view pattern_of(const std::optional<PsiReclaim>& reclaim) {
    if (!reclaim) return "";
    const bool own = reclaim->cgroup && reclaim->cgroup_verdict.pattern != ReclaimPattern::unknown;
    return to_string(own ? reclaim->cgroup_verdict.pattern : reclaim->machine_verdict.pattern);
  }

  void write_json(const PsiFacts& facts, const PressureSample& sample) {
    if (before_ && host_.host.uptime_ms) {
      *host_.host.uptime_ms.operator->() +=
          static_cast<std::uint64_t>(sample.monotonic_ns - before_->monotonic_ns) / 1'000'000;
    }
    host_.host.time_ns = sample.time_ns;
    write_psi_document(context_, host_, facts);
  }

  const Context& context_;
  const PsiRequest& request_;
  PressureReader& reader_;
  Got<std::uint64_t> page_size_bytes_;
  Snapshot host_;
  double interval_s_ = 0;
  bool with_reclaim_ = false;
  std::optional<PressureSample> before_;
};

/// Ends a wait: `crossed`, or out of time.
int tell_wait(const Context& context, const Root& root, PsiFacts& facts, double waited_s, bool crossed) {
  facts.waited_s = waited_s;
  facts.crossed = crossed;
  if (context.json()) {
    write_psi_document(context, collect(root, Want::host), facts);
  } else if (crossed) {
    context.out.print("{} of the last second{}: passed after {:.1f} s\n", fmt::join(facts.because, ", "),
                      facts.of_cgroup ? " in " + for_terminal(facts.figures.front().scope) : "", waited_s);
  } else {
    context.messages.say(fmt::format("pressure stayed below the threshold for {:.1f} s", waited_s));
  }
  return crossed ? 0 : kTimedOut;
}

}  // namespace

int run_psi_lines(const Context& context, const Root& root, const PsiRequest& request, PressureReader& reader) {
  Ticker ticker = Ticker::from(context.args);
  Lines lines(context, root, request, reader);
  lines.print_heading();
  for (;;) {
    lines.sample();
    if (ticker.done()) return 0;
    context.out.flush();
    ticker.wait();
  }
}

int run_psi_wait(const Context& context, const Root& root, const PsiRequest& request, PressureReader& reader) {
  constexpr double kBeat = 0.25;
  constexpr std::size_t kWindow = 4;  // beats that are judged together: a second, as one stall fills a beat
  const std::optional<std::string> timeout = context.args.value("timeout");
  const double most = timeout ? parse_seconds("timeout", *timeout) : 0;
  Ticker ticker = Ticker::every(kBeat);
  std::deque<PressureSample> samples{reader.sample(false)};
  const std::int64_t start_ns = samples.front().monotonic_ns;
  PsiFacts facts;
  facts.of_cgroup = reader.place().of_cgroup;
  facts.figures = pressure_figures(reader.place(), nullptr, samples.front());
  require_figures(context, reader.place(), facts.figures);
  double waited = 0;
  while (!timeout || waited < most) {
    if (timeout && most - waited < kBeat) {
      sleep_s(most - waited);
    } else {
      ticker.wait();
    }
    samples.push_back(reader.sample(false));
    waited = static_cast<double>(samples.back().monotonic_ns - start_ns) / 1e9;
    if (samples.size() <= kWindow) continue;
    if (samples.size() > kWindow + 1) samples.pop_front();
    facts.figures = pressure_figures(reader.place(), &samples.front(), samples.back());
    PsiWatch(context.args, request, facts.figures).tell(facts);
    if (is_alarm(facts.status)) return tell_wait(context, root, facts, waited, true);
    if (facts.status == PluginStatus::unknown) {
      require_figures(context, reader.place(), facts.figures);  // the cgroup went away
      throw RunError("a figure with a threshold is not in the files of this kernel: there is nothing to wait for");
    }
  }
  return tell_wait(context, root, facts, waited, false);
}

}  // namespace memkit
