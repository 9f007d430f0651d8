#include "cli/memory_cgroup.h"

#include <sys/stat.h>

#include <fstream>

#include "cli/free_fixtures.h"
#include "cli/support.h"

namespace memkit {

bool write_to(const std::string& file, const std::string& text) {
  std::ofstream out(file);
  out << text << std::flush;
  return static_cast<bool>(out);
}

MemoryCgroup::MemoryCgroup(std::uint64_t limit_bytes) {
  for (const std::string& line : lines_of(read_file("/proc/self/cgroup"))) {
    const bool v1 = line.find(":memory:/") != std::string::npos;
    if (!v1 && !line.starts_with("0::/")) continue;
    const std::string base = v1 ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup";
    std::string below = line.substr(line.find(":/") + 1);
    if (below == "/") below.clear();
    below += "/memkit-test-" + std::to_string(getpid());
    if (mkdir((base + below).c_str(), 0755) != 0) continue;
    path_ = below;
    directory_ = base + below;
    usage_ = directory_ + (v1 ? "/memory.usage_in_bytes" : "/memory.current");
    if (write_to(directory_ + (v1 ? "/memory.limit_in_bytes" : "/memory.max"), std::to_string(limit_bytes))) {
      write_to(directory_ + (v1 ? "/memory.swappiness" : "/memory.swap.max"), "0");
      usable_ = true;
      return;
    }
    rmdir(directory_.c_str());
  }
}

MemoryCgroup::~MemoryCgroup() {
  for (int i = 0; usable_ && i < 500 && rmdir(directory_.c_str()) != 0; ++i) usleep(10'000);
}

std::uint64_t MemoryCgroup::usage() const { return std::stoull(read_file(usage_)); }

}  // namespace memkit
