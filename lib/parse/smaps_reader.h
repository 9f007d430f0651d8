#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "smaps.h"

namespace memkit {

/// take_mapping() for many mappings in a row: the same result, faster. Most lines of a mapping are, byte for byte,
/// those of the one before, so that comparing takes the place of reading.
class MappingReader {
 public:
  bool take(std::string_view& rest, Mapping& mapping, TextEnd end = TextEnd::last);

 private:
  struct Line {
    std::uint16_t at = 0;      ///< in before_
    std::uint16_t length = 0;  ///< newline included
    std::uint16_t key_length = 0;
    Got<std::uint64_t> SmapsCounters::*counter = nullptr;
    Got<std::uint64_t> Mapping::*own = nullptr;  ///< where it is no counter; neither: VmFlags, or unknown
  };
  static constexpr std::size_t kMostLines = 40;

  /// Lines that were read not long ago, behind the first, which has the size: many mappings differ in nothing else,
  /// most of all those that are not touched.
  struct Block {
    std::string text;
    Mapping values;
  };
  static constexpr std::size_t kBlocks = 4;

  [[nodiscard]] Got<std::uint64_t>* slot_of(const Line& line, Mapping& mapping) const;
  bool take_one_line(const Line& line, std::string_view& text, Mapping& mapping);
  bool take_lines(std::string_view& text, Mapping& mapping);
  bool take_block(std::string_view& text, Mapping& mapping);
  void keep_block(std::string_view text, const Mapping& mapping);
  void learn(const Mapping& mapping);

  std::string before_;  // lines of the mapping before
  Mapping values_;      // what they said
  std::array<Line, kMostLines> lines_{};
  std::size_t count_ = 0;
  std::array<Block, kBlocks> blocks_;
  std::size_t recent_ = 0;  // the block that was met last
};

}  // namespace memkit
