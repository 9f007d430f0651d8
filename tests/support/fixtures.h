#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "parse/got.h"

namespace memkit {

/// How a failed expectation shows a value.
template <class T>
void PrintTo(const Got<T>& got, std::ostream* out) {
  constexpr const char* kWhy[] = {"absent", "denied", "hidden", "malformed", "skipped"};
  got ? *out << testing::PrintToString(*got) : *out << kWhy[static_cast<int>(got.missing())];
}

}  // namespace memkit

namespace memkit::test {

inline std::string slurp(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The checkout that the tests were built from.
std::filesystem::path source_dir();

inline std::filesystem::path testdata() { return source_dir() / "testdata"; }

/// A file written by hand: "vmstat/4.4".
inline std::string by_hand(std::string_view name) { return slurp(testdata() / "parse" / name); }

/// A file of the captured 6.18 machine: "proc/meminfo".
inline std::string captured(std::string_view name) { return slurp(testdata() / "roots/6.18-x86_64-vm" / name); }

/// Processes of that capture.
inline constexpr const char* kHostilePid = "5007";  // comm "a) S\n1 (x", at its cgroup's limit, partly swapped
inline constexpr const char* kSleepPid = "5008";
inline constexpr const char* kZombiePid = "5013";
inline constexpr const char* kKernelThreadPid = "2";

inline std::string captured_process(std::string_view pid, std::string_view file) {
  return captured("proc/" + std::string(pid) + "/" + std::string(file));
}

/// The corpus of foreign captures, which lies beside the checkout where there is one; empty path where not.
inline std::filesystem::path corpus() {
  const char* const named = std::getenv("MEMKIT_CORPUS");  // NOLINT(concurrency-mt-unsafe)
  const std::filesystem::path place = named != nullptr ? named : source_dir() / "../shared/corpus";
  std::error_code error;
  const auto whole = std::filesystem::canonical(place, error);
  return error ? std::filesystem::path() : whole;
}

}  // namespace memkit::test
