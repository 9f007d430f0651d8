#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "collect/process.h"
#include "parse/pid_status.h"
#include "parse/smaps.h"
#include "source/root.h"

namespace memkit {

/// What a look at the mappings of one process met.
struct MappingsRead {
  int error = 0;  ///< 0, or the errno behind which nothing more could be read
  /// smaps told, and so each mapping has page figures; false where maps alone was there: addresses and names.
  bool has_pages = false;
  std::uint64_t mappings = 0;
  bool ended = false;  ///< the process ended, or began another program (execve), in mid-read: some may be missing
};

/// One process whose mappings are asked for. Its directory stays open, so that all that is read is of one process even
/// where its number is given away in between.
class MappedProcess {
 public:
  MappedProcess(const Root& root, std::uint32_t pid);

  /// 0, or why nothing can be read: ENOENT and ESRCH where there is no such process.
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] bool is_gone() const;

  [[nodiscard]] std::uint32_t pid() const { return pid_; }
  [[nodiscard]] ProcessKind kind() const { return kind_; }
  [[nodiscard]] const std::string& name() const { return name_; }        ///< comm, raw bytes; empty: unknown
  [[nodiscard]] const std::string& command() const { return command_; }  ///< "[comm]" where the command line is empty
  /// With the pid, the identity.
  [[nodiscard]] const Got<std::uint64_t>& starttime_ticks() const { return starttime_ticks_; }

  enum class Condition : std::uint8_t {
    same,           ///< as when it was opened
    ended,          ///< it is gone, or waits for its parent
    other_program,  ///< it has begun another program (execve): what it held before is gone
  };
  [[nodiscard]] Condition condition();

  /// Reads a file of its directory; of a large one the first `most` bytes. 0 or an errno.
  int read_file(const std::string& file, std::string& into) const;
  int read_start(const std::string& file, std::string& into, std::size_t most) const;

  /// Sizes that the kernel keeps of the whole process: page tables, swap, the peak. All absent where it is not there.
  [[nodiscard]] PidStatus status();

  /// Stack pointers of the threads that wait, ascending; empty below --root where nobody copied them. `some_unknown`
  /// says whether there are threads of which it is not known: those that run, and those beyond 4096.
  [[nodiscard]] std::vector<std::uint64_t> stack_pointers(bool& some_unknown);

  /// Calls each(mapping) for every mapping as it is read, in ascending order of addresses; views in it hold until it
  /// returns. `pages`: from smaps, which walks page tables, else from maps, which does not; where one of the two
  /// is missing, from the other. A kernel thread and a zombie have none. `last`: the last address that is asked for;
  /// the first mapping behind it is the last that is visited, since it may tell what the one before is, and what
  /// comes then is not read: the kernel walks no page tables of it.
  MappingsRead visit(bool pages, const std::function<void(const Mapping&)>& each, std::uint64_t last = UINT64_MAX);

 private:
  int read(const std::string& file);
  void identify();
  int visit_file(const std::string& file, const std::function<void(const Mapping&)>& each, std::uint64_t last,
                 MappingsRead& result);

  const Root& root_;
  const std::uint32_t pid_;
  const bool live_;
  int error_ = 0;
  Dir dir_;
  std::string thread_;  // "task/TID/" where the memory shows there alone: the first thread has ended
  ProcessKind kind_ = ProcessKind::user;
  std::string name_;
  std::string command_;
  Got<std::uint64_t> starttime_ticks_;
  Got<std::uint64_t> startstack_;
  std::string text_;
};

}  // namespace memkit
