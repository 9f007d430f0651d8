#include "cli/support.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

namespace memkit {
namespace {

using Clock = std::chrono::steady_clock;

int checked(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
  return result;
}

class End {
 public:
  explicit End(int fd = -1) : fd_(fd) {}
  ~End() { reset(); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

void make_pipe(End& reader, End& writer) {
  std::array<int, 2> ends{};
  checked(pipe2(ends.data(), O_CLOEXEC), "pipe2");
  reader.reset(ends[0]);
  writer.reset(ends[1]);
}

void make_terminal(End& reader, End& writer, unsigned short columns) {
  reader.reset(checked(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt"));
  checked(grantpt(reader.fd()), "grantpt");
  checked(unlockpt(reader.fd()), "unlockpt");
  std::array<char, 64> name{};
  if (ptsname_r(reader.fd(), name.data(), name.size()) != 0) throw std::runtime_error("ptsname_r");
  writer.reset(checked(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC), name.data()));
  const winsize size{24, columns, 0, 0};
  checked(ioctl(writer.fd(), TIOCSWINSZ, &size), "TIOCSWINSZ");
}

std::vector<std::string> environment(const std::vector<std::string>& changes) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  for (const std::string& change : changes) {
    const std::string name = change.substr(0, change.find('=')) + "=";
    std::erase_if(all, [&](const std::string& entry) { return entry.starts_with(name); });
    if (change.find('=') != std::string::npos) all.push_back(change);
  }
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> found;
  for (std::string& text : strings) found.push_back(text.data());
  found.push_back(nullptr);
  return found;
}

/// Takes what there is to read; closes the end at the end of the file (EIO is a terminal's way to say it).
void drain(End& end, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t count = read(end.fd(), buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    end.reset();
  }
}

void feed(End& end, std::string_view& text) {
  const ssize_t count = text.empty() ? -1 : write(end.fd(), text.data(), text.size());
  if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  if (count < 0 || text.empty()) end.reset();
}

[[noreturn]] void become(const Given& given, const std::array<int, 3>& streams, char* const* argv, char* const* envp) {
  for (int i = 0; i < 3; ++i) dup2(streams[static_cast<std::size_t>(i)], i);
  std::signal(SIGPIPE, SIG_DFL);
  if (!given.cwd.empty() && chdir(given.cwd.c_str()) != 0) _exit(126);
  execvpe(given.program.c_str(), argv, envp);
  _exit(127);
}

}  // namespace

const std::string& memkit_binary() {
  static const std::string binary = [] {
    const char* const named = std::getenv("MEMKIT_UNDER_TEST");
    return std::string(named != nullptr ? named : MEMKIT_BINARY);
  }();
  return binary;
}

bool sanitized() { return std::getenv("MEMKIT_SANITIZED") != nullptr; }

Outcome run(const std::vector<std::string>& arguments, const Given& given) {
  End child_in, feeder, reader, child_out, err_reader, child_err;
  make_pipe(child_in, feeder);
  make_pipe(err_reader, child_err);
  if (!given.stdout_to.empty()) {
    child_out.reset(checked(::open(given.stdout_to.c_str(), O_WRONLY | O_CLOEXEC), given.stdout_to.c_str()));
  } else if (given.tty_columns != 0) {
    make_terminal(reader, child_out, given.tty_columns);
  } else {
    make_pipe(reader, child_out);
    if (given.stdout_closed_pipe) reader.reset();
  }

  std::vector<std::string> words = {given.argv0.empty() ? given.program : given.argv0};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment(given.env);
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = pointers(variables);

  const pid_t pid = checked(fork(), "fork");
  if (pid == 0) become(given, {child_in.fd(), child_out.fd(), child_err.fd()}, argv.data(), envp.data());
  child_in.reset();
  child_out.reset();
  child_err.reset();

  Outcome result;
  std::string_view rest = given.stdin_text;
  void (*const old_sigpipe)(int) = std::signal(SIGPIPE, SIG_IGN);
  if (rest.empty()) feeder.reset();
  const auto deadline = Clock::now() + std::chrono::seconds(given.timeout_s);
  while (reader.open() || err_reader.open() || feeder.open()) {
    // poll leaves out what has a negative descriptor.
    std::array<pollfd, 3> waits{{{reader.fd(), POLLIN, 0}, {err_reader.fd(), POLLIN, 0}, {feeder.fd(), POLLOUT, 0}}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0 || poll(waits.data(), waits.size(), static_cast<int>(left)) == 0) {
      kill(pid, SIGKILL);
      ADD_FAILURE() << given.program << " did not end within " << given.timeout_s << " s";
      break;
    }
    if (waits[0].revents != 0) drain(reader, result.out);
    if (waits[1].revents != 0) drain(err_reader, result.err);
    if (waits[2].revents != 0) feed(feeder, rest);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  std::signal(SIGPIPE, old_sigpipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  if (given.tty_columns != 0) std::erase(result.out, '\r');
  return result;
}

Outcome shell(const std::string& line, Given given) {
  given.program = "sh";
  given.env.push_back("MEMKIT=" + memkit_binary());
  return run({"-c", line}, given);
}

bool has_tool(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((folder + "/" + name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

std::string corpus_dir() {
  const char* const named = std::getenv("MEMKIT_CORPUS");
  const std::string dir = named != nullptr ? named : MEMKIT_SOURCE_DIR "/../shared/corpus";
  return std::filesystem::is_directory(dir) ? dir : "";
}

TemporaryDir::TemporaryDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "memkit-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
  path_ = pattern;
}

TemporaryDir::~TemporaryDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDir::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) ADD_FAILURE() << "cannot read " << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

double seconds_of(const std::string& time) {
  std::tm parts{};
  const char* const rest = strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  EXPECT_NE(rest, nullptr) << time;
  return static_cast<double>(timegm(&parts)) + (rest == nullptr ? 0 : std::strtod(rest, nullptr));
}

void map_files_of(pid_t pid) {
  std::set<std::string> files;
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    if (const std::size_t slash = line.find('/'); slash != std::string::npos) files.insert(line.substr(slash));
  }
  for (const std::string& file : files) {
    const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || fstat(fd, &info) != 0) continue;
    mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    close(fd);
  }
}

}  // namespace memkit
