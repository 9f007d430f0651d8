// The part of OomAssembler that puts lines together which a mailer, a pager or a logger has broken.
#include "parse/klog/oom_assembler.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t kLongestJoined = std::size_t{16} << 10;

/// Whether lines of this style have their prefix in front of each message alone.
bool may_be_broken(LogLine::Style style) {
  using Style = LogLine::Style;
  return style != Style::bare && style != Style::record && style != Style::kmsg;
}

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
  if (!held_.any || line.style != Style::bare || line.text.empty()) return false;
  if (!may_be_broken(held_.line.style) || held_.text.size() > kLongestJoined) return false;
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
      const std::size_t words = words_of_row(text);
      return words < table_columns_ && words > 0;
    }
    default:
      return false;
  }
}

/// Whether nothing of a line can stand in the next one: it needs no copy. Most of a dense log are rows of task tables,
/// whose last column alone, the name, is no number.
bool OomAssembler::stands_alone(const LogLine& line) const {
  if (!may_be_broken(line.style)) return true;
  if (table_columns_ == 0 || !line.text.starts_with('[') || classify(line.text) != OomLine::task) return false;
  const std::string_view row = trim(line.text);
  std::size_t begin = row.size();
  while (begin > 0 && row[begin - 1] != ' ' && row[begin - 1] != '\t') --begin;
  const char last_word = row[begin];
  return (last_word >= 'a' && last_word <= 'z') || words_of_row(row) >= table_columns_;
}

void OomAssembler::add(const LogLine& line) {
  // Behind an empty message stands a whole one, and no part: it may have lost its end.
  if (joins(line) && (!cut_ || trim(held_.text).empty())) {
    cut_ = false;
    if (!held_.text.empty()) held_.text += ' ';
    held_.text += line.text;
    held_.line.text = held_.text;
    touched_ = true;
    return;
  }
  flush_held();
  if (!cut_ && stands_alone(line)) return take(line);
  held_.keep(line);
  if (cut_) {
    // Names may hold brackets: the end of one is known by what stands behind it.
    const OomLine kind = classify(held_.text);
    const bool sizes = held_.text.find(" total-vm:") != npos || held_.text.find(" vsz:") != npos;
    if (kind == OomLine::task || (kind == OomLine::killed && !sizes)) held_.any = false;
    cut_ = false;
  }
}

void OomAssembler::flush_held() {
  if (!held_.any) return;
  held_.any = false;
  take(held_.line);
}

}  // namespace memkit
