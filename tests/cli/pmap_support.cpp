#include "cli/pmap_support.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/support.h"

namespace memkit {

StoppedProcess::StoppedProcess(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    execvp(argv[0], argv.data());
    _exit(127);
  }
  // Until its start is over and it waits for what it is made for.
  const std::string begin = std::to_string(pid_) + " (" + words[0] + ") S ";
  for (int i = 0; i < 500 && !read_file("/proc/" + std::to_string(pid_) + "/stat").starts_with(begin); ++i)
    usleep(2000);
  kill(pid_, SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}

StoppedProcess::~StoppedProcess() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

TestProgram::TestProgram(std::vector<std::string> words) {
  words[0] = MEMKIT_TEST_PROGRAMS "/memkit_test_" + words[0];
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int ends[2];
  int begun[2];
  if (pipe2(ends, O_CLOEXEC) != 0 || pipe2(begun, O_CLOEXEC) != 0) return;
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  out_ = ends[0];
  // Once it is the program that it is to be, its copy of this end is closed.
  close(begun[1]);
  char byte = 0;
  static_cast<void>(!read(begun[0], &byte, 1));
  close(begun[0]);
}

TestProgram::~TestProgram() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(out_);
}

std::string TestProgram::line() {
  std::string line;
  for (char byte = 0; read(out_, &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

std::vector<std::string> TestProgram::lines_until(const std::string& last) {
  std::vector<std::string> lines;
  for (std::string next = line(); next != last && !next.empty(); next = line()) lines.push_back(next);
  return lines;
}

}  // namespace memkit
