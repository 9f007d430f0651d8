#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/capture.h"
#include "source/confined.h"
#include "source/fd.h"

namespace memkit {

/// No file that memkit reads comes near this; a capture may hold an endless or a hostile one.
inline constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

class Recorder;

/// The content of a file, or the errno that reading it met.
/// EFBIG: longer than the limit. ENOTSUP: not a regular file (a FIFO or a device is never opened for reading
/// below --root). Text that was read before an error is dropped: half a file is not a fact.
struct FileText {
  std::string text;
  int error = 0;
  explicit operator bool() const { return error == 0; }
};

/// One directory held open, so that what is read through it belongs together: a /proc/PID that is replaced by
/// another process of the same number in mid-read answers ESRCH, not the newcomer's figures.
class Dir {
 public:
  Dir() = default;
  /// `recorder` and `capture` may be null; both are parts of the Root, which outlives the Dir.
  Dir(Fd fd, bool confined, std::string path, Recorder* recorder, const Capture* capture)
      : fd_(std::move(fd)), confined_(confined), path_(std::move(path)), recorder_(recorder), capture_(capture) {}
  explicit operator bool() const { return static_cast<bool>(fd_); }

  /// Reads `name` into `into` (its capacity is reused). Returns 0 or an errno; `into` is empty on error.
  int read(const char* name, std::string& into, std::size_t limit = kMaxFileBytes) const;
  /// Reads at most the first `most` bytes of `name`.
  int read_start(const char* name, std::string& into, std::size_t most) const;
  /// Reads `name` through a window, for files of any size: consume(rest, at_end) takes what is whole off the front of
  /// `rest`, and what it leaves comes again with more behind it. `buffer` is the window (its capacity is reused); it
  /// grows where nothing is whole in it, to 1 MiB; behind that, and behind 1 GiB in all, EFBIG. 0 or an errno.
  /// Where consume() returns false no more is read, but to record it.
  int read_in_parts(const char* name, std::string& buffer,
                    const std::function<bool(std::string_view& rest, bool at_end)>& consume) const;
  /// The text of the symbolic link `name`; 0 or an errno.
  int read_link(const char* name, std::string& into) const;
  /// A directory in it; errno says why there is none. Links are followed as far as Root follows them.
  [[nodiscard]] Dir open_dir(const char* name) const;
  /// Names of the directories in it, unsorted; a link to one is none. 0 or an errno; names read before it stay.
  int subdirectories(std::vector<std::string>& names) const;
  /// The user that the directory belongs to: of a live /proc/PID the process's effective uid, whether it is
  /// dumpable or not (fs/proc/base.c task_dump_owner). Below --root what the capture noted, else empty: there it is
  /// whoever made the copy.
  [[nodiscard]] std::optional<std::uint32_t> owner() const;

 private:
  int open_file(const char* name, std::size_t limit, Fd& file) const;
  [[nodiscard]] std::string path_of(const char* name) const { return path_ + "/" + name; }
  [[nodiscard]] int answer(const char* name, int error) const;

  Fd fd_;
  bool confined_ = false;
  std::string path_;  // below the root
  Recorder* recorder_ = nullptr;
  const Capture* capture_ = nullptr;
};

/// One file held open, to be read again and again: the kernel's files begin anew at offset 0.
class HeldFile {
 public:
  HeldFile() = default;
  explicit HeldFile(Fd fd) : fd_(std::move(fd)) {}
  explicit operator bool() const { return static_cast<bool>(fd_); }

  /// Reads the whole file into `into` (its capacity is reused). Returns 0 or an errno; `into` is empty on error.
  int read(std::string& into, std::size_t limit = kMaxFileBytes) const;

 private:
  Fd fd_;
};

/// Where bytes come from: the live system, or the tree given with --root. Paths are relative to the root and
/// begin with "proc/", "sys/", "etc/" …. Nothing outside the tree is opened, whatever links it holds, and what it
/// lacks is an errno, never the live machine's figure.
class Root {
 public:
  static Root live();
  /// A directory that itself holds `meminfo` (and no `proc`) is taken as a proc folder.
  /// Throws RunError where `dir` is no directory that can be opened.
  static Root at(const std::string& dir, Confinement how = Confinement::kernel_or_steps);

