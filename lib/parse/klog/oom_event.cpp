#include "parse/klog/oom_event.h"

#include <algorithm>

namespace memkit {

Got<std::uint64_t> OomKill::rss_bytes() const {
  Got<std::uint64_t> all = Missing::absent;
  for (const auto& part : {anon_rss_bytes, file_rss_bytes, shmem_rss_bytes}) {
    if (!part) continue;
    // Each is below 2^63, so two do not overflow; a third could.
    if (all && *all > std::numeric_limits<std::uint64_t>::max() - *part) return Missing::malformed;
    all = all.value_or(0) + *part;
  }
  return all;
}

Got<std::uint64_t> OomMachine::count(std::string_view name) const {
  for (const OomCount& count : counts) {
    if (count.name == name) return count.pages;
  }
  return Missing::absent;
}

Got<std::uint64_t> OomMemcg::stat(std::string_view name) const {
  for (const Stat& one : stats) {
    if (one.name == name) return one.value;
  }
  return Missing::absent;
}

int OomMemcg::version() const {
  if (memsw.seen() || kmem.seen()) return 1;
  if (swap.seen()) return 2;
  if (stat("anon")) return 2;
  return stat("rss") ? 1 : 0;
}

OomEvent::Scope OomEvent::scope() const {
  if (kind != OomKind::kernel) return Scope::unknown;
  if (order == -1) return Scope::sysrq;
  const bool memcg_words = why.starts_with("Memory cgroup");
  if (!oom_memcg.empty() || memcg_words || constraint == "CONSTRAINT_MEMCG") return Scope::memcg;
  if (memcg.seen() && !machine.seen) return Scope::memcg;
  if (global_oom || machine.seen || !why.empty() || !constraint.empty() || nothing_killable) return Scope::global;
  return Scope::unknown;
}

std::size_t OomEvent::distinct_kills() const {
  std::vector<std::uint64_t> pids;
  pids.reserve(kills.size());
  for (const OomKill& kill : kills) pids.push_back(kill.pid);
  std::sort(pids.begin(), pids.end());
  return static_cast<std::size_t>(std::unique(pids.begin(), pids.end()) - pids.begin());
}

}  // namespace memkit
