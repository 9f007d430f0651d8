#include "source/root.h"

#include <linux/kcmp.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>

#include "source/errors.h"
#include "source/privileges.h"
#include "source/reading.h"
#include "source/recorder.h"

namespace memkit {
namespace {

bool is_procfs(int root_fd, bool proc_folder, Confinement how) {
  const Fd proc = open_confined(root_fd, proc_folder ? "." : "proc", O_PATH | O_DIRECTORY, how);
  struct statfs info {};
  return proc && fstatfs(proc.get(), &info) == 0 && info.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

Root Root::live() {
  Fd fd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw RunError("cannot open /: " + error_text(errno));
  return {std::move(fd), "live", false, false, true, Confinement::kernel_or_steps};
}

Root Root::at(const std::string& dir, Confinement how) {
  std::optional<OwnRights> own_rights(std::in_place);
  Fd fd(::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw RunError("cannot open --root '" + dir + "': " + error_text(errno));
  const auto has = [&](const char* name) { return static_cast<bool>(open_confined(fd.get(), name, O_PATH, how)); };
  const bool proc_folder = !has("proc") && has("meminfo");
  const bool live_proc = is_procfs(fd.get(), proc_folder, how);
  own_rights.reset();
  if (!live_proc) keep_own_rights();
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

int Root::open_file(const std::string& path, std::size_t limit, Fd& file) const {
  const std::optional<std::string> where = place(path);
  if (!where) return ENOENT;
  if (confined_) return answer(path, open_file_confined(fd_.get(), *where, how_, limit, file));
  file = Fd(openat(fd_.get(), where->c_str(), kReadFlags));
  return file ? 0 : errno;
}

int Root::read(const std::string& path, std::string& into, std::size_t limit) const {
  into.clear();
  if (recorder_) {
    if (const auto before = recorder_->again(path, into)) return *before;
  }
  Fd file;
  int error = open_file(path, limit, file);
  if (error == 0) error = read_all(file.get(), into, limit);
  if (recorder_) recorder_->file(path, into, error);
  return error;
}

int Root::hold(const std::string& path, HeldFile& file) const {
  Fd fd;
  if (const int error = open_file(path, kMaxFileBytes, fd); error != 0) return error;
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
  const int error = answer(path, list_names(open(path, O_RDONLY | O_DIRECTORY), names, nullptr));
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
