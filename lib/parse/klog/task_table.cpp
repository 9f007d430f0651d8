#include <algorithm>
#include <array>

#include "parse/klog/line_words.h"
#include "parse/klog/oom_lines.h"
#include "parse/text.h"

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// Takes a figure off `rest` that is what nearly all are: digits, fewer than any overflow has. False, and nothing
/// taken: anything else.
bool take_figure(std::string_view& rest, std::uint64_t& figure) {
  constexpr std::size_t kSurelyFits = 18;
  std::size_t at = 0;
  while (at < rest.size() && (rest[at] == ' ' || rest[at] == '\t')) ++at;
  const std::size_t begin = at;
  std::uint64_t value = 0;
  while (at < rest.size() && is_digit(rest[at]) && at - begin < kSurelyFits)
    value = value * 10 + static_cast<unsigned>(rest[at++] - '0');
  if (at == begin || (at < rest.size() && rest[at] != ' ' && rest[at] != '\t')) return false;
  figure = value;
  rest.remove_prefix(at);
  return true;
}

/// The pid in brackets, taken off `rest`.
Got<std::uint64_t> take_pid(std::string_view& rest) {
  rest = trim(rest);
  const std::size_t end = rest.find(']');
  if (!rest.starts_with('[') || end == npos) return Missing::malformed;
  const Got<std::uint64_t> pid = to_number<std::uint64_t>(trim(rest.substr(1, end - 1)));
  rest.remove_prefix(end + 1);
  return pid;
}

void add_pages(std::uint64_t& into, std::uint64_t pages) {
  into = into == OomTask::kUnknown ? pages : into + std::min(pages, OomTask::kUnknown - 1 - into);
}

/// Without its header, a row is read by what all kernels have: uid, tgid, total_vm and rss come first, oom_score_adj
/// last.
bool read_row_without_header(std::string_view rest, OomTask& into) {
  constexpr std::size_t kFewest = 7;
  std::array<std::int64_t, 16> figures{};
  std::size_t count = 0;
  std::string_view last;
  while (count < figures.size()) {
    std::string_view behind = rest;
    const std::string_view word = take_word(behind);
    const Got<std::int64_t> figure = to_number<std::int64_t>(word);
    if (!figure) break;
    figures[count++] = *figure;
    last = word;
    rest = behind;
  }
  std::string_view name = trim(rest);
  if (name.empty() && count > 0) {  // a name may be a number
    --count;
    name = last;
  }
  const bool sizes = std::all_of(figures.begin(), figures.begin() + 4, [](std::int64_t figure) { return figure >= 0; });
  if (count < kFewest || !sizes) return false;
  into.uid = static_cast<std::uint64_t>(figures[0]);
  into.tgid = static_cast<std::uint64_t>(figures[1]);
  into.total_vm_pages = static_cast<std::uint64_t>(figures[2]);
  into.rss_pages = static_cast<std::uint64_t>(figures[3]);
  into.oom_score_adj = figures[count - 1];
  into.name = name;
  return true;
}

}  // namespace

std::size_t words_of_row(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  std::size_t words = 0;
  bool blank = true;
  for (const char c : text.substr(text.find(']') + 1)) {
    words += blank && !is_blank(c) ? 1 : 0;
    blank = is_blank(c);
  }
  return words;
}

// [ pid ]   uid  tgid total_vm      rss nr_ptes nr_pmds swapents oom_score_adj name
bool OomTable::read_header(std::string_view text) {
  const std::size_t end = text.find(']');
  if (end == npos) return false;
  struct Name {
    std::string_view name;
    Column column;
  };
  static constexpr Name kNames[] = {
      {"uid", Column::uid},
      {"tgid", Column::tgid},
      {"total_vm", Column::total_vm},
      {"rss", Column::rss},
      {"rss_anon", Column::rss_anon},
      {"rss_file", Column::rss_file},
      {"rss_shmem", Column::rss_shmem},
      {"nr_ptes", Column::page_tables},
      {"nr_pmds", Column::page_tables},
      {"nr_puds", Column::page_tables},
      {"pgtables_bytes", Column::pgtables_bytes},
      {"swapents", Column::swap},
      {"oom_score_adj", Column::adj},
      {"name", Column::name},
  };
  columns_.clear();
  std::string_view rest = text.substr(end + 1);
  for (std::string_view word = take_word(rest); !word.empty() && columns_.size() < 32; word = take_word(rest)) {
    const auto* const known =
        std::find_if(std::begin(kNames), std::end(kNames), [&](const Name& n) { return n.name == word; });
    columns_.push_back(known == std::end(kNames) ? Column::other : known->column);
  }
  // Of a header that was cut the columns are not known.
  if (columns_.empty() || columns_.back() != Column::name) columns_.clear();
  return true;
}

bool OomTable::read_row(std::string_view text, OomTask& into) const {
  std::string_view rest = text;
  const Got<std::uint64_t> pid = take_pid(rest);
  if (!pid) return false;
  into.pid = *pid;
  if (columns_.empty()) return read_row_without_header(rest, into);
  std::size_t figures = 0;
  for (const Column column : columns_) {
    if (column == Column::name) {
      into.name = trim(rest);
      return true;
    }
    // A row that lost bytes in its middle is known up to there: pid, uid, tgid, total_vm and rss stand in front.
    constexpr std::size_t kInFront = 4;
    std::uint64_t figure = 0;
    const bool plain = take_figure(rest, figure);
    if (plain) {
      keep(column, figure, into);
    } else if (!read_figure(column, take_word(rest), into)) {
      return figures >= kInFront;
    }
    ++figures;
  }
  return true;
}

bool OomTable::read_figure(Column column, std::string_view word, OomTask& into) {
  if (column == Column::adj) {
    const Got<std::int64_t> adj = to_number<std::int64_t>(word);
    if (adj) into.oom_score_adj = *adj;
    return adj.has_value();
  }
  if (column == Column::other) return to_number<std::int64_t>(word).has_value();
  const Got<std::uint64_t> figure = to_number<std::uint64_t>(word);
  // Negative counts that a kernel prints unsigned are no sizes.
  if (figure) keep(column, not_underflown(figure).value_or(OomTask::kUnknown), into);
  return figure.has_value();
}

void OomTable::keep(Column column, std::uint64_t value, OomTask& into) {
  switch (column) {
    case Column::uid:
      into.uid = value;
      break;
    case Column::tgid:
      into.tgid = value;
      break;
    case Column::total_vm:
      into.total_vm_pages = value;
      break;
    case Column::rss:
      into.rss_pages = value;
      break;
    case Column::rss_anon:
      into.rss_anon_pages = value;
      break;
    case Column::rss_file:
      into.rss_file_pages = value;
      break;
    case Column::rss_shmem:
      into.rss_shmem_pages = value;
      break;
    case Column::page_tables:
      add_pages(into.page_table_pages, value);
      break;
    case Column::pgtables_bytes:
      into.pgtables_bytes = value;
      break;
    case Column::swap:
      into.swap_pages = value;
      break;
    case Column::adj:
      into.oom_score_adj = static_cast<std::int64_t>(value);
      break;
    default:
      break;
  }
}

}  // namespace memkit
