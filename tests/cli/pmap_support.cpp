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

}  // namespace memkit
