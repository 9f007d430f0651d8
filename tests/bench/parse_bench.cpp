// How long the parsers take. Bars: meminfo and vmstat in under 10 us each.

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "parse/meminfo.h"
#include "parse/pid_stat.h"
#include "parse/pid_status.h"
#include "parse/slabinfo.h"
#include "parse/smaps.h"
#include "parse/smaps_rollup.h"
#include "parse/vmstat.h"
#include "parse/zoneinfo.h"
#include "support/fixtures.h"

namespace memkit::test {
namespace {

template <class Parse>
void run(benchmark::State& state, const std::string& text, Parse parse) {
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(parse(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void meminfo(benchmark::State& state) { run(state, captured("proc/meminfo"), parse_meminfo); }
void vmstat(benchmark::State& state) { run(state, captured("proc/vmstat"), parse_vmstat); }
// Half of the keys are unknown, or are one zone's part of a counter.
void vmstat_4_4(benchmark::State& state) { run(state, by_hand("vmstat/4.4"), parse_vmstat); }
void zoneinfo(benchmark::State& state) { run(state, captured("proc/zoneinfo"), parse_zoneinfo); }
void slabinfo(benchmark::State& state) { run(state, captured("proc/slabinfo"), parse_slabinfo); }
void stat(benchmark::State& state) { run(state, captured_process(kHostilePid, "stat"), parse_pid_stat); }
void status(benchmark::State& state) { run(state, captured_process(kHostilePid, "status"), parse_pid_status); }
void smaps_rollup(benchmark::State& state) {
  run(state, captured_process(kHostilePid, "smaps_rollup"), parse_smaps_rollup);
}

// A process of 65,000 mappings: about vm.max_map_count.
void smaps_65000(benchmark::State& state) {
  const std::string part = captured_process(kHostilePid, "smaps");
  std::size_t mappings = 0;
  visit_smaps(part, [&mappings](const Mapping&) { ++mappings; });
  std::string text;
  for (std::size_t n = 0; n < 65000; n += mappings) text += part;
  run(state, text, sum_smaps);
}

BENCHMARK(meminfo);
BENCHMARK(vmstat);
BENCHMARK(vmstat_4_4);
BENCHMARK(zoneinfo);
BENCHMARK(slabinfo);
BENCHMARK(stat);
BENCHMARK(status);
BENCHMARK(smaps_rollup);
BENCHMARK(smaps_65000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace memkit::test

BENCHMARK_MAIN();
