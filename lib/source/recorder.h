#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "source/capture.h"
#include "source/fd.h"

namespace memkit {

/// Writes all that a Root reads into a folder, so that the folder given as --root answers as the system did. May be
/// used by several threads. The first write that fails is kept and ends the recording; finish() throws it.
///
/// Only what a report needs is written: proc, sys, the names of users and of the host, the kernel log. Never
/// environ, and a command line only where it was asked for: both hold passwords.
class Recorder {
 public:
  /// Makes `dir` (mode 0700), or takes it where it is empty, and marks it as not whole (kPartialFile).
  /// Throws RunError where that fails or the folder holds anything.
  Recorder(std::string dir, bool command_lines);

  [[nodiscard]] bool keeps(std::string_view path) const;
  /// The answer that reading `path` gave before, if it was read before: who asks twice while a capture is taken gets
  /// what the capture will tell, and not a later figure. Else empty.
  std::optional<int> again(std::string_view path, std::string& into);
  /// What reading `path` gave: its text, or an errno.
  void file(std::string_view path, std::string_view text, int error);
  /// A file that is read in parts; begin() empties it. A descriptor for part(), invalid where it is not recorded.
  [[nodiscard]] Fd begin(std::string_view path);
  void part(std::string_view path, const Fd& file, std::string_view text);
  void directory(std::string_view path, int error);
  void link(std::string_view path, std::string_view target, int error);
  void owner(std::string_view path, std::uint32_t uid);
  void filesystem(std::string_view path, const FilesystemUse& use, int error);
  void same_memory(std::uint32_t pid, std::uint32_t other, bool same);
  /// Drops what was written of a directory: a process that ended in mid-read is no process of the capture.
  void forget(std::string_view directory);
  /// Whether `path` has been written, or its errno noted.
  [[nodiscard]] bool has(std::string_view path);

  /// Writes capture.json and takes the mark off. Throws RunError where anything could not be written; the mark stays.
  void finish(const Capture& about);

  [[nodiscard]] const std::string& dir() const { return dir_; }
  [[nodiscard]] std::size_t files() const { return files_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  Fd create(std::string_view path);
  int make_directories(const std::string& path);
  void write_all(const Fd& file, std::string_view path, std::string_view text);
  void note_error(std::string_view path, int error);
  void failed(std::string_view path, int error);

  std::string dir_;
  bool command_lines_;
  Fd fd_;
  std::mutex mutex_;  // of all below
  Capture seen_;
  std::size_t files_ = 0;
  std::uint64_t bytes_ = 0;
  std::string failure_;
};

}  // namespace memkit
