#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "output/out.h"
#include "output/units.h"
#include "parse/got.h"

namespace memkit {

/// "12.7 GiB", or "-" where it is not known: sizes in sentences, whatever unit a table shows.
std::string size_text(const Got<std::uint64_t>& bytes);
std::string signed_size_text(const Got<std::int64_t>& bytes);
/// "+38.5 MiB", "-1.0 KiB", "0 B".
std::string size_change_text(const Got<std::int64_t>& bytes);
/// "2.5 s", "4 minutes", "3 days": the unit that fits.
std::string duration_text(double seconds);
/// "64.5 %", or "-".
std::string percent_text(const Got<double>& percent);

/// part / whole in per cent; missing where either is or the whole is 0.
Got<double> percent_of(const Got<std::uint64_t>& part, const Got<std::uint64_t>& whole);

/// "1 process", "2 processes".
std::string processes_text(std::uint64_t count);

/// A paragraph in lines of at most `columns`, cut at blanks and between East Asian characters, of which none that
/// closes something begins a line. A word that is longer stands alone.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// The text with blanks behind it, so that it takes at least so many columns of a terminal.
std::string padded(std::string_view text, std::size_t columns);

/// Prints a paragraph with lines of at most 79 columns.
void print_wrapped(Out& out, std::string_view text);

/// SGR colours for a verdict word; empty where colour is off.
enum class Tone { plain, good, noted, bad };
std::string toned(std::string_view word, Tone tone, bool color);

}  // namespace memkit