  [[nodiscard]] bool is_live() const { return !confined_; }
  /// Whether its processes come and go: live, or a tree whose proc is a procfs, as a host's root seen from a container.
  [[nodiscard]] bool processes_are_live() const { return live_proc_; }
  /// "live", or the directory as it was given.
  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] FileText read(const std::string& path, std::size_t limit = kMaxFileBytes) const;
  int read(const std::string& path, std::string& into, std::size_t limit = kMaxFileBytes) const;
  /// 0 or an errno. What is read through it is in no capture: it is read for rates, of which a capture has none.
  int hold(const std::string& path, HeldFile& file) const;
  [[nodiscard]] Dir open_dir(const std::string& path) const;
  /// Names in a directory, unsorted, without "." and "..". 0 or an errno; names that were read before it stay.
  int list(const std::string& path, std::vector<std::string>& names) const;
  int read_link(const std::string& path, std::string& into) const;
  /// Below --root what the capture noted, else ENOTSUP: another machine's mounts are not here.
  int filesystem_use(const std::string& path, FilesystemUse& use) const;

  /// What a capture says of itself; null where there is none.
  [[nodiscard]] const Capture* capture() const { return capture_.get(); }
  /// Whether it is a capture that was not finished.
  [[nodiscard]] bool is_partial() const { return partial_; }
  /// From here on all that is read is written to `recorder` too.
  void record_to(std::shared_ptr<Recorder> recorder) { recorder_ = std::move(recorder); }
  /// Who writes what is read; null: nobody.
  [[nodiscard]] Recorder* recorder() const { return recorder_.get(); }
  /// Drops what was recorded of a directory whose process ended in mid-read.
  void forget(const std::string& path) const;

  /// The page size of the running kernel, or the one that the capture noted; else empty: only the figures can tell.
  [[nodiscard]] std::optional<std::uint64_t> page_size_bytes() const;
  /// Processors that this process may use; empty below --root.
  [[nodiscard]] std::optional<unsigned> usable_cpus() const;
  /// Units of a process's start time in a second (USER_HZ); empty as page_size_bytes() is.
  [[nodiscard]] std::optional<std::uint64_t> ticks_per_s() const;
  /// Processors that the machine may have, hot-plugged ones too: what per-CPU counters are kept for. Live, or noted;
  /// of another capture 1, since nothing moves in it.
  [[nodiscard]] unsigned possible_cpus() const;
  /// Whether two processes are tasks of one address space; empty where the kernel does not say (kcmp(2): no
  /// CONFIG_KCMP, no permission) and below --root where the capture did not note it.
  [[nodiscard]] std::optional<bool> same_memory(std::uint32_t pid, std::uint32_t other) const;

 private:
  Root(Fd fd, std::string name, bool confined, bool proc_folder, bool live_proc, Confinement how)
      : fd_(std::move(fd)),
        name_(std::move(name)),
        confined_(confined),
        proc_folder_(proc_folder),
        live_proc_(live_proc),
        how_(how) {}
  /// Where `path` is below fd_; empty where a proc folder has no place for it.
  [[nodiscard]] std::optional<std::string> place(const std::string& path) const;
  [[nodiscard]] Fd open(const std::string& path, int flags) const;
  [[nodiscard]] int answer(const std::string& path, int error) const;
  int read_link_here(const std::string& path, std::string& into) const;
  int filesystem_use_here(const std::string& path, FilesystemUse& use) const;
  /// Opens a file for reading; 0 or an errno. Of a capture EFBIG where it has more than `limit` bytes.
  int open_file(const std::string& path, std::size_t limit, Fd& file) const;

  Fd fd_;
  std::string name_;
  bool confined_ = false;
  bool proc_folder_ = false;
  bool live_proc_ = false;
  Confinement how_ = Confinement::kernel_or_steps;
  bool partial_ = false;
  std::shared_ptr<const Capture> capture_;
  std::shared_ptr<Recorder> recorder_;
};

}  // namespace memkit
