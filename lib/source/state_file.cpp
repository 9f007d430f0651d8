#include "source/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "source/errors.h"
#include "source/fd.h"
#include "source/privileges.h"

namespace memkit {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  throw RunError("cannot " + what + " '" + path + "': " + error_text(error));
}

}  // namespace

std::string read_state_file(const std::string& path) {
  const OwnRights own_rights;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == ENOENT) return "";
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0) fail("read", path, errno);
  if (!S_ISREG(info.st_mode)) throw RunError("cannot read '" + path + "': it is no regular file");
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kMostBytes) throw RunError("cannot read '" + path + "': it is no state file");
  }
}

void replace_file(const std::string& path, std::string_view text) {
  const OwnRights own_rights;
  std::string temporary = path + ".XXXXXX";
  Fd fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) fail("write", path, errno);
  std::string_view rest = text;
  int error = fchmod(fd.get(), 0644) == 0 ? 0 : errno;
  while (error == 0 && !rest.empty()) {
    const ssize_t put = ::write(fd.get(), rest.data(), rest.size());
    if (put >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(put));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && fsync(fd.get()) != 0) error = errno;
  if (error == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return;
  unlink(temporary.c_str());
  fail("write", path, error);
}

}  // namespace memkit
