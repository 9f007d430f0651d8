#include "output/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace memkit {
namespace {

/// One character taken off a text: its code point and the bytes it took. invalid: one byte that is not UTF-8.
struct Character {
  char32_t code = 0;
  std::string_view bytes;
  bool invalid = false;
};

/// Well-formed UTF-8 as in The Unicode Standard, table 3-7: no overlong forms, surrogates, or codes past U+10FFFF.
Character take_character(std::string_view& rest) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  char32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
  bool valid = length != 0 && length <= rest.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    valid = (byte(i) & 0xC0u) == 0x80;
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  valid = valid && !(length == 3 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))) &&
          !(length == 4 && (code < 0x10000 || code > 0x10FFFF));
  const std::size_t took = valid ? length : 1;
  const Character character{valid ? code : lead, rest.substr(0, took), !valid};
  rest.remove_prefix(took);
  return character;
}

/// The printable ASCII at the front that nothing escapes, taken off: few names hold anything else, and it is quick.
std::string_view take_plain(std::string_view& rest) {
  const auto special = [](char byte) { return byte < 0x20 || byte > 0x7E || byte == '"' || byte == '\\'; };
  const auto end = std::find_if(rest.begin(), rest.end(), special);
  const std::string_view plain = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(plain.size());
  return plain;
}

struct Range {
  char32_t first, last;
};

constexpr bool in(char32_t code, const Range* begin, const Range* end) {
  const Range* const found =
      std::lower_bound(begin, end, code, [](const Range& range, char32_t c) { return range.last < c; });
  return found != end && found->first <= code;
}

// Unicode 15 EastAsianWidth.txt W and F, joined where only unassigned codes lie between.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x18D08}, {0x1AFF0, 0x1B2FB}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF},
    {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4},
    {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E},
    {0x1F550, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F},
    {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EC},
    {0x1F6F4, 0x1F6FC}, {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF},
    {0x1FA70, 0x1FAF8}, {0x20000, 0x2FFFD}, {0x30000, 0x3FFFD},
};

// Marks that take no column: combining marks of the common scripts, joiners, variation selectors.
constexpr Range kNoWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x06D6, 0x06DC},
    {0x0900, 0x0902}, {0x093A, 0x093A}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E}, {0x1AB0, 0x1ACE}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x2060, 0x2064}, {0x20D0, 0x20F0},
    {0x302A, 0x302D}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF},
};

bool acts_on_terminal(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029;
}

std::size_t width_of(const Character& character) {
  if (in(character.code, std::begin(kNoWidth), std::end(kNoWidth))) return 0;
  return in(character.code, std::begin(kWide), std::end(kWide)) ? 2 : 1;
}

}  // namespace

void append_for_terminal(std::string& into, std::string_view name) {
  for (into += take_plain(name); !name.empty(); into += take_plain(name)) {
    const Character character = take_character(name);
    if (!character.invalid && !acts_on_terminal(character.code)) {
      into += character.bytes;
    } else if (character.code == '\n') {
      into += "\\n";
    } else if (character.code == '\t') {
      into += "\\t";
    } else if (character.code < 0x100) {
      // C1 characters are two bytes in UTF-8; both are shown.
      for (const char byte : character.bytes)
        fmt::format_to(std::back_inserter(into), "\\x{:02x}", static_cast<unsigned char>(byte));
    } else {
      fmt::format_to(std::back_inserter(into), "\\u{{{:04x}}}", static_cast<std::uint32_t>(character.code));
    }
  }
}

std::string for_terminal(std::string_view name) {
  std::string text;
  append_for_terminal(text, name);
  return text;
}

void append_for_json(std::string& into, std::string_view text) {
  for (into += take_plain(text); !text.empty(); into += take_plain(text)) {
    const Character character = take_character(text);
    if (character.invalid) {
      into += "\xEF\xBF\xBD";
    } else if (character.code == '"' || character.code == '\\') {
      into += '\\';
      into += character.bytes;
    } else if (character.code == '\n') {
      into += "\\n";
    } else if (acts_on_terminal(character.code)) {
      // Valid JSON either way; this one does no harm on a terminal.
      fmt::format_to(std::back_inserter(into), "\\u{:04x}", static_cast<std::uint32_t>(character.code));
    } else {
      into += character.bytes;
    }
  }
}

std::size_t display_width(std::string_view text) {
  std::size_t width = take_plain(text).size();
  while (!text.empty()) {
    width += width_of(take_character(text));
    width += take_plain(text).size();
  }
  return width;
}

std::string_view cut_to_width(std::string_view text, std::size_t columns) {
  std::string_view rest = text;
  std::size_t width = 0;
  while (!rest.empty()) {
    std::string_view behind = rest;
    width += width_of(take_character(behind));
    if (width > columns) break;
    rest = behind;
  }
  return text.substr(0, text.size() - rest.size());
}

}  // namespace memkit
