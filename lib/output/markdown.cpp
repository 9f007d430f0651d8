#include "output/markdown.h"

#include <algorithm>

#include "output/escape.h"

namespace memkit::markdown {
namespace {

std::size_t longest_run(std::string_view text, char of) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == of ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

/// "http://", "www." and "a@b" become links by themselves in many dialects.
bool begins_link(std::string_view text, std::size_t at) {
  if (text[at] == '@') return true;
  if (text[at] == ':') return text.substr(at, 3) == "://";
  return text[at] == '.' && at >= 3 && (text.substr(at - 3, 3) == "www" || text.substr(at - 3, 3) == "WWW");
}

/// A cell is escaped already where text() made it; a name as code is not.
void print_row(Out& out, const std::vector<std::string>& cells) {
  out.write("|");
  for (const std::string& cell : cells) {
    std::string line = " ";
    bool escaped = false;  // by an odd number of backslashes before it
    for (const char c : cell) {
      if (c == '|' && !escaped) line += '\\';
      line += c;
      escaped = c == '\\' && !escaped;
    }
    out.print("{} |", line);
  }
  out.write("\n");
}

}  // namespace

std::string text(std::string_view prose) {
  constexpr std::string_view kMarkup = "\\`*_[]<>&~|$";
  const std::string safe = for_terminal(prose);
  std::string escaped;
  for (std::size_t i = 0; i < safe.size(); ++i) {
    if (kMarkup.find(safe[i]) != std::string_view::npos || begins_link(safe, i)) escaped += '\\';
    escaped += safe[i];
  }
  return escaped;
}

std::string code(std::string_view name) {
  const std::string safe = for_terminal(name);
  if (safe.empty()) return "-";
  const std::string ticks(longest_run(safe, '`') + 1, '`');
  const bool padded = safe.front() == '`' || safe.back() == '`' || safe.front() == ' ' || safe.back() == ' ';
  const std::string_view pad = padded ? " " : "";
  return ticks + std::string(pad) + safe + std::string(pad) + ticks;
}

void print_block(Out& out, const std::vector<std::string>& lines) {
  std::size_t run = 2;
  for (const std::string& line : lines) run = std::max(run, longest_run(line, '`'));
  const std::string fence(run + 1, '`');
  out.print("{}text\n", fence);
  for (const std::string& line : lines) out.print("{}\n", for_terminal(line));
  out.print("{}\n\n", fence);
}

void print_table(Out& out, const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return;
  print_row(out, head);
  out.write("|---|");
  for (std::size_t i = 1; i < head.size(); ++i) out.write("---:|");
  out.write("\n");
  for (const std::vector<std::string>& row : rows) print_row(out, row);
  out.write("\n");
}

}  // namespace memkit::markdown
