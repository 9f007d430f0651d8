#include "analysis/system_areas.h"

#include <elf.h>

#include <algorithm>
#include <cstring>

namespace memkit {
namespace {

/// a - b, and 0 where fields of two moments would make it negative.
Got<std::uint64_t> less(const Got<std::uint64_t>& a, const Got<std::uint64_t>& b) {
  if (!a) return a;
  if (!b) return b;
  return *a - std::min(*a, *b);
}

template <class Header, class Section>
Got<std::uint64_t> allocated_bytes(std::string_view image) {
  Header header;
  if (image.size() < sizeof header) return Missing::malformed;
  std::memcpy(&header, image.data(), sizeof header);
  if (header.e_shentsize != sizeof(Section)) return Missing::malformed;
  std::uint64_t total = 0;
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const std::uint64_t at = header.e_shoff + std::uint64_t{i} * sizeof(Section);
    if (at > image.size() || image.size() - at < sizeof(Section)) return Missing::malformed;
    Section section;
    std::memcpy(&section, image.data() + at, sizeof section);
    if ((section.sh_flags & SHF_ALLOC) != 0) total += section.sh_size;
  }
  return total;
}

}  // namespace

Got<std::uint64_t> SystemArea::noncache_bytes() const { return less(used_bytes, cache_bytes); }

std::array<SystemArea, 5> system_areas(const Meminfo& m, const Got<std::uint64_t>& real_bytes,
                                       std::uint64_t kernel_image_bytes) {
  const Got<std::uint64_t> real = real_bytes ? real_bytes : m.mem_total_bytes;
  const Got<std::uint64_t> firmware = less(less(real, m.mem_total_bytes), kernel_image_bytes);
  const Got<std::uint64_t> user = sum(m.anon_pages_bytes, m.mapped_bytes);
  const Got<std::uint64_t> kernel = less(less(m.mem_total_bytes, m.mem_free_bytes), user);
  const Got<std::uint64_t> kernel_cache =
      sum(sum(m.buffers_bytes, m.sreclaimable_bytes), less(m.cached_bytes, m.mapped_bytes));
  return {SystemArea{"firmware/hardware", firmware, 0}, SystemArea{"kernel image", kernel_image_bytes, 0},
          SystemArea{"kernel dynamic memory", kernel, kernel_cache},
          SystemArea{"userspace memory", user, m.mapped_bytes},
          SystemArea{"free memory", m.mem_free_bytes, m.mem_free_bytes}};
}

Got<std::uint64_t> kernel_image_bytes(std::string_view image) {
  if (image.size() <= EI_CLASS || std::memcmp(image.data(), ELFMAG, SELFMAG) != 0) return Missing::malformed;
  if (image[EI_CLASS] == ELFCLASS64) return allocated_bytes<Elf64_Ehdr, Elf64_Shdr>(image);
  return allocated_bytes<Elf32_Ehdr, Elf32_Shdr>(image);
}

}  // namespace memkit
