#include "parse/klog/gfp.h"

#include <charconv>

#include "parse/text.h"

namespace memkit {
namespace {

struct Flag {
  std::uint64_t bits;
  std::string_view name;
};

constexpr std::uint64_t kWait = 0x10;
/// 4.4 has two bits in place of __GFP_WAIT: direct reclaim, and waking kswapd.
constexpr std::uint64_t kDirectReclaim = 0x400000;
constexpr std::uint64_t kKswapdReclaim = 0x2000000;

// What callers write, then single flags: a mask is told by the first that is wholly in it.
constexpr Flag kFlags[] = {
    {0x200da, "GFP_HIGHUSER_MOVABLE"},
    {0x200d2, "GFP_HIGHUSER"},
    {0x200d0, "GFP_USER"},
    {0xd0, "GFP_KERNEL"},
    {0x50, "GFP_NOFS"},
    {kWait, "GFP_NOIO"},
    {0x1, "__GFP_DMA"},
    {0x2, "__GFP_HIGHMEM"},
    {0x4, "__GFP_DMA32"},
    {0x8, "__GFP_MOVABLE"},
    {0x20, "__GFP_HIGH"},
    {0x40, "__GFP_IO"},
    {0x80, "__GFP_FS"},
    {0x100, "__GFP_COLD"},
    {0x200, "__GFP_NOWARN"},
    {0x400, "__GFP_REPEAT"},
    {0x800, "__GFP_NOFAIL"},
    {0x1000, "__GFP_NORETRY"},
    {0x4000, "__GFP_COMP"},
    {0x8000, "__GFP_ZERO"},
    {0x10000, "__GFP_NOMEMALLOC"},
    {0x20000, "__GFP_HARDWALL"},
    {0x40000, "__GFP_THISNODE"},
};

}  // namespace

std::string gfp_names(std::string_view mask) {
  if (!mask.starts_with("0x")) return {};
  const Got<std::uint64_t> number = to_number<std::uint64_t>(mask.substr(2), 16);
  if (!number) return {};
  std::uint64_t left = *number;
  if ((left & kKswapdReclaim) != 0 && (left & kDirectReclaim) != 0)
    left = (left & ~(kKswapdReclaim | kDirectReclaim)) | kWait;
  std::string names;
  const auto add = [&names](std::string_view name) { names += (names.empty() ? "" : "|") + std::string(name); };
  for (const Flag& flag : kFlags) {
    if ((left & flag.bits) != flag.bits) continue;
    add(flag.name);
    left &= ~flag.bits;
  }
  if (left != 0) {
    char hex[16];
    const char* const end = std::to_chars(hex, hex + sizeof(hex), left, 16).ptr;
    add("0x" + std::string(hex, static_cast<std::size_t>(end - hex)));
  }
  return names;
}

std::string gfp_names(const OomEvent& event) {
  return event.gfp_flags.empty() ? gfp_names(event.gfp_mask) : event.gfp_flags;
}

}  // namespace memkit
