#include "collect/ps_listing.h"

#include <algorithm>

#include "parse/ps_table.h"

namespace memkit {
namespace {

constexpr const char* kFiles[] = {"sos_commands/process/ps_auxwww", "sos_commands/process/ps_auxwwwm",
                                  "sos_commands/process/ps_aux", "ps"};

/// "/usr/lib/jvm/bin/java -Xmx1g" -> "java"; comm has at most 15 bytes.
std::string_view comm_of(std::string_view command) {
  constexpr std::size_t kLongest = 15;
  std::string_view name = command.substr(0, command.find_first_of(" \t"));
  name.remove_prefix(name.rfind('/') + 1);         // npos + 1 is 0
  if (name.ends_with(':')) name.remove_suffix(1);  // "sshd: user@pts/0"
  return name.substr(0, kLongest);
}

bool is_kernel_thread(const PsRow& row) { return row.command.starts_with('[') && row.vsz_bytes.value_or(0) == 0; }

Process process_of(const PsRow& row, NamePool& names) {
  Process process;
  process.pid = row.pid;
  process.ppid = row.ppid;
  process.command = names.keep(row.command);
  if (is_kernel_thread(row)) {
    process.kind = row.command.ends_with("<defunct>") ? ProcessKind::zombie : ProcessKind::kernel_thread;
    process.name = names.intern(row.command.substr(1, row.command.find_last_of(']') - 1));
    return process;
  }
  process.name = names.intern(comm_of(row.command));
  process.vsz_bytes = row.vsz_bytes;
  process.rss_bytes = row.rss_bytes;
  return process;
}

}  // namespace

bool read_ps_listing(const Root& root, ProcessList& list) {
  std::string text;
  std::vector<PsRow> rows;
  for (const char* const file : kFiles) {
    if (root.read(file, text) == 0) rows = parse_ps(text);
    if (!rows.empty()) break;
  }
  if (rows.empty()) return false;
  if (!list.names) list.names = std::make_unique<NamePool>();
  for (const PsRow& row : rows) {
    const Process process = process_of(row, *list.names);
    if (process.kind == ProcessKind::user) ++list.summary.unwalked;
    if (process.kind == ProcessKind::kernel_thread) ++list.summary.kernel_threads;
    if (process.kind == ProcessKind::zombie) ++list.summary.zombies;
    list.rows.push_back(process);
  }
  std::sort(list.rows.begin(), list.rows.end(), [](const Process& a, const Process& b) { return a.pid < b.pid; });
  // Threads of some listings repeat the pid of their process.
  const auto same = [](const Process& a, const Process& b) { return a.pid == b.pid; };
  list.rows.erase(std::unique(list.rows.begin(), list.rows.end(), same), list.rows.end());
  list.summary.list_error = 0;
  return true;
}

}  // namespace memkit
