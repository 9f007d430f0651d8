#include "support/fixtures.h"

namespace memkit::test {

// The one source of the unit tests that holds a path of the checkout: a compiler's cache serves all others.
std::filesystem::path source_dir() { return MEMKIT_SOURCE_DIR; }

}  // namespace memkit::test
