// libFuzzer's side of the targets: $MEMKIT_FUZZ_TARGET names the one to run. Without it they are listed, each with its
// seeds behind it, for scripts/fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fuzz/targets.h"

namespace {

const memkit::test::FuzzTarget* chosen = nullptr;

void list() {
  for (const auto& target : memkit::test::fuzz_targets()) {
    std::printf("%.*s %d", static_cast<int>(target.name.size()), target.name.data(), target.long_run ? 1 : 0);
    for (const std::string_view seed : target.seeds) std::printf(" %.*s", static_cast<int>(seed.size()), seed.data());
    std::puts("");
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* const name = std::getenv("MEMKIT_FUZZ_TARGET");
  if (name == nullptr) {
    list();
    std::exit(0);
  }
  for (const auto& target : memkit::test::fuzz_targets()) {
    if (target.name == name) chosen = &target;
  }
  if (chosen != nullptr) return 0;
  std::fprintf(stderr, "memkit_fuzz: no target %s; without $MEMKIT_FUZZ_TARGET they are listed\n", name);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(data), size});
  return 0;
}
