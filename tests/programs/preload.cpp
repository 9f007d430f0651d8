// A library that says when it has been loaded: what LD_PRELOAD brings into a program.
#include <unistd.h>

namespace {

struct Loaded {
  Loaded() {
    constexpr char kText[] = "preloaded\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText, sizeof kText - 1);
  }
} loaded;

}  // namespace
