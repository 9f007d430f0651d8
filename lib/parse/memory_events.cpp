#include "memory_events.h"

#include <array>

#include "key_values.h"

namespace memkit {
namespace {

using E = MemoryEvents;
constexpr KeyTable kEvents(std::to_array<KeyField<E>>({
    {"low", &E::low},
    {"high", &E::high},
    {"max", &E::max},
    {"oom", &E::oom},
    {"oom_kill_disable", &E::oom_kill_disable},
    {"under_oom", &E::under_oom},
    {"oom_kill", &E::oom_kill},
    {"oom_group_kill", &E::oom_group_kill},
    {"sock_throttled", &E::sock_throttled},
}));

constexpr KeyTable kCgroupStat(std::to_array<KeyField<CgroupStat>>({
    {"nr_descendants", &CgroupStat::nr_descendants},
    {"nr_dying_descendants", &CgroupStat::nr_dying_descendants},
}));

}  // namespace

MemoryEvents parse_memory_events(std::string_view text) {
  MemoryEvents events;
  parse_key_values(text, kEvents, events);
  return events;
}

CgroupStat parse_cgroup_stat(std::string_view text) {
  CgroupStat stat;
  parse_key_values(text, kCgroupStat, stat);
  return stat;
}

}  // namespace memkit
