#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace memkit::test {

/// A reader of foreign text, and what must hold of it whatever the text is.
struct FuzzTarget {
  std::string_view name;
  /// Throws std::logic_error where something that must hold does not. Sanitizers find the rest.
  void (*run)(std::string_view text);
  std::vector<std::string_view> seeds;  ///< files of testdata, or the names of files anywhere below testdata/roots
  bool long_run = false;                ///< scripts/fuzz gives it ten times as long
};

std::span<const FuzzTarget> fuzz_targets();

}  // namespace memkit::test
