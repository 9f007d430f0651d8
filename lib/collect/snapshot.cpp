#include "collect/snapshot.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>
#include <string_view>

#include "collect/reader.h"
#include "collect/system_facts.h"
#include "parse/mountinfo.h"
#include "parse/text.h"
#include "parse/uptime.h"
#include "source/errors.h"

namespace memkit {
namespace {

std::string first_line(std::string_view text) { return std::string(trim(take_line(text))); }

/// "Linux version 6.1.0-13-amd64 (debian-kernel@...": the third word.
std::string release_of_version(std::string_view text) {
  take_word(text);
  take_word(text);
  return std::string(take_whole_word(text));
}

Got<std::string> not_empty(Got<std::string> text) {
  if (text && text->empty()) return Missing::malformed;
  return text;
}

/// The first of two files that can be read; where neither can, the first one's reason.
template <class Parse, class ParseOther>
Got<std::string> either(Reader& reader, const std::string& path, Parse parse, const std::string& other,
                        ParseOther parse_other) {
  const int error = reader.read_quietly(path);
  if (error == 0) return not_empty(parse(reader.text()));
  if (reader.read_quietly(other) == 0) return not_empty(parse_other(reader.text()));
  reader.note(path, error);
  return missing_for(error);
}

std::int64_t clock_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void collect_host(Reader& reader, Host& host) {
  host.name = either(reader, "proc/sys/kernel/hostname", first_line, "etc/hostname", first_line);
  host.kernel_release = either(reader, "proc/sys/kernel/osrelease", first_line, "proc/version", release_of_version);
  host.boot_id = not_empty(reader.parse("proc/sys/kernel/random/boot_id", first_line));
  if (const auto uptime = reader.parse("proc/uptime", parse_uptime)) {
    host.uptime_ms = uptime->uptime_ms;
  } else {
    host.uptime_ms = uptime.missing();
  }
}

std::vector<NodeFacts> collect_nodes(Reader& reader) {
  constexpr std::string_view kPrefix = "node";
  const std::string base = "sys/devices/system/node";
  std::vector<NodeFacts> nodes;
  for (const std::string& name : reader.list(base)) {
    if (!name.starts_with(kPrefix)) continue;
    const auto number = to_number<std::uint32_t>(std::string_view(name).substr(kPrefix.size()));
    if (!number) continue;
    NodeFacts node;
    node.node = *number;
    node.meminfo = reader.parse(base + "/" + name + "/meminfo", parse_node_meminfo).value_or({});
    node.vmstat = reader.parse(base + "/" + name + "/vmstat", parse_vmstat).value_or({});
    nodes.push_back(node);
  }
  std::sort(nodes.begin(), nodes.end(), [](const NodeFacts& a, const NodeFacts& b) { return a.node < b.node; });
  return nodes;
}

std::vector<HugepagePool> collect_hugepages(Reader& reader) {
  const std::string base = "sys/kernel/mm/hugepages";
  std::vector<HugepagePool> pools;
  for (const std::string& name : reader.list(base)) {
    const Got<std::uint64_t> size = parse_hugepages_directory(name);
    if (!size) continue;
    const std::string dir = base + "/" + name;
    HugepagePool pool;
    pool.page_size_bytes = *size;
    pool.nr = reader.number(dir + "/nr_hugepages");
    pool.free = reader.number(dir + "/free_hugepages");
    pool.resv = reader.number(dir + "/resv_hugepages");
    pool.surplus = reader.number(dir + "/surplus_hugepages");
    pools.push_back(pool);
  }
  std::sort(pools.begin(), pools.end(),
            [](const HugepagePool& a, const HugepagePool& b) { return a.page_size_bytes < b.page_size_bytes; });
  return pools;
}

void collect_swaps(Reader& reader, Snapshot& snapshot) {
  snapshot.swaps = reader.parse("proc/swaps", parse_swaps);
  const std::string base = "sys/block";
  for (const std::string& name : reader.list(base)) {
    if (!name.starts_with("zram")) continue;
    if (auto mm_stat = reader.parse(base + "/" + name + "/mm_stat", parse_zram_mm_stat)) {
      snapshot.zram.push_back({name, *mm_stat});
    }
  }
  const std::string zpool = "sys/module/zswap/parameters/zpool";
  const int error = reader.read_quietly(zpool);
  snapshot.zswap_zpool = error == 0 ? not_empty(first_line(reader.text())) : Got<std::string>(missing_for(error));
}

Got<Pressure> collect_pressure(Reader& reader, const std::string& path) {
  const int error = reader.read_quietly(path);
  if (error == 0) return parse_pressure(reader.text());
  reader.note(path, error);
  // A running kernel with psi=0 lists the files and answers EOPNOTSUPP: the same as not having them.
  if (reader.was_live() && error == EOPNOTSUPP) return Missing::absent;
  return missing_for(error);
}

Got<bool> collect_fuse(Reader& reader) {
  const std::string path = "proc/self/mountinfo";
  const int error = reader.read_quietly(path);
  if (error == 0) return meminfo_is_fuse(reader.text());
  // Of a capture proc/self is a link to a process that is seldom in it; init sees the same mounts.
  if (!reader.is_live() && reader.read_quietly("proc/1/mountinfo") == 0) return meminfo_is_fuse(reader.text());
  reader.note(path, error);
  return missing_for(error);
}

/// kB over pages as a power of two, where it is near one that a kernel can have.
Got<std::uint64_t> nearest_page_size(double bytes, double pages) {
  constexpr double kTolerance = 0.1;  // the files are read one after the other, some captures take seconds
  constexpr double kLeastPages = 16;
  if (pages < kLeastPages || bytes <= 0) return Missing::absent;
  for (std::uint64_t size = 4 << 10; size <= 256 << 10; size *= 2) {
    if (std::abs(bytes / pages / static_cast<double>(size) - 1) <= kTolerance) return size;
  }
  return Missing::malformed;
}

Got<std::uint64_t> nearest_page_size(const Got<std::uint64_t>& bytes, const Got<std::uint64_t>& pages) {
  if (!bytes || !pages) return Missing::absent;
  return nearest_page_size(static_cast<double>(*bytes), static_cast<double>(*pages));
}

}  // namespace

Missing missing_for(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ESRCH:
    case ENODEV:
      return Missing::absent;
    case EACCES:
    case EPERM:
      return Missing::denied;
    default:
      return Missing::malformed;
  }
}

