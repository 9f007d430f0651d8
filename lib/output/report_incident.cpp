// An investigation report in Markdown, to be attached to a ticket. What a machine cannot know is a marked blank.
#include <algorithm>

#include "output/finding_text.h"
#include "output/incident.h"
#include "output/oom.h"
#include "output/report_oom.h"
#include "output/text.h"
#include "output/time_text.h"

namespace memkit {
namespace incident {
namespace {

/// When a line was logged, with its zone, or what is not known of it.
std::string log_time(const Report& report, const LogTime& time) {
  const Words& words = report.words;
  const auto noted = [&](std::string_view key) {
    return fmt::format("{} ({})", markdown::text(time_text(time)), words(key));
  };
  switch (time.sure) {
    case LogTime::Sure::exact:
    case LogTime::Sure::from_boot:
      return markdown::text(zoned_time(*time.wall_us));
    case LogTime::Sure::no_zone:
      return noted("inc.no-zone");
    case LogTime::Sure::no_year:
      return noted("inc.no-year");
    case LogTime::Sure::unknown:
      break;
  }
  return time.text.empty() ? std::string(words("inc.unknown")) : noted("inc.since-boot");
}

void print_when(const Report& report) {
  const ReportFacts& facts = report.facts;
  const Words& words = report.words;
  report.section("inc.when");
  if (const OomEvent* const event = report.event(); event != nullptr) {
    std::string text = log_time(report, event->time);
    if (facts.oom.last_age_s) {
      const std::string age = figure_text("age_s", *facts.oom.last_age_s, words.language());
      text += fmt::format(" ({})", words("inc.ago", age));
    }
    report.item("inc.when.event", text);
  } else {
    report.blank("inc.when.event");
  }
  const Got<std::int64_t>& now = facts.snapshot.host.time_ns;
  report.item("inc.when.report", now ? markdown::text(zoned_time(*now / 1000)) : std::string(words("inc.unknown")));
  report.blank("inc.when.detected");
  report.blank("inc.when.recovered");
  report.out.write("\n");
}

/// From the kill to the unit's restart, where the log shows both.
std::string time_down(const Report& report, const OomEvent& event) {
  for (const OomEcho& echo : event.echoes) {
    const LogTime& killed = event.kill_time.wall_us || event.kill_time.monotonic_us ? event.kill_time : event.time;
    if (echo.kind != OomEcho::Kind::unit_restarted || !echo.time.wall_us || !killed.wall_us) continue;
    const double seconds = static_cast<double>(*echo.time.wall_us - *killed.wall_us) / 1e6;
    if (seconds < 0) continue;
    return report.words("inc.down.text", figure_text("down_s", seconds, report.words.language()));
  }
  return {};
}

std::string killed(const Report& report, const OomSummary& summary) {
  const std::string name = victim_name(summary);
  if (name.empty() || summary.killed == 0) return {};
  std::string text = markdown::code(name);
  if (summary.killed > 1) text += fmt::format(" ({})", report.words("inc.killed.more", summary.killed));
  return text;
}

void print_scope(const Report& report) {
  const Host& host = report.facts.snapshot.host;
  const Words& words = report.words;
  report.section("inc.scope");
  report.item("inc.host", host.name ? markdown::code(*host.name) : std::string(words("host.unknown")));
  if (host.kernel_release) report.item("inc.kernel", markdown::code(*host.kernel_release));
  if (host.uptime_ms)
    report.item("inc.uptime", figure_text("up_s", static_cast<double>(*host.uptime_ms) / 1e3, words.language()));
  std::string down;
  if (const OomSummary* const summary = report.summary(); summary != nullptr) {
    const bool limited = summary->reason == OomReason::cgroup_limit && !summary->oom_memcg.empty();
    report.item("inc.where", limited ? markdown::code(summary->oom_memcg)
                                     : markdown::text(summary->scope == "global" ? std::string(words("inc.whole"))
                                                                                 : reason_text(*summary, words)));
    if (!summary->unit.empty()) report.item("inc.unit", markdown::code(summary->unit));
    report.item("inc.killed", killed(report, *summary));
    report.item("inc.events", words("inc.events.text", report.facts.oom.events, report.facts.oom.killed));
    down = time_down(report, *report.event());
  }
  down.empty() ? report.blank("inc.down") : report.item("inc.down", down);
  report.blank("inc.users");
  report.out.write("\n");
}

void print_symptom(const Report& report) {
  const Language language = report.words.language();
  report.section("inc.symptom");
  if (const OomSummary* const summary = report.summary(); summary != nullptr)
    report.item("inc.when.event", markdown::text(event_text(*summary, report.facts.oom.last_age_s, report.words)));
  bool any = false;
  for (const Finding& finding : report.facts.diagnosis.findings) {
    if (finding.severity == Severity::info) continue;
    any = true;
    report.out.print("- **{}** ({}): {}\n", finding.id, severity_word(report, finding.severity),
                     markdown::text(sentence(finding, language)));
  }
  if (!any) report.item("inc.when.report", report.words("inc.no-symptom"));
  report.blank("inc.seen");
  report.out.write("\n");
}

void print_command(const Report& report, std::string_view key, std::string command) {
  report.paragraph(key);
  markdown::print_block(report.out, {std::move(command)});
}

void print_immediate(const Report& report) {
  report.part(1, "inc.now");
  std::vector<std::string> commands;
  bool any = false;
  for (const Finding& finding : report.facts.diagnosis.findings) {
    if (finding.severity == Severity::info || !finding.explained_by.empty()) continue;
    any = true;
    if (const std::string text = advice(finding, report.words.language()); !text.empty())
      report.out.print("- **{}**: {}\n", finding.id, markdown::text(text));
    for (const std::string& command : finding.next) {
      if (std::find(commands.begin(), commands.end(), command) == commands.end()) commands.push_back(command);
    }
  }
  if (!any) report.item("inc.when.report", report.words("inc.now.none"));
  report.blank("inc.done");
  report.out.write("\n");
  if (commands.empty()) return;
  report.paragraph("inc.now.commands");
  markdown::print_block(report.out, commands);
}

void print_lasting(const Report& report) {
  report.part(2, "inc.lasting");
  std::string key = "inc.last.other";
  if (const OomSummary* const summary = report.summary(); summary != nullptr) {
    const std::string own = "inc.last." + std::string(reason_id(summary->reason));
    if (has_message(own)) key = own;
  }
  report.item("inc.lasting", markdown::text(report.words(key)));
  report.blank("inc.cause.root");
  report.blank("inc.owner");
  report.out.write("\n");
}

void print_monitoring(const Report& report) {
  report.part(3, "inc.watch");
  print_command(report, "inc.watch.check", "memkit report --check");
  print_command(report, "inc.watch.oom", "memkit oom --log --check --state /var/lib/memkit/oom.state");
  if (const OomSummary* const summary = report.summary(); summary != nullptr && !summary->oom_memcg.empty())
    print_command(report, "inc.watch.cgroup", "memkit free --check --cgroup=" + shell_word(summary->oom_memcg));
  print_command(report, "inc.watch.prom",
                "memkit report --format prom --output-file /var/lib/node_exporter/memkit.prom");
  report.blank("inc.watch.limits");
  report.out.write("\n");
}

std::string title(const Report& report) {
  const Words& words = report.words;
  if (const OomSummary* const summary = report.summary(); summary != nullptr) {
    const std::string name = victim_name(*summary);
    const std::string reason = reason_text(*summary, words);
    return markdown::text(name.empty() ? reason : words("oom.event", name, reason));
  }
  return markdown::text(diagnosis_text(report.facts.diagnosis, report.facts.for_rules(), words.language()));
}

}  // namespace

std::string_view severity_word(const Report& report, Severity severity) {
  return report.words("severity." + std::string(to_string(severity)));
}

}  // namespace incident

void print_incident(Out& out, const ReportFacts& facts, Language language) {
  using namespace incident;
  const Report report{out, facts, Words(language)};
  out.print("# {}\n\n", report.words("inc.title", title(report)));
  out.print("> {}\n\n", report.words("inc.note"));
  print_when(report);
  print_scope(report);
  print_symptom(report);
  report.section("inc.results");
  print_memory(report);
  print_breakdown(report);
  print_cause(report);
  report.section("inc.measures");
  print_immediate(report);
  print_lasting(report);
  print_monitoring(report);
  print_evidence(report);
}

}  // namespace memkit
