#include "proc_cgroups.h"

#include "text.h"

namespace memkit {

std::vector<CgroupController> parse_proc_cgroups(std::string_view text) {
  std::vector<CgroupController> controllers;
  text = complete_lines(text);
  while (!text.empty()) {
    // "memory\t4\t22\t1", below "#subsys_name\thierarchy\tnum_cgroups\tenabled"
    std::string_view line = take_line(text);
    const std::string_view name = take_word(line);
    const Got<std::uint32_t> hierarchy = to_number<std::uint32_t>(take_word(line));
    const Got<std::uint64_t> count = to_number<std::uint64_t>(take_word(line));
    const Got<std::uint32_t> enabled = to_number<std::uint32_t>(take_word(line));
    if (!hierarchy || !count || !enabled) continue;
    controllers.push_back({std::string(name), *hierarchy, *count, *enabled != 0});
  }
  return controllers;
}

}  // namespace memkit
