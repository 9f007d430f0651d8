#pragma once

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace memkit {

/// A program that was started and then stopped, so that nothing of it moves; killed at the end.
class StoppedProcess {
 public:
  explicit StoppedProcess(std::vector<std::string> words);
  ~StoppedProcess();
  StoppedProcess(const StoppedProcess&) = delete;
  StoppedProcess& operator=(const StoppedProcess&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

}  // namespace memkit
