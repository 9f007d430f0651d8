#include "collect/growth.h"

#include <ctime>

#include "parse/pid_stat.h"

namespace memkit {
namespace {

std::int64_t now_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

template <class T>
void fill(Got<T>& slot, const Got<T>& value) {
  if (!slot && value) slot = value;
}

}  // namespace

void GrowthReader::read_heap(const char* file, GrowthSample& sample) {
  // The heap lies behind the program, whose few mappings have the lowest addresses of nearly all processes.
  constexpr std::size_t kBeginning = std::size_t{64} << 10;
  if (process_.read_start(file, text_, kBeginning) != 0) return;
  std::string_view rest = text_;
  const TextEnd end = text_.size() < kBeginning ? TextEnd::last : TextEnd::more;
  Mapping mapping;
  while (take_mapping(rest, mapping, end)) {
    if (mapping.name != "[heap]") continue;
    // It may be in pieces, where parts of it have other permissions.
    sample.heap_bytes = sample.heap_bytes.value_or(0) + (mapping.end - mapping.start);
    if (mapping.counters.rss_bytes) {
      sample.heap_rss_bytes = sample.heap_rss_bytes.value_or(0) + *mapping.counters.rss_bytes;
    }
  }
}

void GrowthReader::read_pages(GrowthSample& sample) {
  const std::int64_t begin = now_ns(CLOCK_MONOTONIC);
  if (process_.read_file("smaps_rollup", text_) == 0 && !text_.empty()) {
    const SmapsCounters counters = parse_smaps_rollup(text_);
    sample.rss_bytes = counters.rss_bytes;
    sample.pss_bytes = counters.pss_bytes;
    sample.uss_bytes = counters.uss_bytes();
    sample.anonymous_bytes = counters.anonymous_bytes;
    sample.swap_bytes = counters.swap_bytes;
    read_heap("smaps", sample);
  }
  last_walk_s_ = static_cast<double>(now_ns(CLOCK_MONOTONIC) - begin) / 1e9;
  walked_s_ += last_walk_s_;
}

/// What costs next to nothing, where the pages did not tell it.
void GrowthReader::read_sizes(GrowthSample& sample) {
  if (process_.read_file("stat", text_) == 0) {
    const PidStat stat = parse_pid_stat(text_);
    sample.vsz_bytes = stat.vsize_bytes;
    if (stat.rss_pages && page_size_) fill(sample.rss_bytes, Got<std::uint64_t>(*stat.rss_pages * *page_size_));
  }
  if (!sample.swap_bytes || !sample.anonymous_bytes) {
    const PidStatus status = process_.status();
    fill(sample.swap_bytes, status.vm_swap_bytes);
    fill(sample.anonymous_bytes, status.rss_anon_bytes);
  }
  if (!sample.heap_bytes) read_heap("maps", sample);
}

GrowthSample GrowthReader::take(double elapsed_s) {
  GrowthSample sample;
  sample.elapsed_s = elapsed_s;
  sample.time_ns = now_ns(CLOCK_REALTIME);
  if (!spent(last_walk_s_)) {
    read_pages(sample);
  } else {
    ++skipped_;
  }
  read_sizes(sample);
  return sample;
}

}  // namespace memkit
