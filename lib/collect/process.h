#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "parse/got.h"

namespace memkit {

/// A Got<T> in the size of a T, for rows that are kept by the ten thousand: the uppermost 256 values, which nothing
/// that is packed so reaches, stand for the reasons why there is none.
template <class T>
class Packed {
 public:
  constexpr Packed() = default;
  constexpr Packed(T value) : raw_(value < kFirstReason ? value : pack(Missing::malformed)) {}
  constexpr Packed(Missing why) : raw_(pack(why)) {}
  template <class U>
  constexpr Packed(const Got<U>& got)
      : raw_(!got                  ? pack(got.missing())
             : *got < kFirstReason ? static_cast<T>(*got)
                                   : pack(Missing::malformed)) {}

  [[nodiscard]] constexpr bool has_value() const { return raw_ < kFirstReason; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr T operator*() const { return raw_; }
  /// Meaningful only where there is no value.
  [[nodiscard]] constexpr Missing missing() const { return static_cast<Missing>(raw_ - kFirstReason); }
  [[nodiscard]] constexpr T value_or(T other) const { return has_value() ? raw_ : other; }
  constexpr operator Got<T>() const {
    if (!has_value()) return missing();
    return raw_;
  }
  friend constexpr bool operator==(const Packed&, const Packed&) = default;
  friend constexpr bool operator==(const Packed& a, const Got<T>& b) { return a == Packed(b); }

 private:
  static constexpr T kFirstReason = std::numeric_limits<T>::max() - 255;
  static constexpr T pack(Missing why) { return kFirstReason + static_cast<T>(why); }
  T raw_ = pack(Missing::absent);
};
using PackedCount = Packed<std::uint64_t>;
using PackedId = Packed<std::uint32_t>;

/// What a process was found to be. Only `user` has memory of its own.
enum class ProcessKind : std::uint8_t {
  user,
  kernel_thread,  ///< by the PF_KTHREAD flag or status' Kthread:, never by an empty command line
  zombie,         ///< ended, waits for its parent; its memory is gone
};

/// One process as the walk met it. A compact row: commands keep tens of thousands of them.
/// Page figures (pss to referenced) come from one walk of its page tables: of a process that could not or was not to
/// be walked they are all missing, each with the reason.
struct Process {
  std::uint32_t pid = 0;
  ProcessKind kind = ProcessKind::user;
  bool exiting = false;  ///< on its way out (PF_EXITING), its memory still there
  /// The process whose address space this one shares (CLONE_VM without CLONE_THREAD): sums count it there. 0: none.
  std::uint32_t same_memory_as_pid = 0;
  PackedId ppid;
  PackedId threads;                 ///< the first one included
  PackedId maps;                    ///< number of mappings
  PackedId oom_score;               ///< as the kernel prints it
  Got<std::int16_t> oom_score_adj;  ///< -1000 to 1000
  Got<std::uint32_t> uid;           ///< effective, as ps shows it
  PackedCount starttime_ticks;      ///< with pid: the identity
  PackedCount startstack_address;   ///< the same for tasks of one address space; PidStat tells more

  PackedCount vsz_bytes;          ///< readable by all, as is rss
  PackedCount rss_bytes;          ///< of the walk where there was one, else of stat (inexact on some kernels)
  PackedCount swap_bytes;         ///< of the walk (shmem included), else VmSwap (without)
  PackedCount page_tables_bytes;  ///< of status: known where the walk is not wanted, and below --root
  PackedCount pss_bytes;          ///< denied where the process may not be walked
  PackedCount uss_bytes;          ///< Private_Clean + Private_Dirty
  PackedCount swap_pss_bytes;
  PackedCount pss_anon_bytes;
  PackedCount pss_file_bytes;
  PackedCount pss_shmem_bytes;
  PackedCount pss_dirty_bytes;
  PackedCount hugetlb_bytes;  ///< in neither rss nor pss
  PackedCount locked_bytes;
  PackedCount anon_huge_bytes;
  PackedCount ksm_bytes;
  PackedCount referenced_bytes;

  /// In ProcessList::names. A string each would take twice the room.
  std::string_view command;  ///< command line, blanks between arguments; "[comm]" where it is empty
  /// Kept once for all processes, there too.
  std::string_view name;    ///< comm, raw bytes; empty where nothing tells it
  std::string_view exe;     ///< /proc/PID/exe, where it was asked for and may be read
  std::string_view cgroup;  ///< the memory cgroup's path (v1's where memory is v1's, else v2's), where asked for
  /// The cgroup that tells unit and container: systemd's own tree (v2, or v1's name=systemd), else the memory cgroup.
  std::string_view unit_cgroup;
};

}  // namespace memkit
