#include "output/plugin.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "output/escape.h"
#include "output/suggest.h"
#include "source/errors.h"

namespace memkit {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The number at the front of a bound, scaled by its suffix; false where the text is no bound.
bool parse_bound(std::string_view text, Range::Bound& bound) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, bound.value);
  if (error != std::errc{} || !std::isfinite(bound.value)) return false;
  const std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  if (suffix == "%") {
    bound.percent = true;
    return true;
  }
  constexpr std::string_view kSuffixes = "KMGT";
  if (suffix.empty()) return true;
  const std::size_t power = kSuffixes.find(suffix);
  if (suffix.size() != 1 || power == std::string_view::npos) return false;
  bound.value = std::ldexp(bound.value, 10 * (static_cast<int>(power) + 1));
  return true;
}

Got<double> bound_value(const Range::Bound& bound, Got<double> total) {
  if (!bound.percent || !std::isfinite(bound.value)) return bound.value;
  return total.transform([&](double all) { return all * bound.value / 100; });
}

std::string bound_text(double value) {
  if (value == -kInfinity) return "~";
  return value == kInfinity ? "" : fmt::format("{}", std::round(value * 100) / 100);
}

std::string range_text(const std::vector<Range>& ranges, Got<double> total) {
  if (ranges.empty()) return "";
  const Range& range = ranges.back();
  const Got<double> start = bound_value(range.start, total);
  const Got<double> end = bound_value(range.end, total);
  if (!start || !end) return "";
  return fmt::format("{}{}:{}", range.inside ? "@" : "", bound_text(*start), bound_text(*end));
}

/// The worst answer of several ranges for one figure.
Got<bool> any_alerts(const std::vector<Range>& ranges, const Watched& figure) {
  Got<bool> worst = false;
  for (const Range& range : ranges) {
    if (!figure.value) return figure.value.missing();
    const Got<bool> one = alerts(range, *figure.value, figure.total);
    if (!one || *one) worst = one;
  }
  return worst;
}

}  // namespace

std::string_view plugin_word(PluginStatus status) {
  switch (status) {
    case PluginStatus::ok:
      return "OK";
    case PluginStatus::warning:
      return "WARNING";
    case PluginStatus::critical:
      return "CRITICAL";
    case PluginStatus::unknown:
      break;
  }
  return "UNKNOWN";
}

Range parse_range(std::string_view text) {
  const auto bad = [&] {
    return UsageError("'" + for_terminal(text) + "' is no range; the form is [@][start:][end], for example 10%: or 80");
  };
  std::string_view rest = text;
  Range range;
  range.end.value = kInfinity;
  if (rest.starts_with('@')) {
    range.inside = true;
    rest.remove_prefix(1);
  }
  const std::size_t colon = rest.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view start = rest.substr(0, colon);
    if (start == "~") {
      range.start.value = -kInfinity;
    } else if (!start.empty() && !parse_bound(start, range.start)) {
      throw bad();
    }
    rest.remove_prefix(colon + 1);
    if (start.empty() && rest.empty()) throw bad();
  } else if (rest.empty()) {
    throw bad();
  }
  if (!rest.empty() && !parse_bound(rest, range.end)) throw bad();
  if (range.start.percent == range.end.percent && range.start.value > range.end.value) throw bad();
  return range;
}

Got<bool> alerts(const Range& range, double value, Got<double> total) {
  const Got<double> start = bound_value(range.start, total);
  const Got<double> end = bound_value(range.end, total);
  if (!start) return start.missing();
  if (!end) return end.missing();
  const bool within = value >= *start && value <= *end;
  return within == range.inside;
}

void add_range(std::span<Watched> figures, std::string_view usual, std::string_view text,
               std::vector<Range> Watched::*level) {
  const std::size_t equals = text.find('=');
  const std::string_view name = equals == std::string_view::npos ? usual : text.substr(0, equals);
  const Range range = parse_range(equals == std::string_view::npos ? text : text.substr(equals + 1));
  std::vector<std::string_view> names;
  for (Watched& figure : figures) {
    if (figure.name == name) {
      (figure.*level).push_back(range);
      return;
    }
    names.push_back(figure.name);
  }
  throw UsageError(fmt::format("unknown figure '{}'; known: {}", for_terminal(name), fmt::join(names, ", ")));
}

PluginStatus judge(std::span<const Watched> figures) {
  PluginStatus worst = PluginStatus::ok;
  bool unknown = false;
  for (const Watched& figure : figures) {
    const Got<bool> critical = any_alerts(figure.critical, figure);
    const Got<bool> warning = any_alerts(figure.warning, figure);
    if (critical && *critical) {
      worst = PluginStatus::critical;
    } else if (warning && *warning) {
      worst = std::max(worst, PluginStatus::warning);
    }
    unknown = unknown || !critical || !warning;
  }
  // A known alarm outweighs what is not known; silence does not.
  return unknown && worst == PluginStatus::ok ? PluginStatus::unknown : worst;
}

std::string performance_data(std::span<const Watched> figures) {
  std::string text;
  for (const Watched& figure : figures) {
    if (!figure.value) continue;
    if (!text.empty()) text += ' ';
    text += fmt::format("{}={}{};{};{};0;{}", figure.name, *figure.value, figure.unit,
                        range_text(figure.warning, figure.total), range_text(figure.critical, figure.total),
                        figure.total ? fmt::format("{}", *figure.total) : "");
  }
  return text;
}

}  // namespace memkit
