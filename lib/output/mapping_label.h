#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "parse/smaps.h"

namespace memkit {

/// How pmap calls a mapping.
struct MappingLabel {
  std::string_view indent;  ///< blanks that procps's pmap puts before the labels that it makes itself
  std::string_view text;    ///< not yet escaped; into the mapping's text, or the scratch
};

/// What the kernel calls it, as it prints it (a newline is "\\012"), a file without its folders unless `whole_path`:
/// "libc.so.6", "[heap]", "[anon:name]". As procps has it, "[ shmid=0x5 ]" for SysV shared memory and "[ anon ]" for
/// what has no name.
MappingLabel label_of(const Mapping& mapping, bool whole_path, std::string& scratch);

/// The kernel's name, whole, with newlines as such; empty: none.
std::string_view path_of(const Mapping& mapping, std::string& scratch);

/// "rw---": procps's spelling of the permissions; the fourth is "s" where the mapping is shared.
std::array<char, 5> mode_of(const Mapping& mapping);

/// Shared and private, so that written pages of files and anonymous ones are in it.
Got<std::uint64_t> dirty_bytes(const Mapping& mapping);

}  // namespace memkit
