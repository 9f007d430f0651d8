#include "options.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <stdexcept>

#include "output/escape.h"
#include "parse/text.h"
#include "source/errors.h"

namespace memkit {

std::vector<OptionSpec> offered(std::span<const OptionSpec> table) {
  std::vector<OptionSpec> all(table.begin(), table.end());
  std::erase_if(all, [](const OptionSpec& spec) { return !spec.instead.empty(); });
  return all;
}

const Arguments::Given& Arguments::find(std::string_view name) const {
  for (const Given& given : given_) {
    if (given.spec->name == name) return given;
  }
  throw std::logic_error("no option --" + std::string(name) + " in this command's table");
}

bool Arguments::has(std::string_view name) const { return find(name).given; }

std::size_t Arguments::times(std::string_view name) const { return find(name).times; }

std::optional<std::string> Arguments::value(std::string_view name) const {
  const Given& given = find(name);
  if (given.values.empty()) return std::nullopt;
  return given.values.back();
}

const std::vector<std::string>& Arguments::values(std::string_view name) const { return find(name).values; }

std::uint64_t parse_count(std::string_view option, std::string_view text, std::uint64_t least) {
  const Got<std::uint64_t> number = to_number<std::uint64_t>(text);
  if (!number || *number < least) {
    throw UsageError(
        fmt::format("--{} takes a whole number of at least {}, not '{}'", option, least, for_terminal(text)));
  }
  return *number;
}

double parse_seconds(std::string_view option, std::string_view text) {
  constexpr double kYear = 366.0 * 24 * 3600;
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc{} || stop != end || !std::isfinite(seconds) || seconds <= 0 || seconds > kYear) {
    throw UsageError(
        fmt::format("--{} takes seconds, more than 0 and at most a year, not '{}'", option, for_terminal(text)));
  }
  return seconds;
}

std::uint64_t parse_size(std::string_view option, std::string_view text) {
  constexpr std::string_view kSuffixes = "KMGT";
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  if (suffix.ends_with('B') && suffix.size() == 2) suffix.remove_suffix(1);
  const std::size_t power = suffix.empty() ? 0 : kSuffixes.find(suffix == "k" ? "K" : suffix) + 1;
  const double bytes = std::ldexp(value, static_cast<int>(10 * power));
  const bool known_suffix = suffix.size() <= 1 && (suffix.empty() || power != 0);
  if (error != std::errc{} || !known_suffix || !(bytes >= 1) || bytes > 0x1p62) {
    throw UsageError(fmt::format("--{} takes a size such as 512M or 1.5G, not '{}'", option, text));
  }
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace memkit
