#include "source/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "source/errors.h"

namespace memkit {
namespace {

// Most kernel files fit; larger reads also spare the kernel from walking a record twice that overflows its page.
constexpr std::size_t kChunk = std::size_t{32} << 10;
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

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

int read_all(int fd, std::string& into, std::size_t limit) {
  return read_all([fd](char* room, std::size_t size, std::size_t) { return ::read(fd, room, size); }, into, limit);
}

/// 0 for a regular file, else why it is not read. In a capture a FIFO would block and a device could act.
int refuse_other_than_file(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return errno;
  if (S_ISDIR(info.st_mode)) return EISDIR;
  return S_ISREG(info.st_mode) ? 0 : ENOTSUP;
}

/// Opens a regular file of a capture; 0 or an errno.
int open_file_confined(int dir_fd, const std::string& path, Confinement how, Fd& file) {
  // O_PATH looks without opening: what is no regular file is never opened.
  const Fd look = open_confined(dir_fd, path, O_PATH, how);
  if (!look) return errno;
  if (const int error = refuse_other_than_file(look.get()); error != 0) return error;
  file = open_confined(dir_fd, path, kReadFlags, how);
  if (!file) return errno;
  return refuse_other_than_file(file.get());
}

int read_link_at(int dir_fd, const char* name, std::string& into) {
  into.resize(PATH_MAX);
  const ssize_t length = readlinkat(dir_fd, name, into.data(), into.size());
  const int error = length < 0 ? errno : 0;
  into.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return error;
}

/// Names that `accept(entry)` takes. 0 or an errno.
template <class Accept>
int list_names(Fd fd, std::vector<std::string>& names, Accept accept) {
  names.clear();
  if (!fd) return errno;
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
    if (!itself && accept(*entry)) names.emplace_back(entry->d_name);
  }
  closedir(dir);
  return error;
}

/// Whether a directory of a cgroup file system holds no other: it counts them in its links (fs/kernfs/inode.c), as
/// not every file system does.
bool is_leaf_cgroup(int fd) {
  struct stat info {};
  struct statfs system {};
  if (fstat(fd, &info) != 0 || info.st_nlink != 2 || fstatfs(fd, &system) != 0) return false;
  return system.f_type == CGROUP2_SUPER_MAGIC || system.f_type == CGROUP_SUPER_MAGIC;
}

bool is_directory(int dir_fd, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat info {};
  return fstatat(dir_fd, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

bool is_procfs(int root_fd, bool proc_folder, Confinement how) {
  const Fd proc = open_confined(root_fd, proc_folder ? "." : "proc", O_PATH | O_DIRECTORY, how);
  struct statfs info {};
  return proc && fstatfs(proc.get(), &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

int Dir::open_file(const char* name, Fd& file) const {
  if (confined_) return open_file_confined(fd_.get(), name, Confinement::kernel_or_steps, file);
  file = Fd(openat(fd_.get(), name, kReadFlags));
  return file ? 0 : errno;
}

int Dir::read(const char* name, std::string& into, std::size_t limit) const {
  into.clear();
  Fd file;
  if (const int error = open_file(name, file); error != 0) return error;
  return read_all(file.get(), into, limit);
}

int Dir::read_start(const char* name, std::string& into, std::size_t most) const {
  into.clear();
  Fd file;
  if (const int error = open_file(name, file); error != 0) return error;
  into.resize(most);
  std::size_t used = 0;
  while (used < most) {
    const ssize_t got = ::read(file.get(), into.data() + used, most - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      into.clear();
      return errno;
    }
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  into.resize(used);
  return 0;
}

int Dir::read_in_parts(const char* name, std::string& buffer,
                       const std::function<void(std::string_view& rest, bool at_end)>& consume) const {
  Fd file;
  if (const int error = open_file(name, file); error != 0) return error;
  constexpr std::size_t kLargestRecord = std::size_t{1} << 20;
  constexpr std::size_t kMostInAll = std::size_t{1} << 30;
  buffer.resize(kChunk);
  std::size_t used = 0;
  std::size_t total = 0;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data() + used, buffer.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    used += static_cast<std::size_t>(got);
    std::string_view rest(buffer.data(), used);
    consume(rest, got == 0);
    if (got == 0) return 0;
    std::memmove(buffer.data(), rest.data(), rest.size());
    used = rest.size();
    if (used == buffer.size()) {
      if (used >= kLargestRecord) return EFBIG;
      buffer.resize(used * 2);
    }
    if ((total += static_cast<std::size_t>(got)) > kMostInAll) return EFBIG;
  }
}

int Dir::read_link(const char* name, std::string& into) const { return read_link_at(fd_.get(), name, into); }

Dir Dir::open_dir(const char* name) const {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  if (confined_) return {open_confined(fd_.get(), name, kFlags), true};
  return {Fd(openat(fd_.get(), name, kFlags)), false};
}

int Dir::subdirectories(std::vector<std::string>& names) const {
  names.clear();
  if (is_leaf_cgroup(fd_.get())) return 0;
  // Not a duplicate of the descriptor, which would share its place in the list.
  Fd fd(openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const int dir_fd = fd.get();
  return list_names(std::move(fd), names, [dir_fd](const dirent& entry) { return is_directory(dir_fd, entry); });
}

int HeldFile::read(std::string& into, std::size_t limit) const {
  const int fd = fd_.get();
  const auto read_at = [fd](char* room, std::size_t size, std::size_t offset) {
    return pread(fd, room, size, static_cast<off_t>(offset));
  };
  return read_all(read_at, into, limit);
}

std::optional<std::uint32_t> Dir::owner() const {
  struct stat info {};
  if (confined_ || fstat(fd_.get(), &info) != 0) return std::nullopt;
  return info.st_uid;
}

Root Root::live() {
  Fd fd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw RunError("cannot open /: " + error_text(errno));
  return {std::move(fd), "live", false, false, true, Confinement::kernel_or_steps};
}

Root Root::at(const std::string& dir, Confinement how) {
  Fd fd(::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw RunError("cannot open --root '" + dir + "': " + error_text(errno));
  const auto has = [&](const char* name) { return static_cast<bool>(open_confined(fd.get(), name, O_PATH, how)); };
  const bool proc_folder = !has("proc") && has("meminfo");
  const bool live_proc = is_procfs(fd.get(), proc_folder, how);
  // "live" is the name of the live system.
  return {std::move(fd), dir == "live" ? "./live" : dir, true, proc_folder, live_proc, how};
}

std::optional<std::string> Root::place(const std::string& path) const {
  if (!proc_folder_) return path;
  constexpr std::string_view kProc = "proc/";
  if (path == "proc") return ".";
  if (!path.starts_with(kProc)) return std::nullopt;
  return path.substr(kProc.size());
}

Fd Root::open(const std::string& path, int flags) const {
  const std::optional<std::string> where = place(path);
  if (!where) {
    errno = ENOENT;
    return {};
  }
  if (confined_) return open_confined(fd_.get(), *where, flags, how_);
  return Fd(openat(fd_.get(), where->c_str(), flags | O_CLOEXEC));
}

int Root::open_file(const std::string& path, Fd& file) const {
  const std::optional<std::string> where = place(path);
  if (!where) return ENOENT;
  if (confined_) return open_file_confined(fd_.get(), *where, how_, file);
  file = Fd(openat(fd_.get(), where->c_str(), kReadFlags));
  return file ? 0 : errno;
}

int Root::read(const std::string& path, std::string& into, std::size_t limit) const {
  into.clear();
  Fd file;
  if (const int error = open_file(path, file); error != 0) return error;
  return read_all(file.get(), into, limit);
}

int Root::hold(const std::string& path, HeldFile& file) const {
  Fd fd;
  if (const int error = open_file(path, fd); error != 0) return error;
  file = HeldFile(std::move(fd));
  return 0;
}

FileText Root::read(const std::string& path, std::size_t limit) const {
  FileText file;
  file.error = read(path, file.text, limit);
  return file;
}

Dir Root::open_dir(const std::string& path) const { return {open(path, O_RDONLY | O_DIRECTORY), confined_}; }

int Root::list(const std::string& path, std::vector<std::string>& names) const {
  return list_names(open(path, O_RDONLY | O_DIRECTORY), names, [](const dirent&) { return true; });
}

int Root::read_link(const std::string& path, std::string& into) const {
  into.clear();
  const std::size_t slash = path.rfind('/');
  const Fd dir = open(slash == std::string::npos ? "." : path.substr(0, slash), O_PATH | O_DIRECTORY);
  if (!dir) return errno;
  return read_link_at(dir.get(), path.c_str() + (slash == std::string::npos ? 0 : slash + 1), into);
}

int Root::filesystem_use(const std::string& path, FilesystemUse& use) const {
  if (confined_) return ENOTSUP;
  const Fd fd = open(path, O_PATH);
  if (!fd) return errno;
  struct statfs info {};
  if (fstatfs(fd.get(), &info) != 0) return errno;
  const auto block = static_cast<std::uint64_t>(info.f_bsize);
  use.total_bytes = info.f_blocks * block;
  use.used_bytes = (info.f_blocks - info.f_bfree) * block;
  use.type = static_cast<std::uint64_t>(info.f_type);
  return 0;
}

std::optional<std::uint64_t> Root::page_size_bytes() const {
  if (!live_proc_) return std::nullopt;
  return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::optional<unsigned> Root::usable_cpus() const {
  if (confined_) return std::nullopt;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return std::nullopt;
  return static_cast<unsigned>(CPU_COUNT(&set));
}

unsigned Root::possible_cpus() const {
  if (confined_) return 1;
  return static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_CONF)));
}

std::optional<bool> Root::same_memory(std::uint32_t pid, std::uint32_t other) const {
  if (confined_) return std::nullopt;
  const long order = syscall(SYS_kcmp, pid, other, KCMP_VM, 0, 0);
  if (order < 0) return std::nullopt;
  return order == 0;
}

}  // namespace memkit
