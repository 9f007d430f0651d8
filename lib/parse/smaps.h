#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "got.h"
#include "smaps_rollup.h"

namespace memkit {

/// One mapping: its line in /proc/PID/maps, and what smaps counts for it. Views point into the text.
struct Mapping {
  std::uint64_t start = 0;      ///< address of the first byte
  std::uint64_t end = 0;        ///< address behind the last
  std::array<char, 4> perms{};  ///< "r-xp"; the last is 'p' private or 's' shared
  std::uint64_t offset = 0;     ///< into the file, bytes
  std::uint32_t dev_major = 0;
  std::uint32_t dev_minor = 0;
  std::uint64_t inode = 0;  ///< 0 = no file
  /// As printed: a path, "[heap]", "[anon:name]", or empty. May hold blanks. A newline in it stands as "\012"
  /// (decode_map_name), nothing else is escaped.
  std::string_view name;
  bool deleted = false;  ///< the name ended in " (deleted)", which is taken off

  Got<std::uint64_t> size_bytes;
  Got<std::uint64_t> kernel_page_size_bytes;  ///< what the kernel maps it with: tells hugetlb mappings
  Got<std::uint64_t> mmu_page_size_bytes;
  SmapsCounters counters;
  Got<std::uint64_t> thp_eligible;
  Got<std::uint64_t> protection_key;
  std::string_view vm_flags;  ///< two-letter codes, "rd ex mr mw me"; empty before 3.8
  std::string_view fields;    ///< the lines behind the header as printed, for visit_fields(); empty in maps
};

/// The name with " (deleted)" behind it where the file was: as the text that the mapping was taken from has it.
std::string_view name_as_printed(const Mapping& mapping);

/// One line of Mapping::fields, whether memkit knows its key or not.
struct MappingField {
  std::string_view key;
  std::string_view text;      ///< what stands behind the key
  Got<std::uint64_t> number;  ///< as printed: kB, or a plain number; malformed where it is none (VmFlags)
  bool kib = false;           ///< "kB" follows
};

/// Takes the next line off Mapping::fields; call while that is not empty.
MappingField take_field(std::string_view& fields);

/// What follows the text that a parser is given.
enum class TextEnd : std::uint8_t {
  last,  ///< nothing: this is the end of the file
  more,  ///< more is still to be read
};

/// Takes the next mapping of smaps (or maps: header lines alone) off `rest`; false where there is none.
/// With TextEnd::more a mapping counts only once the header behind it is seen; until then false is returned and
/// `rest` stays at the mapping's beginning, so that a reader can move those bytes to the front of its buffer and
/// read on: a buffer larger than one mapping's text serves a file of any size.
/// Lines that are cut or make no sense are passed over. Source: fs/proc/task_mmu.c show_map_vma, show_smap.
bool take_mapping(std::string_view& rest, Mapping& mapping, TextEnd end = TextEnd::last);

/// Calls visit(const Mapping&) for every mapping of a whole smaps or maps.
template <class F>
void visit_smaps(std::string_view text, F&& visit) {
  Mapping mapping;
  while (take_mapping(text, mapping)) visit(mapping);
}

/// Mappings summed to what smaps_rollup would say. A counter that some mappings print and others do not (a text
/// that is cut within a mapping) is malformed in the sum, never too small; one that none prints is absent.
/// Pss sums up to 1 KiB a mapping below rollup's, since each mapping's is rounded down.
class SmapsSum {
 public:
  void add(const SmapsCounters& counters);
  [[nodiscard]] const SmapsCounters& total() const { return total_; }
  [[nodiscard]] std::uint64_t mappings() const { return mappings_; }

 private:
  SmapsCounters total_;
  std::uint64_t mappings_ = 0;
};

/// Sum of a whole smaps. What is cut off at a mapping's end cannot be noticed here.
SmapsCounters sum_smaps(std::string_view text);

/// A mapping's name with "\012" as the newline it stands for.
std::string decode_map_name(std::string_view name);

}  // namespace memkit
