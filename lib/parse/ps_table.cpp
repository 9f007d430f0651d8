#include "ps_table.h"

#include <array>
#include <optional>

#include "text.h"

namespace memkit {
namespace {

/// Which word of a line is what.
struct Columns {
  std::optional<std::size_t> pid;
  std::optional<std::size_t> ppid;
  std::optional<std::size_t> vsz;
  std::optional<std::size_t> rss;
  std::optional<std::size_t> command;
};

constexpr std::size_t kMostColumns = 40;

/// "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND". START is two words of some ps; a command
/// that comes after it is not found then, and the table refused.
Columns read_heading(std::string_view line) {
  Columns columns;
  std::size_t at = 0;
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line), ++at) {
    if (columns.command) return {};  // something stands behind it
    if (word == "PID") columns.pid = at;
    if (word == "PPID") columns.ppid = at;
    if (word == "VSZ") columns.vsz = at;
    if (word == "RSS") columns.rss = at;
    if (word == "COMMAND" || word == "CMD") columns.command = at;
  }
  return columns;
}

Got<std::uint64_t> kib(const std::array<std::string_view, kMostColumns>& words, const std::optional<std::size_t>& at) {
  if (!at) return Missing::absent;
  return kib_to_bytes(to_number<std::uint64_t>(words[*at]));
}

}  // namespace

std::vector<PsRow> parse_ps(std::string_view text) {
  std::vector<PsRow> rows;
  std::string_view rest = complete_lines(text);
  const Columns columns = read_heading(take_line(rest));
  if (!columns.pid || !columns.rss || !columns.command || *columns.command >= kMostColumns) return rows;
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    std::array<std::string_view, kMostColumns> words;
    for (std::size_t i = 0; i < *columns.command; ++i) words[i] = take_word(line);
    const Got<std::uint32_t> pid = to_number<std::uint32_t>(words[*columns.pid]);
    if (!pid || *pid == 0) continue;
    PsRow row;
    row.pid = *pid;
    if (columns.ppid) row.ppid = to_number<std::uint32_t>(words[*columns.ppid]);
    row.vsz_bytes = kib(words, columns.vsz);
    row.rss_bytes = kib(words, columns.rss);
    row.command = trim(line);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace memkit
