#include "parse/klog/anchors.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace memkit {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// What is looked for. At `offset` in it begin three bytes that few lines have: see any_triple().
struct Anchor {
  std::string_view whole;
  std::size_t offset;
};
constexpr Anchor kAnchors[] = {
    {"oom-kill", 0},        {"oom_reaper:", 0},      {"oom_score_adj name", 0}, {"systemd-oomd", 8},
    {"OOM killer", 0},      {"OOMKill", 0},          {"OOM victim", 0},         {"TaskOOM", 4},
    {"ut of memory", 4},    {"ut of Memory", 4},     {"illed process ", 6},     {"Kill process ", 5},
    {"illing process ", 7}, {"TERM to process ", 8}, {"KILL to process ", 8},   {"Mem-Info:", 2},
    {"illed /", 4},         {"Marked /", 5},
};

/// Whether any of the triples of `kAnchors` begins in the 64 bytes at `p` (66 are read). Written so that compilers turn
/// it into vector instructions.
bool any_triple(const char* p) {
  std::uint8_t hits[64];
  for (std::size_t i = 0; i < 64; ++i) {
    const char a = p[i];
    const char b = p[i + 1];
    const char c = p[i + 2];
    const auto oom = static_cast<std::uint8_t>((a == 'o') & (b == 'o') & (c == 'm'));
    const auto upper = static_cast<std::uint8_t>((a == 'O') & (b == 'O') & (c == 'M'));
    const auto memory = static_cast<std::uint8_t>((a == 'f') & (b == ' ') & ((c | 0x20) == 'm'));
    const auto process = static_cast<std::uint8_t>((a == 'p') & (b == 'r') & (c == 'o'));
    const auto info = static_cast<std::uint8_t>((a == 'm') & (b == '-') & (c == 'I'));
    const auto path = static_cast<std::uint8_t>((a == 'd') & (b == ' ') & (c == '/'));
    hits[i] = static_cast<std::uint8_t>(oom | upper | memory | process | info | path);
  }
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < 64; i += 8) {
    std::uint64_t part = 0;
    std::memcpy(&part, hits + i, 8);
    any |= part;
  }
  return any != 0;
}

/// Whether an anchor's triple stands at `at`, and the anchor around it.
bool is_anchor(std::string_view text, std::size_t at) {
  for (const Anchor& anchor : kAnchors) {
    if (at < anchor.offset || text.size() - at < anchor.whole.size() - anchor.offset) continue;
    if (text[at] != anchor.whole[anchor.offset]) continue;
    if (text.substr(at - anchor.offset, anchor.whole.size()) == anchor.whole) return true;
  }
  return false;
}

}  // namespace

std::size_t find_anchor(std::string_view text, std::size_t from) {
  std::size_t at = from;
  while (at + 66 <= text.size()) {
    if (any_triple(text.data() + at)) {
      for (std::size_t i = at; i < at + 64; ++i) {
        if (is_anchor(text, i)) return i;
      }
    }
    at += 64;
  }
  for (; at < text.size(); ++at) {
    if (is_anchor(text, at)) return at;
  }
  return npos;
}

}  // namespace memkit
