#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/groups.h"
#include "parse/smaps.h"

namespace memkit {

/// What a mapping is for, as far as its name, permissions, flags and place tell.
enum class MappingKind : std::uint8_t {
  heap,       ///< grown by brk(2): "[heap]"
  arenas,     ///< glibc's malloc, one for a few threads: a guess, by alignment alone (malloc/arena.c HEAP_MAX_SIZE)
  stacks,     ///< of the first thread, and of others
  anonymous,  ///< private, of no file and without a name: malloc's large blocks, mmap
  named_anonymous,  ///< the same with a name that the program gave it: "[anon:name]" (5.17)
  file_text,        ///< files that may be executed
  file_data,        ///< other mappings of files, and what follows a file as its zeroed data (bss)
  shared_memory,    ///< shared anonymous memory and /dev/shm
  memfd,
  sysv,
  huge_pages,  ///< hugetlbfs: in neither RSS nor PSS
  devices,
  kernel,    ///< pages that the kernel hands out: [vdso], [vvar], [vsyscall]
  reserved,  ///< no access at all: guards, and address space that is kept for later
};
inline constexpr std::size_t kMappingKinds = static_cast<std::size_t>(MappingKind::reserved) + 1;

std::string_view kind_id(MappingKind kind);     ///< "file_text"
std::string_view kind_title(MappingKind kind);  ///< "file text"

/// SysV shared memory (shmget): "/SYSV" and its key in eight hexadecimal digits, on a filesystem of the kernel's own.
/// Its inode is the shmid. Source: ipc/shm.c newseg.
bool is_sysv(const Mapping& mapping);

/// memfd_create: "/memfd:" and any name. Source: mm/memfd.c.
bool is_memfd(const Mapping& mapping);

/// Where the threads of a process have their stacks.
struct StackPointers {
  std::vector<std::uint64_t> known;  ///< ascending
  /// Of some thread it is unknown: then what lies above a guard page is taken for a stack, too.
  bool some_unknown = true;
};

/// Tells the kind of each mapping of one process; they come in the order of addresses.
class MappingClassifier {
 public:
  explicit MappingClassifier(StackPointers stacks) : stacks_(std::move(stacks)) {}

  struct Kind {
    MappingKind kind;
    /// The mapping before is of this kind, too: only now it can be told.
    bool before_too = false;
    bool is_guess = false;  ///< told by its place alone
    bool is_bss = false;    ///< zeroed data of the file that the mappings before belong to
  };
  Kind classify(const Mapping& mapping);

 private:
  [[nodiscard]] bool is_stack(const Mapping& mapping) const;
  [[nodiscard]] bool may_be_stack(const Mapping& mapping) const;
  [[nodiscard]] MappingKind kind_alone(const Mapping& mapping) const;

  StackPointers stacks_;
  std::uint64_t before_start_ = 0;
  std::uint64_t before_end_ = 0;
  MappingKind before_ = MappingKind::reserved;
  bool before_is_file_ = false;
  bool before_is_guard_ = false;
};

/// Hands on each mapping with its kind, one behind: the next may still change it. Its texts are kept until then.
class KindTeller {
 public:
  /// Views in the mapping hold until `each` returns; Mapping::fields is empty.
  using Each = std::function<void(const Mapping&, const MappingClassifier::Kind&)>;
  KindTeller(StackPointers stacks, Each each) : classifier_(std::move(stacks)), each_(std::move(each)) {}
  void add(const Mapping& mapping);
  /// Hands on the last one.
  void finish();

 private:
  MappingClassifier classifier_;
  Each each_;
  Mapping held_;
  std::string text_;  // that views of held_ look at
  MappingClassifier::Kind kind_{};
  bool holds_ = false;
};

/// What the mappings of one kind hold.
struct KindSum {
  MappingKind kind{};
  std::uint64_t mappings = 0;
  std::uint64_t guessed = 0;  ///< of these: by their place alone
  MemorySums sums;
  PartialSum hugetlb;
};

/// Sums by kind, a kind that no mapping is of left out.
class KindSums {
 public:
  void add(const Mapping& mapping, const MappingClassifier::Kind& kind);
  /// Largest share first: by PSS where it is known, else by size.
  [[nodiscard]] std::vector<KindSum> rows() const;

 private:
  std::vector<KindSum> sums_;
};

/// What all mappings of one file hold, or all of a kind that has no file.
struct FileGroup {
  std::string name;
  std::uint64_t mappings = 0;
  MemorySums sums;
  PartialSum text_rss;
  PartialSum data_rss;
  PartialSum bss_rss;
};

/// Sums by file: text, data and bss of a library are one.
class FileGroups {
 public:
  void add(const Mapping& mapping, const MappingClassifier::Kind& kind);
  /// Largest share first, as KindSums.
  [[nodiscard]] std::vector<FileGroup> rows() const;

 private:
  std::map<std::string, FileGroup, std::less<>> groups_;
  std::string file_;  // that mappings before belong to
};

}  // namespace memkit
