#include "collect/json_members.h"

#include <cmath>
#include <limits>

namespace memkit::json {

const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

Got<std::uint64_t> number(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_number_unsigned() ? Got<std::uint64_t>(value.get<std::uint64_t>()) : Missing::absent;
}

Got<std::int64_t> signed_number(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_number_integer()) return Missing::absent;
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMost) return Missing::malformed;
  return value.get<std::int64_t>();
}

Got<double> real(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_number() ? Got<double>(value.get<double>()) : Missing::absent;
}

Got<std::string> text(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? Got<std::string>(value.get<std::string>()) : Missing::absent;
}

Host host_of(const Json& document) {
  Host host;
  host.name = text(document, "host");
  host.boot_id = text(document, "boot_id");
  const Got<double> uptime_s = real(document, "uptime_s");
  if (uptime_s && *uptime_s >= 0 && *uptime_s < 1e12) {
    host.uptime_ms = static_cast<std::uint64_t>(std::llround(*uptime_s * 1000));
  }
  return host;
}

Json parse_last(std::string_view text) {
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_discarded()) return document;
  while (text.ends_with('\n')) text.remove_suffix(1);
  return Json::parse(text.substr(text.rfind('\n') + 1), nullptr, false);
}

}  // namespace memkit::json
