#include "output/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "output/escape.h"

namespace memkit {
namespace {

constexpr SizeFormat kSpaced{SizeFormat::Style::spaced, 1024, false};

}  // namespace

std::string size_text(const Got<std::uint64_t>& bytes) { return bytes ? format_size(*bytes, kSpaced) : "-"; }

std::string signed_size_text(const Got<std::int64_t>& bytes) {
  return bytes ? format_signed_size(*bytes, kSpaced) : "-";
}

std::string percent_text(const Got<double>& percent) { return percent ? fmt::format("{:.1f} %", *percent) : "-"; }

Got<double> percent_of(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole) {
  if (!part) return part.missing();
  if (!whole) return whole.missing();
  if (*whole == 0) return Missing::absent;
  return 100.0 * static_cast<double>(*part) / static_cast<double>(*whole);
}

void print_wrapped(Out& out, std::string_view text) {
  constexpr std::size_t kColumns = 79;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const std::size_t width = display_width(word);
    if (used != 0 && used + 1 + width > kColumns) {
      out.write("\n");
      used = 0;
    }
    if (used != 0) out.write(" ");
    used += width + (used != 0 ? 1 : 0);
    out.write(word);
  }
  out.write("\n");
}

std::string toned(std::string_view word, Tone tone, bool color) {
  if (!color || tone == Tone::plain) return std::string(word);
  const std::string_view code = tone == Tone::good ? "32" : tone == Tone::noted ? "33" : "1;31";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, word);
}

}  // namespace memkit
