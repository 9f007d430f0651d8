#pragma once

#include <string>

#include "collect/processes.h"
#include "parse/smaps_reader.h"

namespace memkit {

/// Reads one process after the other through one buffer; one for each thread that walks.
class Walker {
 public:
  enum class Outcome : std::uint8_t {
    row,
    vanished,    ///< ended in mid-read
    hidden,      ///< nothing but its number can be learnt
    refused,     ///< the policy does not want it
    no_process,  ///< a file in a capture that is named like a process
  };

  Walker(const Root& root, const WalkPolicy& policy, Got<std::uint64_t> page_size_bytes, NamePool& names,
         unsigned worker)
      : root_(root),
        policy_(policy),
        page_size_(page_size_bytes),
        names_(names),
        live_(root.processes_are_live()),
        worker_(worker) {}

  /// A process of which stat was read. Its directory is held open, so that what is read later belongs to it too.
  struct Met {
    Process process;
    Outcome outcome = Outcome::row;  ///< what is not `row` ends here
    PackedCount stat_rss_bytes;      ///< the figure whose error is known; missing where a capture has no stat
    Dir dir;
    std::string thread;  ///< "task/TID/" where the process's memory shows there alone
  };
  [[nodiscard]] Met meet(std::uint32_t pid);
  /// Reads all else that the policy wants. `skip_walk`: leave the page tables alone, and say so in the page figures.
  /// Any thread's walker may visit what another has met.
  Outcome visit(Met& met, bool skip_walk);

  /// RSS by stat, and the number of threads: what orders and bounds a walk.
  struct Size {
    Got<std::uint64_t> rss_bytes;  ///< missing: nothing bounds the process
    std::uint64_t threads = 0;
  };
  static Size size_of(const Met& met);

 private:
  int read(const char* file);
  bool read_stat(Process& process);
  void read_status(Process& process);
  void read_sizes(Process& process);
  void read_name_and_command(Process& process);
  void read_extras(Process& process);
  bool walk(Process& process);
  int read_counters(Process& process, SmapsCounters& counters);
  int read_mappings(Process& process, SmapsCounters& counters);
  bool find_memory(Process& process);
  [[nodiscard]] bool vanished(int error) const;
  [[nodiscard]] bool needs_mappings() const { return policy_.on_mapping || policy_.accept_mapping; }

  const Root& root_;
  const WalkPolicy& policy_;
  const Got<std::uint64_t> page_size_;
  NamePool& names_;
  const bool live_;
  const unsigned worker_;
  bool no_rollup_ = false;  // a kernel before 4.14: not asked again
  MappingReader reader_;
  Dir dir_;
  std::string thread_;  // of the process that is read now, as in Met
  std::string path_;
  std::string text_;
};

}  // namespace memkit
