// grow leak|level|sawtooth|steady STEP_KB EVERY_MS STEPS: maps and touches memory step by step, and logs what it holds,
// "MILLISECONDS BYTES" a step, the time since the epoch. leak: a step more each time. level: ever smaller steps up to a
// limit. sawtooth: gives all back after every tenth step. steady: holds what it began with.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>
#include <vector>

namespace {

long long now_ms(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

struct Block {
  void* place;
  std::size_t bytes;
};

Block take(std::size_t bytes) {
  void* const place = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) _exit(3);
  madvise(place, bytes, MADV_NOHUGEPAGE);
  std::memset(place, 1, bytes);
  return {place, bytes};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::string_view mode = argv[1];
  const std::size_t step = std::strtoul(argv[2], nullptr, 10) * 1024;
  const long every_ms = std::strtol(argv[3], nullptr, 10);
  const long steps = std::strtol(argv[4], nullptr, 10);
  std::vector<Block> blocks;
  std::size_t held = 0;
  std::size_t next = step * 8;  // of level
  const long long start = now_ms(CLOCK_MONOTONIC);
  for (long i = 0; i < steps; ++i) {
    std::size_t bytes = step;
    if (mode == "level") {
      bytes = next & ~std::size_t{4095};
      next = next * 3 / 4;
    }
    if (mode == "steady" && i > 0) bytes = 0;
    if (mode == "sawtooth" && i % 10 == 9) {
      for (const Block& block : blocks) munmap(block.place, block.bytes);
      blocks.clear();
      held = bytes = 0;
    }
    if (bytes != 0) blocks.push_back(take(bytes));
    held += bytes;
    std::printf("%lld %zu\n", now_ms(CLOCK_REALTIME), held);
    std::fflush(stdout);
    const long long rest = start + (i + 1) * every_ms - now_ms(CLOCK_MONOTONIC);
    if (rest > 0) usleep(static_cast<useconds_t>(rest) * 1000);
  }
}
