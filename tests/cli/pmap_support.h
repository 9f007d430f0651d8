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

/// A program of tests/programs with its standard output; killed at the end.
class TestProgram {
 public:
  /// `words`: its name and arguments.
  explicit TestProgram(std::vector<std::string> words);
  ~TestProgram();
  TestProgram(const TestProgram&) = delete;
  TestProgram& operator=(const TestProgram&) = delete;
  [[nodiscard]] std::string pid_text() const { return std::to_string(pid_); }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// The next line; empty at its end.
  std::string line();
  /// The lines before `last`, or up to its end.
  std::vector<std::string> lines_until(const std::string& last);

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

}  // namespace memkit
