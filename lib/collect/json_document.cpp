#include "collect/json_document.h"

#include <cmath>

namespace memkit {

const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

Got<std::uint64_t> number_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_number_unsigned() ? Got<std::uint64_t>(value.get<std::uint64_t>()) : Missing::absent;
}

Got<std::string> text_of(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? Got<std::string>(value.get<std::string>()) : Missing::absent;
}

Host host_of(const Json& document) {
  Host host;
  host.name = text_of(document, "host");
  host.boot_id = text_of(document, "boot_id");
  const Json& uptime = member(document, "uptime_s");
  if (uptime.is_number() && uptime.get<double>() >= 0 && uptime.get<double>() < 1e12) {
    host.uptime_ms = static_cast<std::uint64_t>(std::llround(uptime.get<double>() * 1000));
  }
  return host;
}

}  // namespace memkit
