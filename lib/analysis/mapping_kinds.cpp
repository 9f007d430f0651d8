#include "analysis/mapping_kinds.h"

#include "parse/text.h"

namespace memkit {

bool is_sysv(const Mapping& mapping) {
  constexpr std::string_view kStart = "/SYSV";
  constexpr std::size_t kKeyDigits = 8;
  return mapping.dev_major == 0 && mapping.name.size() == kStart.size() + kKeyDigits &&
         mapping.name.starts_with(kStart) &&
         to_number<std::uint32_t>(mapping.name.substr(kStart.size()), 16).has_value();
}

bool is_memfd(const Mapping& mapping) { return mapping.dev_major == 0 && mapping.name.starts_with("/memfd:"); }

}  // namespace memkit
