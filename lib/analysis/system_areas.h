#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "parse/got.h"
#include "parse/meminfo.h"

namespace memkit {

/// A line of smem -w: where the machine's memory is, coarsely.
struct SystemArea {
  std::string_view name;
  Got<std::uint64_t> used_bytes;
  Got<std::uint64_t> cache_bytes;  ///< of it: gives way when asked
  [[nodiscard]] Got<std::uint64_t> noncache_bytes() const;
};

/// firmware/hardware, kernel image, kernel dynamic memory, userspace, free, as smem 1.5 has them:
/// userspace is AnonPages + Mapped, the kernel's is what remains.
/// `real_bytes`: RAM that is built in (smem -R), empty: MemTotal; `kernel_image_bytes`: 0 where it is not known.
std::array<SystemArea, 5> system_areas(const Meminfo& meminfo, const Got<std::uint64_t>& real_bytes,
                                       std::uint64_t kernel_image_bytes);

/// What a kernel image (vmlinux, an ELF file) takes once loaded: the sizes of its allocated sections, as size(1) sums
/// text, data and bss. Malformed where `image` is no ELF file of 64 or 32 bits.
Got<std::uint64_t> kernel_image_bytes(std::string_view image);

}  // namespace memkit
