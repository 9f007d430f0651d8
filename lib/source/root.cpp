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
#include "source/recorder.h"

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

/// At most the first `most` bytes; 0 or an errno.
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

/// Dir::read_in_parts() of an open file; `tee` may be empty.
int read_by_window(int fd, std::string& buffer, const std::function<void(std::string_view& rest, bool at_end)>& consume,
                   const std::function<void(std::string_view text)>& tee) {
  constexpr std::size_t kLargestRecord = std::size_t{1} << 20;
  constexpr std::size_t kMostInAll = std::size_t{1} << 30;
  buffer.resize(kChunk);
  std::size_t used = 0;
  std::size_t total = 0;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data() + used, buffer.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    const auto size = static_cast<std::size_t>(got);
    if (tee) tee(std::string_view(buffer.data() + used, size));
    used += size;
    std::string_view rest(buffer.data(), used);
    consume(rest, got == 0);
    if (got == 0) return 0;
    std::memmove(buffer.data(), rest.data(), rest.size());
    used = rest.size();
    if (used == buffer.size()) {
      if (used >= kLargestRecord) return EFBIG;
      buffer.resize(used * 2);
    }
    if ((total += size) > kMostInAll) return EFBIG;
  }
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

/// What a capture says that reading `path` met, where the tree has nothing there.
int noted_error(const Capture* capture, const std::string& path, int error) {
  if (capture == nullptr || error != ENOENT) return error;
  const auto noted = capture->errors.find(path);
  return noted == capture->errors.end() ? error : noted->second;
}

}  // namespace

int Dir::answer(const char* name, int error) const {
  if (capture_ == nullptr || error != ENOENT) return error;
  return noted_error(capture_, path_of(name), error);
}

int Dir::open_file(const char* name, Fd& file) const {
  if (confined_) return answer(name, open_file_confined(fd_.get(), name, Confinement::kernel_or_steps, file));
  file = Fd(openat(fd_.get(), name, kReadFlags));
  return file ? 0 : errno;
}

int Dir::read(const char* name, std::string& into, std::size_t limit) const {
  into.clear();
  Fd file;
  int error = open_file(name, file);
  if (error == 0) error = read_all(file.get(), into, limit);
  if (recorder_ != nullptr) recorder_->file(path_of(name), into, error);
  return error;
}

int Dir::read_start(const char* name, std::string& into, std::size_t most) const {
  into.clear();
  Fd file;
  int error = open_file(name, file);
  if (error == 0) error = read_most(file.get(), into, most);
  if (recorder_ != nullptr) recorder_->file(path_of(name), into, error);
  return error;
}

int Dir::read_in_parts(const char* name, std::string& buffer,
                       const std::function<void(std::string_view& rest, bool at_end)>& consume) const {
  Fd file;
  int error = open_file(name, file);
  if (recorder_ == nullptr) return error != 0 ? error : read_by_window(file.get(), buffer, consume, {});
  const std::string path = path_of(name);
  if (error == 0) {
    const Fd record = recorder_->begin(path);
    error = read_by_window(file.get(), buffer, consume,
                           [&](std::string_view text) { recorder_->part(path, record, text); });
  }
  if (error != 0) recorder_->file(path, {}, error);
  return error;
}

int Dir::read_link(const char* name, std::string& into) const {
  const int error = answer(name, read_link_at(fd_.get(), name, into));
  if (recorder_ != nullptr) recorder_->link(path_of(name), into, error);
  return error;
}

