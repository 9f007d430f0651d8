#pragma once

#include <unistd.h>

#include <cstdint>
#include <string>

namespace memkit {

bool write_to(const std::string& file, const std::string& text);

/// A memory cgroup (v1 or v2) below the test's own, without swap, removed at the end.
class MemoryCgroup {
 public:
  explicit MemoryCgroup(std::uint64_t limit_bytes);
  ~MemoryCgroup();
  MemoryCgroup(const MemoryCgroup&) = delete;
  MemoryCgroup& operator=(const MemoryCgroup&) = delete;

  /// False where none can be made here.
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Where its files are, "/sys/fs/cgroup/memory/memkit-test-7".
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::uint64_t usage() const;
  /// Moves a process into it.
  [[nodiscard]] bool add(pid_t pid) const { return write_to(directory_ + "/cgroup.procs", std::to_string(pid)); }
  [[nodiscard]] bool enter() const { return add(getpid()); }

 private:
  bool usable_ = false;
  std::string path_;
  std::string directory_;
  std::string usage_;
};

}  // namespace memkit
