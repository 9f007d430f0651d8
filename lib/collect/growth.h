#pragma once

#include <cstdint>
#include <string>

#include "collect/mappings.h"
#include "parse/got.h"
#include "parse/smaps_rollup.h"

namespace memkit {

/// What a process holds at one moment. Bytes.
struct GrowthSample {
  double elapsed_s = 0;  ///< since the first sample
  Got<std::int64_t> time_ns;
  Got<std::uint64_t> vsz_bytes;
  Got<std::uint64_t> rss_bytes;
  Got<std::uint64_t> pss_bytes;
  Got<std::uint64_t> uss_bytes;
  Got<std::uint64_t> heap_bytes;      ///< of "[heap]": the address range that brk(2) made
  Got<std::uint64_t> heap_rss_bytes;  ///< in RAM of it
  Got<std::uint64_t> anonymous_bytes;
  Got<std::uint64_t> swap_bytes;
};

/// Reads samples of one process gently: smaps_rollup, which walks its page tables once, and of smaps only the
/// beginning, up to the heap.
class GrowthReader {
 public:
  /// `budget_s`: how long its page tables may be walked in all; behind that samples have what costs nothing. 0: no end.
  GrowthReader(MappedProcess& process, Got<std::uint64_t> page_size_bytes, double budget_s)
      : process_(process), page_size_(page_size_bytes), budget_s_(budget_s) {}

  [[nodiscard]] GrowthSample take(double elapsed_s);
  /// Whether a whole smaps may be read, which costs about twice a sample.
  [[nodiscard]] bool affords_smaps() const { return !spent(2 * last_walk_s_); }
  [[nodiscard]] double walked_s() const { return walked_s_; }
  /// Samples that went without page figures for the budget.
  [[nodiscard]] std::size_t skipped() const { return skipped_; }

 private:
  [[nodiscard]] bool spent(double more_s) const { return budget_s_ > 0 && walked_s_ + more_s > budget_s_; }
  void read_pages(GrowthSample& sample);
  void read_sizes(GrowthSample& sample);
  void read_heap(const char* file, GrowthSample& sample);

  MappedProcess& process_;
  const Got<std::uint64_t> page_size_;
  const double budget_s_;
  double walked_s_ = 0;
  double last_walk_s_ = 0;
  std::size_t skipped_ = 0;
  std::string text_;
};

}  // namespace memkit
