#pragma once

#include <cstdint>
#include <string>

namespace memkit {

/// How a table shows sizes. JSON always has bytes.
struct SizeFormat {
  enum class Style {
    scaled,   ///< whole numbers of `divisor` bytes, cut: free -m
    compact,  ///< "1.5Gi", the first unit whose text takes at most 5 characters: free -h
    spaced,   ///< "12.7 GiB": reports
    smem,     ///< "1.2G": smem -k
  };
  Style style = Style::scaled;
  std::uint64_t divisor = 1024;
  bool si = false;  ///< powers of 1000 ("1.5G"), not of 1024
};

std::string format_size(std::uint64_t bytes, const SizeFormat& format);
/// The same with a sign in front where it is negative.
std::string format_signed_size(std::int64_t bytes, const SizeFormat& format);

}  // namespace memkit
