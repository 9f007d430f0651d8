#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace memkit {

/// What one caller holds of vmalloc'ed memory.
struct VmallocCaller {
  std::string caller;       ///< the function, without offset: "kernel_clone"; with its module: "x [nvidia]"
  std::uint64_t pages = 0;  ///< of RAM: 0 of ioremap and other mappings of what is no RAM
  std::uint64_t areas_count = 0;
};

struct Vmallocinfo {
  std::uint64_t pages = 0;             ///< of all callers
  std::vector<VmallocCaller> callers;  ///< the largest first
};

/// /proc/vmallocinfo, which only root may read. Areas of one caller are added up; addresses are not kept.
/// Source: mm/vmalloc.c vmalloc_info_show; Documentation/filesystems/proc.rst "vmallocinfo".
Vmallocinfo parse_vmallocinfo(std::string_view text);

}  // namespace memkit
