#include "output/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"

namespace memkit {
namespace {

constexpr SizeFormat kSpaced{SizeFormat::Style::spaced, 1024, false};

/// The next character of UTF-8, as bytes.
std::string_view first_character(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return text.substr(0, size);
}

bool may_begin_a_line(std::string_view character) {
  constexpr std::string_view kClosing = "、。，．：；！？）」』】〉》・ー%";
  return kClosing.find(character) == std::string_view::npos;
}

bool opens(std::string_view character) {
  constexpr std::string_view kOpening = "（「『【〈《";
  return kOpening.find(character) != std::string_view::npos;
}

/// Takes what must not be cut off the front of `text`: a word (a share with its sign), or an East Asian
/// character with what clings to it.
std::string_view take_piece(std::string_view& text) {
  std::size_t end = 0;
  bool wide = false;
  bool glued = true;  // to what comes next
  while (end < text.size() && (text[end] != ' ' || text.substr(end, 2) == " %")) {
    const std::string_view character = first_character(text.substr(end));
    const bool is_wide = display_width(character) == 2;
    if (end != 0 && (is_wide || wide) && !glued && may_begin_a_line(character)) break;
    wide = is_wide;
    glued = opens(character);
    end += character.size();
  }
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(end);
  return piece;
}

}  // namespace

std::string size_text(const Got<std::uint64_t>& bytes) { return bytes ? format_size(*bytes, kSpaced) : "-"; }

std::string signed_size_text(const Got<std::int64_t>& bytes) {
  return bytes ? format_signed_size(*bytes, kSpaced) : "-";
}

std::string size_change_text(const Got<std::int64_t>& bytes) {
  return (bytes && *bytes > 0 ? "+" : "") + signed_size_text(bytes);
}

std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  constexpr double kDay = 86400;
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 3 * kMinute) return fmt::format("{:.0f} s", seconds);
  if (seconds < 3 * kHour) return fmt::format("{:.0f} minutes", seconds / kMinute);
  if (seconds < 3 * kDay) return fmt::format("{:.0f} hours", seconds / kHour);
  return fmt::format("{:.0f} days", seconds / kDay);
}

std::string percent_text(const Got<double>& percent) { return percent ? fmt::format("{:.1f} %", *percent) : "-"; }

Got<double> percent_of(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole) {
  if (!part) return part.missing();
  if (!whole) return whole.missing();
  if (*whole == 0) return Missing::absent;
  return 100.0 * static_cast<double>(*part) / static_cast<double>(*whole);
}

std::string processes_text(std::uint64_t count) { return fmt::format("{} process{}", count, count == 1 ? "" : "es"); }

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t used = 0;
  bool blank = false;  // one is due before the next piece
  while (!text.empty()) {
    if (text.front() == ' ') {
      blank = true;
      text.remove_prefix(1);
      continue;
    }
    const std::string_view piece = take_piece(text);
    const std::size_t width = display_width(piece);
    const std::size_t gap = blank && !line.empty() ? 1 : 0;
    if (!line.empty() && used + gap + width > columns) {
      lines.push_back(std::move(line));
      line.clear();
      used = 0;
    } else if (gap != 0) {
      line += ' ';
      ++used;
    }
    blank = false;
    line += piece;
    used += width;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string padded(std::string_view text, std::size_t columns) {
  std::string made(text);
  const std::size_t width = display_width(text);
  made.append(width < columns ? columns - width : 0, ' ');
  return made;
}

void print_wrapped(Out& out, std::string_view text) {
  const std::vector<std::string> lines = wrapped(text, 79);
  for (const std::string& line : lines) out.print("{}\n", line);
  if (lines.empty()) out.write("\n");
}

std::string toned(std::string_view word, Tone tone, bool color) {
  if (!color || tone == Tone::plain) return std::string(word);
  const std::string_view code = tone == Tone::good ? "32" : tone == Tone::noted ? "33" : "1;31";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, word);
}

}  // namespace memkit
