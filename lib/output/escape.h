#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace memkit {

/// Appends `name` with nothing in it that a terminal would act on: control characters, DEL, C1, invalid UTF-8
/// and the marks that turn text around (U+202A..E, U+2066..9) become \n, \t, \xNN or \u{NNNN}. A backslash stays
/// one, so that systemd's own escapes (app\x2dfoo.service) can be pasted back; JSON tells the two apart.
void append_for_terminal(std::string& into, std::string_view name);
std::string for_terminal(std::string_view name);

/// Appends `text` as the inside of a JSON string: valid UTF-8 whatever comes in, invalid bytes as U+FFFD.
void append_for_json(std::string& into, std::string_view text);

/// Columns that `text` takes on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
/// `text` has come through append_for_terminal.
std::size_t display_width(std::string_view text);

/// The longest beginning of `text` that takes at most `columns`, cut between characters.
std::string_view cut_to_width(std::string_view text, std::size_t columns);

}  // namespace memkit
