#include "output/mapping_label.h"

#include <fmt/format.h>

#include "analysis/mapping_kinds.h"

namespace memkit {

std::string_view path_of(const Mapping& mapping, std::string& scratch) {
  const std::string_view printed = name_as_printed(mapping);
  if (printed.find('\\') == std::string_view::npos) return printed;
  scratch = decode_map_name(printed);
  return scratch;
}

MappingLabel label_of(const Mapping& mapping, bool whole_path, std::string& scratch) {
  if (mapping.name.empty()) return {"  ", "[ anon ]"};
  if (is_sysv(mapping)) {
    scratch = fmt::format("[ shmid={:#x} ]", mapping.inode);
    return {"  ", scratch};
  }
  const std::string_view printed = name_as_printed(mapping);
  if (whole_path || printed.front() != '/') return {"", printed};
  if (is_memfd(mapping)) return {"", printed.substr(1)};  // its name is any text, with slashes too
  const std::size_t slash = mapping.name.rfind('/');
  return {"", slash + 1 < mapping.name.size() ? printed.substr(slash + 1) : printed};
}

std::array<char, 5> mode_of(const Mapping& mapping) {
  const auto& p = mapping.perms;
  return {p[0], p[1], p[2], p[3] == 's' ? 's' : '-', '-'};
}

Got<std::uint64_t> dirty_bytes(const Mapping& mapping) {
  return sum(mapping.counters.shared_dirty_bytes, mapping.counters.private_dirty_bytes);
}

}  // namespace memkit
