#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/fixtures.h"

namespace memkit::test {

/// Every folder below `place` that can be given as --root: it holds proc/meminfo.
inline std::vector<std::string> roots_below(const std::filesystem::path& place) {
  std::vector<std::string> roots;
  std::error_code error;
  for (auto at = std::filesystem::recursive_directory_iterator(place, error);
       !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().filename() != "meminfo" || at->path().parent_path().filename() != "proc") continue;
    roots.push_back(at->path().parent_path().parent_path().string());
  }
  std::sort(roots.begin(), roots.end());
  return roots;
}

/// The captures of this project, and those of the corpus where it is there.
inline std::vector<std::string> all_roots() {
  std::vector<std::string> roots = roots_below(testdata() / "roots");
  if (corpus().empty()) return roots;
  for (std::string& root : roots_below(corpus() / "roots")) roots.push_back(std::move(root));
  return roots;
}

}  // namespace memkit::test
