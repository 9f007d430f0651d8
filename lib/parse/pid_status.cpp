#include "pid_status.h"

#include <array>

#include "key_values.h"

namespace memkit {
namespace {

using S = PidStatus;
// In the order in which kernels print them.
constexpr KeyTable kTable(std::to_array<KeyField<S>>({
    {"Kthread", &S::kthread},          {"VmPeak", &S::vm_peak_bytes},   {"VmSize", &S::vm_size_bytes},
    {"VmLck", &S::vm_lck_bytes},       {"VmPin", &S::vm_pin_bytes},     {"VmHWM", &S::vm_hwm_bytes},
    {"VmRSS", &S::vm_rss_bytes},       {"RssAnon", &S::rss_anon_bytes}, {"RssFile", &S::rss_file_bytes},
    {"RssShmem", &S::rss_shmem_bytes}, {"VmData", &S::vm_data_bytes},   {"VmStk", &S::vm_stk_bytes},
    {"VmExe", &S::vm_exe_bytes},       {"VmLib", &S::vm_lib_bytes},     {"VmPTE", &S::vm_pte_bytes},
    {"VmPMD", &S::vm_pmd_bytes},       {"VmSwap", &S::vm_swap_bytes},   {"HugetlbPages", &S::hugetlb_pages_bytes},
    {"Threads", &S::threads},
}));

// seq_escape of "\n\\": a newline stands as \n, a backslash as \\. Older kernels, too.
std::string unescape_name(std::string_view text) {
  std::string name;
  name.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'n' || next == '\\') ++i;
    name += next == 'n' ? '\n' : text[i];
  }
  return name;
}

template <class T>
void store(Got<T>& slot, Got<T> value) {
  if (!slot && slot.missing() == Missing::absent) slot = std::move(value);
}

// The lines that are more than a key and a number; false for others.
bool parse_special(std::string_view key, std::string_view value, PidStatus& status) {
  if (key == "Name") {  // "Name:\t" and the name: its own blanks count
    if (value.starts_with('\t')) value.remove_prefix(1);
    if (value.ends_with('\r')) value.remove_suffix(1);
    store(status.name, Got<std::string>(unescape_name(value)));
  } else if (key == "State") {  // "State:\tS (sleeping)"
    const std::string_view state = take_word(value);
    store(status.state, state.size() == 1 ? Got<char>(state[0]) : Missing::malformed);
  } else if (key == "Tgid") {
    store(status.tgid, to_number<std::uint32_t>(trim(value)));
  } else if (key == "Pid") {
    store(status.pid, to_number<std::uint32_t>(trim(value)));
  } else if (key == "PPid") {
    store(status.ppid, to_number<std::uint32_t>(trim(value)));
  } else if (key == "Uid") {  // "Uid:\t0\t0\t0\t0": real, effective, saved, file system
    store(status.uid, to_number<std::uint32_t>(take_word(value)));
    store(status.euid, to_number<std::uint32_t>(take_word(value)));
  } else {
    return false;
  }
  return true;
}

}  // namespace

PidStatus parse_pid_status(std::string_view text) {
  PidStatus status;
  text = complete_lines(text);
  std::size_t expected = 0;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (parse_special(line.substr(0, colon), line.substr(colon + 1), status)) continue;
    const KeyValue pair = parse_key_value(line);
    kTable.store(pair.key, pair.value, status, expected);
  }
  return status;
}

}  // namespace memkit
