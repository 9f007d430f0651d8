// inject [--as NAME] [--adj N] [--uid N] [--cgroup DIR] [--node N] [--foreground] FAULT ARGUMENT...
//
// Puts a fault in place, says so by ending with 0, and leaves a process behind that holds it; that process's pid is
// what it prints. With --foreground no process is left behind: the status is then that of the fault's own process.
#include "vm/inject.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/mempolicy.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace inject {
namespace {

void (*g_afterwards)() = nullptr;

struct Settings {
  std::string name, adj, cgroup, node;
  uid_t uid = 0;
  bool foreground = false;
};

void write_file(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    fail(fmt::format("{}: {}", path, strerror(errno)));
  }
  close(file);
}

void settle(const Settings& settings) {
  const rlimit many{1 << 20, 1 << 20};
  setrlimit(RLIMIT_NOFILE, &many);
  if (!settings.cgroup.empty()) write_file(settings.cgroup + "/cgroup.procs", "0");
  if (!settings.adj.empty()) write_file("/proc/self/oom_score_adj", settings.adj);
  if (!settings.node.empty()) {
    const unsigned long nodes = 1UL << number(settings.node);
    if (syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 64UL) != 0) fail("set_mempolicy");
  }
  if (!settings.name.empty()) prctl(PR_SET_NAME, settings.name.c_str());
  if (settings.uid != 0 && setuid(settings.uid) != 0) fail("setuid");
}

[[noreturn]] void hold() {
  for (;;) {
    if (g_afterwards) {
      g_afterwards();
    } else {
      pause();
    }
  }
}

int leave_behind(const Injector& injector, const Settings& settings, const Arguments& arguments) {
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) fail("pipe");
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    close(ready[0]);
    setsid();
    settle(settings);
    injector.run(arguments);
    if (write(ready[1], "", 1) != 1) fail("nobody waits");
    close(ready[1]);
    for (const int stream : {0, 1, 2}) close(stream);
    hold();
  }
  close(ready[1]);
  fmt::print("{}\n", child);
  fflush(stdout);
  char byte;
  if (read(ready[0], &byte, 1) == 1) return 0;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Settings take_settings(Arguments& words) {
  Settings settings;
  while (!words.empty() && words[0].starts_with("--")) {
    if (words[0] == "--foreground") {
      settings.foreground = true;
      words.erase(words.begin());
      continue;
    }
    if (words.size() < 2) fail(words[0] + " needs a value");
    if (words[0] == "--as") {
      settings.name = words[1];
    } else if (words[0] == "--adj") {
      settings.adj = words[1];
    } else if (words[0] == "--uid") {
      settings.uid = static_cast<uid_t>(number(words[1]));
    } else if (words[0] == "--node") {
      settings.node = words[1];
    } else if (words[0] == "--cgroup") {
      settings.cgroup = words[1];
    } else {
      fail("unknown option: " + words[0]);
    }
    words.erase(words.begin(), words.begin() + 2);
  }
  return settings;
}

int run(Arguments words) {
  const Settings settings = take_settings(words);
  std::vector<Injector> table = memory_injectors();
  table.insert(table.end(), kernel_injectors().begin(), kernel_injectors().end());
  if (words.empty()) {
    for (const Injector& injector : table) fmt::print("{} {}\n", injector.name, injector.usage);
    return 2;
  }
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Injector& row) { return row.name == words[0]; });
  if (found == table.end()) fail("unknown fault: " + words[0]);
  words.erase(words.begin());
  if (words.size() < found->arguments) fail(fmt::format("{} takes {}", found->name, found->usage));
  if (!settings.foreground) return leave_behind(*found, settings, words);
  settle(settings);
  found->run(words);
  return 0;
}

}  // namespace

void afterwards(void (*step)()) { g_afterwards = step; }

void fail(const std::string& what) {
  fmt::print(stderr, "inject: {}\n", what);
  _exit(1);
}

size_t number(const std::string& text) {
  char* end = nullptr;
  const unsigned long value = strtoul(text.c_str(), &end, 10);
  if (text.empty() || *end != '\0') fail("not a number: " + text);
  return value;
}

}  // namespace inject

int main(int count, char** words) { return inject::run(inject::Arguments(words + 1, words + count)); }
