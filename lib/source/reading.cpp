#include "source/reading.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace memkit {
namespace {

// Most kernel files fit; larger reads also spare the kernel from walking a record twice that overflows its page.
constexpr std::size_t kChunk = std::size_t{32} << 10;

/// Reads what `read_at(room, size, offset)` gives, up to the end.
template <class Read>
int read_all(Read read_at, std::string& into, std::size_t limit) {
  into.clear();
  // Not zeroed first, as a string's own room would be: a page that nothing touches costs nothing.
  char chunk[kChunk];
  for (;;) {
    const ssize_t got = read_at(chunk, sizeof chunk, into.size());
    if (got < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      into.clear();
      return error;
    }
    if (got == 0) return 0;
    into.append(chunk, static_cast<std::size_t>(got));
    if (into.size() > limit) {
      into.clear();
      return EFBIG;
    }
  }
}

/// 0 for a regular file of at most `limit` bytes, else why it is not read. In a capture a FIFO would block and a device
/// could act.
int refuse(int fd, std::size_t limit) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return errno;
  if (S_ISDIR(info.st_mode)) return EISDIR;
  if (!S_ISREG(info.st_mode)) return ENOTSUP;
  return static_cast<std::uint64_t>(info.st_size) > limit ? EFBIG : 0;
}

}  // namespace

int read_all(int fd, std::string& into, std::size_t limit) {
  return read_all([fd](char* room, std::size_t size, std::size_t) { return ::read(fd, room, size); }, into, limit);
}

int read_again(int fd, std::string& into, std::size_t limit) {
  const auto read_at = [fd](char* room, std::size_t size, std::size_t offset) {
    return pread(fd, room, size, static_cast<off_t>(offset));
  };
  return read_all(read_at, into, limit);
}

int read_most(int fd, std::string& into, std::size_t most) {
  into.resize(most);
  std::size_t used = 0;
  while (used < most) {
    const ssize_t got = ::read(fd, into.data() + used, most - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      into.clear();
      return error;
    }
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  into.resize(used);
  return 0;
}

int read_by_window(int fd, std::string& buffer, const std::function<bool(std::string_view& rest, bool at_end)>& consume,
                   const std::function<void(std::string_view text)>& tee) {
  constexpr std::size_t kLargestRecord = std::size_t{1} << 20;
  buffer.resize(2 * kChunk);
  std::size_t used = 0;
  std::size_t total = 0;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data() + used, buffer.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    const auto size = static_cast<std::size_t>(got);
    if (tee) tee(std::string_view(buffer.data() + used, size));
    used += size;
    total += size;
    // The kernel gives a page at a time; what is not whole in it would be looked at again with each.
    if (size != 0 && used < buffer.size() && total <= kMaxWindowedBytes) continue;
    std::string_view rest(buffer.data(), used);
    const bool goes_on = consume(rest, got == 0);
    if (got == 0 || !goes_on) return 0;
    if (!rest.empty()) std::memmove(buffer.data(), rest.data(), rest.size());
    used = rest.size();
    if (used == buffer.size()) {
      if (used >= kLargestRecord) return EFBIG;
      buffer.resize(used * 2);
    }
    if (total > kMaxWindowedBytes) return EFBIG;
  }
}

int open_file_confined(int dir_fd, const std::string& path, Confinement how, std::size_t limit, Fd& file) {
  // O_PATH looks without opening: what is no regular file is never opened.
  const Fd look = open_confined(dir_fd, path, O_PATH, how);
  if (!look) return errno;
  if (const int error = refuse(look.get(), limit); error != 0) return error;
  file = open_confined(dir_fd, path, kReadFlags, how);
  if (!file) return errno;
  return refuse(file.get(), limit);
}

int read_link_at(int dir_fd, const char* name, std::string& into) {
  into.resize(PATH_MAX);
  const ssize_t length = readlinkat(dir_fd, name, into.data(), into.size());
  const int error = length < 0 ? errno : 0;
  into.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return error;
}

int list_names(Fd fd, std::vector<std::string>& names, bool (*accept)(int dir_fd, const dirent& entry)) {
  names.clear();
  if (!fd) return errno;
  const int dir_fd = fd.get();
  DIR* const dir = fdopendir(fd.release());
  if (dir == nullptr) return errno;
  int error = 0;
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(dir);
    if (entry == nullptr) {
      error = errno;
      break;
    }
    const bool itself = std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0;
    if (!itself && (accept == nullptr || accept(dir_fd, *entry))) names.emplace_back(entry->d_name);
  }
  closedir(dir);
  return error;
}

int noted_error(const Capture* capture, const std::string& path, int error) {
  if (capture == nullptr || error != ENOENT) return error;
  const auto noted = capture->errors.find(path);
  return noted == capture->errors.end() ? error : noted->second;
}

}  // namespace memkit
