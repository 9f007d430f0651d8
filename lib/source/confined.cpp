#include "source/confined.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <deque>
#include <string_view>
#include <vector>

namespace memkit {
namespace {

constexpr int kMaxLinks = 40;  // the kernel's own limit (MAXSYMLINKS)

/// The parts still to walk, front first. A trailing slash or "." leaves no part.
void push_front_parts(std::deque<std::string>& parts, std::string_view path) {
  std::vector<std::string> found;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") found.emplace_back(part);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  parts.insert(parts.begin(), found.begin(), found.end());
}

/// Opens the directory `name` below `dir` without following a link at its end.
Fd open_step(int dir, const std::string& name) {
  return Fd(openat(dir, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Fd open_by_steps(int root_fd, const std::string& path, int flags) {
  std::deque<std::string> parts;
  push_front_parts(parts, path);
  std::vector<Fd> above;  // the directories entered, so that ".." goes back and never above the root
  int links = 0;
  while (!parts.empty()) {
    const std::string part = std::move(parts.front());
    parts.pop_front();
    if (part == "..") {
      if (!above.empty()) above.pop_back();
      continue;
    }
    const int here = above.empty() ? root_fd : above.back().get();
    std::string target(PATH_MAX, '\0');
    const ssize_t length = readlinkat(here, part.c_str(), target.data(), target.size());
    if (length >= 0) {
      if (++links > kMaxLinks) {
        errno = ELOOP;
        return {};
      }
      target.resize(static_cast<std::size_t>(length));
      if (target.starts_with('/')) above.clear();
      push_front_parts(parts, target);
      continue;
    }
    if (parts.empty()) return Fd(openat(here, part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    Fd next = open_step(here, part);
    if (!next) return {};
    above.push_back(std::move(next));
  }
  const int here = above.empty() ? root_fd : above.back().get();
  return Fd(openat(here, ".", flags | O_CLOEXEC));
}

}  // namespace

Fd open_confined(int root_fd, const std::string& path, int flags, Confinement how) {
  static std::atomic<bool> kernel_has_openat2 = true;
  if (how == Confinement::kernel_or_steps && kernel_has_openat2) {
    open_how request{};
    request.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    request.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    long fd = -1;
    // EAGAIN: somebody renamed a part of the path meanwhile, and the kernel cannot tell that it stayed inside.
    for (int tries = 0; tries < 16 && fd < 0 && (tries == 0 || errno == EAGAIN); ++tries) {
      fd = syscall(SYS_openat2, root_fd, path.empty() ? "." : path.c_str(), &request, sizeof request);
    }
    if (fd >= 0) return Fd(static_cast<int>(fd));
    // EPERM: seccomp filters older than the call answer so. The steps then meet the real EPERM, if there is one.
    if (errno != ENOSYS && errno != EPERM) return {};
    if (errno == ENOSYS) kernel_has_openat2 = false;
  }
  return open_by_steps(root_fd, path, flags);
}

}  // namespace memkit
