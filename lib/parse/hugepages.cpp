#include "hugepages.h"

#include "text.h"

namespace memkit {

Got<std::uint64_t> parse_hugepages_directory(std::string_view name) {
  constexpr std::string_view kPrefix = "hugepages-";
  constexpr std::string_view kSuffix = "kB";
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return Missing::malformed;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  const Got<std::uint64_t> kib = not_underflown(to_number<std::uint64_t>(name));
  if (kib && *kib == 0) return Missing::malformed;
  return kib_to_bytes(kib);
}

}  // namespace memkit
