#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collect/cgroup_tree.h"
#include "parse/got.h"
#include "parse/memory_stat.h"
#include "parse/pressure.h"
#include "parse/vmstat.h"
#include "source/root.h"

namespace memkit {

/// Whether there are figures of pressure, and if not, which of the ways of not having them it is.
/// Source: Documentation/accounting/psi.rst; kernel/sched/psi.c psi_proc_init, psi_show; cgroup.c cgroup_pressure_show.
enum class PressureState : std::uint8_t {
  known,
  no_kernel_support,  ///< no /proc/pressure: before 4.20, without CONFIG_PSI, or switched off on newer kernels
  switched_off,       ///< the kernel has it and was started without: psi=0, or CONFIG_PSI_DEFAULT_DISABLED
  no_such_file,       ///< there are others, not this kind: irq is of 6.1, with CONFIG_IRQ_TIME_ACCOUNTING
  hidden,             ///< a cgroup's: cgroup.pressure is 0 there
  not_in_cgroups,     ///< the kernel keeps it for the machine alone: cgroup_disable=pressure
  v1_only,            ///< a cgroup's: there is no v2 tree
  no_cgroup,          ///< there is no v2 cgroup of this path
  denied,
  not_captured,  ///< a capture that does not hold the file
  malformed,     ///< the file is there and says nothing
};

/// What is there, where a pressure file gave an errno.
struct PressureSigns {
  bool live = false;               ///< the kernel answers, not a copy
  bool of_cgroup = false;          ///< the file is a cgroup's
  bool boots_without = false;      ///< psi=0 on the kernel's command line
  bool machine_has = false;        ///< /proc/pressure/memory is there
  bool cgroup_is_there = false;    ///< its directory is
  bool cgroup_hides = false;       ///< cgroup.pressure is 0
  bool cgroup_has_memory = false;  ///< memory.pressure is there beside it
};
/// Tells the ways apart. `error` is not 0.
PressureState pressure_state(int error, const PressureSigns& signs);

/// Whose pressure is read, and where.
struct PressurePlace {
  bool of_cgroup = false;                      ///< else the machine's
  std::string path;                            ///< of the cgroup: "/system.slice/a.service"
  std::string directory;                       ///< "proc/pressure", "sys/fs/cgroup/system.slice/a.service"
  std::string stat_file;                       ///< of a cgroup: its memory.stat, v1's on hybrid hosts; may be empty
  PressureState state = PressureState::known;  ///< v1_only, no_cgroup: there is nothing to read
};
PressurePlace machine_pressure();
/// `path` empty: the cgroup of this process.
PressurePlace cgroup_pressure(const Root& root, std::string_view path);

/// Whether /proc/pressure tells of more than this process may see: inside a container it is the host's all the same.
/// What can be seen is a cgroup then, not the root of the tree (only the root has no cgroup.type).
bool sees_only_a_cgroup(const Root& root);

/// One kind's figures at one place.
struct PressureReading {
  PressureKind kind = PressureKind::memory;
  PressureState state = PressureState::known;
  Got<Pressure> pressure;
};

/// What is read at one moment.
struct PressureSample {
  std::int64_t monotonic_ns = 0;
  std::int64_t time_ns = 0;  ///< wall clock, since the epoch, UTC
  std::vector<PressureReading> readings;
  /// Where reclaim is wanted: the machine's counters and memory pressure, and the same of the place's cgroup.
  Got<Vmstat> vmstat;
  Got<Pressure> machine_memory;
  Got<MemoryStat> stat;
  Got<Pressure> cgroup_memory;
};

/// Reads one place again and again. Files stay open; one that was removed with its cgroup is looked for anew.
class PressureReader {
 public:
  PressureReader(const Root& root, PressurePlace place, std::span<const PressureKind> kinds);
  PressureSample sample(bool with_reclaim);
  [[nodiscard]] const PressurePlace& place() const { return place_; }

 private:
  struct File {
    std::string path;
    HeldFile held;
  };
  int read(File& file);
  template <class T>
  Got<T> parse(File& file, T (*parser)(std::string_view));
  PressureReading read_kind(std::size_t index);
  [[nodiscard]] PressureState why_not(int error) const;

  const Root& root_;
  PressurePlace place_;
  std::vector<PressureKind> kinds_;
  std::vector<File> files_;
  File vmstat_;
  File machine_memory_;
  File stat_;
  File cgroup_memory_;
  std::string text_;
};

}  // namespace memkit