Dir Dir::open_dir(const char* name) const {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  Fd fd = confined_ ? open_confined(fd_.get(), name, kFlags) : Fd(openat(fd_.get(), name, kFlags));
  const int error = fd ? 0 : answer(name, errno);
  if (recorder_ != nullptr) recorder_->directory(path_of(name), error);
  errno = error;
  return {std::move(fd), confined_, path_of(name), recorder_, capture_};
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
  std::optional<std::uint32_t> uid;
  if (confined_ && capture_ != nullptr) {
    const auto noted = capture_->owners.find(path_);
    if (noted != capture_->owners.end()) uid = noted->second;
  } else if (!confined_ && fstat(fd_.get(), &info) == 0) {
    uid = info.st_uid;
  }
  if (recorder_ != nullptr && uid) recorder_->owner(path_, *uid);
  return uid;
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
  const bool partial = has(std::string(kPartialFile).c_str());
  // "live" is the name of the live system.
  Root root(std::move(fd), dir == "live" ? "./live" : dir, true, proc_folder, live_proc, how);
  root.partial_ = partial;
  const FileText text = live_proc ? FileText{} : root.read(std::string(kCaptureFile));
  if (auto capture = parse_capture(text.text)) root.capture_ = std::make_shared<const Capture>(std::move(*capture));
  return root;
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

int Root::answer(const std::string& path, int error) const { return noted_error(capture_.get(), path, error); }

int Root::open_file(const std::string& path, Fd& file) const {
  const std::optional<std::string> where = place(path);
  if (!where) return ENOENT;
  if (confined_) return answer(path, open_file_confined(fd_.get(), *where, how_, file));
  file = Fd(openat(fd_.get(), where->c_str(), kReadFlags));
  return file ? 0 : errno;
}

int Root::read(const std::string& path, std::string& into, std::size_t limit) const {
  into.clear();
  Fd file;
  int error = open_file(path, file);
  if (error == 0) error = read_all(file.get(), into, limit);
  if (recorder_) recorder_->file(path, into, error);
  return error;
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

Dir Root::open_dir(const std::string& path) const {
  Fd fd = open(path, O_RDONLY | O_DIRECTORY);
  const int error = fd ? 0 : answer(path, errno);
  if (recorder_) recorder_->directory(path, error);
  errno = error;
  return {std::move(fd), confined_, path, recorder_.get(), capture_.get()};
}

int Root::list(const std::string& path, std::vector<std::string>& names) const {
  const int error =
      answer(path, list_names(open(path, O_RDONLY | O_DIRECTORY), names, [](const dirent&) { return true; }));
  if (recorder_) recorder_->directory(path, error);
  return error;
}

int Root::read_link(const std::string& path, std::string& into) const {
  const int error = answer(path, read_link_here(path, into));
  if (recorder_) recorder_->link(path, into, error);
  return error;
}

void Root::forget(const std::string& path) const {
  if (recorder_) recorder_->forget(path);
}

int Root::read_link_here(const std::string& path, std::string& into) const {
  into.clear();
  const std::size_t slash = path.rfind('/');
  const Fd dir = open(slash == std::string::npos ? "." : path.substr(0, slash), O_PATH | O_DIRECTORY);
  if (!dir) return errno;
  return read_link_at(dir.get(), path.c_str() + (slash == std::string::npos ? 0 : slash + 1), into);
}

int Root::filesystem_use(const std::string& path, FilesystemUse& use) const {
  const int error = filesystem_use_here(path, use);
  if (recorder_) recorder_->filesystem(path, use, error);
  return error;
}

int Root::filesystem_use_here(const std::string& path, FilesystemUse& use) const {
  if (confined_) {
    if (!capture_) return ENOTSUP;
    const auto noted = capture_->filesystems.find(path);
    if (noted == capture_->filesystems.end()) return answer(path, ENOENT);
    use = noted->second;
    return 0;
  }
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
  if (live_proc_) return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return capture_ ? capture_->page_size_bytes : std::nullopt;
}

std::optional<std::uint64_t> Root::ticks_per_s() const {
  if (live_proc_) return static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return capture_ ? capture_->ticks_per_s : std::nullopt;
}

std::optional<unsigned> Root::usable_cpus() const {
  if (confined_) return std::nullopt;
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return std::nullopt;
  return static_cast<unsigned>(CPU_COUNT(&set));
}

unsigned Root::possible_cpus() const {
  if (confined_) return capture_ ? capture_->possible_cpus.value_or(1) : 1;
  return static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_CONF)));
}

std::optional<bool> Root::same_memory(std::uint32_t pid, std::uint32_t other) const {
  std::optional<bool> same;
  if (confined_ && capture_) {
    const auto noted = capture_->same_memory.find({pid, other});
    if (noted != capture_->same_memory.end()) same = noted->second;
  } else if (!confined_) {
    const long order = syscall(SYS_kcmp, pid, other, KCMP_VM, 0, 0);
    if (order >= 0) same = order == 0;
  }
  if (recorder_ && same) recorder_->same_memory(pid, other, *same);
  return same;
}

}  // namespace memkit
