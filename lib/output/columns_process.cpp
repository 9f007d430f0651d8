#include "output/columns_process.h"

namespace memkit {
namespace {

// As smem pads it.
constexpr std::size_t kCommandWidth = 27;

template <class T>
Cell to_cell(const Packed<T>& packed) {
  return memkit::to_cell(Got<T>(packed));
}

template <auto member>
Cell of(const ProcessRow& row) {
  return to_cell(row.process->*member);
}

Cell known(std::string_view name) {
  if (name.empty()) return Missing::absent;
  return name;
}

Cell user(const ProcessRow& row) {
  if (!row.process->uid) return row.process->uid.missing();
  return row.user;
}

Cell mem_share(const ProcessRow& row) {
  if (!row.process->rss_bytes) return row.process->rss_bytes.missing();
  if (row.listing == nullptr || row.listing->mem_total_bytes.value_or(0) == 0) return Missing::absent;
  return 100.0 * static_cast<double>(*row.process->rss_bytes) / static_cast<double>(*row.listing->mem_total_bytes);
}

Cell start_time(const ProcessRow& row) {
  if (!row.process->starttime_ticks || row.listing == nullptr || !row.listing->boot_time_s) return Missing::absent;
  return *row.listing->boot_time_s +
         static_cast<std::int64_t>(*row.process->starttime_ticks / row.listing->ticks_per_s);
}

/// How the page figures came about: why they are missing, where they are.
Cell walk(const ProcessRow& row) {
  if (row.process->same_memory_as_pid != 0) return std::string_view("shared");
  if (row.process->pss_bytes) return std::string_view("walked");
  switch (row.process->pss_bytes.missing()) {
    case Missing::denied:
    case Missing::hidden:
      return std::string_view("denied");
    case Missing::skipped:
      return std::string_view("skipped");
    case Missing::malformed:
      return std::string_view("unreadable");
    case Missing::absent:
      break;
  }
  return std::string_view("none");
}

constexpr ColumnInfo bytes(std::string_view id, std::string_view header, std::string_view help, bool shown = false) {
  return {id, header, Unit::bytes, Align::right, shown, true, help};
}
constexpr ColumnInfo number(std::string_view id, std::string_view header, std::string_view help) {
  return {id, header, Unit::none, Align::right, false, false, help};
}
constexpr ColumnInfo name(std::string_view id, std::string_view header, std::string_view help) {
  return {id, header, Unit::none, Align::left, false, false, help};
}

// The first seven are smem's default, in smem's order, which scripts count from either end.
constexpr Column<ProcessRow> kColumns[] = {
    {{"pid", "PID", Unit::none, Align::right, true, false, "process id"},
     [](const ProcessRow& row) -> Cell { return std::uint64_t{row.process->pid}; }},
    {{"user", "User", Unit::none, Align::left, true, false, "effective user, by name"}, user},
    {{"command",
      "Command",
      Unit::none,
      Align::left,
      true,
      false,
      "command line; [name] where there is none",
      {},
      kCommandWidth},
     [](const ProcessRow& row) -> Cell { return std::string_view(row.process->command); }},
    {bytes("swap", "Swap", "in swap; shared memory there counts in full", true), of<&Process::swap_bytes>},
    {bytes("uss", "USS", "private memory: what its end gives back", true), of<&Process::uss_bytes>},
    {bytes("pss", "PSS", "its share: private, and shared divided by users", true), of<&Process::pss_bytes>},
    {bytes("rss", "RSS", "all that it has in RAM, shared memory in full", true), of<&Process::rss_bytes>},
    {{"vsz", "VSZ", Unit::bytes, Align::right, false, true, "address space, used or not; also called vss", "vss"},
     of<&Process::vsz_bytes>},
    {{"mem_pct", "MEM%", Unit::percent, Align::right, false, false, "RSS as a share of RAM"}, mem_share},
    {bytes("swap_pss", "SwapPSS", "its share of swap, shared memory left out"), of<&Process::swap_pss_bytes>},
    {bytes("pss_anon", "PSSAnon", "of PSS: anonymous memory"), of<&Process::pss_anon_bytes>},
    {bytes("pss_file", "PSSFile", "of PSS: files"), of<&Process::pss_file_bytes>},
    {bytes("pss_shmem", "PSSShmem", "of PSS: tmpfs and shared memory"), of<&Process::pss_shmem_bytes>},
    {bytes("pss_dirty", "PSSDirty", "of PSS: what would have to be written first"), of<&Process::pss_dirty_bytes>},
    {bytes("hugetlb", "HugeTLB", "huge pages of hugetlbfs: in neither RSS nor PSS"), of<&Process::hugetlb_bytes>},
    {bytes("locked", "Locked", "of PSS: locked in RAM"), of<&Process::locked_bytes>},
    {bytes("anon_huge", "AnonHuge", "in transparent huge pages"), of<&Process::anon_huge_bytes>},
    {bytes("ksm", "KSM", "in pages that KSM has merged"), of<&Process::ksm_bytes>},
    {bytes("referenced", "Ref", "marked as used since the marks were last cleared"), of<&Process::referenced_bytes>},
    {{"maps", "Maps", Unit::count, Align::right, false, true, "mappings"}, of<&Process::maps>},
    {{"threads", "Threads", Unit::count, Align::right, false, true, "threads, the first one included"},
     of<&Process::threads>},
    {number("ppid", "PPID", "parent's process id"), of<&Process::ppid>},
    {number("uid", "UID", "effective user, by number"), of<&Process::uid>},
    {name("name", "Name", "comm: the program's short name"),
     [](const ProcessRow& row) -> Cell { return known(row.process->name); }},
    {name("exe", "Exe", "the program's file"), [](const ProcessRow& row) -> Cell { return known(row.process->exe); }},
    {number("oom_score", "OOM", "the kernel's score: the highest is killed first"), of<&Process::oom_score>},
    {number("oom_score_adj", "OOMAdj", "its adjustment, -1000 (never) to 1000"), of<&Process::oom_score_adj>},
    {name("cgroup", "Cgroup", "memory cgroup"),
     [](const ProcessRow& row) -> Cell { return known(row.process->cgroup); }},
    {name("unit", "Unit", "systemd unit"), [](const ProcessRow& row) -> Cell { return known(row.workload->unit); }},
    {name("container", "Container", "container, by name where a local file tells it"),
     [](const ProcessRow& row) -> Cell { return known(row.workload->container); }},
    {name("pod", "Pod", "pod, by name where a local file tells it"),
     [](const ProcessRow& row) -> Cell { return known(row.workload->pod); }},
    {{"start_time", "Start", Unit::seconds, Align::right, false, false, "start, in seconds since the epoch"},
     start_time},
    {name("walk", "Walk", "walked, or why not; shared: memory of another row"), walk},
};

}  // namespace

std::span<const Column<ProcessRow>> process_columns() { return kColumns; }

}  // namespace memkit
