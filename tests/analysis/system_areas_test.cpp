#include "analysis/system_areas.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "support/fixtures.h"

namespace memkit {
namespace {

using Bytes = Got<std::uint64_t>;

Meminfo machine() {
  Meminfo m;
  m.mem_total_bytes = 1000;
  m.mem_free_bytes = 200;
  m.buffers_bytes = 10;
  m.cached_bytes = 150;
  m.mapped_bytes = 60;
  m.anon_pages_bytes = 300;
  m.sreclaimable_bytes = 25;
  return m;
}

// By hand, after smem 1.5: kernel = total - free - (anon + mapped), its cache = buffers + sreclaimable + cached -
// mapped.
TEST(SystemAreas, HaveSmemsFigures) {
  const auto areas = system_areas(machine(), Bytes(), 0);
  EXPECT_EQ(areas[0].name, "firmware/hardware");
  EXPECT_EQ(areas[0].used_bytes, Bytes(0)) << "RAM that is built in is not known";
  EXPECT_EQ(areas[1].name, "kernel image");
  EXPECT_EQ(areas[1].used_bytes, Bytes(0));
  EXPECT_EQ(areas[2].name, "kernel dynamic memory");
  EXPECT_EQ(areas[2].used_bytes, Bytes(1000 - 200 - 360));
  EXPECT_EQ(areas[2].cache_bytes, Bytes(10 + 25 + 150 - 60));
  EXPECT_EQ(areas[2].noncache_bytes(), Bytes(440 - 125));
  EXPECT_EQ(areas[3].name, "userspace memory");
  EXPECT_EQ(areas[3].used_bytes, Bytes(360));
  EXPECT_EQ(areas[3].cache_bytes, Bytes(60));
  EXPECT_EQ(areas[3].noncache_bytes(), Bytes(300));
  EXPECT_EQ(areas[4].name, "free memory");
  EXPECT_EQ(areas[4].used_bytes, Bytes(200));
  EXPECT_EQ(areas[4].noncache_bytes(), Bytes(0));
}

TEST(SystemAreas, BuiltInRamAndTheKernelsImageAreWhatTheFirmwareDoesNotHold) {
  const auto areas = system_areas(machine(), 1500, 70);
  EXPECT_EQ(areas[0].used_bytes, Bytes(1500 - 1000 - 70));
  EXPECT_EQ(areas[1].used_bytes, Bytes(70));
  EXPECT_EQ(system_areas(machine(), 1040, 70)[0].used_bytes, Bytes(0)) << "never below nothing";
  EXPECT_EQ(system_areas(machine(), 900, 0)[0].used_bytes, Bytes(0));
}

TEST(SystemAreas, FieldsOfTwoMomentsNeverMakeANegativeArea) {
  Meminfo m = machine();
  m.anon_pages_bytes = 2000;
  m.mapped_bytes = 160;
  const auto areas = system_areas(m, Bytes(), 0);
  EXPECT_EQ(areas[2].used_bytes, Bytes(0));
  EXPECT_EQ(areas[2].cache_bytes, Bytes(35));
  EXPECT_EQ(areas[2].noncache_bytes(), Bytes(0));
}

TEST(SystemAreas, WhatTheKernelDoesNotTellIsUnknown) {
  Meminfo m = machine();
  m.anon_pages_bytes = Missing::absent;  // before 2.6.18
  const auto areas = system_areas(m, Bytes(), 0);
  EXPECT_FALSE(areas[3].used_bytes);
  EXPECT_FALSE(areas[3].noncache_bytes());
  EXPECT_FALSE(areas[2].used_bytes);
  EXPECT_TRUE(areas[2].cache_bytes);
  EXPECT_TRUE(areas[4].used_bytes);
  m = machine();
  m.sreclaimable_bytes = Missing::absent;
  EXPECT_FALSE(system_areas(m, Bytes(), 0)[2].cache_bytes) << "not a cache that is too small";
}

/// An ELF image of nothing but headers: sections of these flags and sizes.
template <class Header, class Section>
std::string elf(unsigned char kind, const std::vector<std::pair<std::uint64_t, std::uint64_t>>& sections) {
  Header header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = kind;
  header.e_shoff = sizeof(Header) + 8;
  header.e_shentsize = sizeof(Section);
  header.e_shnum = static_cast<Elf64_Half>(sections.size());
  std::string image(reinterpret_cast<const char*>(&header), sizeof header);
  image.append(8, '.');
  for (const auto& [flags, size] : sections) {
    Section section{};
    section.sh_flags = static_cast<decltype(section.sh_flags)>(flags);
    section.sh_size = static_cast<decltype(section.sh_size)>(size);
    image.append(reinterpret_cast<const char*>(&section), sizeof section);
  }
  return image;
}
const std::string k64 = elf<Elf64_Ehdr, Elf64_Shdr>(
    ELFCLASS64, {{0, 0}, {SHF_ALLOC | SHF_EXECINSTR, 1000}, {0, 99999}, {SHF_ALLOC | SHF_WRITE, 234}});

TEST(KernelImage, IsTheSumOfItsAllocatedSections) {
  EXPECT_EQ(kernel_image_bytes(k64), Bytes(1234)) << "debug sections take no memory";
  EXPECT_EQ(kernel_image_bytes(elf<Elf32_Ehdr, Elf32_Shdr>(ELFCLASS32, {{SHF_ALLOC, 77}, {0, 5}})), Bytes(77));
}

TEST(KernelImage, CutAnywhereIsNoImage) {
  for (std::size_t size = 0; size < k64.size(); ++size) {
    const std::vector<char> part(k64.begin(), k64.begin() + static_cast<std::ptrdiff_t>(size));
    ASSERT_EQ(kernel_image_bytes({part.data(), size}), Bytes(Missing::malformed)) << size;
  }
}

TEST(KernelImage, OtherFilesAndWildOffsetsAreRefused) {
  EXPECT_EQ(kernel_image_bytes("\x1f\x8b compressed, no ELF file at all, and long enough for a header of 64 bytes"),
            Bytes(Missing::malformed));
  std::string wild = k64;
  Elf64_Ehdr header;
  std::memcpy(&header, wild.data(), sizeof header);
  header.e_shoff = ~std::uint64_t{0} - 10;
  std::memcpy(wild.data(), &header, sizeof header);
  EXPECT_EQ(kernel_image_bytes(wild), Bytes(Missing::malformed));
  header.e_shoff = ~std::uint64_t{0} - 63;  // wraps with the second section
  std::memcpy(wild.data(), &header, sizeof header);
  EXPECT_EQ(kernel_image_bytes(wild), Bytes(Missing::malformed));
  header.e_shoff = sizeof header;
  header.e_shentsize = 1;
  std::memcpy(wild.data(), &header, sizeof header);
  EXPECT_EQ(kernel_image_bytes(wild), Bytes(Missing::malformed));
}

}  // namespace
}  // namespace memkit
