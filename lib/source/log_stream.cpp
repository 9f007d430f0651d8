#include "source/log_stream.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

#include "source/errors.h"
#include "source/privileges.h"

extern char** environ;

namespace memkit {
namespace {

constexpr int kReadAll = 3;      // SYSLOG_ACTION_READ_ALL
constexpr int kSizeBuffer = 10;  // SYSLOG_ACTION_SIZE_BUFFER

std::int64_t clock_us(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
}

/// What compressed files begin with.
const char* decompressor_of(const Fd& fd) {
  unsigned char start[6] = {};
  const ssize_t got = pread(fd.get(), start, sizeof(start), 0);
  if (got >= 2 && start[0] == 0x1f && start[1] == 0x8b) return "zcat";
  if (got >= 6 && std::memcmp(start,
                              "\xfd"
                              "7zXZ",
                              5) == 0)
    return "xzcat";
  if (got >= 4 && std::memcmp(start, "\x28\xb5\x2f\xfd", 4) == 0) return "zstdcat";
  if (got >= 3 && std::memcmp(start, "BZh", 3) == 0) return "bzcat";
  return nullptr;
}

}  // namespace

std::int64_t monotonic_to_wall_us() { return clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC); }

LogStream LogStream::running_kernel() {
  Fd fd(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const int error = errno;
  if (fd) return {Kind::records, std::move(fd), "/dev/kmsg"};
  LogStream stream(Kind::text, Fd(), "the kernel's log");
  const int size = klogctl(kSizeBuffer, nullptr, 0);
  if (size > 0) {
    stream.text_.resize(static_cast<std::size_t>(size));
    const int got = klogctl(kReadAll, stream.text_.data(), size);
    if (got >= 0) {
      stream.text_.resize(static_cast<std::size_t>(got));
      return stream;
    }
  }
  throw RunError("cannot read the kernel's log: /dev/kmsg: " + error_text(error) + "; syslog(2): " + error_text(errno) +
                 "; be root, or name a file: --log FILE");
}

LogStream LogStream::file(const std::string& path) {
  if (path == "-") return {Kind::stream, Fd(dup(STDIN_FILENO)), "standard input"};
  const OwnRights own_rights;
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) throw RunError("cannot read '" + path + "': " + error_text(errno));
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) throw RunError("cannot read '" + path + "': " + error_text(errno));
  if (S_ISDIR(info.st_mode)) throw RunError("cannot read '" + path + "': it is a folder; --root reads one");
  LogStream stream(Kind::stream, std::move(fd), path);
  if (!S_ISREG(info.st_mode)) return stream;
  if (const char* const program = decompressor_of(stream.fd_); program != nullptr) {
    throw RunError("'" + path + "' is compressed: " + program + " FILE | memkit oom --log -");
  }
  stream.modified_us_ = static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000 + info.st_mtim.tv_nsec / 1000;
  posix_fadvise(stream.fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return stream;
}

LogStream LogStream::program(const std::vector<std::string>& words) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw RunError("cannot make a pipe: " + error_text(errno));
  Fd out(ends[0]);
  Fd in(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.get(), STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  LogStream stream(Kind::stream, std::move(out), words.front());
  const int error = posix_spawnp(&stream.child_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    stream.child_ = -1;
    throw RunError("cannot run " + words.front() + ": " + error_text(error) + "; name a log instead: --log FILE");
  }
  return stream;
}

LogStream::~LogStream() {
  // A moved-from stream has no descriptor, and no child of its own.
  if (!fd_ || child_ <= 0) return;
  kill(child_, SIGTERM);
  waitpid(child_, nullptr, 0);
}

std::size_t LogStream::read(std::span<char> into) {
  if (kind_ == Kind::text) {
    const std::size_t part = std::min(into.size(), text_.size() - text_at_);
    std::memcpy(into.data(), text_.data() + text_at_, part);
    text_at_ += part;
    return part;
  }
  for (;;) {
    const ssize_t got = ::read(fd_.get(), into.data(), into.size());
    if (got > 0) return static_cast<std::size_t>(got);
    if (got == 0) break;
    if (errno == EINTR) continue;
    if (kind_ == Kind::records) {
      if (errno == EPIPE) continue;  // records were overwritten before they were read: go on with the oldest left
      if (errno == EAGAIN) return 0;
    }
    throw RunError("cannot read " + name_ + ": " + error_text(errno));
  }
  if (child_ > 0) {
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw RunError(name_ + " failed: see its message above");
  }
  return 0;
}

}  // namespace memkit
