#include "output/units.h"

#include <fmt/format.h>

#include <string_view>

namespace memkit {
namespace {

constexpr std::string_view kPrefixes = "KMGTPE";

/// free -h: the first unit whose text fits, with a decimal where there is room for one, else cut. Single precision
/// as in procps, so that ties round alike; but 10189 KiB (9.95 Mi, too long as "10.0Mi") is 10Mi here, 9Mi there.
std::string compact(std::uint64_t bytes, bool si) {
  const std::size_t room = si ? 4 : 5;
  const std::string_view suffix = si ? "" : "i";
  std::string text = fmt::format("{}B", bytes);
  if (text.size() <= 4) return text;
  double divisor = 1;
  for (const char prefix : kPrefixes) {
    divisor *= si ? 1000.0 : 1024.0;
    const auto quotient = static_cast<float>(static_cast<double>(bytes) / divisor);
    text = fmt::format("{:.1f}{}{}", quotient, prefix, suffix);
    if (text.size() <= room) return text;
    const auto whole = static_cast<std::uint64_t>(quotient);
    text = fmt::format("{}{}{}", whole == 9 ? 10 : whole, prefix, suffix);
    if (text.size() <= room) return text;
  }
  return text;
}

/// One decimal below 1000, in the largest unit that leaves at least 1.
std::string with_decimal(std::uint64_t bytes, bool si, std::string_view space, std::string_view ending) {
  const double base = si ? 1000.0 : 1024.0;
  double quotient = static_cast<double>(bytes);
  if (quotient < base) return fmt::format("{}{}{}", bytes, space, "B");
  std::size_t unit = 0;
  // 999.95 would round to a four-digit 1000.0.
  for (quotient /= base; quotient >= base - 0.05 && unit + 1 < kPrefixes.size(); ++unit) quotient /= base;
  return fmt::format("{:.1f}{}{}{}", quotient, space, kPrefixes[unit], ending);
}

}  // namespace

std::string format_size(std::uint64_t bytes, const SizeFormat& format) {
  switch (format.style) {
    case SizeFormat::Style::compact:
      return compact(bytes, format.si);
    case SizeFormat::Style::spaced:
      return with_decimal(bytes, format.si, " ", format.si ? "B" : "iB");
    case SizeFormat::Style::smem:
      return bytes == 0 ? "0" : with_decimal(bytes, format.si, "", "");
    case SizeFormat::Style::scaled:
      break;
  }
  return fmt::format_int(bytes / format.divisor).str();
}

std::string format_signed_size(std::int64_t bytes, const SizeFormat& format) {
  if (bytes >= 0) return format_size(static_cast<std::uint64_t>(bytes), format);
  std::string text = format_size(0 - static_cast<std::uint64_t>(bytes), format);
  return text == "0" ? text : "-" + text;
}

}  // namespace memkit
