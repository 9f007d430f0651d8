#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>

#include "source/reading.h"
#include "source/recorder.h"
#include "source/root.h"

namespace memkit {
namespace {

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

}  // namespace

int Dir::answer(const char* name, int error) const {
  if (capture_ == nullptr || error != ENOENT) return error;
  return noted_error(capture_, path_of(name), error);
}

int Dir::open_file(const char* name, std::size_t limit, Fd& file) const {
  if (confined_) return answer(name, open_file_confined(fd_.get(), name, Confinement::kernel_or_steps, limit, file));
  file = Fd(openat(fd_.get(), name, kReadFlags));
  return file ? 0 : errno;
}

int Dir::read(const char* name, std::string& into, std::size_t limit) const {
  into.clear();
  if (recorder_ != nullptr) {
    if (const auto before = recorder_->again(path_of(name), into)) return *before;
  }
  Fd file;
  int error = open_file(name, limit, file);
  if (error == 0) error = read_all(file.get(), into, limit);
  if (recorder_ != nullptr) recorder_->file(path_of(name), into, error);
  return error;
}

int Dir::read_start(const char* name, std::string& into, std::size_t most) const {
  into.clear();
  Fd file;
  int error = open_file(name, SIZE_MAX, file);
  if (error == 0) error = read_most(file.get(), into, most);
  if (recorder_ != nullptr) recorder_->file(path_of(name), into, error);
  return error;
}

int Dir::read_in_parts(const char* name, std::string& buffer,
                       const std::function<bool(std::string_view& rest, bool at_end)>& consume) const {
  Fd file;
  int error = open_file(name, kMaxWindowedBytes, file);
  if (recorder_ == nullptr) return error != 0 ? error : read_by_window(file.get(), buffer, consume, {});
  const std::string path = path_of(name);
  if (error == 0) {
    const Fd record = recorder_->begin(path);
    bool wanted = true;
    const auto consume_wanted = [&](std::string_view& rest, bool at_end) {
      wanted = wanted && consume(rest, at_end);
      if (!wanted) rest = {};
      return true;  // half a file is no capture of it
    };
    error = read_by_window(file.get(), buffer, consume_wanted,
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
  return list_names(std::move(fd), names, is_directory);
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

int HeldFile::read(std::string& into, std::size_t limit) const { return read_again(fd_.get(), into, limit); }

}  // namespace memkit
