// The part of OomAssembler that puts lines together which a mailer, a pager or a logger has broken.
#include "parse/klog/oom_assembler.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kLongestJoined = std::size_t{16} << 10;

}  // namespace

void OomAssembler::Held::keep(const LogLine& from) {
  any = true;
  line = from;
  const auto hold = [](std::string& into, std::string_view& view) {
    into.assign(view);
    view = into;
  };
  hold(text, line.text);
  hold(time_text, line.time_text);
  hold(monotonic_text, line.monotonic_text);
  hold(host, line.host);
  hold(ident, line.ident);
  hold(caller, line.caller);
  hold(boot_id, line.boot_id);
  hold(unit, line.unit);
}

/// Whether `line`, which has no prefix, is the rest of the held one: mailers and pagers break long lines, and some
/// loggers write further lines of a message without prefix.
bool OomAssembler::joins(const LogLine& line) const {
  using Style = LogLine::Style;
  const Style style = held_.line.style;
  if (!held_.any || line.style != Style::bare || line.text.empty()) return false;
  if (style == Style::bare || style == Style::record || style == Style::kmsg || held_.text.size() > kLongestJoined)
    return false;
  const std::string_view text = trim(held_.text);
  const OomLine rest = classify(line.text);
  if (text.empty()) return rest == OomLine::oom_kill;
  const auto has = [](std::string_view where, std::string_view what) { return where.find(what) != npos; };
  const bool figures = rest == OomLine::other && (has(line.text, "kB") || has(line.text, "KB"));
  switch (classify(text)) {
    case OomLine::header:
      return rest == OomLine::other && has(line.text, "=") && !has(text, "oom_score_adj=") && !has(text, "oomkilladj=");
    case OomLine::cpu:
      return rest == OomLine::other && has(line.text, "#") && !has(text, "#");
    case OomLine::counts:
      return rest == OomLine::counts && is_deep(line.text) && held_.text[0] != ' ';
    case OomLine::node:
    case OomLine::zone:
    case OomLine::memcg_stats:
      return figures;
    case OomLine::buddy:
      return figures && !has(text, " = ");
    case OomLine::hugepages:
      return line.text.starts_with("hugepages_");
    case OomLine::table_header:
      return !text.ends_with("name") && trim(line.text).ends_with("name");
    case OomLine::oom_kill:
      return !has(text, ",uid=") && has(line.text, "=");
    case OomLine::killed:
      return (text.ends_with(',') || text.ends_with(')')) && (figures || has(line.text, "UID:"));
    case OomLine::task: {
      std::size_t words = 0;
      std::string_view row = text.substr(text.find(']') + 1);
      while (!take_word(row).empty()) ++words;
      return words < table_columns_ && words > 0;
    }
    default:
      return false;
  }
}

void OomAssembler::add(const LogLine& line) {
  if (joins(line) && !cut_) {
    if (!held_.text.empty()) held_.text += ' ';
    held_.text += line.text;
    held_.line.text = held_.text;
    touched_ = true;
    return;
  }
  flush_held();
  held_.keep(line);
  if (cut_) {
    if (classify(held_.text) == OomLine::task) held_.any = false;
    cut_ = false;
  }
}

void OomAssembler::flush_held() {
  if (!held_.any) return;
  held_.any = false;
  take(held_.line);
}

}  // namespace memkit
