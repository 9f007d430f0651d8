#include "output/out.h"

#include <unistd.h>

#include <cerrno>

namespace memkit {

void Out::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      buffer_.clear();
      throw OutputError{error};
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void Out::finish() {
  flush();
  // EBADF: started with stdout closed and nothing to say.
  if (close(fd_) != 0 && errno != EBADF) throw OutputError{errno};
}

}  // namespace memkit
