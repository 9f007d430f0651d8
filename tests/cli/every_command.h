#pragma once

#include <string>
#include <vector>

#include "cli/oom_log_fixtures.h"
#include "cli/support.h"

namespace memkit {

/// A log with one event in it.
inline std::string one_kill() { return MadeKill{"", 100'000'000, "/system.slice/a.service", "java", 100}.text(); }

/// Every command as it is most often called, of the running system; `log` is a file for oom --log.
inline std::vector<std::vector<std::string>> live_commands(const std::string& log) {
  return {{"free"},
          {"smem"},
          {"pmap", "--kind", std::to_string(getpid())},
          {"slab"},
          {"psi"},
          {"psi", "--by", "cgroup"},
          {"oom"},
          {"oom", "--log", log},
          {"report"},
          {"report", "--json"}};
}

/// The same of a folder.
inline std::vector<std::vector<std::string>> root_commands(const std::string& root, const std::string& pid,
                                                           const std::string& log) {
  std::vector<std::vector<std::string>> all = live_commands(log);
  for (std::vector<std::string>& words : all) {
    if (words.front() == "pmap") words.back() = pid;
    if (words.back() != log) words.insert(words.end(), {"--root", root});
  }
  return all;
}

/// The words as a line of shell.
inline std::string shell_line(const std::vector<std::string>& words) {
  std::string line = "\"$MEMKIT\"";
  for (const std::string& word : words) line += " '" + word + "'";
  return line;
}

}  // namespace memkit