std::string unread_text(int error) {
  return error == kEmptyFile ? "empty: it could not be read when it was copied" : error_text(error);
}

Got<std::uint64_t> page_size_of(const Meminfo& meminfo, const Vmstat& vmstat) {
  const Got<std::uint64_t> by_mapped = nearest_page_size(meminfo.mapped_bytes, vmstat.nr_mapped);
  if (!by_mapped) return by_mapped;
  const Got<std::uint64_t> by_anon = nearest_page_size(meminfo.anon_pages_bytes, vmstat.nr_anon_pages);
  if (by_anon == by_mapped) return by_anon;
  // Before 4.8 nr_anon_pages left out transparent huge pages, while AnonPages held them.
  if (meminfo.anon_pages_bytes && meminfo.anon_huge_pages_bytes && *meminfo.anon_huge_pages_bytes > 0 &&
      *meminfo.anon_huge_pages_bytes < *meminfo.anon_pages_bytes) {
    const Got<std::uint64_t> small = *meminfo.anon_pages_bytes - *meminfo.anon_huge_pages_bytes;
    if (nearest_page_size(small, vmstat.nr_anon_pages) == by_mapped) return by_mapped;
  }
  return by_anon || by_anon.missing() != Missing::absent ? Missing::malformed : Missing::absent;
}

Snapshot collect(const Root& root, Want want) {
  Snapshot snapshot;
  snapshot.source = root.name();
  snapshot.wanted = want;
  Reader reader(root, snapshot.unread);
  if (root.is_live()) {
    snapshot.host.time_ns = clock_ns(CLOCK_REALTIME);
    snapshot.host.monotonic_ns = clock_ns(CLOCK_MONOTONIC);
  } else if (const Capture* const capture = root.capture()) {
    if (capture->time_ns) snapshot.host.time_ns = *capture->time_ns;
    if (capture->monotonic_ns) snapshot.host.monotonic_ns = *capture->monotonic_ns;
  }
  // The files whose figures are compared with each other are read with nothing slow between them.
  if (wants(want, Want::meminfo)) snapshot.meminfo = reader.parse("proc/meminfo", parse_meminfo);
  if (wants(want, Want::vmstat)) snapshot.vmstat = reader.parse("proc/vmstat", parse_vmstat);
  if (wants(want, Want::zoneinfo)) snapshot.zoneinfo = reader.parse("proc/zoneinfo", parse_zoneinfo);
  if (wants(want, Want::pressure)) {
    snapshot.pressure.cpu = collect_pressure(reader, "proc/pressure/cpu");
    snapshot.pressure.io = collect_pressure(reader, "proc/pressure/io");
    snapshot.pressure.memory = collect_pressure(reader, "proc/pressure/memory");
    snapshot.pressure.irq = collect_pressure(reader, "proc/pressure/irq");
  }
  if (wants(want, Want::host)) collect_host(reader, snapshot.host);
  if (wants(want, Want::nodes)) snapshot.nodes = collect_nodes(reader);
  if (wants(want, Want::hugepages)) snapshot.hugepages = collect_hugepages(reader);
  if (wants(want, Want::swaps)) collect_swaps(reader, snapshot);
  if (wants(want, Want::arcstats)) snapshot.arcstats = reader.parse("proc/spl/kstat/zfs/arcstats", parse_arcstats);
  if (wants(want, Want::mounts)) snapshot.meminfo_is_fuse = collect_fuse(reader);
  collect_system(reader, want, snapshot);

  if (const auto size = root.page_size_bytes()) {
    snapshot.page_size_bytes = *size;
  } else if (snapshot.meminfo && snapshot.vmstat) {
    snapshot.page_size_bytes = page_size_of(*snapshot.meminfo, *snapshot.vmstat);
  }
  return snapshot;
}

}  // namespace memkit
