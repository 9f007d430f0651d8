#include "source/recorder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>

#include "source/errors.h"
#include "source/privileges.h"
#include "source/reading.h"

namespace memkit {
namespace {

constexpr int kCreateFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirMode = 0700;
// Not what else is read for names: the settings of containers hold their environment.
constexpr std::string_view kKept[] = {"proc", "sys", "etc/passwd", "etc/hostname", "sos_commands"};

bool is_below(std::string_view path, std::string_view top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Recorder::Recorder(std::string dir, bool command_lines) : dir_(std::move(dir)), command_lines_(command_lines) {
  const OwnRights own_rights;
  const auto cannot = [&](int error) { return RunError("cannot save to '" + dir_ + "': " + error_text(error)); };
  const bool made = mkdir(dir_.c_str(), kDirMode) == 0;
  if (!made && errno != EEXIST) throw cannot(errno);
  fd_ = Fd(open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd_) throw cannot(errno);
  if (!made) {
    std::error_code error;
    const bool empty = std::filesystem::is_empty(dir_, error);
    if (error) throw cannot(error.value());
    if (!empty) throw RunError("cannot save to '" + dir_ + "': it is not empty; name a new folder");
    if (fchmod(fd_.get(), kDirMode) != 0) throw cannot(errno);
  }
  if (const Fd mark = create(kPartialFile); !mark) throw cannot(errno);
}

bool Recorder::keeps(std::string_view path) const {
  const std::string_view name = last_part(path);
  if (name == "environ" || (name == "cmdline" && !command_lines_)) return false;
  return std::any_of(std::begin(kKept), std::end(kKept), [&](std::string_view top) { return is_below(path, top); });
}

int Recorder::make_directories(const std::string& path) {
  for (std::size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    if (mkdirat(fd_.get(), path.substr(0, slash).c_str(), kDirMode) != 0 && errno != EEXIST) return errno;
    if (slash == std::string::npos) return 0;
  }
}

Fd Recorder::create(std::string_view path) {
  const std::string name(path);
  Fd file(openat(fd_.get(), name.c_str(), kCreateFlags, kFileMode));
  if (file || errno != ENOENT) return file;
  if (const int error = make_directories(name.substr(0, name.rfind('/'))); error != 0) {
    errno = error;
    return {};
  }
  return Fd(openat(fd_.get(), name.c_str(), kCreateFlags, kFileMode));
}

void Recorder::failed(std::string_view path, int error) {
  const std::lock_guard lock(mutex_);
  if (failure_.empty())
    failure_ = "cannot save to '" + dir_ + "': " + std::string(path) + ": " + error_text(error) +
               "; what is there is not whole (" + std::string(kPartialFile) + " marks it)";
}

void Recorder::note_error(std::string_view path, int error) {
  // A file that is not in the folder answers ENOENT by itself.
  if (error == ENOENT) return;
  const std::lock_guard lock(mutex_);
  seen_.errors[std::string(path)] = error;
}

void Recorder::write_all(const Fd& file, std::string_view path, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
    const std::lock_guard lock(mutex_);
    bytes_ += static_cast<std::uint64_t>(written);
  }
}

std::optional<int> Recorder::again(std::string_view path, std::string& into) {
  if (!keeps(path)) return std::nullopt;
  const Fd file(openat(fd_.get(), std::string(path).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (file) return read_all(file.get(), into, std::numeric_limits<std::size_t>::max());
  const std::lock_guard lock(mutex_);
  const auto noted = seen_.errors.find(path);
  return noted == seen_.errors.end() ? std::nullopt : std::optional(noted->second);
}

Fd Recorder::begin(std::string_view path) {
  if (!keeps(path)) return {};
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty()) return {};
    ++files_;
  }
  Fd file = create(path);
  if (!file) failed(path, errno);
  return file;
}

void Recorder::part(std::string_view path, const Fd& file, std::string_view text) {
  if (file) write_all(file, path, text);
}

void Recorder::file(std::string_view path, std::string_view text, int error) {
  if (!keeps(path)) return;
  if (error != 0) return note_error(path, error);
  part(path, begin(path), text);
}

void Recorder::directory(std::string_view path, int error) {
  if (!keeps(path)) return;
  if (error != 0) return note_error(path, error);
  if (const int failure = make_directories(std::string(path)); failure != 0) failed(path, failure);
}

void Recorder::link(std::string_view path, std::string_view target, int error) {
  if (!keeps(path)) return;
  if (error != 0) return note_error(path, error);
  const std::string name(path);
  if (const int failure = make_directories(name.substr(0, name.rfind('/'))); failure != 0) return failed(path, failure);
  if (symlinkat(std::string(target).c_str(), fd_.get(), name.c_str()) != 0 && errno != EEXIST) failed(path, errno);
}

void Recorder::owner(std::string_view path, std::uint32_t uid) {
  {
    const std::lock_guard lock(mutex_);
    seen_.owners[std::string(path)] = uid;
  }
  // smem goes by the owner of the folder. Only root may give it away; capture.json holds it in any case.
  if (geteuid() != 0) return;
  if (fchownat(fd_.get(), std::string(path).c_str(), uid, static_cast<gid_t>(-1), AT_SYMLINK_NOFOLLOW) != 0 &&
      errno != EPERM && errno != EINVAL) {
    failed(path, errno);
  }
}

void Recorder::filesystem(std::string_view path, const FilesystemUse& use, int error) {
  if (error != 0) return note_error(path, error);
  const std::lock_guard lock(mutex_);
  seen_.filesystems[std::string(path)] = use;
}

void Recorder::same_memory(std::uint32_t pid, std::uint32_t other, bool same) {
  const std::lock_guard lock(mutex_);
  seen_.same_memory[{pid, other}] = same;
}

void Recorder::forget(std::string_view directory) {
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  std::filesystem::remove_all(dir_ + "/" + std::string(directory), ignored);
  std::erase_if(seen_.errors, [&](const auto& entry) { return is_below(entry.first, directory); });
  std::erase_if(seen_.owners, [&](const auto& entry) { return is_below(entry.first, directory); });
}

bool Recorder::has(std::string_view path) {
  struct stat info {};
  if (fstatat(fd_.get(), std::string(path).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) return true;
  const std::lock_guard lock(mutex_);
  return seen_.errors.contains(path);
}

void Recorder::finish(const Capture& about) {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    Capture whole = about;
    whole.errors = seen_.errors;
    whole.owners = seen_.owners;
    whole.filesystems = seen_.filesystems;
    whole.same_memory = seen_.same_memory;
    text = capture_text(whole);
  }
  const Fd file = create(kCaptureFile);
  if (!file) failed(kCaptureFile, errno);
  if (file) write_all(file, kCaptureFile, text);
  if (!failure_.empty()) throw RunError(failure_);
  if (unlinkat(fd_.get(), std::string(kPartialFile).c_str(), 0) != 0) {
    failed(kPartialFile, errno);
    throw RunError(failure_);
  }
}

}  // namespace memkit
